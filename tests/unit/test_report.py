"""Reports: their numbers are those of the jobs, in every format, and hostile text is only text."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import docx
import geopandas as gpd
import pytest
import shapely
from lxml import html

from parkplan import jobs, units
from parkplan._errors import DefinitionError, RequestError
from parkplan.data.definitions import definitions_folder
from parkplan.data.reports import load_report_templates
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.i18n import language
from parkplan.jobs.report import report_document
from parkplan.jobs.report_parts import PARTS
from parkplan.model.document import Beside, Heading, Paragraph, Screen, Table
from parkplan.model.workspace import Change
from parkplan.render.document import FORMATS, document_bytes
from parkplan.render.document.cells import written_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from parkplan.i18n import Language
    from parkplan.model.document import Document

DAY = date(2029, 6, 30)
NAMES = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "x" * 400,
    "👩‍🌾 {{7*7}} `${x}` {%",
    "㐂𠮷龘喆",
    "a\x1b[31m\x07b",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile") / "w.parkplan"
    count = len(NAMES)
    lots = gpd.GeoDataFrame(
        {
            "parcel_id": [f"p{number}" for number in range(count)],
            "name": list(NAMES),
            "holder": list(NAMES),
            "land_use": ["100101"] * count,
            "status": ["supplied_not_started"] * count,
            "start_agreed_on": [date(2020, 1, 1)] * count,
            "government_cause": [False] * count,
        },
        geometry=shapely.box(range(0, 100 * count, 100), 0, range(90, 100 * count, 100), 80),
        crs="EPSG:4547",
    )
    ws = create_workspace(place, crs="EPSG:4547", actor="test")
    ws.write({"parcels": lots}, change=Change("test", "make", source="<b>by hand</b>", synthetic=True))
    return place


@pytest.fixture(scope="module")
def idle(hostile: Path) -> Document:
    return report_document(open_workspace(hostile), "idle", "zh", as_of=DAY)


@pytest.fixture(scope="module")
def district(small_demo: Path) -> Callable[[Language], Document]:
    """The report on the small demo district in a language, written once in each."""
    return cache(lambda chosen: report_document(open_workspace(small_demo), "district", chosen, as_of=DAY))


def tables(document: Document) -> list[Table]:
    return [block for block in document.on_paper().blocks if isinstance(block, Table)]


def test_every_part_of_a_template_is_written_and_every_part_is_used() -> None:
    used = {part for each in load_report_templates().values() for section in each.sections for part in section.parts}
    assert used == set(PARTS)


def test_each_idle_parcel_has_its_page(idle: Document, hostile: Path) -> None:
    found = jobs.screen(hostile, as_of=DAY).parcels
    expected = found.loc[found["verdict"] == "idle", "parcel_id"].tolist()
    pages = [block.text.split(" ")[0] for block in idle.blocks if isinstance(block, Heading) and block.level == 2]
    assert expected == [f"p{number}" for number in range(len(NAMES))]
    assert pages == expected
    facts = [block.facts for block in idle.blocks if isinstance(block, Beside)]
    assert len(facts) == len(expected)
    areas = dict(zip(expected, facts, strict=True))
    for parcel, area_m2 in found.loc[found["verdict"] == "idle", ["parcel_id", "site_area_m2"]].to_numpy():
        assert units.area(area_m2, "zh") in {value for _, value in areas[parcel].pairs}


def test_sums_are_those_of_the_parcels(small_demo: Path) -> None:
    made = report_document(open_workspace(small_demo), "idle", "zh", as_of=DAY)
    found = jobs.screen(small_demo, as_of=DAY).parcels
    table = next(each for each in tables(made) if each.total)
    with language("zh"):
        *rows, total = list(written_rows(table))
    by_verdict = found.groupby("verdict")["site_area_m2"].sum() / 10_000
    assert {row[0]: row[2] for row in rows}["低效"] == f"{by_verdict['low_efficiency']:,.2f}"
    assert total[1:3] == [f"{len(found):,}", f"{found['site_area_m2'].sum() / 10_000:,.2f}"]


def test_made_up_data_say_so_on_every_page_and_rules_say_who_verified_them(idle: Document) -> None:
    warnings = [block for block in idle.blocks if isinstance(block, Paragraph) and block.tone == "warning"]
    pages = [block for block in idle.blocks if isinstance(block, Heading) and block.level == 2]
    assert len(warnings) == len(pages) + 1
    assert "虚构" in idle.foot
    rules = next(each for each in tables(idle) if each.columns[-1].title == "条款核实" and len(each.columns) == 4)
    assert {row[-1] for row in rules.rows} == {"已核实", "未核实"}


@pytest.mark.parametrize("chosen", ["zh", "en"])
def test_word_and_paper_hold_the_same_words(district: Callable[[Language], Document], chosen: Language) -> None:
    made = district(chosen)
    word = docx.Document(io.BytesIO(document_bytes(made, ".docx")))
    cells = {cell.text for grid in word.tables for row in grid.rows for cell in row.cells}
    with language(made.language):
        expected = {text for table in tables(made) for row in written_rows(table) for text in row}
    assert expected <= cells
    assert [p.text for p in word.paragraphs if p.style.name == "Heading 1"] == [
        block.text for block in made.blocks if isinstance(block, Heading) and block.level == 1
    ]
    assert any(isinstance(block, Screen) for block in made.blocks)
    page = html.fromstring(document_bytes(made, ".html"))
    assert expected - {""} <= {node.text_content() for node in page.iter("td")} - {""}
    assert page.get("lang") == {"zh": "zh-CN", "en": "en"}[chosen]


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_no_word_of_a_table_is_broken_in_two(
    district: Callable[[Language], Document], tmp_path: Path, ending: str
) -> None:
    made = district("en")
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    (tmp_path / f"a{ending}").write_bytes(document_bytes(made, ending))
    if ending == ".docx":
        office_writes(tmp_path / "a.docx", "pdf")
    said = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True).stdout.decode()
    word = docx.Document(io.BytesIO(document_bytes(made, ".docx")))
    cells = [cell.text for grid in word.tables for row in grid.rows for cell in row.cells]
    written = latin_words("\n".join([*cells, *(line.text for line in word.paragraphs), made.foot]))
    assert written - latin_words(said) == Counter()
    assert set(latin_words(said)) - set(written) <= {"page", "of"}  # a part of a word is no word of the document


@pytest.mark.parametrize("chosen", ["zh", "en"])
def test_no_page_of_a_paper_is_empty_and_titles_stand_with_their_table(
    district: Callable[[Language], Document], tmp_path: Path, chosen: Language
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    made = district(chosen)
    place = tmp_path / "a.pdf"
    place.write_bytes(document_bytes(made, ".pdf"))
    said = subprocess.run(["pdftotext", "-layout", place, "-"], capture_output=True, check=True).stdout.decode()
    pages = [[line.strip() for line in page.splitlines() if line.strip()] for page in said.split("\f")[:-1]]
    titles = {block.text for block in made.blocks if isinstance(block, Heading)}
    for page in pages:
        *content, foot = page
        assert made.foot[:20] in foot
        assert content  # a page of its foot alone is an empty page
        assert content[-1] not in titles  # what it is the title of follows on the same page


def latin_words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z]+", text.lower().replace("-\n", "").replace("-", "")))


def office_writes(document: Path, kind: str) -> None:
    """Have LibreOffice write a document in another format beside it."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    home = f"-env:UserInstallation={(document.parent / 'office').as_uri()}"
    command = [office, home, "--headless", "--convert-to", kind, "--outdir", document.parent, document]
    subprocess.run(command, capture_output=True, check=True, timeout=120)


