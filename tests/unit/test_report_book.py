"""Reports as workbooks: what a spreadsheet program works out is what the jobs say, and text is only text."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest
from plan_worlds import MODULES, PLANE, plan

from parkplan.data.workspace import open_workspace
from parkplan.i18n import language, message
from parkplan.jobs.cluster_books import clusters_book
from parkplan.jobs.clusters import Clusters, clusters
from parkplan.jobs.compare import Comparison, compare
from parkplan.jobs.compare_files import workbook
from parkplan.jobs.portfolio import Funded
from parkplan.jobs.report import report_document
from parkplan.jobs.scenario import new_scenario
from parkplan.jobs.screen import Screening
from parkplan.jobs.service_files import export_services
from parkplan.jobs.services import Services, services
from parkplan.jobs.site_comparison import comparison_bytes
from parkplan.jobs.site_files import register_bytes
from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.site_search import funded_now, quick_candidates
from parkplan.jobs.siteplan_files import option_bytes
from parkplan.jobs.sites import Candidates
from parkplan.jobs.verdict_table import screening
from parkplan.model.clusters import ClusterQuestion
from parkplan.model.codes import CLUSTER, COVERAGE
from parkplan.model.derived_tables import SERVICE_SITES
from parkplan.model.document import Column, Document, Facts, Heading, Paragraph, Table
from parkplan.model.scenarios import Edit
from parkplan.model.screening import ScreeningChoice
from parkplan.model.services import ServiceWish
from parkplan.model.sites import SiteLimits
from parkplan.model.workspace import Change
from parkplan.render.document import document_bytes
from parkplan.sites.portfolio import Programme

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

DAY = date(2026, 6, 30)
HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "x" * 400,
    "👩‍🌾 {{7*7}} `${x}` {%",
    "㐂𠮷龘喆",
    "+1", "-1", "@SUM(A1)", "＝1",
)  # fmt: skip
NAMES = Table((Column("名"),), tuple((name,) for name in HOSTILE), title="名")
Sheets = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Answers:
    """What the jobs say, and the books that say it."""

    screening: Screening
    sites: Candidates
    funded: Funded
    clusters: Clusters
    comparison: Comparison
    services: Services
    books: dict[str, bytes]


def hostile(ws: Workspace) -> list[str]:
    """Give parks and holders hostile names, and return the numbers of the parcels."""
    parks, parcels = ws.read("parks"), ws.read("parcels")
    parks["name"] = [*HOSTILE, *parks["name"]][: len(parks)]
    held = parcels["holder"].notna()
    parcels.loc[held, "holder"] = [f"{HOSTILE[row % len(HOSTILE)]}{row // 60}" for row in range(int(held.sum()))]
    ws.write({"parks": parks, "parcels": parcels}, change=Change("t", "hostile names", synthetic=True))
    return [str(name) for name in parcels["parcel_id"]]


@pytest.fixture(scope="module")
def answers(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    place = tmp_path_factory.mktemp("books") / "区.parkplan"
    shutil.copytree(small_demo, place)
    ws = open_workspace(place)
    parcels = hostile(ws)
    new_scenario(ws, "=甲", actor="t", edits=[Edit("typology", tuple(parcels[40:46]), "standard_factory")])
    new_scenario(ws, "乙", actor="t", edits=[Edit("typology", tuple(parcels[50:54]), "logistics")])
    choice = SiteChoice(limits=SiteLimits(min_area_m2=10_000.0, max_area_m2=40_000.0))
    judged = ScreeningChoice(as_of=DAY)
    sites = quick_candidates(ws, judged, choice)
    funded = funded_now(ws, sites, Programme(budget_yuan=2e8))
    groups = clusters(place, question=ClusterQuestion(permutations=99, simulations=39))
    compared = compare(ws, ["base", "s1", "s2"])
    sited = services(ws, ServiceWish(service="canteen", model="p_median", count=2, time_limit=20.0))
    fictional = replace(plan(), site=replace(plan().site, synthetic=True))
    sited_file = export_services(sited, place.parent / "services.xlsx")
    with language("zh"):
        books = {
            "sites": register_bytes(sites, ".xlsx"),
            "programme": register_bytes(funded, ".xlsx"),
            "clusters": clusters_book(groups).content(),
            "compare": workbook(compared),
            "services": sited_file.read_bytes(),
            "site_plan": option_bytes(fictional, MODULES, PLANE, ".xlsx"),
            "side_by_side": comparison_bytes(ws, sites, [one.id for one in sites.sites[:3]], ".xlsx"),
            "bare": document_bytes(Document("题", "", "", "zh", (NAMES,), True), ".xlsx"),
        }
    for kind in ("district", "candidates", "options"):
        books[kind] = document_bytes(report_document(ws, kind, "zh", as_of=DAY), ".xlsx")
    return Answers(screening(ws, judged), sites, funded, groups, compared, sited, books)


@pytest.fixture(scope="module")
def worked_out(answers: Answers, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    """Return the sheets of each book as LibreOffice works them out, with no value of ours to fall back on."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("office")
    for name, content in answers.books.items():
        with zipfile.ZipFile(io.BytesIO(content)) as ours, zipfile.ZipFile(folder / f"{name}.xlsx", "w") as bare:
            for part in ours.namelist():
                bare.writestr(part, re.sub(rb"(<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", ours.read(part)))
    home = f"-env:UserInstallation={(folder / 'home').as_uri()}"
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    files = [folder / f"{name}.xlsx" for name in answers.books]
    command = [office, home, "--headless", "--convert-to", form, "--outdir", folder, *files]
    subprocess.run(command, capture_output=True, check=True, timeout=600)
    return {
        name: {
            path.stem.removeprefix(f"{name}-"): list(csv.reader(io.StringIO(path.read_text("utf-8"))))
            for path in folder.glob(f"{name}-*.csv")
        }
        for name in answers.books
    }


