"""Site plans: valid options, the certificate against the independent checker, edits, files, bad input."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from bench.sites.shapes import site
from shapely import LineString, Point, Polygon

from parkplan._errors import RequestError
from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.jobs.siteplan import siteplan, violations
from parkplan.jobs.siteplan_files import ENDINGS, write_options
from parkplan.layout.siteplan import attempt, generate, refine, regenerate, site_of
from parkplan.layout.siteplan.frame import base_frame
from parkplan.layout.siteplan_check import CheckedPiece, check, recomputed

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.model.siteplan import Piece, SitePlan, SitePlanProfile, SitePlans

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()
LIMITS: dict[str, float] = {limit.id: limit.value for limit in PROFILE.limits}


@cache
def plans(name: str, count: int = 24) -> SitePlans:
    return generate(site(name), PROFILE, MODULES, count=count, seed=3)


def with_limit(rule: str, value: float) -> SitePlanProfile:
    changed = [limit.model_copy(update={"value": value}) if limit.id == rule else limit for limit in PROFILE.limits]
    return PROFILE.model_copy(update={"limits": tuple(changed)})


def checked(pieces: tuple[Piece, ...]) -> list[CheckedPiece]:
    return [
        CheckedPiece(p.kind, p.geometry, p.storeys, p.storey_height_m, bool(p.module) and MODULES[p.module].court)
        for p in pieces
    ]


def rules_broken(plan: SitePlan, pieces: tuple[Piece, ...]) -> set[str]:
    found = check(plan.site.boundary, plan.site.gates, plan.site.access, checked(pieces), LIMITS)
    return {violation.rule for violation in found}


@pytest.mark.parametrize("name", ["rectangle_12", "ragged_12"])
def test_twelve_hectares_give_24_distinct_options(name: str) -> None:
    made = plans(name)
    assert len(made.options) == 24
    assert made.least_distance is not None
    assert made.least_distance >= 0.10
    assert len({plan.id for plan in made.options}) == 24
    assert [plan.front for plan in made.options] == sorted(plan.front for plan in made.options)
    assert len({plan.choices.pattern for plan in made.options}) >= 4


@pytest.mark.parametrize("name", ["rectangle_12", "ragged_12"])
def test_the_checker_finds_nothing_and_agrees_with_the_certificate(name: str) -> None:
    for plan in plans(name).options:
        assert plan.valid
        assert violations(plan, PROFILE, MODULES) == []
        figures = recomputed(plan.site.boundary, checked(plan.pieces))
        for key, value in figures.items():
            assert plan.indicators[key] == pytest.approx(value, rel=1e-6, abs=1e-6), key
        assert sum(piece.geometry.area for piece in plan.pieces) == pytest.approx(plan.site.area_m2, abs=0.5)


def hall_of(plan: SitePlan) -> Piece:
    return max(plan.of_kind("building"), key=lambda piece: round(piece.geometry.area, 3))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda hall: {"geometry": shapely.transform(hall.geometry, lambda xy: xy + np.array([0.0, 1.0]))}, "overlap"),
        (lambda hall: {"geometry": hall.geometry.buffer(-1, join_style="mitre")}, "uncovered"),
        (lambda hall: {"storeys": 20}, "height_max_m"),
        (lambda hall: {"kind": "shed"}, "unknown_kind"),
    ],
)
def test_the_checker_sees_a_plan_that_was_tampered_with(change: object, rule: str) -> None:
    plan = plans("rectangle_12").options[0]
    hall = hall_of(plan)
    worse = replace(hall, **change(hall))  # type: ignore[operator]
    pieces = tuple(worse if piece is hall else piece for piece in plan.pieces)
    assert rule in rules_broken(plan, pieces)


def test_the_checker_sees_a_cut_road_a_lost_gate_and_a_missing_piece() -> None:
    plan = plans("rectangle_12").options[0]
    road = next(piece for piece in plan.pieces if piece.kind == "road")
    west, south, east, north = road.geometry.bounds
    middle = (south + north) / 2
    halves = [
        replace(road, geometry=part)
        for box in ((west, south, east, middle - 3), (west, middle + 3, east, north))
        for part in shapely.get_parts(road.geometry.intersection(shapely.box(*box)))
    ]
    others = tuple(piece for piece in plan.pieces if piece is not road)
    assert "road_connected" in rules_broken(plan, (*others, *halves))
    assert "uncovered" in rules_broken(plan, plan.pieces[1:])
    away = replace(plan, site=replace(plan.site, gates=(Point(0, 299),)))
    assert "lane_width_m" in rules_broken(away, plan.pieces)
    kinds = tuple(replace(piece, kind="green") if piece.kind == "court" else piece for piece in plan.pieces)
    assert {"court_depth_m"} <= rules_broken(plan, kinds)
    offices = tuple(replace(p, kind="admin_building") if p.kind == "building" else p for p in plan.pieces)
    assert {"admin_land_max", "admin_floor_max"} <= rules_broken(plan, offices)


def test_indicators_by_hand() -> None:
    # a site of 10,000 m²: hall of 4,000 m², one storey of 9 m (counts twice), office 300 m² x 3, yard 500 m²
    pieces = [
        CheckedPiece("building", shapely.box(0, 0, 80, 50), 1, 9.0),
        CheckedPiece("admin_building", shapely.box(80, 0, 90, 30), 3, 3.5),
        CheckedPiece("yard", shapely.box(0, 50, 50, 60)),
    ]
    found = recomputed(shapely.box(0, 0, 100, 100), pieces)
    assert found["far"] == pytest.approx(0.89)
    assert found["density"] == pytest.approx(0.43)
    assert found["coefficient"] == pytest.approx(0.48)
    assert found["admin_floor"] == pytest.approx(900 / 4900)


def test_rules_that_collide_are_named() -> None:
    made = generate(site("rectangle_4"), with_limit("density_min", 0.59), MODULES, count=2, seed=1, attempts=20)
    assert made.options == ()
    assert made.collision == ("density_min",)


def test_same_seed_same_plans() -> None:
    # the choice among attempts is compared between processes, in the tests of the jobs
    land = site("rectangle_12")
    for first in plans("rectangle_12").options[:6]:
        again, broken = attempt(land, base_frame(land), int(first.id), 3, PROFILE, MODULES)
        assert again is not None
        assert broken == ()
        assert all(
            one.geometry.equals_exact(other.geometry, 0) for one, other in zip(again.pieces, first.pieces, strict=True)
        )


def test_refined_plans_are_valid_and_no_worse() -> None:
    plan = plans("ragged_12").options[-1]
    better = refine(plan, PROFILE, MODULES, steps=8, seed=1)
    assert better.valid
    assert violations(better, PROFILE, MODULES) == []
    assert better.id == plan.id


def test_a_locked_street_stays_while_gate_and_typology_change() -> None:
    plan = next(plan for plan in plans("rectangle_12").options if plan.streets)
    street = plan.streets[0]
    edge = LineString(plan.site.boundary.exterior.coords[:2])
    moved = replace(plan.site, gates=(edge.interpolate(0.3, normalized=True),))
    made = regenerate(
        plan, PROFILE, MODULES, locked=(street.id,), site=moved, typology=("double_storey_plant",), seed=2
    )
    assert made
    for option in made:
        assert violations(option, PROFILE, MODULES) == []
        assert any(other.line.equals_exact(street.line, 15) for other in option.streets)
        assert {piece.module for piece in option.of_kind("building")} == {"double_storey_plant"}
    assert [one.indicators["floor_area_m2"] for one in made] == sorted(
        (one.indicators["floor_area_m2"] for one in made), reverse=True
    )
    pairs = itertools.combinations([shapely.union_all([piece.geometry for piece in one.buildings]) for one in made], 2)
    alike = [one.intersection(other).area / one.union(other).area for one, other in pairs]
    assert max(alike, default=0.0) < 0.97  # apart by 0.05 on a grid


def test_files_of_every_format_hold_the_same_plan(tmp_path: Path) -> None:
    import ezdxf

    plan = plans("ragged_12").options[0]
    crs = gpd.GeoSeries([Point(0, 0)], crs="EPSG:4547").crs
    east = replace(plan, pieces=tuple(replace(p, geometry=_east(p.geometry)) for p in plan.pieces))
    east = replace(east, site=replace(plan.site, boundary=_east(plan.site.boundary)))
    paths = write_options(tmp_path, [east], PROFILE, MODULES, crs, ENDINGS)
    assert {path.suffix for path in paths} == {".json", *ENDINGS}
    package = gpd.read_file(tmp_path / f"option-{plan.id}.gpkg")
    rows = [
        CheckedPiece(row.kind, row.geometry, _number(row.storeys), _number(row.storey_height_m))
        for row in package.itertuples()
    ]
    figures = recomputed(east.site.boundary, rows)
    listed = json.loads((tmp_path / "options.json").read_text(encoding="utf-8"))["options"][0]
    assert figures["far"] == pytest.approx(listed["indicators"]["far"], rel=1e-9)
    assert figures["green_share"] == pytest.approx(listed["indicators"]["green_share"], rel=1e-9)
    assert len(gpd.read_file(tmp_path / f"option-{plan.id}.geojson")) == len(plan.pieces)
    drawing = ezdxf.readfile(tmp_path / f"option-{plan.id}.dxf")
    outlines = [entity for entity in drawing.modelspace() if entity.dxf.layer == "BUILDING"]
    assert len(outlines) == len(plan.of_kind("building"))
    assert (tmp_path / f"option-{plan.id}.pdf").read_bytes().startswith(b"%PDF")


def _number(value: float) -> int | float:
    return 0 if value is None or np.isnan(value) else value


def _east(shape: Polygon) -> Polygon:
    return shapely.transform(shape, lambda xy: xy + np.array([500_000.0, 2_500_000.0]))


@pytest.mark.parametrize(
    ("boundary", "key"),
    [
        (Polygon([(0, 0), (300, 300), (300, 0), (0, 300)]), "siteplan_boundary_broken"),
        (shapely.box(0, 0, 60, 60), "siteplan_too_small"),
        (shapely.MultiPolygon([shapely.box(0, 0, 90, 90), shapely.box(200, 0, 290, 90)]), "siteplan_boundary_parts"),
    ],
)
def test_bad_boundaries_are_refused_with_the_reason(boundary: object, key: str) -> None:
    with pytest.raises(RequestError) as caught:
        site_of(boundary, PROFILE)
    assert caught.value.key == key


def test_no_access_far_gates_and_contradicting_limits_are_refused() -> None:
    land = shapely.box(0, 0, 300, 200)
    with pytest.raises(RequestError, match="45"):
        site_of(land, PROFILE, roads=[LineString([(0, -300), (300, -300)])])
    with pytest.raises(RequestError, match="100"):
        site_of(land, PROFILE, gates=[Point(150, -100)])
    with pytest.raises(RequestError) as caught:
        site_of(land, with_limit("far_min", 5.0))
    assert caught.value.key == "siteplan_limits_contradict"


def test_gates_are_proposed_along_the_road() -> None:
    made = site_of(shapely.box(0, 0, 300, 200), PROFILE, roads=[LineString([(320, -50), (320, 250)])])
    assert not made.gates_given
    assert all(gate.x == pytest.approx(300) for gate in made.gates)


def test_the_job_writes_a_folder(tmp_path: Path) -> None:
    source = tmp_path / "site.gpkg"
    shape = _east(site("rectangle_4").boundary)
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[shape], crs="EPSG:4547").to_file(source)
    made = siteplan(boundary=source, options=2, seed=1, out=tmp_path / "plans")
    assert made.plans.options
    names = {path.name for path in (tmp_path / "plans").iterdir()}
    assert "options.json" in names
    assert {f"option-{plan.id}{ending}" for plan in made.plans.options for ending in (".svg", ".geojson")} <= names
    with pytest.raises(RequestError) as caught:
        siteplan(out=tmp_path / "plans")
    assert caught.value.key == "siteplan_source"
