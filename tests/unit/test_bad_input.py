"""What a user can get wrong at the data side: one sentence, exit code 2, nothing half written; and killed imports."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from parkplan.cli import main
from parkplan.data.definitions import definitions_folder
from parkplan.data.files import TEMPORARY, made_whole, remove_orphans, temporary_path
from parkplan.data.workspace import build_workspace, open_workspace

ROWS = 20_000


def contents(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def refused(arguments: list[object], capsys: pytest.CaptureFixture[str], *parts: str) -> None:
    """The command ends with 2 and says one line on stderr with these parts, in both languages."""
    for language in ("zh", "en"):
        assert main([*map(str, arguments), "--lang", language, "--quiet"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        lines = said.err.strip().splitlines()
        assert len(lines) == 1, lines
        assert "Traceback" not in said.err
        for part in parts:
            assert part in lines[0]


@pytest.mark.parametrize("command", ["info", "layers", "title", "screen", "serve"])
def test_a_missing_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    refused([command, tmp_path / "nowhere.parkplan"], capsys, "nowhere.parkplan")
    assert contents(tmp_path) == []


@pytest.mark.parametrize("command", ["info", "layers", "title", "screen", "serve"])
def test_a_broken_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    place = tmp_path / "broken.parkplan"
    place.mkdir()
    (place / "workspace.sqlite").write_bytes(b"this is no database" * 100)
    before = contents(tmp_path)
    refused([command, place], capsys, "broken.parkplan")
    assert contents(tmp_path) == before


def test_a_layer_file_with_a_typo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "layers"
    shutil.copytree(definitions_folder(None), folder)
    file = folder / "idle_land.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("visible:", "visibel:"), encoding="utf-8")
    if "visibel" not in file.read_text(encoding="utf-8"):
        file.write_text(file.read_text(encoding="utf-8") + "visibel: true\n", encoding="utf-8")
    monkeypatch.setenv("PARKPLAN_LAYERS", str(folder))
    assert main(["layers", "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert "idle_land.yaml" in said
    assert "visibel" in said
    assert "line" in said
    assert "Traceback" not in said


def test_an_unknown_crs(tmp_path: Path, capsys: pytest.CaptureFixture[str], handmade_workspace: Path) -> None:
    source = tmp_path / "plots.geojson"
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4326").to_file(source)
    before = contents(tmp_path)
    wanted = ["import", source, "--to", tmp_path / "ws", "--as", "plots", "--crs", "EPSG:999999"]
    refused(wanted, capsys, "EPSG:999999")
    refused(["export", handmade_workspace, "--out", tmp_path / "a.gpkg", "--crs", "EPSG:x"], capsys, "EPSG:x")
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letter.gpkg", b"Dear planner, here is the land you asked for."),
        ("picture.geojson", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("empty.shp", b""),
        ("archive.zip", b"PK\x03\x04 but nothing more"),
        ("notes.docx", b"PK\x03\x04" + bytes(100)),
    ],
)
def test_a_file_that_is_no_gis_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    before = contents(tmp_path)
    refused(["import", tmp_path / name, "--to", tmp_path / "ws", "--as", "plots", "--crs", "EPSG:4547"], capsys, name)
    assert contents(tmp_path) == before


def test_a_million_rows_without_geometry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "register.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("number,holder,amount\n")
        out.writelines(f"{row},firm {row % 977},{row * 7 % 1000}\n" for row in range(1_000_000))
    before = contents(tmp_path)
    wanted = ["import", file, "--to", tmp_path / "ws", "--as", "register", "--crs", "EPSG:4547", "--time-limit", 300]
    assert main([*map(str, wanted), "--lang", "en", "--quiet"]) == 2
    said = capsys.readouterr().err.strip()
    assert "register.csv" in said
    assert len(said.splitlines()) == 1
    assert contents(tmp_path) == before


# Killed writers


def dead_process() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_the_next_use_of_a_target_removes_what_a_killed_writer_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.gpkg"
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", dead_process)
        orphan, foreign = temporary_path(target), temporary_path(tmp_path / "b.gpkg")
    orphan.write_bytes(b"half")
    foreign.write_bytes(b"of another target")
    living = temporary_path(target)
    living.write_bytes(b"somebody is writing this")
    with made_whole(target) as temporary:
        temporary.write_bytes(b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"a.gpkg", foreign.name, living.name}
    assert target.read_bytes() == b"whole"
    assert remove_orphans(tmp_path / "b.gpkg") == 1


def test_building_a_workspace_removes_a_half_built_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "a.parkplan"
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", dead_process)
        orphan = temporary_path(place)
    (orphan / "layers").mkdir(parents=True)
    with build_workspace(place, crs="EPSG:4547", actor="test"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["a.parkplan"]


@pytest.mark.kill
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a call of POSIX systems")
def test_a_killed_import_leaves_all_or_nothing(tmp_path: Path, long_form: bool) -> None:
    """Killed at moments spread over its life: no workspace, or a whole one; the next import cleans up behind it."""
    source, place = tmp_path / "plots.gpkg", tmp_path / "ws.parkplan"
    shapes = [shapely.box(500_000 + row * 10, 2_500_000, 500_005 + row * 10, 2_500_005) for row in range(ROWS)]
    gpd.GeoDataFrame({"row": range(ROWS)}, geometry=shapes, crs="EPSG:4547").to_file(source)
    command = [sys.executable, "-m", "parkplan", "import", source, "--to", place, "--as", "plots", "--quiet"]
    begun = time.monotonic()
    subprocess.run(command, check=True, timeout=300)
    life_s = time.monotonic() - begun
    kills = 200 if long_form else 2
    outcomes = set()
    for number in range(kills):
        shutil.rmtree(place, ignore_errors=True)
        importer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(life_s * (0.1 + 0.9 * number / kills))
        importer.send_signal(signal.SIGKILL)
        importer.wait()
        outcomes.add(place.exists())
        if place.exists():
            ws = open_workspace(place)
            ws.verify()
            assert ws.info("plots").rows == ROWS
    assert False in outcomes
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run(command, check=True, timeout=300)
    assert [path for path in tmp_path.iterdir() if path.name.startswith(TEMPORARY)] == []
    assert open_workspace(place).info("plots").rows == ROWS
