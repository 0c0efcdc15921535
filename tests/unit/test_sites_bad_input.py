"""Candidate sites of a few plots by hand: fill-in, order of acquisition, and what is said of bad input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

import parkplan as pp
from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.portfolio import fund
from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.site_words import choice_words, proof_words
from parkplan.model.sites import SiteLimits
from parkplan.model.workspace import Change
from parkplan.sites.assembly import proven
from parkplan.sites.engine import Effort
from parkplan.sites.portfolio import Programme

if TYPE_CHECKING:
    from parkplan.jobs.sites import Candidates

WEST, SOUTH = 500_000.0, 2_500_000.0
LOOSE = SiteLimits(min_area_m2=5_000.0)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve in this process: starting another one costs more than these questions."""
    monkeypatch.setattr(import_module("parkplan.jobs.sites"), "proven_apart", proven)


def district(place: Path, boxes: list[tuple[float, float, float, float]], **columns: list[Any]) -> str:
    """Idle plots: handed over in 2015 and never started, unless the columns say otherwise."""
    count = len(boxes)
    known = {
        "parcel_id": [f"P{row}" for row in range(count)],
        "holder": [f"holder {row}" for row in range(count)],
        "land_use": ["1001"] * count,
        "status": ["idle"] * count,
        "site_area_m2": [shapely.box(*box).area for box in boxes],
        "start_agreed_on": [date(2015, 1, 1)] * count,
        "started_on": [None] * count,
        "government_cause": [False] * count,
    } | columns
    shapes = [shapely.box(WEST + a, SOUTH + b, WEST + c, SOUTH + d) for a, b, c, d in boxes]
    ws = create_workspace(place / "bad.parkplan", crs="EPSG:4547", actor="test")
    ws.write({"parcels": gpd.GeoDataFrame(known, geometry=shapes, crs="EPSG:4547")}, change=Change("test", "test"))
    return ws.address


ROW = [(100.0 * i, 0.0, 100.0 * i + 100, 100.0) for i in range(4)]


def asked(address: str, limits: SiteLimits = LOOSE, *, exact: bool = False, **more: Any) -> Candidates:
    choice = SiteChoice(limits=limits, **more)
    return pp.jobs.sites(address, as_of=date(2026, 1, 1), choice=choice, exact=exact, effort=Effort(10.0))


def test_no_flagged_parcel_is_said_and_nothing_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = district(tmp_path, ROW, start_agreed_on=[None] * 4, status=["in_use"] * 4)
    found = asked(address)
    assert not found.sites
    assert [text.en for text in found.question.findings if "No parcel is idle" in text.en]
    assert main(["portfolio", address, "--budget-yuan", "1e8", "--lang", "en"]) == 0
    assert "0 sites" in capsys.readouterr().out


def test_a_site_reaches_across_a_minor_road_that_is_named_but_not_across_a_barrier(tmp_path: Path) -> None:
    roads, water = ("minor", "secondary", "arterial", "railway"), ("river", "canal", "pond")
    rows = [1_000.0 * place for place in range(len(roads) + len(water))]
    address = district(tmp_path, [(x, y, x + 100.0, y + 100.0) for y in rows for x in (0.0, 115.0)])
    lines = [shapely.LineString([(WEST + 107, SOUTH + y - 300), (WEST + 107, SOUTH + y + 300)]) for y in rows]
    names = [f"同德{place}" for place in range(len(rows))]
    many = len(roads)
    layers = {
        "roads": gpd.GeoDataFrame(
            {"road_id": names[:many], "class": roads, "name": names[:many]}, geometry=lines[:many], crs="EPSG:4547"
        ),
        "water": gpd.GeoDataFrame(
            {"water_id": names[many:], "kind": water, "name": names[many:]},
            geometry=[line.buffer(3.0) for line in lines[many:]], crs="EPSG:4547",
        ),
    }  # fmt: skip
    open_workspace(address).write(layers, change=Change("test", "test"))
    limits = SiteLimits(min_area_m2=15_000.0)
    crossed = {one.parcel_ids: one.crossed for one in asked(address, limits).sites}
    # across the minor and the secondary road, which are named, and around the pond; not across the other four
    assert crossed == {("P0", "P1"): ("同德0",), ("P2", "P3"): ("同德1",), ("P12", "P13"): ()}
    assert not asked(address, limits, max_gap_m=10.0).sites


def test_loose_parcels_become_sites_of_their_own(tmp_path: Path) -> None:
    apart = [(300.0 * i, 0.0, 300.0 * i + 100, 100.0) for i in range(3)]
    found = asked(district(tmp_path, apart))
    assert sorted(one.parcel_ids for one in found.sites) == [("P0",), ("P1",), ("P2",)]
    none = asked(district(tmp_path / "b", apart), SiteLimits(min_parcels=2), exact=True)
    assert not none.sites
    assert none.best.proof.status == "infeasible"
    (relaxed,) = none.best.proof.relaxations
    assert (relaxed.limit, relaxed.asked, relaxed.reachable) == ("min_parcels", 2.0, 1.0)


def test_overlapping_parcels_are_counted_and_told(tmp_path: Path) -> None:
    found = asked(district(tmp_path, [(0.0, 0.0, 100.0, 100.0), (80.0, 0.0, 180.0, 100.0)]))
    assert any("overlap each other by 0.20 ha" in text.en for text in found.question.findings)
    assert found.sites
    assert found.table.geometry.iloc[0].area <= 20_000.0