def column(rows: list[list[str]], title: str, first: int = 0) -> dict[str, float]:
    """Return the numbers of a column by the cell in the first one (or another); what is unknown is left out."""
    place = rows[0].index(title)
    return {row[first]: float(row[place]) for row in rows[1:] if re.fullmatch(r"-?[0-9.E+-]+", row[place])}


def test_verdicts_and_their_scores(answers: Answers, worked_out: dict[str, Sheets]) -> None:
    found, sheets = answers.screening.parcels, worked_out["district"]
    totals = {row[0]: row for row in sheets[message("report.sheet_verdicts", "zh")] if row[0]}
    whole = found["site_area_m2"].sum()
    low = found.loc[found["verdict"] == "low_efficiency", "site_area_m2"].sum()
    assert float(totals["合计"][2]) == pytest.approx(whole / 10_000)
    assert float(totals["低效"][3]) == pytest.approx(low * 3 / 2000)
    assert float(totals["低效"][4]) == pytest.approx(100 * low / whole)
    scores = column(sheets[message("report.sheet_flagged", "zh")], "得分")
    said = found[found["verdict"].isin(["idle", "low_efficiency"])].set_index("parcel_id")["score"]
    assert scores == pytest.approx(said.to_dict())
    assert len(scores) > 10


def test_sites_and_their_programme(answers: Answers, worked_out: dict[str, Sheets]) -> None:
    table = answers.sites.table.set_index("site_id")
    rows = worked_out["sites"][message("report.sheet_sites", "zh")]
    assert column(rows, "得分") == pytest.approx(table["score"].to_dict())
    assert column(rows, "效益费用比") == pytest.approx(table["benefit_cost"].dropna().to_dict())
    assert column(rows, "面积（公顷）")["合计"] == pytest.approx(table["area_m2"].sum() / 10_000)
    assert column(rows, "收储与腾空费用（万元）")["合计"] == pytest.approx(table["acquisition_yuan"].sum() / 10_000)
    side = {row[0]: row[1:4] for row in worked_out["side_by_side"][message("sites.compare_sheet", "zh")]}
    assert list(map(float, side["得分"])) == pytest.approx([table["score"][name] for name in side["指标"]])

    funded = answers.funded
    rows = worked_out["programme"][message("report.sheet_programme", "zh")]
    assert column(rows, "折现分值（得分×公顷）")["合计"] == pytest.approx(funded.portfolio.proof.value, rel=1e-6)
    spent = column(worked_out["programme"][message("report.sheet_years", "zh")], "支出（万元）")
    by_year = funded.table.groupby("year")["acquisition_yuan"].sum() / 10_000
    assert {int(year): money for year, money in spent.items() if year != "合计" and money} == pytest.approx(
        by_year.to_dict()
    )
    assert spent["合计"] == pytest.approx(by_year.sum())
    years = worked_out["candidates"][message("report.sheet_years", "zh")]
    assert float(years[4][1]) == pytest.approx(sum(float(row[1]) for row in years[1:4]))


