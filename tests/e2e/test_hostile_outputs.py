"""Hostile text in what leaves the app: tables, sheets, the command line. It is the text that it was, and only text."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import hostile_district as hostile
import pypdf
import pytest
from hostile_district import PAYLOADS
from openpyxl import load_workbook

from parkplan.cli import main
from parkplan.data.workspace import open_workspace
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.rows import rows, rows_file
from parkplan.jobs.sheet import SheetOptions, SheetView, map_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.make(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def ws(folder: Path) -> Workspace:
    return open_workspace(folder)


def layer_of_own_table(ws: Workspace) -> str:
    return next(spec.id for spec in layers_of(ws).layers.values() if spec.table == hostile.TABLE)


def test_a_workbook_holds_the_texts_and_no_formula(ws: Workspace) -> None:
    book = load_workbook(io.BytesIO(rows_file(ws, rows(ws, layer_of_own_table(ws)), ".xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert set(PAYLOADS) <= {cell.value for cell in cells}
    assert any(hostile.COLUMN in str(cell.value) for cell in cells)
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_a_csv_is_guarded_against_spreadsheets(ws: Workspace) -> None:
    body = rows_file(ws, rows(ws, layer_of_own_table(ws)), ".csv").decode("utf-8-sig")
    cells = {cell for line in csv.reader(io.StringIO(body)) for cell in line}
    assert {payload for payload in PAYLOADS if payload[0] not in "=+-@"} <= cells
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@")] == []
    assert any(hostile.PAYLOADS[10] in cell for cell in cells)


@pytest.mark.parametrize("ending", [".geojson", ".gpkg"])
def test_exchange_formats_give_back_every_text(ws: Workspace, tmp_path: Path, ending: str) -> None:
    place = tmp_path / f"rows{ending}"
    place.write_bytes(rows_file(ws, rows(ws, "parcels_by_status"), ending))
    read = gpd.read_file(place)
    assert tuple(read["name"]) == 2 * PAYLOADS


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_prints_the_texts(ws: Workspace, language: str) -> None:
    view = SheetView((layer_of_own_table(ws), "special_parks", "parcels_by_status"))
    options = SheetOptions(title=hostile.MIXED, format="pdf", paper="A3")
    (page,) = pypdf.PdfReader(io.BytesIO(map_sheet(ws, view, options, language))).pages
    printed = "".join((page.extract_text() or "").split())
    assert "".join(hostile.MIXED.split()) in printed
    assert "49<img" not in printed
    assert "A49B" not in printed
    assert map_sheet(ws, view, SheetOptions(title=hostile.MIXED, format="png", paper="A4"), language)[:4] == b"\x89PNG"


@pytest.mark.parametrize("command", ["info", "layers"])
def test_the_command_line_says_them_verbatim(folder: Path, command: str) -> None:
    call = [sys.executable, "-m", "parkplan", command, str(folder)]
    told = subprocess.run([*call, "--json"], capture_output=True, text=True, check=True, encoding="utf-8")
    assert hostile.TABLE in json.dumps(json.loads(told.stdout), ensure_ascii=False).replace('\\"', '"')
    shown = subprocess.run(call, capture_output=True, text=True, check=True, encoding="utf-8")
    assert hostile.TABLE in shown.stdout
    assert "表 49" not in shown.stdout
    assert "区 49" not in shown.stdout


def test_a_faulty_name_on_the_command_line_is_one_sentence(folder: Path) -> None:
    call = [sys.executable, "-m", "parkplan", "export", str(folder), hostile.MIXED, "--out", "x.csv"]
    told = subprocess.run(call, capture_output=True, text=True, check=False, encoding="utf-8", cwd=folder.parent)
    assert told.returncode == 2
    assert hostile.MIXED in told.stderr
    assert "Traceback" not in told.stderr
    assert not (folder.parent / "x.csv").exists()


STEERING = "a\x1b[2J\x1b]0;owned\x07\nb\u202ec"
SHOWN = r"a\x1b[2J\x1b]0;owned\x07\nb\u202ec"


@pytest.mark.parametrize(
    "words",
    [
        ("info", f"{STEERING}.parkplan"),
        ("import", f"{STEERING}.gpkg", "--to", "w.parkplan", "--as", "parcels"),
        ("crs", f"{STEERING}.geojson"),
        ("verify", f"{STEERING}.zip"),
        ("info", f"--{STEERING}"),
        (STEERING,),
    ],
    ids=["workspace", "file", "crs", "zip", "option", "command"],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_on_the_command_line_cannot_steer_the_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--lang", language]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert SHOWN in told.err
    assert len(told.err.splitlines()) == 1
    assert [letter for letter in told.err if not letter.isprintable()] == ["\n"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_a_file_with_such_a_name_is_told_about_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / f"{STEERING}.gpkg"
    place.write_bytes(b"no GeoPackage")
    assert main(["import", str(place), "--to", str(tmp_path / "w.parkplan"), "--as", "parcels"]) == 2
    told = capsys.readouterr().err
    assert SHOWN in told
    assert [letter for letter in told if not letter.isprintable() and letter != "\n"] == []
