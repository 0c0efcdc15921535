"""Candidate sites of a made-up district through the jobs and the command line: what is promised of every site."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from openpyxl import load_workbook

import parkplan as pp
from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.pipeline import set_stage, site_id, stages
from parkplan.jobs.site_comparison import export_comparison
from parkplan.jobs.site_files import export_register, site_sheet
from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.site_register import find_site
from parkplan.jobs.site_search import Asked, ExactSearch
from parkplan.jobs.sites import Candidates
from parkplan.metrics import pairs_within
from parkplan.model.screening import ScreeningChoice
from parkplan.model.sites import SiteLimits
from parkplan.model.workspace import Change
from parkplan.sites.engine import Effort


@pytest.fixture(scope="module")
def workspace(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(small_demo, tmp_path_factory.mktemp("sites") / "small.parkplan")


@pytest.fixture(scope="module")
def found(workspace: Path) -> Candidates:
    return pp.jobs.sites(workspace, as_of=date(2026, 1, 1), effort=Effort(5.0))


def test_every_site_keeps_what_was_asked(found: Candidates) -> None:
    assert found.sites
    limits, parcels = found.choice.limits, found.screening.parcels
    seen: set[int] = set()
    for one in found.sites:
        area = float(parcels["site_area_m2"].iloc[list(one.rows)].sum())
        assert area == pytest.approx(one.facts.area_m2)
        assert (limits.min_area_m2 or 0) <= area <= (limits.max_area_m2 or 1e18)
        assert one.facts.flagged_share >= (limits.min_flagged_share or 0) - 1e-6
        assert not seen & set(one.rows)
        seen |= set(one.rows)
        shapes = parcels.geometry.iloc[list(one.rows)]
        assert (parcels["constraint_share"].iloc[list(one.rows)].fillna(0) <= found.choice.max_constraint_share).all()
        left, right = pairs_within(shapes, found.choice.max_gap_m)
        assert joined(len(shapes), left.tolist(), right.tolist())


def joined(count: int, left: list[int], right: list[int]) -> bool:
    reached = {0}
    for _ in range(count):
        reached |= {b for a, b in zip(left, right, strict=True) if a in reached}
        reached |= {a for a, b in zip(left, right, strict=True) if b in reached}
    return len(reached) == count


def test_area_is_conserved(found: Candidates) -> None:
    shapes = found.screening.parcels.geometry
    for one, merged in zip(found.sites, found.table.geometry, strict=True):
        own = shapes.iloc[list(one.rows)].array
        twice = sum(a.intersection(b).area for a, b in combinations(own, 2))  # flaws of the register overlap
        assert merged.area == pytest.approx(shapely.area(own).sum() - twice, rel=1e-6)


def test_ranks_are_in_order_and_fictional_data_say_so(found: Candidates) -> None:
    assert found.synthetic
    assert found.table["rank"].tolist() == sorted(found.table["rank"])
    assert [one.id for one in found.sites] == found.table["site_id"].tolist()


def test_locked_and_forbidden_parcels(workspace: Path, found: Candidates) -> None:
    inside = found.sites[0].parcel_ids
    choice = SiteChoice(limits=found.choice.limits, forbidden=inside[:1], locked=found.sites[1].parcel_ids[:1])
    changed = pp.jobs.sites(workspace, as_of=date(2026, 1, 1), choice=choice, effort=Effort(5.0))
    assert all(inside[0] not in one.parcel_ids for one in changed.sites)
    assert changed.best.best is not None
    rows = changed.question.rows[list(changed.best.best.site)]
    assert choice.locked[0] in set(changed.screening.parcels["parcel_id"].iloc[rows])
    with pytest.raises(RequestError, match="NO-SUCH"):
        pp.jobs.sites(workspace, choice=replace(choice, locked=("NO-SUCH",)))


@pytest.mark.parametrize(
    "limits", [SiteLimits(min_area_m2=-1.0), SiteLimits(min_area_m2=9.0, max_area_m2=3.0), SiteLimits(max_owners=0)]
)
def test_limits_without_sense_are_refused(workspace: Path, limits: SiteLimits) -> None:
    with pytest.raises(RequestError):
        pp.jobs.sites(workspace, choice=SiteChoice(limits=limits))


def test_register_reads_back_in_every_format(found: Candidates, tmp_path: Path) -> None:
    for ending in (".gpkg", ".geojson"):
        path = export_register(found, tmp_path / f"sites{ending}")
        back = gpd.read_file(path)
        assert back["site_id"].tolist() == [one.id for one in found.sites]
    book = load_workbook(export_register(found, tmp_path / "sites.xlsx"), read_only=True)
    texts = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {one.id for one in found.sites} <= texts
    assert any("700" in text and ("假设" in text or "assumption" in text) for text in texts)


def test_a_page_about_a_site(workspace: Path, found: Candidates) -> None:
    from io import BytesIO

    import pypdf

    pages = pypdf.PdfReader(BytesIO(site_sheet(open_workspace(workspace), found, found.sites[0].id, "en"))).pages
    assert len(pages) == 1
    assert f"candidate site {found.sites[0].id}" in pages[0].extract_text()
    (chinese,) = pypdf.PdfReader(BytesIO(site_sheet(open_workspace(workspace), found, found.sites[0].id, "zh"))).pages
    assert "候选片区" in chinese.extract_text()
    with pytest.raises(RequestError):
        site_sheet(open_workspace(workspace), found, "S99")


def test_the_pipeline_is_kept_in_the_journal(workspace: Path, found: Candidates) -> None:
    ws = open_workspace(workspace)
    set_stage(ws, found.sites[0].parcel_ids, "negotiated", since=date(2026, 3, 1), actor="规划科")
    set_stage(ws, found.sites[0].parcel_ids, "acquired", since=date(2026, 9, 1), actor="规划科", reason="签约")
    state = stages(ws)[found.sites[0].id]
    assert (state.stage, state.since, state.actor) == ("acquired", date(2026, 9, 1), "规划科")
    assert "negotiated" in str(ws.journal(1)[0].differences[0].before)
    with pytest.raises(RequestError):
        set_stage(ws, found.sites[0].parcel_ids, "dreamt", since=date(2026, 3, 1), actor="x")


def test_a_site_is_found_again_by_an_id_made_from_its_parcels(workspace: Path, found: Candidates) -> None:
    ws, one = open_workspace(workspace), found.sites[0]
    assert one.id == site_id(reversed(one.parcel_ids))
    assert len({site.id for site in found.sites}) == len(found.sites)
    pp.jobs.sites(workspace, as_of=date(2026, 1, 1), choice=SiteChoice(limits=SiteLimits(max_parcels=2)))
    known = find_site(ws, one.id)
    assert known.parcel_ids == one.parcel_ids
    assert known.shape.equals(found.table.geometry.iloc[0])
    with pytest.raises(RequestError, match="S-NONE"):
        find_site(ws, "S-NONE")


def test_a_site_with_a_stage_is_found_when_no_run_is_kept(workspace: Path, found: Candidates, tmp_path: Path) -> None:
    copy = tmp_path / "copy.parkplan"
    shutil.copytree(workspace, copy, ignore=shutil.ignore_patterns("derived"))
    ws, one = open_workspace(copy), found.sites[1]
    set_stage(ws, one.parcel_ids, "identified", since=date(2026, 3, 1), actor="规划科")
    assert find_site(ws, one.id).parcel_ids == tuple(sorted(one.parcel_ids))
    set_stage(ws, ["gone", *one.parcel_ids], "identified", since=date(2026, 3, 1), actor="规划科")
    with pytest.raises(RequestError, match="gone"):
        find_site(ws, site_id(["gone", *one.parcel_ids]))


def test_an_exact_search_beside_the_page(workspace: Path) -> None:
    choice = SiteChoice(limits=SiteLimits(min_parcels=2, max_parcels=4))
    search = ExactSearch(
        Asked(open_workspace(workspace), ScreeningChoice(as_of=date(2026, 1, 1)), choice, Effort(150.0))
    )
    search.wait(600.0)  # both are far more than it takes: a busy machine may be slow to start the other process
    assert search.fault is None
    assert search.result is not None
    assert search.result.best.proof.status == "optimal"


@pytest.mark.parametrize("ending", [".xlsx", ".html", ".docx", ".pdf"])
def test_two_to_four_sites_stand_on_one_sheet(workspace: Path, found: Candidates, tmp_path: Path, ending: str) -> None:
    ws, names = open_workspace(workspace), [one.id for one in found.sites[:3]]
    path = export_comparison(ws, found, names, tmp_path / f"three{ending}", "en")
    if ending == ".xlsx":
        book = load_workbook(path)
        lines = {row[0]: row[1:] for row in book["Comparison"].iter_rows(values_only=True)}
        assert lines["Figure"] == (*names, "Best site")
        owners = {one.id: one.facts.owners for one in found.sites[:3]}
        assert list(lines["Owners"][:-1]) == list(owners.values())
        least = [name for name, many in owners.items() if many == min(owners.values()) < max(owners.values())]
        assert (lines["Owners"][-1] or "") == ", ".join(least)
        advised = {row[0] for row in book.worksheets[2].iter_rows(min_row=2, values_only=True)}
        assert advised == set(names)
    elif ending == ".html":
        told = path.read_text("utf-8")
        assert all(name in told for name in names)
        assert "fictional" in told
    else:
        assert path.read_bytes()[:2] == {".docx": b"PK", ".pdf": b"%P"}[ending]


def test_a_comparison_takes_two_to_four_known_sites(workspace: Path, found: Candidates, tmp_path: Path) -> None:
    ws, names = open_workspace(workspace), [one.id for one in found.sites]
    many = [names[:5]] if len(names) > 4 else []
    for wrong in (names[:1], names[:1] * 3, [names[0], "S-NONE"], *many):
        with pytest.raises(RequestError):
            export_comparison(ws, found, wrong, tmp_path / "wrong.xlsx")
    with pytest.raises(RequestError):
        export_comparison(ws, found, names[:2], tmp_path / "wrong.shp")
    assert not list(tmp_path.iterdir())


def test_the_command_compares_sites(workspace: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "three.html"
    assert main(["sites", str(workspace), "--compare-out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["compare_out"] == str(out)
    assert all(site["site_id"] in out.read_text("utf-8") for site in told["sites"][:3])
    parks = told["sites"][0]["advice"]["park"]
    assert parks["winner"] == parks["options"][0]["id"]
    assert parks["margin"] >= 0
    assert main(["sites", str(workspace), "--compare", "S-NONE", "--compare-out", str(out)]) == 2


def test_commands_say_what_is_proven(workspace: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = str(tmp_path / "sites.geojson")
    assert (
        main(["sites", str(workspace), "--exact", "--time-limit", "30", "--max-parcels", "5", "--json", "--out", out])
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["best"]["proof"]["status"] in {"optimal", "bounded"}
    assert told["best"]["proof"]["bound"] >= told["best"]["proof"]["value"]
    assert told["set"]["over"] in {"pool", "all sites"}
    assert told["synthetic"] is True
    assert {"winner", "margin", "options"} <= set(told["sites"][0]["advice"]["reuse"])
    assert main(["portfolio", str(workspace), "--budget-yuan", "50000000", "--years", "2", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["status"] == "optimal"
    assert {site["year"] for site in plan["sites"]} <= {1, 2}
    assert main(["portfolio", str(workspace), "--budget-yuan", "-5"]) == 2


def test_an_impossible_limit_is_named(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["sites", str(workspace), "--min-area-ha", "900", "--max-area-ha", "1000", "--exact", "--lang", "en"]) == 0
    )
    assert "“Minimum area” from 900.00 ha" in capsys.readouterr().out


def test_a_district_without_flagged_parcels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["a"]}, geometry=[shapely.box(500_000, 2_500_000, 500_100, 2_500_100)], crs="EPSG:4547"
    )
    ws = create_workspace(tmp_path / "bare.parkplan", crs="EPSG:4547", actor="test")
    ws.write({"parcels": parcels}, change=Change("test", "test"))
    assert main(["sites", ws.address, "--lang", "en"]) == 0
    assert "No parcel is idle or low-efficiency" in capsys.readouterr().out
    assert main(["portfolio", ws.address, "--budget-yuan", "1e8"]) == 0
