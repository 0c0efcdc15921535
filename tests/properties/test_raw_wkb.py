"""What is proven of WKB without parsing it is what GEOS says after parsing it, and nothing unsound is ever proven."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parkplan.data.intake.geometry import single_parts
from parkplan.data.intake.raw_wkb import binary_column, has_curves, lone_parts, measure, proven_kinds

corner = st.tuples(st.integers(0, 4).map(float), st.integers(0, 4).map(float))
rings = st.lists(corner, min_size=3, max_size=7)


def kinds(*shapes: shapely.Geometry | None) -> list[int]:
    return proven_kinds(binary_column(shapely.to_wkb(np.array(shapes, dtype=object)))).tolist()


@given(st.lists(rings, min_size=1, max_size=6))
def test_no_ring_is_proven_that_is_not_valid(corners: list[list[tuple[float, float]]]) -> None:
    """Rings on a lattice touch and cross themselves, run back on themselves and go round twice."""
    shapes = np.array([shapely.Polygon(each) for each in corners], dtype=object)
    proven = np.array(kinds(*shapes)) > 0
    assert not (proven & ~shapely.is_valid(shapes)).any()


@given(st.lists(rings, min_size=1, max_size=6))
def test_all_valid_rings_of_few_corners_are_proven(corners: list[list[tuple[float, float]]]) -> None:
    """Concave ones too, with sides in one line; only corners that are there twice in a row are left to the parser."""
    shapes = np.array([shapely.Polygon(each) for each in corners], dtype=object)
    twice = [(np.diff(shapely.get_coordinates(each), axis=0) == 0).all(axis=1).any() for each in shapes]
    assert ((np.array(kinds(*shapes)) > 0) == (shapely.is_valid(shapes) & ~np.array(twice))).all()


def test_a_ring_with_more_corners_than_are_compared_is_left_to_the_parser() -> None:
    teeth = np.arange(20)
    comb = [(0.0, -9.0), *zip(teeth / 2, np.where(teeth % 2, 0.0, 5.0), strict=True), (9.5, -9.0)]
    assert kinds(shapely.Polygon(comb), shapely.Polygon([*comb, (4.0, -9.5), (2.0, -9.4)])) == [3, 3]
    assert kinds(shapely.Polygon([*comb, (4.0, -9.5), (2.0, -9.4), (1.0, -9.3)])) == [0]


@given(st.integers(0, 10_000))
def test_convex_rings_are_proven_whichever_way_they_run(seed: int) -> None:
    points = np.random.default_rng(seed).normal(0, 100, (12, 2)) + np.array([4.1e5, 2.5e6])
    hull = shapely.convex_hull(shapely.multipoints(points))
    assert kinds(hull, hull.reverse(), shapely.MultiPolygon([hull])) == [3, 3, 0]


def test_a_ring_that_goes_round_twice_is_not_proven() -> None:
    angle = np.linspace(0, 4 * np.pi, 11)[:-1]
    star = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * np.linspace(1, 2, 10)[:, None])
    assert not star.is_valid
    assert kinds(star) == [0]


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon(),
        shapely.Point(),
        shapely.Point(np.inf, 0),
        shapely.Polygon([(0, 0, 1), (1, 0, 1), (1, 1, 1)]),
        shapely.Polygon([(0, 0), (9, 0), (9, 9)], [[(7, 1), (8, 1), (8, 2)]]),
        shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)]),
        shapely.LineString([(0, 0), (1, 1)]),
        None,
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(shape: shapely.Geometry | None) -> None:
    assert kinds(shape, shapely.box(0, 0, 1, 1)) == [0, 3]


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("corner_hit", [0, 1, 3])
def test_a_ring_with_a_number_that_is_none_is_not_proven(number: float, corner_hit: int) -> None:
    wkb = bytearray(shapely.to_wkb(shapely.box(1, 2, 5, 7)))
    wkb[13 + 16 * corner_hit : 21 + 16 * corner_hit] = np.array(number, "<f8").tobytes()
    assert proven_kinds(binary_column(np.array([bytes(wkb)], dtype=object))).tolist() == [0]


BOX, LINE, DOT = shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)]), shapely.Point(1, 2)
FRAMED = [
    None, BOX, shapely.MultiPolygon([BOX]), shapely.MultiPolygon([BOX, shapely.box(2, 2, 3, 3)]),
    shapely.MultiPolygon([DOT.buffer(3).difference(DOT.buffer(1))]), shapely.MultiLineString([LINE]),
    shapely.MultiLineString([LINE, LINE]), shapely.MultiPoint([DOT]), DOT, shapely.MultiPoint([]),
    shapely.GeometryCollection([BOX]), shapely.GeometryCollection([shapely.MultiPolygon([BOX])]),
    shapely.MultiPolygon(), shapely.Polygon(),
]  # fmt: skip

PARTED = ("MultiPoint", "MultiLineString", "MultiPolygon")
OTHER_WKB = ({"byte_order": 0}, {"output_dimension": 3}, {"flavor": "extended", "include_srid": True})


@given(st.lists(st.sampled_from(FRAMED), min_size=1, max_size=9), st.integers(0, 3), st.booleans())
def test_a_lone_part_is_that_part(shapes: list[shapely.Geometry | None], cut: int, wide: bool) -> None:
    """Whatever stands beside it, in slices and wide columns, a multi-part shape of one part becomes its part."""
    wkb = pa.array(shapely.to_wkb(np.array(shapes, dtype=object)), pa.large_binary() if wide else pa.binary())
    column = pa.chunked_array([wkb.slice(cut), wkb.slice(0, cut)])
    alone = [shape.geoms[0] if shape is not None and shape.geom_type in PARTED and len(shape.geoms) == 1 else shape
             for shape in [*shapes[cut:], *shapes[:cut]]]  # fmt: skip
    found = lone_parts(column)
    found.validate(full=True)
    assert found.type == column.type
    assert found.to_pylist() == shapely.to_wkb(np.array(alone, dtype=object)).tolist()


@pytest.mark.parametrize(
    "options", [{"byte_order": 0}, {"output_dimension": 3}, {"flavor": "extended", "include_srid": True}]
)
def test_other_wkb_of_a_lone_part_is_left_to_the_parser(options: dict[str, Any]) -> None:
    shape = shapely.set_srid(shapely.MultiPolygon([shapely.force_3d(BOX, 5.0)]), 4547)
    column = binary_column(np.array([shapely.to_wkb(shape, **options)], dtype=object))
    assert lone_parts(column).equals(column)


def damaged(noise: bytes, place: int, byte: int) -> list[bytes]:
    """Noise, and the WKB of a rectangle cut short, with one byte changed, and with noise behind it."""
    whole = shapely.to_wkb(shapely.box(1, 2, 5, 7))
    changed = bytearray(whole)
    changed[place] = byte
    return [noise, whole[: len(whole) - place - 1], bytes(changed), whole + noise]


@given(st.binary(min_size=0, max_size=120), st.integers(0, 40), st.integers(0, 255))
def test_bytes_that_are_no_wkb_are_never_proven(noise: bytes, place: int, byte: int) -> None:
    """Noise, cut WKB and WKB with one byte changed: what is proven is what GEOS reads as sound."""
    values = damaged(noise, place, byte)
    for value, kind in zip(values, proven_kinds(binary_column(np.array(values, dtype=object))), strict=True):
        if kind:
            read = shapely.from_wkb(value)
            assert read.is_valid
            assert np.isfinite(shapely.get_coordinates(read)).all()


@given(st.binary(min_size=0, max_size=40), st.integers(0, 60), st.integers(0, 255))
def test_damaged_parts_are_read_as_before(noise: bytes, place: int, byte: int) -> None:
    """A frame is left out only where GEOS reads the same part with it."""
    whole = shapely.to_wkb(shapely.MultiPolygon([BOX]))
    changed = bytearray(whole)
    changed[place] = byte
    values = np.array([noise, whole[: len(whole) - place - 1], bytes(changed), whole + noise], dtype=object)
    before = shapely.from_wkb(values, on_invalid="ignore")
    after = shapely.from_wkb(lone_parts(binary_column(values)).to_numpy(), on_invalid="ignore")
    assert shapely.to_wkb(single_parts(before)).tolist() == shapely.to_wkb(single_parts(after)).tolist()


def test_slices_and_wide_columns_are_read_as_plain_ones() -> None:
    wkb = shapely.to_wkb(np.array([None, shapely.Point(1, 2), shapely.box(0, 0, 1, 1), None], dtype=object))
    plain = pa.array(wkb, pa.binary())
    sliced = pa.chunked_array([plain.slice(1, 2), plain.slice(0, 1), plain.slice(0, 0)])
    assert proven_kinds(sliced).tolist() == [1, 3, 0]
    assert proven_kinds(pa.chunked_array([plain.cast(pa.large_binary())])).tolist() == [0, 1, 3, 0]
    assert proven_kinds(binary_column(np.array([], dtype=object))).tolist() == []
    curve = b"\x01" + (10).to_bytes(4, "little") + b"\x00" * 8
    assert has_curves(binary_column(np.array([None, wkb[1], curve], dtype=object)))
    assert not has_curves(binary_column(wkb))


@given(st.lists(rings, min_size=1, max_size=6), st.integers(1, 3))
def test_boxes_and_areas_are_those_of_geos(corners: list[list[tuple[float, float]]], pieces: int) -> None:
    """Valid or not, in chunks of any size: what is measured from bytes is what GEOS measures."""
    shapes = np.array([shapely.Polygon(each) for each in corners] + [shapely.Point(3, 4)], dtype=object)
    column = pa.chunked_array([pa.array(part, pa.binary()) for part in np.array_split(shapely.to_wkb(shapes), pieces)])
    found = measure(column)
    assert found.kinds.tolist() == [3] * len(corners) + [1]
    assert (found.boxes == shapely.bounds(shapes)).all()
    assert found.areas == pytest.approx(shapely.area(shapes), rel=1e-14)


@given(st.binary(min_size=0, max_size=120), st.integers(0, 92), st.integers(0, 255))
def test_bytes_that_are_no_wkb_are_never_measured(noise: bytes, place: int, byte: int) -> None:
    values = damaged(noise, place, byte)
    found = measure(binary_column(np.array(values, dtype=object)))
    for value, kind, box in zip(values, found.kinds, found.boxes, strict=True):
        if kind:
            assert box.tolist() == list(shapely.from_wkb(value).bounds)