def test_unknown_owners_count_one_each_and_are_told(tmp_path: Path) -> None:
    found = asked(district(tmp_path, ROW, holder=["a", None, None, "a"]))
    assert any(text.en.startswith("2 candidate parcels have unknown owners") for text in found.question.findings)
    whole = next(one for one in found.sites if len(one.rows) == 4)
    assert (whole.facts.owners, whole.facts.unknown_owners) == (3, 2)
    few = asked(district(tmp_path / "b", ROW, holder=[None] * 4), SiteLimits(min_parcels=3, max_owners=2), exact=True)
    assert few.best.proof.status == "infeasible"
    assert {(one.limit, one.reachable) for one in few.best.proof.relaxations} == {
        ("max_owners", 3.0),
        ("min_parcels", 2.0),
    }


def test_a_used_plot_joins_idle_ones_where_fill_in_is_allowed(tmp_path: Path) -> None:
    limits = SiteLimits(min_area_m2=25_000.0, min_flagged_share=0.6)
    used: dict[str, list[Any]] = {"status": ["idle", "built", "idle"], "started_on": [None, date(2015, 6, 1), None]}
    address = district(tmp_path, ROW[:3], **used)
    found = asked(address, limits)
    assert found.question.flagged.tolist() == [True, False, True]
    (site,) = found.sites
    assert site.parcel_ids == ("P0", "P1", "P2")
    assert site.facts.flagged_share == pytest.approx(2 / 3)
    assert not asked(address, limits, fill_in=False).sites
    # flats are never filled in, and a share of three quarters leaves no room for the used plot
    assert not asked(district(tmp_path / "flats", ROW[:3], land_use=["1001", "0701", "1001"], **used), limits).sites
    assert not asked(address, replace(limits, min_flagged_share=0.75)).sites


def test_the_owner_who_can_stop_most_is_met_first_unless_a_site_waits_for_another(tmp_path: Path) -> None:
    found = asked(district(tmp_path, [(0.0, 0.0, 100.0, 100.0), (300.0, 0.0, 500.0, 100.0)], holder=["a", "b"]))
    small, large = (next(one.id for one in found.sites if one.parcel_ids == (name,)) for name in ("P0", "P1"))
    funded = fund(found, Programme(budget_yuan=1e8, years=2), Effort(10.0))
    assert [loss.id for loss in funded.losses] == ["b", "a"]  # two hectares against one
    assert funded.table["site_id"].tolist() == [large, small]
    assert funded.table[["year", "order"]].to_numpy().tolist() == [[1, 1], [1, 2]]
    waiting = Programme(budget_yuan=1e8, years=2, capacity=1, after=((large, small),))
    later = fund(found, waiting, Effort(10.0))
    assert later.table["site_id"].tolist() == [small, large]
    assert later.table["year"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("limits", "limit", "reachable"),
    [
        (SiteLimits(min_area_m2=50_000.0), "min_area_m2", 40_000.0),
        (SiteLimits(min_area_m2=30_000.0, max_owners=1), "max_owners", 3.0),
        (SiteLimits(min_area_m2=1_000.0, max_cost_yuan=1e6), "max_cost_yuan", 7e6),
        (SiteLimits(min_area_m2=40_000.0, min_compactness=0.6), "min_compactness", 0.5027),
        (SiteLimits(min_area_m2=1_000.0, frontage=True), "frontage", 0.0),
    ],
)
def test_the_limit_in_the_way_is_named_with_the_change_that_helps(
    tmp_path: Path, limits: SiteLimits, limit: str, reachable: float
) -> None:
    # four plots of a hectare in a row, 700 yuan a square metre, no road: figures by hand; 16 pi / 100 = 0.5027
    found = asked(district(tmp_path, ROW), limits, exact=True)
    assert found.best.proof.status == "infeasible"
    (relaxed,) = [one for one in found.best.proof.relaxations if one.limit == limit]
    assert float(relaxed.reachable) == pytest.approx(reachable, rel=0.01)
    assert len(proof_words(found.best.proof)) > 1


def test_limits_hold_for_frontage_and_compactness(tmp_path: Path) -> None:
    address = district(tmp_path, ROW)
    for one in asked(address, SiteLimits(min_area_m2=1_000.0, min_compactness=0.7)).sites:
        assert one.facts.compactness >= 0.7  # a square has 0.785, two in a row 0.698
        assert len(one.rows) == 1
    assert not asked(address, SiteLimits(min_area_m2=1_000.0, frontage=True)).sites


@pytest.mark.parametrize("wrong", [{"max_constraint_share": -0.1}, {"max_constraint_share": 1.2}, {"max_gap_m": -1.0}])
def test_a_question_without_sense_is_refused(tmp_path: Path, wrong: dict[str, float]) -> None:
    with pytest.raises(RequestError):
        asked(district(tmp_path, ROW), **wrong)


def test_what_was_asked_is_written_with_every_limit() -> None:
    limits = SiteLimits(min_area_m2=20_000.0, max_parcels=8, min_compactness=0.3, frontage=True)
    told = choice_words(SiteChoice(limits=limits, locked=("A",), forbidden=("B",)))
    assert all(part in told for part in ("2.00", "8", "0.30", "25", "5", "A", "B"))