def test_paper_is_the_same_each_time_with_its_fonts_inside(idle: Document, tmp_path: Path) -> None:
    content = document_bytes(idle, ".pdf")
    assert content == document_bytes(idle, ".pdf")
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    place = tmp_path / "a.pdf"
    place.write_bytes(content)
    said = subprocess.run(["pdftotext", "-layout", place, "-"], capture_output=True, check=True).stdout.decode()
    pages = [block.text for block in idle.blocks if isinstance(block, Heading) and block.level == 2]
    assert all(page.split(" ")[0] in said for page in pages)
    assert said.count("虚构演示数据") > len(pages)
    fonts = subprocess.run(["pdffonts", place], capture_output=True, check=True).stdout.decode().splitlines()[2:]
    assert fonts
    embedded = [line.split()[-5:-2] for line in fonts if "Noto" in line]
    assert embedded == [["yes", "yes", "yes"]] * len(embedded)
    assert len(embedded) >= 2


def test_hostile_text_is_only_text(hostile: Path) -> None:
    made = report_document(open_workspace(hostile), "idle", "en", as_of=DAY)
    for name in NAMES[:5]:
        assert any(isinstance(block, Heading) and name in block.text for block in made.blocks)
    page = html.fromstring(document_bytes(made, ".html"))
    assert len(page.findall(".//script")) == 1
    headings = {node.text_content() for node in page.iter("h3")}
    for number, name in enumerate(NAMES[:5]):
        assert f"p{number} {name}" in headings
    assert "p5 a\ufffd[31m\ufffdb" in headings
    word = docx.Document(io.BytesIO(document_bytes(made, ".docx")))
    texts = {paragraph.text for paragraph in word.paragraphs}
    assert {f"p{number} {name}" for number, name in enumerate(NAMES[:5])} <= texts
    assert document_bytes(made, ".pdf").startswith(b"%PDF")


def test_office_opens_what_was_written(idle: Document, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(document_bytes(idle, ".docx"))
    office_writes(tmp_path / "a.docx", "txt:Text")
    said = (tmp_path / "a.txt").read_text("utf-8-sig")
    assert [name for name in NAMES[:5] if name not in said] == []


def test_empty_workspaces_and_unknown_kinds_are_told_in_a_sentence(small_demo: Path, tmp_path: Path) -> None:
    for kind, out, key in (("none", "a.pdf", "unknown_report"), ("idle", "a.odt", "output_ending")):
        with pytest.raises(RequestError) as refused:
            jobs.report(small_demo, kind=kind, out=tmp_path / out)
        assert refused.value.key == key
    create_workspace(tmp_path / "w.parkplan", crs="EPSG:4547", actor="test")
    with pytest.raises(RequestError):
        jobs.report(tmp_path / "w.parkplan", kind="idle", out=tmp_path / "a.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w.parkplan"]


def test_faults_of_a_template_are_told_with_their_line(tmp_path: Path) -> None:
    shutil.copytree(definitions_folder(), tmp_path / "layers")
    place = tmp_path / "layers" / "reports" / "idle.yaml"
    place.write_text(place.read_text("utf-8").replace("roads,", "rods,").replace("[idle]", "[ilde]"), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_report_templates(tmp_path / "layers")
    assert [(each.values["line"], each.values["found"]) for each in refused.value.details] == [(7, "rods"), (8, "ilde")]


def test_word_file_is_a_whole_archive(idle: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(document_bytes(idle, ".docx"))) as archive:
        assert archive.testzip() is None
    assert set(FORMATS) == {".docx", ".pdf", ".html", ".xlsx"}
