"""The command line: languages, JSON alone on stdout, one sentence for each fault, exit codes, never a traceback."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from parkplan import __version__
from parkplan._errors import SourceFileError, WorkspaceError
from parkplan.cli import COMMANDS, frame, main
from parkplan.cli.text import grid, visible, width
from parkplan.data.workspace import create_workspace
from parkplan.i18n import Text, catalogue, current_language
from parkplan.jobs.json_values import plain
from parkplan.model.layers import Text as LayerText
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable

USER, OURS = 2, 3


@pytest.fixture(autouse=True)
def _no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARKPLAN_LANG", raising=False)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    rows = gpd.GeoDataFrame(
        {"parcel_id": ["a", "b"], "status": ["idle", None], "site_area_m2": [1.0, np.nan]},
        geometry=shapely.box([0, 10], 0, [5, 15], 5),
        crs="EPSG:4547",
    )
    made = create_workspace(tmp_path / "江海.parkplan", crs="EPSG:4547", actor="test")
    made.write({"parcels": rows}, change=Change("test", "make", source="by\x1b[31m hand", synthetic=True))
    return tmp_path / "江海.parkplan"


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    assert main(list(arguments)) == code
    heard = capsys.readouterr()
    assert "Traceback" not in heard.err
    return heard.out, heard.err


def is_english(text: str) -> bool:
    return not any(
        "\u4e00" <= letter <= "\u9fff" or letter in "，。；：“”（）"
        for letter in text.replace("“", "").replace("”", "")
    )


def test_info(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "info", str(workspace))
    assert err == ""
    assert "虚构" in out
    assert "EPSG:4547" in out
    assert "\x1b" not in out
    out, _ = said(capsys, "info", str(workspace), "--lang", "en")
    assert "fictional" in out
    assert "Rows" in out


def test_info_as_json(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "info", str(workspace), "--json")
    found = json.loads(out)
    assert err == ""
    assert (found["name"], found["crs"], found["synthetic"], found["bounds"]) == (
        "江海",
        "EPSG:4547",
        True,
        [0, 0, 15, 5],
    )
    (table,) = found["tables"]
    assert (table["name"], table["rows"], table["geometry_type"]) == ("parcels", 2, "polygon")
    assert len(table["version"]) == 64
    assert found["last_change"]["actor"] == "test"


def test_layers(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, "layers", "--json")
    every = json.loads(out)["layers"]
    assert {"industrial_new_town", "special_parks", "low_efficiency_land", "idle_land"} <= {
        entry["id"] for entry in every
    }
    assert {entry["data"] for entry in every} == {"not_asked"}
    out, _ = said(capsys, "layers", str(workspace), "--json")
    states = {entry["id"]: (entry["data"], entry["rows"]) for entry in json.loads(out)["layers"]}
    assert states["idle_land"] == ("present", 1)
    assert states["low_efficiency_land"] == ("no_rows", 0)
    assert states["current_land_use"] == ("no_columns", None)
    assert states["roads"] == ("no_table", None)
    out, _ = said(capsys, "layers", str(workspace))
    assert "暂无数据" in out
    assert "land_use" in out


def test_export(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "export", str(workspace), "parcels", "--out", str(tmp_path / "a.csv"), "--json")
    found = json.loads(out)
    assert found["rows"] == {"parcels": 2}
    assert found["synthetic"] is True
    assert Path(found["path"]).exists()
    assert "parcels" in err
    out, err = said(capsys, "export", str(workspace), "--out", str(tmp_path / "a.gpkg"), "--quiet")
    assert (out, err) == ("", "")
    assert (tmp_path / "a.qgz").exists()


def test_demo_and_what_it_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(tmp_path / "d.parkplan")
    out, err = said(capsys, "demo", "--out", place, "--size", "small", "--json")
    found = json.loads(out)
    assert found["synthetic"] is True
    assert len(found["tables"]) == 11
    assert err.count("\n") == 2
    out, err = said(capsys, "demo", "--out", place, "--size", "small", code=USER)
    assert "已存在" in err
    assert out == ""
    out, _ = said(capsys, "info", place, "--json")
    assert {table["source"] for table in json.loads(out)["tables"]} == {"parkplan demo --size small --seed 7"}


BAD_CALLS = [
    ["nonsense"],
    ["info"],
    ["info", "--bogus", "x"],
    ["info", "a", "b"],
    ["info", "/no/such/workspace"],
    ["info", __file__],
    ["info", ""],
    ["info", "\x00"],
    ["info", "x" * 5000],
    ["demo", "--out", "x" * 5000],
    ["demo", "--out", f"{__file__}/x"],
    ["info", "postgresql://127.0.0.1:1/x"],
    ["layers", "/no/such/workspace"],
    ["demo"],
    ["demo", "--out"],
    ["demo", "--out", "x", "--size", "0"],
    ["demo", "--out", "x", "--size", "1000001"],
    ["demo", "--out", "x", "--size", "huge"],
    ["demo", "--out", "x", "--seed", "-1"],
    ["demo", "--out", "x", "--seed", "a"],
    ["demo", "--out", __file__],
    ["export", "/no/such/workspace", "--out", "a.gpkg"],
    ["export", "a"],
    ["serve", "--port", "0"],
    ["serve", "--port", "x"],
    ["info", "x", "--json=1"],
]


@pytest.mark.parametrize("call", BAD_CALLS, ids=lambda call: " ".join(call)[:40].replace("\x00", "NUL"))
def test_bad_call_is_one_sentence_in_the_language(
    call: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for extra, english in ((["--lang", "zh"], False), (["--lang", "en"], True)):
        out, err = said(capsys, *call, *extra, code=USER)
        assert out == ""
        assert err.count("\n") == 1
        assert is_english(err) is english, err
        assert err.rstrip().endswith("." if english else "。")
    assert list(tmp_path.iterdir()) == []


def test_wrong_language_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = said(capsys, "layers", "--lang", "fr", code=USER)
    assert "zh, en" in err


@pytest.mark.parametrize(
    ("variable", "option", "spoken"),
    [(None, [], "zh"), ("en", [], "en"), ("en", ["--lang", "zh"], "zh"), ("fr", [], "zh"), (None, ["--lang=en"], "en")],
)
def test_where_the_language_comes_from(
    variable: str | None,
    option: list[str],
    spoken: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if variable is not None:
        monkeypatch.setenv("PARKPLAN_LANG", variable)
    out, _ = said(capsys, "layers", *option)
    assert ("图层" in out.splitlines()[0]) is (spoken == "zh")
    assert current_language() == "zh"


@pytest.mark.parametrize("name", ["", *COMMANDS])
@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_help_is_in_the_language_and_names_every_option(
    name: str, spoken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = said(capsys, *([name] if name else []), "--help", "--lang", spoken)
    assert is_english(out) is (spoken == "en")
    assert "--lang" in out
    if name:
        assert all(option in out for option in ("--json", "--quiet", "--help"))
        assert catalogue()[f"cli.help_{name}"].to("en" if spoken == "en" else "zh") in out.replace("\n", " ") + out


def test_version_and_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--version")[0] == f"parkplan {__version__}\n"
    assert "export" in said(capsys)[0]


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], frame.Answer]], dict[str, str]]:
    """Register a command of the test's own, as a line of ``COMMANDS`` does."""

    def register(work: Callable[[], frame.Answer]) -> dict[str, str]:
        module = ModuleType("parkplan_test_command")
        module.command = frame.command("info")(work)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "parkplan_test_command", module)
        return {"try": "parkplan_test_command"}

    return register