def test_clusters_and_their_land(answers: Answers, worked_out: dict[str, Sheets]) -> None:
    found, sheets = answers.clusters, worked_out["clusters"]
    firms = column(sheets["分园区汇总"], "企业", first=1)
    assert firms[""] == found.areas["firms"].sum()
    shares = column(sheets["分园区汇总"], "企业占比（%）", first=1)
    assert sum(shares.values()) == pytest.approx(100)
    head, *rows = sheets["分园区分集群"]
    place = head.index("区位熵（家数）")
    quotients = {(row[0], row[2]): float(row[place]) for row in rows if row[place] not in {"", "未知"}}
    said = found.by_cluster.dropna(subset=["lq_firms"])
    assert sorted(quotients.values()) == pytest.approx(sorted(said["lq_firms"]))
    assert len(quotients) > 20
    land = found.land.assign(title=[CLUSTER[code].zh for code in found.land["cluster"]]).set_index("title")
    for title, name in (
        ("需地，至多", "need_high_m2"), ("可供，至多", "ready_high_m2"),
        ("缺口，至少", "gap_low_m2"), ("缺口，至多", "gap_high_m2"),
    ):  # fmt: skip
        expected = land[name].dropna() / 10_000
        assert column(sheets[message("clusters.table_land", "zh")], f"{title}（公顷）") == pytest.approx(
            expected.to_dict()
        )
    balance = column(sheets[message("clusters.table_space", "zh")], "空置减需求（平方米）")
    space = found.space.assign(title=[CLUSTER[code].zh for code in found.space["cluster"]]).set_index("title")
    assert {name: balance[name] for name in space.index if name in balance} == pytest.approx(
        space["balance_m2"].dropna().to_dict()
    )


def test_options_side_by_side(answers: Answers, worked_out: dict[str, Sheets]) -> None:
    found = answers.comparison
    for name in ("compare", "options"):
        sheets = worked_out[name]
        compared = sheets[message("report.sheet_scores", "zh")]
        scores = column(compared, "得分")
        assert [scores[one] for one in found.names] == pytest.approx(found.ranked.score.tolist())
        assert column(sheets["排序"], "得分（0–1）") == pytest.approx(scores)
        regrets = sheets["后悔值"]
        for place, option in enumerate(found.names):
            missed = column(regrets, option)
            assert missed[message("compare.worst_regret", "zh")] == pytest.approx(found.regret.worst[place] / 1e4)
            assert [missed[case.zh] for case in found.cases] == pytest.approx(
                (found.regret.regret_yuan[place] / 1e4).tolist()
            )
            land = column(sheets["用地平衡"], option)
            assert land["合计"] == pytest.approx(found.options[place].measures.district_m2 / 1e4)
        changes = column(sheets["指标"], f"{found.names[1]} 减 {found.names[0]}")
        first, second = (one.measures.values["jobs"] for one in found.options[:2])
        assert changes["就业岗位"] == pytest.approx(second - first)


def test_demand_within_reach_of_a_service(answers: Answers, worked_out: dict[str, Sheets]) -> None:
    found, sheets = answers.services, worked_out["services"]
    coverage = found.coverage
    demand = {COVERAGE[state].zh: float(part["demand"].sum()) for state, part in coverage.groupby("state")}
    shares = column(sheets[message("services.table_states", "zh")], "需求占比（%）")
    total = sum(demand.values())
    assert {name: shares[name] for name in demand} == pytest.approx(
        {name: 100 * value / total for name, value in demand.items()}
    )
    *_, last = sheets[message("services.table_states", "zh")]
    assert float(last[1]) == len(coverage)
    assert float(last[2]) == pytest.approx(total)
    *_, last = sheets[SERVICE_SITES.title.zh]
    assert float(last[2]) == pytest.approx(found.sites["gained"].sum())
    assert float(last[3]) == pytest.approx(found.sites["assigned"].sum())


