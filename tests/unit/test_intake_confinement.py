"""The worker gives up rights before it reads: files, network, memory; and the traps would work without that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
import source_files

from parkplan.data.intake import confine, launch, worker
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.formats import DRIVERS, by_ending
from parkplan.data.intake.launch import Intake, environment
from parkplan.data.intake.records import Limits
from parkplan.data.intake.vector import Source

TRY = """
import runpy, socket, sys
from pathlib import Path
given = runpy.run_path(sys.argv[1])
folder, secret, port = Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
print("network", given["leave_network"]())
print("files", given["confine_files"](folder, given["installation"]()))
def tried(name, work):
    try:
        work()
        print(name, "done")
    except OSError as fault:
        print(name, "refused")
tried("read", lambda: secret.read_text())
tried("write", lambda: secret.with_name("stray").write_text("x"))
tried("call", lambda: socket.create_connection(("127.0.0.1", port), timeout=2))
tried("own", lambda: (folder / "own").write_text("x"))
"""


def test_a_confined_process_reaches_nothing_outside(guard: Any) -> None:
    arguments = [confine.__file__, str(guard.folder), str(guard.secret), str(guard.port)]
    done = subprocess.run([sys.executable, "-I", "-c", TRY, *arguments], capture_output=True, text=True, check=True)
    said = dict(line.split() for line in done.stdout.splitlines())
    if said["files"] == "True":
        assert (said["read"], said["write"]) == ("refused", "refused")
    if said["network"] == "True":
        assert said["call"] == "refused"
    assert said["own"] == "done"
    if "False" in (said["files"], said["network"]):
        pytest.skip(f"this kernel does not allow all of it: {said}")


def test_the_report_says_what_was_given_up(guard: Any) -> None:
    path = guard.folder / "a.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(113, 22)], crs=4490).to_file(path)
    read = guard.read(path)
    assert isinstance(read, Intake)
    assert sys.platform == "win32" or "limits" in read.report.confinement


def test_without_the_worker_a_virtual_file_discloses_the_secret(guard: Any) -> None:
    """The trap is real: GDAL itself follows it, under any ending."""
    trap = guard.folder / "trap.geojson"
    trap.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{guard.secret}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    assert pyogrio.read_dataframe(trap)["name"].tolist() == ["canary-7f3a91"]


def test_only_the_supported_drivers_are_left(tmp_path: Path) -> None:
    code = "import pyogrio; print(sorted(pyogrio.list_drivers()))"
    done = subprocess.run([sys.executable, "-I", "-c", code], env=environment(tmp_path), capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stdout.strip() == str(sorted(DRIVERS))


@pytest.mark.parametrize("ending", [".gpkg", ".dxf", ".osm"])
def test_gdal_opens_nothing_while_it_knows_other_drivers(tmp_path: Path, ending: str) -> None:
    """This process has all drivers, as the worker would have if GDAL did not heed its environment."""
    path = tmp_path / f"a{ending}"
    path.write_text(source_files.STREETS, "utf-8")
    kind = by_ending(ending)
    assert kind is not None
    source = Source(path, kind, path.name, "roads", None, Limits())
    read = worker._reader(kind.reader)
    with pytest.raises(FileFaultError) as told:
        read(source, lambda *_: None)
    assert told.value.key == "import_unsafe_drivers"


def test_nothing_of_the_users_environment_reaches_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARKPLAN_SECRET", "x")
    monkeypatch.setenv("GDAL_DRIVER_PATH", "/somewhere")
    made = environment(tmp_path)
    assert "PARKPLAN_SECRET" not in made
    assert made["GDAL_DRIVER_PATH"] == "disable"
    assert made["PROJ_NETWORK"] == "OFF"


def test_the_path_of_modules_is_whole_though_another_thread_changes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server takes its first entry away while the path is being written down: none of the others may be lost."""
    entries = ["/a", "/b", "/c"]
    monkeypatch.setattr(sys, "path", entries)

    def slow(entry: str) -> Path:
        if entries[0] == "/a":
            entries.pop(0)
        return Path(entry)

    monkeypatch.setattr(launch, "Path", slow)
    assert launch._python_path() == ("/a", "/b", "/c")
