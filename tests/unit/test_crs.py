"""CRS: shifted web-map coordinates, datums, and the choice for a new workspace."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from pyproj.crs import CRS

from parkplan._errors import RequestError
from parkplan.data import gcj
from parkplan.data.crs import (
    SourceCrs,
    geodesic_areas_m2,
    is_metric,
    lonlat_bounds,
    not_degrees,
    operation,
    outside_area_of_use,
    parse_crs,
    reproject,
    workspace_crs,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

JIANGHAI = (113.07, 22.48, 113.19, 22.60)
longitudes, latitudes = st.floats(74, 135), st.floats(4, 53)


def scalar_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """The published series, one point at a time, written apart from the product's own arrays."""
    x, y = longitude - 105, latitude - 35
    sine = math.sin

    def series(values: list[tuple[float, float]]) -> float:
        return sum(a * sine(b * math.pi) for a, b in values) * 2 / 3

    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * abs(x) ** 0.5
    north += series([(20, 6 * x), (20, 2 * x), (20, y), (40, y / 3), (160, y / 12), (320, y / 30)])
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * abs(x) ** 0.5
    east += series([(20, 6 * x), (20, 2 * x), (20, x), (40, x / 3), (150, x / 12), (300, x / 30)])
    radius, flat = 6378245.0, 0.00669342162296594323
    w = 1 - flat * sine(math.radians(latitude)) ** 2
    north_degrees = north * 180 / (radius * (1 - flat) / w**1.5 * math.pi)
    east_degrees = east * 180 / (radius / w**0.5 * math.cos(math.radians(latitude)) * math.pi)
    return longitude + east_degrees, latitude + north_degrees


def one(*values: float) -> list[NDArray[np.float64]]:
    return [np.array([value]) for value in values]


@given(longitudes, latitudes)
def test_gcj02_follows_the_published_series(longitude: float, latitude: float) -> None:
    east, north = gcj.wgs84_to_gcj02(*one(longitude, latitude))
    assert (east[0], north[0]) == pytest.approx(scalar_gcj02(longitude, latitude), abs=1e-11)


@given(longitudes, latitudes)
def test_the_way_back_ends_where_it_began(longitude: float, latitude: float) -> None:
    there = gcj.wgs84_to_gcj02(*one(longitude, latitude))
    back = gcj.gcj02_to_wgs84(*there)
    assert (back[0][0], back[1][0]) == pytest.approx((longitude, latitude), abs=1e-9)
    around = gcj.bd09_to_gcj02(*gcj.gcj02_to_bd09(*there))
    assert (around[0][0], around[1][0]) == pytest.approx((there[0][0], there[1][0]), abs=1e-9)


def test_nothing_is_shifted_outside_of_china() -> None:
    assert [value[0] for value in gcj.wgs84_to_gcj02(*one(-0.1, 51.5))] == [-0.1, 51.5]


def test_the_offset_at_jianghai_is_635_metres() -> None:
    east, north = gcj.wgs84_to_gcj02(*one(113.12, 22.57))
    distance = Geod(ellps="WGS84").inv(113.12, 22.57, east[0], north[0])[2]
    assert distance == pytest.approx(635, abs=2)


@pytest.mark.parametrize(("source", "target"), [(2362, 4526), (4610, 4490), (4214, 4490), (2414, 4547), (4610, 4326)])
def test_a_ballpark_between_datums_is_refused_with_the_reason(source: int, target: int) -> None:
    with pytest.raises(RequestError) as caught:
        operation(CRS(source), CRS(target))
    assert caught.value.key == "crs_ballpark"
    assert "parameters" in caught.value.sentence("en")


@pytest.mark.parametrize(("source", "target"), [(4490, 4326), (4326, 4547), (3857, 4547), (2362, 2383), (4526, 4547)])
def test_one_datum_or_cgcs2000_and_wgs84_are_allowed(source: int, target: int) -> None:
    assert operation(CRS(source), CRS(target)).transformer is not None