def test_a_site_plan_adds_up_to_its_site(worked_out: dict[str, Sheets]) -> None:
    land, halls, rules = (
        worked_out["site_plan"][message(f"siteplan.sheet_{name}", "zh")] for name in ("areas", "buildings", "rules")
    )
    assert sum(float(row[2]) for row in land[1:] if row[2]) == pytest.approx(100)
    assert float(land[-1][1]) == pytest.approx(plan().site.area_m2, rel=1e-6)
    assert float(halls[-1][5]) == pytest.approx(plan().indicators["floor_area_m2"], rel=1e-6)
    assert len(halls) == len(plan().buildings) + 2
    margins = {line.title.zh: line.margin for line in plan().certificate}
    assert {row[0]: float(row[3]) for row in rules[1:]} == pytest.approx(margins, abs=1e-6)
    assert min(margins.values()) >= -1e-6


def test_a_reader_that_works_nothing_out_sees_the_same_site_plan(answers: Answers) -> None:
    book = openpyxl.load_workbook(io.BytesIO(answers.books["site_plan"]), data_only=True)
    land, halls, rules = (book[message(f"siteplan.sheet_{name}", "zh")] for name in ("areas", "buildings", "rules"))
    assert sum(cell.value for cell in land["C"][1:] if cell.value is not None) == pytest.approx(100)
    assert sum(cell.value for cell in halls["F"][1:-1]) == pytest.approx(plan().indicators["floor_area_m2"], rel=1e-6)
    assert [cell.value for cell in rules["D"][1:]] == pytest.approx([line.margin for line in plan().certificate])


BOOKS = (
    "district", "candidates", "options", "sites", "programme", "clusters", "compare", "side_by_side", "services",
    "site_plan",
)  # fmt: skip


@pytest.mark.parametrize("name", BOOKS)
def test_headings_stay_in_sight_columns_are_filtered_and_formulas_are_ours(answers: Answers, name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(answers.books[name]))
    assert all(sheet.freeze_panes for sheet in book)
    assert sum(bool(sheet.auto_filter.ref) for sheet in book) >= 2
    formulas = [cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    assert len(formulas) > 3
    parts = r"(SUBTOTAL|SUMIF|SUMPRODUCT|SUM|MAX|IF|ISNUMBER|'[^']*'!|\$?[A-Z]{1,2}\$?\d+|[0-9.]+|[-+*/^=(),:])"
    assert [formula for formula in formulas if not re.fullmatch(f"={parts}+", formula)] == []
    cover = {str(cell.value) for row in book.worksheets[0] for cell in row}
    assert message("report.synthetic", "zh") in cover


@pytest.mark.parametrize("name", BOOKS)
def test_every_heading_is_in_the_language_of_the_book(answers: Answers, name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(answers.books[name]))
    heads = [str(cell.value) for sheet in book if sheet.auto_filter.ref for cell in sheet[1]]
    ours = {"p", "E-G γ", *(one.id for one in answers.sites.sites)}
    assert [head for head in heads if not re.search(r"[\u4e00-\u9fff]", head) and head not in ours] == []


def test_hostile_names_are_text_in_every_register(answers: Answers, worked_out: dict[str, Sheets]) -> None:
    def texts(name: str) -> set[str]:
        return {cell for rows in worked_out[name].values() for row in rows for cell in row}

    holders = {one.id for one in answers.funded.losses if one.points > 0}
    assert len([name for name in holders if name.startswith(HOSTILE)]) > 5
    assert holders <= texts("programme")
    parks = set(answers.clusters.areas["name"].dropna())
    assert {*HOSTILE[:5]} <= parks <= texts("clusters")
    assert {"=甲", "乙"} <= texts("compare")
    assert {"=甲", "乙"} <= texts("options")


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


def test_an_office_program_opens_hostile_text_unharmed(worked_out: dict[str, Sheets]) -> None:
    assert [row[0] for row in worked_out["bare"]["名"][1:]] == list(HOSTILE)