def test_findings_are_exit_code_1(commands: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    registered = commands(lambda: frame.Answer({"n": 2}, ["two faults"], findings=True))
    assert frame.run(registered, ["try"]) == 1
    assert frame.run(registered, ["try", "--json"]) == 1
    assert capsys.readouterr().out == 'two faults\n{\n  "n": 2\n}\n'


def test_our_own_fault_is_exit_code_3_with_a_log(
    commands: Callable[..., dict[str, str]],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken() -> frame.Answer:
        raise ZeroDivisionError("the secret of the fault")

    assert frame.run(commands(broken), ["try", "--lang", "en", "--json"]) == OURS
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.count("\n") == 1
    (log,) = tmp_path.iterdir()
    assert str(log) in heard.err
    assert "the secret of the fault" not in heard.err
    assert "ZeroDivisionError: the secret of the fault" in log.read_text(encoding="utf-8")


def test_interruption(commands: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> frame.Answer:
        raise KeyboardInterrupt

    assert frame.run(commands(interrupted), ["try"]) == 130
    assert capsys.readouterr().err.strip() == "已中断。"


def test_all_faults_of_a_file_are_told(
    commands: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty() -> frame.Answer:
        details = [SourceFileError("table_without_geometry", table=name) for name in ("a", "b")]
        raise WorkspaceError("workspace_damaged", path="x", count=2, details=details)

    assert frame.run(commands(faulty), ["try", "--lang", "en"]) == USER
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_progress_goes_to_stderr_and_is_quiet_on_request(
    commands: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    def slow() -> frame.Answer:
        frame.progress("half way")
        return frame.Answer([], ["done"])

    for arguments, expected in (
        ([], ("done\n", "half way\n")),
        (["--quiet"], ("", "")),
        (["--json", "--quiet"], ("[]\n", "")),
    ):
        assert frame.run(commands(slow), ["try", *arguments]) == 0
        heard = capsys.readouterr()
        assert (heard.out, heard.err) == expected


def test_json_is_utf8_in_a_pipe_whatever_the_system_says(workspace: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "parkplan", "info", str(workspace), "--json"],
        env={**os.environ, "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert json.loads(told.stdout.decode("utf-8"))["name"] == "江海"
    assert told.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe shows itself otherwise on Windows")
def test_closed_pipe_is_no_fault(workspace: Path) -> None:
    command = f"{sys.executable} -m parkplan info '{workspace}' --json | head -c 1"
    told = subprocess.run(["sh", "-c", command], capture_output=True, check=True, timeout=120)
    assert (told.stdout, told.stderr) == (b"{", b"")


def test_records_as_json() -> None:
    pair = {"zh": "地", "en": "land"}
    assert plain([Text("地", "land"), LayerText(zh="地", en="land")]) == [pair, pair]
    assert plain([np.int64(3), np.float64("nan"), float("inf"), pd.NA, pd.NaT]) == [3, None, None, None, None]
    assert plain({"path": Path("a"), "set": {1}, "on": dt.date(2024, 5, 1)}) == {
        "path": "a", "set": [1], "on": "2024-05-01"
    }  # fmt: skip


def test_terminal_text() -> None:
    assert width("地块a") == 5
    assert visible("a\x1b[0m\u202e") == "a\\x1b[0m\\u202e"
    assert grid([["地块", "1"], ["a", "10"]], frozenset({1})) == ["地块   1", "a     10"]
