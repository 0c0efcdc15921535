"""Reports as workbooks: what a spreadsheet program works out is what the jobs say, and text is only text."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from parkplan import jobs
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.report import report_document
from parkplan.jobs.scenario import new_scenario
from parkplan.model.document import Column, Document, Facts, Heading, Paragraph, Table
from parkplan.model.scenarios import Edit
from parkplan.render.document import document_bytes

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 6, 30)
HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "x" * 400,
    "👩‍🌾 {{7*7}} `${x}` {%",
    "㐂𠮷龘喆",
    "+1", "-1", "@SUM(A1)", "＝1",
)  # fmt: skip


@pytest.fixture(scope="module")
def books(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    place = tmp_path_factory.mktemp("books") / "区.parkplan"
    shutil.copytree(small_demo, place)
    ws = open_workspace(place)
    parcels = ws.read("parcels", ["parcel_id"])["parcel_id"].tolist()
    new_scenario(ws, "=甲", actor="t", edits=[Edit("typology", tuple(parcels[40:46]), "standard_factory")])
    new_scenario(ws, "乙", actor="t", edits=[Edit("typology", tuple(parcels[50:54]), "logistics")])
    kinds = ("district", "candidates", "options")
    return {kind: document_bytes(report_document(ws, kind, "zh", as_of=DAY), ".xlsx") for kind in kinds}


def worked_out(content: bytes, folder: Path) -> dict[str, list[list[str]]]:
    """Return the cells of each sheet as LibreOffice works them out, with no value of ours to fall back on."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as ours, zipfile.ZipFile(folder / "bare.xlsx", "w") as bare:
        for name in ours.namelist():
            bare.writestr(name, re.sub(rb"(<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", ours.read(name)))
    home = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    command = [office, home, "--headless", "--convert-to", form, "--outdir", folder, folder / "bare.xlsx"]
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    return {
        path.stem.removeprefix("bare-"): list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        for path in folder.glob("bare-*.csv")
    }


def test_a_spreadsheet_works_out_the_numbers_of_the_jobs(
    books: dict[str, bytes], small_demo: Path, tmp_path: Path
) -> None:
    found = jobs.screen(small_demo, as_of=DAY).parcels
    sheets = worked_out(books["district"], tmp_path / "district")
    totals = {row[0]: row for row in sheets[message("report.sheet_verdicts", "zh")] if row[0]}
    whole = found["site_area_m2"].sum()
    low = found.loc[found["verdict"] == "low_efficiency", "site_area_m2"].sum()
    assert float(totals["合计"][2]) == pytest.approx(whole / 10_000)
    assert float(totals["低效"][3]) == pytest.approx(low * 3 / 2000)
    assert float(totals["低效"][4]) == pytest.approx(100 * low / whole)
    head, *rows = sheets[message("report.sheet_flagged", "zh")]
    scores = {row[0]: float(row[head.index("得分")]) for row in rows if row[0].startswith("DEMO-")}
    said = found[found["verdict"].isin(["idle", "low_efficiency"])].set_index("parcel_id")["score"]
    assert scores == pytest.approx(said.to_dict())
    assert len(scores) > 10

    sheets = worked_out(books["candidates"], tmp_path / "candidates")
    sites = jobs.sites(small_demo, as_of=DAY).table.set_index("site_id")
    head, *rows = sheets[message("report.sheet_sites", "zh")]
    scores = {row[0]: float(row[head.index("得分")]) for row in rows if row[0].startswith("S-")}
    assert scores == pytest.approx(sites["score"].to_dict())
    years = sheets[message("report.sheet_years", "zh")]
    assert float(years[4][1]) == pytest.approx(sum(float(row[1]) for row in years[1:4]))
    assert sum(float(row[1]) for row in years[1:4]) <= 3 * 10_000

    compared = worked_out(books["options"], tmp_path / "options")[message("report.sheet_scores", "zh")]
    for _, *utility, score in compared[1:4]:
        known = [0.5 if value == "未知" else float(value) for value in utility]
        assert float(score) == pytest.approx(sum(map(float.__mul__, known, (0.2, 0.15, 0.25, 0.15, 0.1, 0.15))))


@pytest.mark.parametrize("kind", ["district", "candidates", "options"])
def test_headings_stay_in_sight_columns_are_filtered_and_formulas_are_ours(books: dict[str, bytes], kind: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(books[kind]))
    assert all(sheet.freeze_panes for sheet in book)
    assert sum(bool(sheet.auto_filter.ref) for sheet in book) >= 6
    formulas = [cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    assert len(formulas) > 5
    known = re.compile(r"=(100\*|1\*|[A-Z$]*\d+\*15|SUBTOTAL\(109,|SUMIF\(|[A-Z]+\d+/SUM\()")
    assert [formula for formula in formulas if not known.match(formula)] == []


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    columns = (Column("=1+1"), Column("数", "right", summed=True, key="n"), Column("倍", "right", formula="2*{n}"))
    table = Table(columns, tuple((name, 1.5, 3.0) for name in HOSTILE), HOSTILE[1], total="=2+2", title="=a:b/[c]?*'")
    pages = [
        Heading("页", new_page=True),
        *(block for name in HOSTILE for block in (Heading(name, 2), Paragraph(name))),
    ]
    document = Document(
        HOSTILE[1], HOSTILE[0], "&P" + HOSTILE[1], "zh", (table, Facts(((name := HOSTILE[1], name),)), *pages), True
    )
    content = document_bytes(document, ".xlsx")
    assert content == document_bytes(document, ".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    formulas = {cell.value for cell in cells if cell.data_type == "f"}
    assert formulas == {f"=2*B{row}" for row in range(2, 2 + len(HOSTILE))} | {
        f"=SUBTOTAL(109,$B$2:$B${1 + len(HOSTILE)})"
    }
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {*HOSTILE, "=1+1", "=2+2"} <= texts
    assert len({sheet.title.lower() for sheet in book}) == len(book.worksheets) == 2 + len(HOSTILE)


def test_an_office_program_opens_hostile_text_unharmed(tmp_path: Path) -> None:
    table = Table((Column("名"),), tuple((name,) for name in HOSTILE), title="名")
    document = Document("题", "", "", "zh", (table,), True)
    (sheet,) = (
        cells for name, cells in worked_out(document_bytes(document, ".xlsx"), tmp_path).items() if name == "名"
    )
    assert [row[0] for row in sheet[1:]] == list(HOSTILE)
