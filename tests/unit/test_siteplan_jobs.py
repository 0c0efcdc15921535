"""Site plans from a workspace and a file: candidate sites, kept buildings, uploads, search with progress, edits."""

from __future__ import annotations

import io
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
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.scenario import new_scenario, show_scenario
from parkplan.jobs.site_register import find_site, keep_sites
from parkplan.jobs.siteplan import options_of, siteplan, violations
from parkplan.jobs.siteplan_land import land_of_upload, land_of_workspace
from parkplan.jobs.siteplan_search import Asked, Edit, PlanSearch, edited, refined, with_limits
from parkplan.layout.siteplan import generate
from parkplan.model.scenarios import Edit as Edit_
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.model.siteplan import SitePlans

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()


def at(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return box(500_000 + west, 2_500_000 + south, 500_000 + east, 2_500_000 + north)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parcels of 4.5 ha with a seam of a metre, a road south of them, a building in the middle of the first."""
    path = tmp_path_factory.mktemp("plans") / "two.parkplan"
    ws = create_workspace(path, crs="EPSG:4547", actor="t")
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["A", "B"]}, geometry=[at(0, 0, 199.5, 220), at(200.5, 0, 400, 220)], crs="EPSG:4547"
    )
    road = LineString([(499_900, 2_499_990), (500_500, 2_499_990)])
    ws.write(
        {
            "parcels": parcels,
            "roads": gpd.GeoDataFrame({"road_id": ["R"]}, geometry=[road], crs="EPSG:4547"),
            "buildings": gpd.GeoDataFrame({"building_id": ["K"]}, geometry=[at(90, 90, 120, 110)], crs="EPSG:4547"),
        },
        change=Change("t", "import"),
    )
    columns = {"site_id": ["C-1"], "parcels": ["A,B"], "rank": [1], "score": [50.0]}
    keep_sites(ws, gpd.GeoDataFrame(columns, geometry=[shapely.union_all(list(parcels.geometry))], crs="EPSG:4547"))
    return path


@pytest.fixture(scope="module")
def ws(place: Path) -> Workspace:
    return open_workspace(str(place))


@cache
def plans_of(ws: Workspace) -> SitePlans:
    """Three plans of both parcels, made in this process."""
    return options_of(land_of_workspace(ws, "C-1", PROFILE), PROFILE, MODULES, count=3, seed=5)


def test_a_candidate_site_is_one_piece_of_land_with_its_road(ws: Workspace) -> None:
    assert find_site(ws, "C-1").parcel_ids == ("A", "B")
    land = land_of_workspace(ws, "C-1", PROFILE)
    assert land.area_m2 == pytest.approx(400 * 220, rel=1e-3)
    assert not land.gates_given
    assert all(gate.y == pytest.approx(2_500_000, abs=0.01) for gate in land.gates)
    assert land_of_workspace(ws, "A", PROFILE).area_m2 == pytest.approx(199.5 * 220)


def test_several_parcels_are_one_site_also_as_a_scenario_has_them(ws: Workspace) -> None:
    both = land_of_workspace(ws, "A, B", PROFILE)
    assert both.area_m2 == pytest.approx(400 * 220, rel=1e-3)
    halved = Edit_("split", ("A",), shape="LINESTRING (500100 2499990, 500100 2500230)")
    made = new_scenario(ws, "halves", actor="t", edits=[halved])
    pieces = show_scenario(ws, "halves").state.parcel_id.tolist()
    west = min(
        (land_of_workspace(ws, name, PROFILE, scenario=made.id) for name in pieces if name != "B"),
        key=lambda land: land.boundary.bounds[0],
    )
    assert west.area_m2 == pytest.approx(100 * 220, rel=1e-3)
    with pytest.raises(RequestError) as caught:
        land_of_workspace(ws, west.name, PROFILE)
    assert caught.value.key == "siteplan_unknown_site"


def test_a_candidate_site_in_pieces_is_planned_piece_by_piece(tmp_path: Path) -> None:
    parted = create_workspace(tmp_path / "parted.parkplan", crs="EPSG:4547", actor="t")
    shapes = [at(0, 0, 90, 100), at(90, 0, 190, 100), at(215, 0, 400, 100)]
    parcels = gpd.GeoDataFrame({"parcel_id": ["A", "B", "C"]}, geometry=shapes, crs="EPSG:4547")
    parted.write({"parcels": parcels}, change=Change("t", "import"))
    columns = {"site_id": ["C-1"], "parcels": ["A,B,C"], "rank": [1], "score": [50.0]}
    keep_sites(parted, gpd.GeoDataFrame(columns, geometry=[shapely.union_all(shapes)], crs="EPSG:4547"))
    ws = open_workspace(parted.address)
    for asked in ("C-1", "C-1/3"):
        with pytest.raises(RequestError) as caught:
            land_of_workspace(ws, asked, PROFILE)
        assert caught.value.key == "siteplan_site_apart"
        assert "C-1/1 1.90 公顷（28.50 亩）、C-1/2 1.85 公顷（27.75 亩）" in caught.value.sentence()
    for asked, square_metres in (("C-1/1", 190 * 100), ("C-1/2", 185 * 100)):
        land = land_of_workspace(ws, asked, PROFILE)
        assert land.area_m2 == pytest.approx(square_metres)
        assert land.name == asked
    with pytest.raises(RequestError) as caught:
        land_of_workspace(ws, "C-1/0", PROFILE)
    assert caught.value.key == "siteplan_unknown_site"
    assert land_of_workspace(ws, "A, B", PROFILE).area_m2 == pytest.approx(190 * 100)


def test_a_building_that_stays_is_left_out_and_kept_clear(ws: Workspace) -> None:
    land = land_of_workspace(ws, "C-1", PROFILE, keep=("K",))
    assert len(land.boundary.interiors) == 1
    assert shapely.Polygon(land.boundary.interiors[0]).area == pytest.approx(32 * 22, rel=0.01)
    with pytest.raises(RequestError) as caught:
        land_of_workspace(ws, "C-1", PROFILE, keep=("K", "L"))
    assert caught.value.key == "siteplan_unknown_building"
    with pytest.raises(RequestError) as caught:
        land_of_workspace(ws, "C-9", PROFILE)
    assert caught.value.key == "siteplan_unknown_site"


def test_processes_beside_this_one_find_the_same_plans(ws: Workspace) -> None:
    land = land_of_workspace(ws, "C-1", PROFILE)
    told: list[tuple[int, int]] = []
    beside = options_of(
        land, PROFILE, MODULES, count=3, seed=5, workers=2, tell=lambda tried, valid: told.append((tried, valid))
    )
    here = plans_of(ws)
    assert [plan.id for plan in beside.options] == [plan.id for plan in here.options]
    assert all(
        one.geometry.equals_exact(other.geometry, 0)
        for a, b in zip(beside.options, here.options, strict=True)
        for one, other in zip(a.pieces, b.pieces, strict=True)
    )
    assert told[-1][0] == here.tried
    assert told[-1][1] == here.valid


def test_a_search_that_is_stopped_gives_what_there_is(ws: Workspace) -> None:
    asked = Asked(land_of_workspace(ws, "C-1", PROFILE), ws.crs, PROFILE, MODULES, count=200)
    search = PlanSearch(asked, workers=0)
    search.stop()
    search.wait(60)
    assert not search.running
    assert search.fault is None
    assert search.result is not None
    assert search.result.tried <= 20


def test_edits_keep_what_is_locked_and_are_checked(ws: Workspace) -> None:
    plan = next(plan for plan in plans_of(ws).options if plan.streets)
    ring = plan.site.boundary.exterior
    here = ring.project(plan.site.gates[0])
    made = edited(
        plan, PROFILE, MODULES, Edit(locked=(plan.streets[0].id,), gates_m=(here + 15,), modules=plan.choices.modules)
    )
    for one in made:
        assert violations(one, PROFILE, MODULES) == []
        assert any(street.line.hausdorff_distance(plan.streets[0].line) < 15 for street in one.streets)
        assert one.site.gates[0].distance(plan.site.gates[0]) == pytest.approx(15, abs=0.1)
    assert refined(plan, PROFILE, MODULES).valid
    strict = with_limits(PROFILE, {"density_min": 0.59})
    with pytest.raises(RequestError) as caught:
        edited(plan, strict, MODULES, Edit())
    assert caught.value.key == "siteplan_edit_fails"


def test_an_uploaded_boundary_is_planned_and_bad_ones_are_refused() -> None:
    def sent(shape: shapely.Geometry) -> bytes:
        sink = io.BytesIO()
        gpd.GeoDataFrame({"n": [1]}, geometry=[shape], crs="EPSG:4547").to_file(sink, driver="GPKG")
        return sink.getvalue()

    land, crs = land_of_upload("north.gpkg", sent(at(0, 0, 300, 200)), None, PROFILE)
    assert land.name == "north"
    assert land.area_m2 == pytest.approx(60_000)
    assert crs.to_epsg() == 4547
    x, y = 500_000, 2_500_000
    cross = shapely.Polygon([(x, y), (x + 300, y + 300), (x + 300, y), (x, y + 300)])
    for shape, key in ((cross, "siteplan_boundary_broken"), (at(0, 0, 60, 60), "siteplan_too_small")):
        with pytest.raises(RequestError) as caught:
            land_of_upload("bad.gpkg", sent(shape), None, PROFILE)
        assert caught.value.key == key


def test_contradicting_limits_are_named_by_their_titles(ws: Workspace) -> None:
    with pytest.raises(RequestError, match="绿地率下限"):
        land_of_workspace(ws, "C-1", with_limits(PROFILE, {"green_min": 0.5}))


def test_rules_that_no_plan_keeps_together_are_the_smallest_set(ws: Workspace) -> None:
    strict = with_limits(PROFILE, {"density_min": 0.5, "road_share_max": 0.06})
    found = generate(land_of_workspace(ws, "A", PROFILE), strict, MODULES, count=1, seed=1, attempts=20)
    assert found.options == ()
    assert set(found.collision) <= {"density_min", "road_share_max"}
    assert 1 <= len(found.collision) <= 2


def test_the_command_plans_a_candidate_site(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "plans"
    asked = ["siteplan", str(place), "--site", "C-1", "--options", "1", "--out", str(out)]
    assert main([*asked, "--format", "dxf", "--keep", "K"]) == 0
    assert {path.suffix for path in out.iterdir()} == {".json", ".svg", ".geojson", ".dxf"}
    assert main(["siteplan", str(place), "--site", "C-9", "--out", str(out)]) == 2
    assert "C-9" in capsys.readouterr().err
    with pytest.raises(RequestError) as caught:
        siteplan(place, site="C-1", formats=(".dwg",))
    assert caught.value.key == "siteplan_format"


def test_an_attempt_whose_process_died_is_made_here(ws: Workspace) -> None:
    from parkplan.jobs.siteplan_workers import Workers
    from parkplan.layout.siteplan import attempt
    from parkplan.layout.siteplan.frame import base_frame

    land = replace(land_of_workspace(ws, "A", PROFILE), name="a")
    with Workers(land, PROFILE, MODULES, 3, 1) as beside:
        for process in beside._started:
            process.kill()
            process.wait()
        found = list(beside.map(range(2)))
    same = [attempt(land, base_frame(land), number, 3, PROFILE, MODULES) for number in range(2)]
    assert [rules for _, rules in found] == [rules for _, rules in same]