def test_the_sample_point_of_zone_38_with_and_without_prefix() -> None:
    point = np.array([shapely.Point(113.12, 22.57)], dtype=object)
    for code, expected in ((4526, (38409494.401, 2497185.717)), (4547, (409494.401, 2497185.717))):
        moved, _ = reproject(point, parse_crs("EPSG:4490"), CRS(code))
        assert (moved[0].x, moved[0].y) == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    ("stated", "bounds", "code"),
    [
        ("EPSG:4526", JIANGHAI, 4526),
        ("EPSG:4326", JIANGHAI, 4547),
        ("gcj02", JIANGHAI, 4547),
        ("EPSG:3857", JIANGHAI, 4547),
        ("EPSG:4490", (107, 29, 108, 30), 4545),
        ("EPSG:4610", JIANGHAI, 2383),
        ("EPSG:4214", JIANGHAI, 2435),
        ("EPSG:2272", (-75.3, 39.8, -74.9, 40.2), 26918),
        ("EPSG:4326", (-6.4, 53.2, -6.1, 53.4), 32629),
        ("EPSG:4326", (18.3, -34, 18.5, -33.8), 32734),
        ("EPSG:27700", (-2, 52, -1, 53), 27700),
    ],
)
def test_the_crs_of_a_new_workspace(stated: str, bounds: tuple[float, float, float, float], code: int) -> None:
    assert workspace_crs(parse_crs(stated), bounds).crs.to_epsg() == code


def test_a_workspace_without_a_place_is_refused() -> None:
    with pytest.raises(RequestError):
        workspace_crs(parse_crs("EPSG:4326"), None)


@pytest.mark.parametrize("text", ["EPSG:0", "nonsense", "", "EPSG:abc"])
def test_an_unknown_crs_is_one_sentence(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_crs(text)
    assert caught.value.key == "unknown_crs"


def test_metres_and_feet_and_degrees() -> None:
    assert all(is_metric(CRS(code)) for code in (4547, 26918, 27700))
    assert not any(is_metric(CRS(code)) for code in (2272, 3857, 4326))


def test_metres_that_are_declared_as_degrees() -> None:
    metres = np.array([shapely.Point(389547, 412564)], dtype=object)
    assert not_degrees(shapely.total_bounds(metres), parse_crs("EPSG:4326"))
    assert not not_degrees(np.array([113.0, 22.0, 113.0, 22.0]), parse_crs("EPSG:4326"))


def test_data_outside_of_the_area_of_use() -> None:
    source = parse_crs("EPSG:4547")
    jianghai = np.array([shapely.Point(409494, 2497185)], dtype=object)
    assert not outside_area_of_use(lonlat_bounds(jianghai, source), source.crs)
    swapped = np.array([shapely.Point(2497185, 409494)], dtype=object)
    assert outside_area_of_use(lonlat_bounds(swapped, source), source.crs)


def test_areas_are_those_of_the_ellipsoid() -> None:
    """One square degree at the equator, by the closed formula of the authalic integral, is 12,308.46 km²."""
    degree = np.array([shapely.box(0, 0, 1, 1), None], dtype=object)
    areas = geodesic_areas_m2(degree, SourceCrs(CRS(4326)))
    assert areas[0] / 1e6 == pytest.approx(12308.8, abs=1.0)
    assert math.isnan(areas[1])


@given(st.floats(112.5, 115.5), st.floats(21.6, 25.0))
def test_a_round_trip_stays_under_a_millimetre(longitude: float, latitude: float) -> None:
    point = np.array([shapely.Point(longitude, latitude)], dtype=object)
    there, _ = reproject(point, parse_crs("EPSG:4490"), CRS(4547))
    back, _ = reproject(there, parse_crs("EPSG:4547"), CRS(4490))
    again, _ = reproject(back, parse_crs("EPSG:4490"), CRS(4547))
    assert there[0].distance(again[0]) < 0.001
