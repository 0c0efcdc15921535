"""Measures of an option on a district that can be worked out by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parkplan._errors import RequestError
from parkplan.compare.catalogue import MEASURES
from parkplan.compare.district import District, district_of
from parkplan.compare.measures import Library, measure
from parkplan.data.typologies import load_assumptions, load_option_assumptions, load_typologies
from parkplan.layout.scenario import apply_edits
from parkplan.model.scenarios import Edit

LIBRARY = Library(load_typologies(), load_assumptions(), load_option_assumptions())
X, Y = 500_000.0, 2_500_000.0


def square(west: float, south: float, side: float = 200.0) -> shapely.Polygon:
    """A square on the central meridian, where a planar square metre is an ellipsoidal one."""
    return shapely.box(X + west, Y + south, X + west + side, Y + south + side)


def band(west: float, south: float, wide: float, high: float) -> str:
    """A strip of land as text."""
    return shapely.box(X + west, Y + south, X + west + wide, Y + south + high).wkt


def golden() -> tuple[gpd.GeoDataFrame, dict[str, gpd.GeoDataFrame]]:
    """Four squares of 4 ha in a row in a district of 100 ha, with a road of 20 m along the south, 1 km long."""
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": ["A", "B", "C", "D"],
            "land_use": ["100102", "100102", "100101", "0701"],
            "park_id": ["K", "K", "K", None],
            "floor_area_m2": [40_000.0, 20_000.0, 0.0, 60_000.0],
            "footprint_m2": [20_000.0, 10_000.0, 0.0, 10_000.0],
            "output_yuan": [100e6, 20e6, np.nan, np.nan],
            "tax_yuan": [5e6, 1e6, np.nan, np.nan],
            "employees": [400.0, 100.0, np.nan, np.nan],
            "energy_tce": [1000.0, np.nan, np.nan, np.nan],
            "far_max": [1.5, 2.5, 2.5, 2.0],
        },
        geometry=[square(0, 0), square(200, 0), square(400, 0), square(640, 0)],
        crs="EPSG:4547",
    )
    plan = gpd.GeoDataFrame(
        {"land_use": ["1001", "0701"], "far_max": [2.0, 2.0]},
        geometry=[shapely.box(X, Y, X + 600, Y + 200), shapely.box(X + 600, Y, X + 900, Y + 200)],
        crs="EPSG:4547",
    )
    lines = gpd.GeoDataFrame(
        {"kind": ["water"], "severity": ["veto"]}, geometry=[shapely.box(X, Y, X + 200, Y + 50)], crs="EPSG:4547"
    )
    roads = gpd.GeoDataFrame(
        {"width_m": [20.0]}, geometry=[shapely.LineString([(X - 50, Y - 10), (X + 950, Y - 10)])], crs="EPSG:4547"
    )
    streets = gpd.GeoDataFrame({"name": ["x"]}, geometry=[square(-50, -500, 1000)], crs="EPSG:4547")
    stations = gpd.GeoDataFrame(
        {"kind": ["fire_station"]}, geometry=[shapely.Point(X - 1200, Y + 100)], crs="EPSG:4547"
    )
    tables = {
        "land_use_plan": plan, "constraints": lines, "roads": roads, "streets": streets, "facilities": stations,
    }  # fmt: skip
    return parcels, tables


PARCELS, TABLES = golden()


@pytest.fixture(scope="module")
def district() -> District:
    return district_of(PARCELS, TABLES, LIBRARY.options)


def test_the_district_as_it_is(district: District) -> None:
    found = measure(district, apply_edits(PARCELS, []), LIBRARY)
    assert found.district_m2 == pytest.approx(1_000_000, rel=1e-4)
    expected_land = {"industry": 120_000, "housing": 40_000, "road": 20_000, "outside": 820_000}
    assert {name: value for name, value in found.balance.items() if value > 1} == pytest.approx(expected_land, rel=1e-4)
    values = found.values
    assert values["industrial_far"] == pytest.approx(60_000 / 120_000)
    assert values["building_coefficient"] == pytest.approx(30_000 / 120_000)
    assert (values["output_yuan"], values["tax_yuan"], values["jobs"]) == (120e6, 6e6, 500)
    assert found.known["output_yuan"] == pytest.approx(2 / 3)
    assert values["emissions_kgco2"] == pytest.approx(1000 * 1000 * 2.66)
    assert values["road_share"] == pytest.approx(0.02, rel=1e-3)
    assert values["developable_share"] == pytest.approx((160_000 - 10_000) / 1_000_000, rel=1e-3)
    assert values["veto_land_m2"] == pytest.approx(10_000, rel=1e-3)
    # A, B and C touch: 12 ha are 180 mu; D is 40 m away from C, which is of class 1 and needs no distance
    assert [values[f"blocks_{mu}"] for mu in (50, 100, 500)] == [1, 1, 0]
    assert values["median_block_m2"] == pytest.approx((120_000 + 40_000) / 2, rel=1e-4)
    assert values["conflicts"] == 0
    # the station is 1,155 m beside the west end of the road, which A, B, C and D reach after 110 m down to it, so that
    # the ways are 1,265 m + 150, 350, 550 and 790 m: A, B and C are within 2,000 m
    assert values["fire_coverage"] == pytest.approx(60_000 / 120_000)
    assert np.isnan(values["main_road_way_m"])  # the classes of the roads are unknown
    assert values["plan_conformity"] == pytest.approx(1.0)
    assert values["cost_yuan"] == values["demolition_m2"] == values["changed_m2"] == 0
    assert found.breaches == ()


def test_two_parcels_rebuilt_by_hand(district: District) -> None:
    """B becomes a standard factory (FAR 2.0, density 0.45); C a plain use of class 2 within 50 m of housing."""
    edits = [Edit("typology", ("B",), "standard_factory"), Edit("use", ("C",), "100102")]
    found = measure(district, apply_edits(PARCELS, edits), LIBRARY)
    floor = 80_000.0
    values = found.values
    assert values["floor_area_m2"] == pytest.approx(40_000 + floor + 60_000, rel=1e-4)
    assert values["industrial_far"] == pytest.approx((40_000 + floor) / 120_000, rel=1e-4)
    assert values["building_coefficient"] == pytest.approx((20_000 + 18_000) / 120_000, rel=1e-4)
    assert values["output_yuan"] == pytest.approx(100e6 + floor * 8000, rel=1e-4)
    assert values["tax_yuan"] == pytest.approx(5e6 + floor * 330, rel=1e-4)
    assert values["jobs"] == pytest.approx(400 + floor / 40, rel=1e-4)
    assert values["investment_yuan"] == pytest.approx(floor * 2400, rel=1e-4)
    assert values["demolition_m2"] == pytest.approx(20_000)
    cost = floor * 2400 + 20_000 * (1100 + 120) + 100 * 8000 + 40_000 * 700
    assert values["cost_yuan"] == pytest.approx(cost, rel=1e-4)
    assert values["emissions_kgco2"] == pytest.approx(2.66e6 + floor * 140, rel=1e-4)
    assert values["conflicts"] == 1
    assert {(one.parcel, one.rule) for one in found.breaches} == {("C", "near_housing")}
    assert {one.subject.en for one in found.assumed} >= {"Multi-storey standard factory"}
    assert found.statuses["conflicts"] == "missed"


def test_far_asked_for_beyond_the_limit_is_told(district: District) -> None:
    found = measure(district, apply_edits(PARCELS, [Edit("far", ("A",), 1.8)]), LIBRARY)
    assert [(one.parcel, one.rule, one.limit) for one in found.breaches if one.rule == "far_above"] == [
        ("A", "far_above", 1.5)
    ]
    assert found.values["floor_area_m2"] == pytest.approx(72_000 + 20_000 + 60_000, rel=1e-4)
    assert found.values["demolition_m2"] == 0


def test_a_typology_that_is_not_in_the_library_is_named(district: District) -> None:
    with pytest.raises(RequestError, match="castle"):
        measure(district, apply_edits(PARCELS, [Edit("typology", ("A",), "castle")]), LIBRARY)


@given(
    st.lists(
        st.one_of(
            st.builds(
                lambda parcel, kind: Edit("typology", (parcel,), kind),
                st.sampled_from("ABCD"),
                st.sampled_from(sorted(LIBRARY.typologies)),
            ),
            st.builds(
                lambda west, south, wide, high, n: Edit("road", shape=band(west, south, wide, high), id=f"r{n}"),
                st.integers(0, 800), st.integers(0, 180), st.integers(5, 300), st.integers(5, 60), st.integers(1, 3),
            ),
            st.builds(
                lambda parcel, at: Edit(
                    "split", (parcel,), shape=f"LINESTRING ({X + at} {Y - 5}, {X + at + 3} {Y + 205})"
                ),
                st.sampled_from("ABCD"),
                st.integers(0, 840),
            ),
            st.just(Edit("merge", ("A", "B"))),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_the_land_balance_sums_to_the_district(edits: list[Edit]) -> None:
    found = measure(HYPOTHETICAL, apply_edits(PARCELS, edits), LIBRARY)
    assert sum(found.balance.values()) == pytest.approx(found.district_m2, abs=0.01)
    land = found.district_m2 - found.balance["outside"]
    assert 179_000 < land < 260_000
    assert set(found.values) == set(MEASURES)


HYPOTHETICAL = district_of(PARCELS, TABLES, LIBRARY.options)


def test_without_roads_a_way_is_the_straight_line_with_a_detour() -> None:
    """The straight lines to the station are 1,300, 1,500, 1,700 and 1,940 m; x 1.4 only A is within 2,000 m."""
    tables = {name: table for name, table in TABLES.items() if name != "roads"}
    found = measure(district_of(PARCELS, tables, LIBRARY.options), apply_edits(PARCELS, []), LIBRARY)
    assert found.values["fire_coverage"] == pytest.approx(40_000 / 120_000)
    assert np.isnan(found.values["main_road_way_m"])


def test_the_way_to_a_main_road_is_the_mean_over_industrial_land_along_the_roads() -> None:
    """An arterial crosses at the east end: from A, B and C (4 ha each) 110 m down and 850, 650, 450 m along."""
    south = shapely.LineString([(X - 50, Y - 10), (X + 950, Y - 10)])
    east = shapely.LineString([(X + 950, Y - 500), (X + 950, Y + 400)])
    roads = gpd.GeoDataFrame({"class": ["minor", "arterial"]}, geometry=[south, east], crs="EPSG:4547")
    whole = district_of(PARCELS, TABLES | {"roads": roads}, LIBRARY.options)
    found = measure(whole, apply_edits(PARCELS, []), LIBRARY)
    assert found.values["main_road_way_m"] == pytest.approx(110 + 650, rel=1e-6)
