"""An option of a site plan in a scenario: drawn roads and green, typology, floor area; another option replaces it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from shapely import LineString, box

from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.data.typologies import load_typologies
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.scenario import edit_scenario, new_scenario, show_scenario, undo_scenario
from parkplan.jobs.siteplan_land import land_of_workspace
from parkplan.jobs.siteplan_scenario import siteplan_to_scenario, typology_of
from parkplan.layout.siteplan import generate, site_of
from parkplan.model.scenarios import BASE, Edit
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.siteplan import SitePlan

PROFILE = choose_profile("cn_industrial")


def at(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return box(500_000 + west, 2_500_000 + south, 500_000 + east, 2_500_000 + north)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """The site A, its neighbour B, and a road south of both."""
    made = create_workspace(tmp_path / "one.parkplan", crs="EPSG:4547", actor="t")
    columns = {"parcel_id": ["A", "B"], "land_use": ["100101", "100101"]}
    shapes = [at(0, 0, 300, 220), at(300, 0, 400, 220)]
    road = LineString([(499_900, 2_499_990), (500_500, 2_499_990)])
    made.write(
        {
            "parcels": gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4547"),
            "roads": gpd.GeoDataFrame({"road_id": ["R"]}, geometry=[road], crs="EPSG:4547"),
        },
        change=Change("t", "import"),
    )
    return open_workspace(made.address)


@cache
def _plans(land: bytes, gate: tuple[float, float]) -> tuple[SitePlan, ...]:
    site = site_of(shapely.from_wkb(land), PROFILE, gates=[shapely.Point(gate)], name="A")
    return generate(site, PROFILE, load_modules(), count=2, seed=1, attempts=20).options


def plans(ws: Workspace) -> tuple[SitePlan, ...]:
    land = land_of_workspace(ws, "A", PROFILE)
    return _plans(shapely.to_wkb(land.boundary), (land.gates[0].x, land.gates[0].y))


def land_of(found: Option, kind: str) -> float:
    return float(shapely.area(found.state.geometry[found.state.drawn == kind]).sum())


def share_of(plan: SitePlan, kind: str) -> float:
    return float(sum(piece.geometry.area for piece in plan.pieces if piece.kind == kind))


def is_the_plan(found: Option, plan: SitePlan) -> None:
    """Roads, green and floor of the scenario are those of the plan, and no land is lost or counted twice."""
    state = found.state
    assert land_of(found, "road") == pytest.approx(share_of(plan, "road"), rel=1e-3)
    assert land_of(found, "green") == pytest.approx(share_of(plan, "green"), rel=1e-3)
    assert shapely.area(state.geometry).sum() == pytest.approx(400 * 220, abs=2.0)
    here = state.parcel_id == "A"
    assert state.typology[here].tolist() == [typology_of(plan)]
    assert float((shapely.area(state.geometry) * state.far)[here].sum()) == pytest.approx(
        plan.indicators["floor_area_m2"], rel=1e-4
    )
    assert state.typology[state.parcel_id == "B"].tolist() == [None]


def test_every_building_counts_as_a_typology_that_there_is() -> None:
    assert {module.typology for module in load_modules().values()} <= set(load_typologies())


def test_an_option_begins_a_scenario_and_another_one_replaces_it(ws: Workspace) -> None:
    first, second = plans(ws)
    made = siteplan_to_scenario(ws, first, "计划", actor="t", note="n")
    assert (made.name, made.parent, made.note) == ("计划", BASE, "n")
    is_the_plan(show_scenario(ws, "计划"), first)
    floor = show_scenario(ws, "计划").measures.values["floor_area_m2"]
    assert floor == pytest.approx(first.indicators["floor_area_m2"], rel=1e-3)
    siteplan_to_scenario(ws, second, "计划", actor="t")
    is_the_plan(show_scenario(ws, "计划"), second)
    undo_scenario(ws, "计划", actor="t")
    is_the_plan(show_scenario(ws, "计划"), first)


def test_a_locked_parcel_the_district_itself_and_foreign_land_are_refused(ws: Workspace) -> None:
    plan = plans(ws)[0]
    new_scenario(ws, "locked", actor="t")
    edit_scenario(ws, "locked", [Edit("lock", ("A",), True)], actor="t")
    with pytest.raises(RequestError):
        siteplan_to_scenario(ws, plan, "locked", actor="t")
    assert land_of(show_scenario(ws, "locked"), "road") == 0.0
    with pytest.raises(RequestError) as caught:
        siteplan_to_scenario(ws, plan, BASE, actor="t")
    assert caught.value.key == "scenario_base_fixed"
    far_off = replace(plan, site=replace(plan.site, boundary=at(5_000, 0, 5_300, 220)))
    with pytest.raises(RequestError) as caught:
        siteplan_to_scenario(ws, far_off, "elsewhere", actor="t")
    assert caught.value.key == "siteplan_no_parcels"


def test_the_command_puts_the_best_option_into_a_scenario(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["siteplan", ws.address, "--site", "A", "--options", "1", "--out", str(tmp_path / "plans")]
    assert main([*asked, "--scenario", "S", "--choose", "none", "--actor", "t"]) == 2
    assert "none" in capsys.readouterr().err
    assert main([*asked, "--scenario", "S", "--actor", "t"]) == 0
    assert "“S”" in capsys.readouterr().out
    assert land_of(show_scenario(open_workspace(ws.address), "S"), "road") > 1_000
    assert main(["siteplan", "--boundary", "x.gpkg", "--out", str(tmp_path), "--scenario", "S"]) == 2
