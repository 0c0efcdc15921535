"""Pieces as a coverage, corners by hand, narrow sites, and what the checker says about lanes on one side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from bench.sites.shapes import site
from bench.sites.stars import random_site
from shapely import LineString, box

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.jobs.siteplan import violations
from parkplan.layout.siteplan import attempt, generate, shapes
from parkplan.layout.siteplan.corners import free_legs, least_radius
from parkplan.layout.siteplan.coverage import as_coverage
from parkplan.layout.siteplan.frame import base_frame
from parkplan.layout.siteplan.measures import dead_end_m
from parkplan.layout.siteplan.roads import Network, rounded_blocks
from parkplan.layout.siteplan_check import CheckedPiece, check

if TYPE_CHECKING:
    from parkplan.model.siteplan import SitePlan

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()
LIMITS: dict[str, float] = {limit.id: limit.value for limit in PROFILE.limits}


def test_a_coverage_shares_every_vertex_and_survives_a_turn() -> None:
    land = box(0, 0, 90, 60)
    rest = land.difference(box(10, 10, 40, 30))
    lower, upper = rest.intersection(box(0, 0, 90, 20)), rest.intersection(box(0, 20, 90, 60))
    shapes = [box(10, 10, 40.00003, 30), lower, upper]
    made = [part for found in as_coverage(shapes, land, rigid=1) for part in found]
    assert shapely.coverage_is_valid(made)
    assert sum(part.area for part in made) == pytest.approx(land.area, abs=1e-6)
    turned = [shapely.affinity.rotate(part, 33.7, origin=(4e5, 2.5e6)) for part in made]
    assert shapely.union_all(turned).area == pytest.approx(land.area, abs=1e-3)


@pytest.mark.parametrize(("name", "seed", "number"), [("pond_12", 0, 74), ("pond_12", 3, 14), ("ragged_12", 2, 78)])
def test_plans_whose_overlay_once_failed_cover_the_site_once(name: str, seed: int, number: int) -> None:
    land = site(name)
    plan, _ = attempt(land, base_frame(land), number, seed, PROFILE, MODULES)
    assert plan is not None
    shapes = [piece.geometry for piece in plan.pieces]
    assert sum(shape.area for shape in shapes) == pytest.approx(land.area_m2, abs=0.5)
    assert shapely.union_all(shapes).area == pytest.approx(land.area_m2, abs=0.5)


def test_an_attempt_in_which_land_only_touches_is_planned() -> None:
    # site 0, attempt 55: the plaza touches the free land along two lines, and GEOS knew no overlay of that mixture
    land = random_site(0)
    plan, rules = attempt(land, base_frame(land), 55, 0, PROFILE, MODULES)
    assert rules is not None
    assert plan is not None
    assert sum(piece.geometry.area for piece in plan.pieces) == pytest.approx(land.area_m2, abs=0.5)


def test_overlays_give_polygons_alone() -> None:
    square, beside = box(0, 0, 10, 10), box(10, 0, 20, 10)
    bent = shapely.union(box(5, 5, 15, 15), box(10, 0, 20, 5))
    assert shapely.intersection(square, bent).geom_type == "GeometryCollection"
    assert shapes.common(square, bent).geom_type == "MultiPolygon"
    assert shapes.common(square, bent).area == 25.0
    assert shapes.common(square, beside).is_empty
    assert shapes.without(square, bent).area == 75.0


def test_overlays_that_fail_are_made_on_a_grid_and_counted_where_that_fails_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = shapely.intersection

    def only_on_a_grid(first: object, second: object, grid_size: float | None = None) -> object:
        if grid_size is None:
            raise shapely.errors.GEOSException
        return whole(first, second, grid_size=grid_size)

    def never(first: object, second: object, grid_size: float | None = None) -> object:
        raise shapely.errors.GEOSException(str((first, second, grid_size)))

    monkeypatch.setattr(shapely, "intersection", only_on_a_grid)
    assert shapes.common(box(0, 0, 2, 2), box(1, 1, 3, 3)).area == 1.0
    monkeypatch.setattr(shapely, "intersection", never)
    made = generate(site("rectangle_4"), PROFILE, MODULES, count=1, attempts=20)
    assert (made.options, made.collision, made.broken) == ((), (), {"overlay": 20})
    monkeypatch.setattr(shapely, "intersection", lambda *_, **__: 1 / 0)
    land = site("rectangle_4")
    with pytest.raises(ZeroDivisionError):
        attempt(land, base_frame(land), 0, 0, PROFILE, MODULES)


def test_corners_by_hand() -> None:
    tee = shapely.union(box(0, 0, 100, 7), box(40, 0, 47, 60))
    assert least_radius(tee) == 0.0
    assert least_radius(tee.buffer(8).buffer(-8)) == 6.0
    assert least_radius(tee.buffer(5).buffer(-5)) == 4.0
    edges = [LineString([(0, 0), (90, 0)]), LineString([(0, 90), (0, 0)])]
    assert free_legs(box(0, 0, 90, 90), edges, np.array([box(5, 6, 40, 40)])) == pytest.approx(11.0)
    assert free_legs(box(0, 0, 90, 90), edges[:1], np.array([box(5, 6, 40, 40)])) is None
    loop = box(0, 0, 100, 100).difference(box(7, 7, 93, 93))
    assert dead_end_m(loop, []) == 0.0
    assert dead_end_m(box(0, 0, 200, 7), []) == pytest.approx(200.0, rel=0.03)


def test_a_corner_as_large_as_the_checker_counts_is_seen_by_the_certificate() -> None:
    # site 92, attempt 5: a leftover between 0.9 and 1.0 of the radius squared, which the checker alone had counted
    land = random_site(92)
    plan, rules = attempt(land, base_frame(land), 5, 92, PROFILE, MODULES)
    assert plan is not None
    assert "turning_radius_m" in {found.rule for found in violations(plan, PROFILE, MODULES)}
    assert rules == ("turning_radius_m",)


def test_a_narrow_site_is_planned_along_one_road() -> None:
    made = generate(site("narrow_2"), PROFILE, MODULES, count=3, seed=0, attempts=60)
    assert made.options
    for plan in made.options:
        assert plan.choices.pattern == "strip"
        assert violations(plan, PROFILE, MODULES) == []
        assert max(piece.geometry.area for piece in plan.of_kind("building")) <= LIMITS["one_side_plant_m2"] + 1e-3
        assert plan.quality["dead_end_m"] >= 0.0


def rules_of(pieces: list[CheckedPiece], **changed: float) -> set[str]:
    """Rules broken on 100 by 100 m with a lane along the southern side only."""
    land = box(0, 0, 100, 100)
    gate = shapely.Point(50, 0)
    found = check(land, [gate], [LineString([(0, 0), (100, 0)])], pieces, LIMITS | changed)
    return {violation.rule for violation in found}


def beside_one_lane(hall: CheckedPiece, road: shapely.Polygon) -> list[CheckedPiece]:
    rest = box(0, 0, 100, 100).difference(road).difference(hall.geometry)
    return [hall, CheckedPiece("road", road), *(CheckedPiece("court", part) for part in shapely.get_parts(rest))]


def test_a_lane_on_one_side_serves_small_plants_only() -> None:
    road = box(0, 0, 100, 10)
    small = CheckedPiece("building", box(20, 16, 70, 64), 1, 9.0)  # 50 by 48 m: 2,400 m²
    assert "fire_reach_m" not in rules_of(beside_one_lane(small, road))
    assert "fire_reach_m" in rules_of(beside_one_lane(replace(small, warehouse=True), road))
    assert "fire_reach_m" in rules_of(beside_one_lane(replace(small, storeys=4), road))
    large = CheckedPiece("building", box(10, 16, 80, 64), 1, 9.0)  # 3,360 m²
    assert "fire_reach_m" in rules_of(beside_one_lane(large, road))


def test_sharp_corners_and_blocked_views_are_seen() -> None:
    hall = CheckedPiece("building", box(25, 16, 75, 60), 1, 9.0)
    road = shapely.union(box(0, 0, 100, 10), box(85, 0, 95, 90))
    assert "turning_radius_m" in rules_of(beside_one_lane(hall, road))
    assert "turning_radius_m" not in rules_of(beside_one_lane(hall, road.buffer(7).buffer(-7)))
    land = box(0, 0, 100, 100)
    roads = [LineString([(0, 0), (100, 0)]), LineString([(0, 100), (0, 0)])]
    near = [CheckedPiece("building", box(4, 4, 60, 50), 1, 9.0)]
    far = [CheckedPiece("building", box(10, 10, 60, 50), 1, 9.0)]
    limits = {"corner_cut_m": 15.0}
    assert "corner_cut_m" in {one.rule for one in check(land, [], roads, near, limits)}
    assert "corner_cut_m" not in {one.rule for one in check(land, [], roads, far, limits)}


def test_centre_lines_lie_on_carriageways_and_never_on_a_median() -> None:
    land = site("rectangle_12")
    broad = None
    for number in (9, 14, 19, 24, 29, 34):
        plan, _ = attempt(land, base_frame(land), number, 0, PROFILE, MODULES)
        if plan is not None and plan.choices.median_m > 0:
            broad = plan
            break
    assert broad is not None
    (street,) = [street for street in broad.streets if street.median_m > 0]
    aside = street.median_m / 2 + 3.5  # carriageways of 7 m on either side
    assert [round(line.distance(street.line), 3) for line in street.carriageways] == [aside, aside]
    road = shapely.union_all([piece.geometry for piece in broad.of_kind("road")])
    assert len(broad.centre_lines) >= 2
    assert all(line.difference(road.buffer(0.01)).length < 0.01 for line in broad.centre_lines)


def test_small_water_may_lie_in_green_without_a_road_around_it() -> None:
    land = site("pond_12")
    (pond,) = [shapely.Polygon(ring) for ring in land.boundary.interiors]
    around: dict[bool, list[float]] = {True: [], False: []}
    for number in range(10):
        plan, rules = attempt(land, base_frame(land), number, 0, PROFILE, MODULES)
        if plan is None or rules is None:
            continue
        road = shapely.union_all([piece.geometry for piece in plan.of_kind("road")])
        near = pond.buffer(12).difference(pond)
        around[plan.choices.hole_road].append(road.intersection(near).area / near.area)
        assert min(piece.geometry.distance(pond) for piece in plan.buildings) >= LIMITS["setback_hole_m"] - 1e-6
        assert plan.choices.hole_road or road.distance(pond) >= 7.4
    assert min(around[True]) > max(around[False])


def roads_across(plan: SitePlan, line: LineString) -> list[tuple[float, float]]:
    """Where the road lies along a line that runs north or east: begin and end of each stretch."""
    road = shapely.union_all([piece.geometry for piece in plan.of_kind("road")])
    along = 1 if line.coords[0][0] == line.coords[-1][0] else 0
    stretches = shapely.get_parts(line.intersection(road))
    ends = [sorted(point[along] for point in part.coords) for part in stretches if part.length > 3]
    return sorted((end[0], end[-1]) for end in ends)


def test_each_road_pattern_has_its_shape_on_the_ground() -> None:
    # 400 by 300 m, the front along y = 0; streets run away from it, except that a comb has only its teeth
    land = site("rectangle_12")
    found: dict[str, list[SitePlan]] = {}
    for number in range(20):
        plan, _ = attempt(land, base_frame(land), number, 0, PROFILE, MODULES)
        if plan is not None and (plan.choices.angle_deg == 0 or plan.choices.pattern == "comb"):
            found.setdefault(plan.choices.pattern, []).append(plan)
    assert set(found) == {"ring", "grid", "spine", "comb", "fishbone"}
    for plan in found["ring"]:
        assert len(plan.streets) == 0
    for plan in found["grid"]:
        assert len(plan.streets) >= 2
    for plan in found["spine"]:
        assert len(plan.streets) == 1
        assert abs(plan.streets[0].line.centroid.x - 200) < 45
    for plan in found["comb"]:
        west, _, east, north = land.boundary.bounds
        probes = [roads_across(plan, LineString([(x, 0), (x, north)])) for x in np.linspace(west + 40, east - 40, 30)]
        between_teeth = [probe for probe in probes if len(probe) == 2]
        wider = [(high - low) - (end - back) for (low, high), (back, end) in between_teeth]
        assert np.median(wider) == pytest.approx(5.0, abs=0.5)
        teeth = roads_across(plan, LineString([(0, 60), (east, 60)]))
        assert len(teeth) >= 4
    for plan in found["fishbone"]:
        x = plan.streets[0].line.centroid.x
        half = plan.streets[0].width_m / 2
        ribs = [roads_across(plan, LineString([(at, 0), (at, 300)])) for at in (x - half - 25, x + half + 25)]
        assert min(map(len, ribs)) >= 4  # the loop at both ends, and two or more between on either side


def test_sharp_tips_between_roads_stay_land_and_corners_stay_round() -> None:
    # two lanes that meet at about 20 degrees inside a square of 300 m: the tip between them is an island, not paving
    ring = box(0, 0, 300, 300).buffer(-7)
    lanes = shapely.union(box(0, 100, 300, 107), LineString([(0, 60), (300, 160)]).buffer(3.5))
    net = Network(box(0, 0, 300, 300), ring, (), (), (), ring)
    land, islands = rounded_blocks(net, lanes)
    raw = ring.difference(lanes)
    paved = box(0, 0, 300, 300).difference(shapely.union(land, islands))
    assert islands.area > 80
    assert islands.difference(raw.buffer(0.01)).area < 0.1
    assert land.intersection(islands).area < 0.1
    assert least_radius(paved) == 6.0
    wide = paved.buffer(-10).buffer(10).area
    assert wide < 0.35 * box(0, 0, 300, 300).difference(land).buffer(-10).buffer(10).area
