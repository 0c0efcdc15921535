"""Tiles decoded by an independent reader carry every shape, where it lies, as large as it is."""

import math

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.affinity import translate

from parkplan.render.tiles import EXTENT, TILE_PX, Labels, Shapes, Tile, TileLayer, tile_at

CENTRE = (12_593_000.0, 2_580_000.0)
UNIT = 1.0
PIXEL = EXTENT / TILE_PX
SPECK = PIXEL * math.sqrt(2)  # a pixel stands for what is smaller


def layer(geometries, **more):
    codes = np.zeros(len(geometries), np.int16)
    return TileLayer("plots", Shapes.of(np.array(geometries, dtype=object)), codes, **more)


def decoded(data, name="plots"):
    """Features of a layer by id, in tile units with y to the south, one geometry for each id."""
    if not data:
        return {}
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    features = layers.get(name, {"features": []})["features"]
    ids = [feature["id"] for feature in features]
    assert len(ids) == len(set(ids)), "one feature for each row"
    return {feature["id"]: feature for feature in features}


def drawn(feature):
    """What a painter fills: exteriors less their holes. Clipped rings may touch along the edge of the buffer."""
    polygons = shapely.get_parts(shapely.geometry.shape(feature["geometry"]))
    solid = shapely.make_valid(shapely.polygons(shapely.get_exterior_ring(polygons)))
    hollow = [shapely.make_valid(shapely.Polygon(hole)) for polygon in polygons for hole in polygon.interiors]
    filled = shapely.get_parts(shapely.union_all(solid) - shapely.union_all(hollow))
    return shapely.union_all(filled[shapely.area(filled) > 0])


def stroked(feature):
    """What a painter fills or strokes: the tail of a sliver may be no more than a line."""
    polygons = shapely.get_parts(shapely.geometry.shape(feature["geometry"]))
    return shapely.union_all([drawn(feature), *shapely.get_exterior_ring(polygons)])


def in_units(geometry, tile):
    west, _, _, north = tile.bounds
    scale = EXTENT / tile.side_m
    return shapely.transform(geometry, lambda xy: np.column_stack([xy[:, 0] - west, north - xy[:, 1]]) * scale)


def visible(geometry, tile, buffer=0.0):
    return shapely.intersection(
        in_units(geometry, tile), shapely.box(-buffer, -buffer, EXTENT + buffer, EXTENT + buffer)
    )


def diagonal(geometry):
    west, south, east, north = geometry.bounds
    return math.hypot(east - west, north - south)


@st.composite
def star(draw, radius_m, spread_m):
    """A star-shaped polygon, often with a hole, sometimes a sliver, around a point near the centre."""
    count = draw(st.integers(3, 14))
    radii = np.array(draw(st.lists(st.floats(0.3, 1.0), min_size=count, max_size=count)))
    squeeze = draw(st.sampled_from([1.0, 1.0, 1.0, 0.02]))
    turn = draw(st.floats(0, math.pi))
    angle = np.linspace(0, 2 * math.pi, count, endpoint=False)
    wave = np.column_stack([np.cos(angle), np.sin(angle) * squeeze]) @ [
        [math.cos(turn), math.sin(turn)],
        [-math.sin(turn), math.cos(turn)],
    ]
    aside = st.floats(-spread_m, spread_m)
    middle = np.array(CENTRE) + np.array([draw(aside), draw(aside)])
    size = draw(st.floats(radius_m[0], radius_m[1]))
    shell = middle + wave * radii[:, None] * size
    holes = [middle + wave * radii[:, None] * size * 0.5] if draw(st.booleans()) else []
    polygon = shapely.Polygon(shell, holes)
    assume(polygon.is_valid and polygon.area > 0)
    return polygon


@st.composite
def parcels(draw, radius_m=(1.0, 900.0), spread_m=600.0):
    """Polygons, with multipolygons of two parts that lie apart."""
    found = draw(st.lists(star(radius_m, spread_m), min_size=1, max_size=6))
    if len(found) > 1 and draw(st.booleans()):
        pair = shapely.MultiPolygon([found[0], translate(found[1], 4000.0)])
        assume(pair.is_valid)
        found = [pair, *found[2:]]
    return found


zooms = st.integers(11, 19)


@given(parcels(), zooms)
def test_polygons_lie_where_they_lie(geometries, zoom):
    tile = tile_at(zoom, *CENTRE)
    features = decoded(layer(geometries).tile(tile.z, tile.x, tile.y))
    for row, geometry in enumerate(geometries):
        if row not in features:
            continue
        got, true = drawn(features[row]), in_units(geometry, tile)
        parts, inside = shapely.get_parts(true), visible(geometry, tile)
        if min(diagonal(part) for part in parts) < PIXEL:
            tolerance = SPECK
        else:  # what is narrower than a unit is drawn one unit wide
            tolerance = UNIT + 0.01 if (shapely.area(parts) > shapely.length(parts)).all() else 2 * UNIT
        assert shapely.covers(true.buffer(tolerance), got)
        assert inside.is_empty or tolerance == SPECK or shapely.covers(stroked(features[row]).buffer(tolerance), inside)


@given(parcels(radius_m=(0.2, 900.0)), zooms)
def test_every_parcel_larger_than_a_pixel_is_there(geometries, zoom):
    tile = tile_at(zoom, *CENTRE)
    features = decoded(layer(geometries).tile(tile.z, tile.x, tile.y))
    for row, geometry in enumerate(geometries):
        inside = visible(geometry, tile)
        if not inside.is_empty and diagonal(inside) >= PIXEL:
            assert row in features


@given(parcels(radius_m=(60.0, 3000.0)), st.integers(14, 19))
def test_holes_and_parts_keep_their_area(geometries, zoom):
    tile = tile_at(zoom, *CENTRE)
    features = decoded(layer(geometries).tile(tile.z, tile.x, tile.y))
    for row, geometry in enumerate(geometries):
        inside = visible(geometry, tile)
        got = (
            shapely.intersection(drawn(features[row]), shapely.box(0, 0, EXTENT, EXTENT)).area if row in features else 0
        )
        assert got == pytest.approx(inside.area, abs=0.75 * inside.length + 4)


@given(parcels(radius_m=(50.0, 400.0), spread_m=50.0), st.integers(13, 17))
def test_neighbouring_tiles_agree_and_leave_no_gap(geometries, zoom):
    middle = tile_at(zoom, *CENTRE)
    whole = {row: 0.0 for row in range(len(geometries))}
    strips = {}
    for dx in range(-4, 5):
        for dy in range(-4, 5):
            tile = Tile(zoom, middle.x + dx, middle.y + dy)
            features = decoded(layer(geometries).tile(tile.z, tile.x, tile.y))
            for row, feature in features.items():
                shape = drawn(feature)
                whole[row] += shapely.intersection(shape, shapely.box(0, 0, EXTENT, EXTENT)).area
                strips[row, dx, dy] = shape
    for (row, dx, dy), shape in strips.items():
        if (row, dx + 1, dy) in strips:
            strip = shapely.box(EXTENT - 64, 0, EXTENT + 64, EXTENT)
            here, there = shape & strip, translate(strips[row, dx + 1, dy], EXTENT) & strip
            assert shapely.area(here ^ there) <= 1.5 * max(here.length, there.length) + 1
    reach = 4.5 * EXTENT - diagonal(in_units(shapely.union_all(geometries), middle))
    for row, geometry in enumerate(geometries):
        true = in_units(geometry, middle)
        if reach > 0 and geometry.geom_type == "Polygon":
            assert whole[row] == pytest.approx(true.area, abs=0.75 * true.length + 4)


@given(st.lists(star((0.01, 3.0), 400.0), min_size=1, max_size=40), st.integers(8, 13))
def test_parcels_under_a_pixel_still_paint_their_pixel(geometries, zoom):
    tile = tile_at(zoom, *CENTRE)
    features = decoded(layer(geometries).tile(tile.z, tile.x, tile.y))
    seen = shapely.union_all([drawn(feature) for feature in features.values()])
    for geometry in geometries:
        middle = in_units(shapely.box(*geometry.bounds).centroid, tile)
        if 1 <= middle.x < EXTENT - 1 and 1 <= middle.y < EXTENT - 1 and diagonal(in_units(geometry, tile)) < PIXEL:
            assert middle.distance(seen) < 0.01


@given(parcels(), zooms, st.data())
def test_a_mask_shows_its_rows_only(geometries, zoom, data):
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(geometries), max_size=len(geometries))))
    tile = tile_at(zoom, *CENTRE)
    every = layer(geometries)
    some = TileLayer("plots", every.shapes, np.where(mask, 0, -1).astype(np.int16))
    masked = every.tile(tile.z, tile.x, tile.y, mask)
    assert set(decoded(masked)) <= set(np.flatnonzero(mask).tolist())
    assert masked == some.tile(tile.z, tile.x, tile.y)


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=2, max_size=30), zooms)
def test_lines_lie_where_they_lie(steps, zoom):
    line = shapely.LineString(np.array(steps) + CENTRE)
    assume(line.length > 0)
    tile = tile_at(zoom, *CENTRE)
    features = decoded(layer([line]).tile(tile.z, tile.x, tile.y))
    inside, true = visible(line, tile), in_units(line, tile)
    if 0 not in features:
        assert inside.length < PIXEL
        return
    got = shapely.geometry.shape(features[0]["geometry"])
    tolerance = SPECK if diagonal(true) < PIXEL else UNIT
    assert shapely.covers(true.buffer(tolerance + 0.01), got)
    assert inside.is_empty or shapely.covers(got.buffer(tolerance + 0.01), inside)


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=1, max_size=30), zooms)
def test_points_lie_where_they_lie(offsets, zoom):
    points = shapely.points(np.array(offsets) + CENTRE)
    tile = tile_at(zoom, *CENTRE)
    features = decoded(layer(points).tile(tile.z, tile.x, tile.y))
    for row, point in enumerate(points):
        true = in_units(point, tile)
        if 0 <= true.x <= EXTENT and 0 <= true.y <= EXTENT:
            assert shapely.distance(shapely.geometry.shape(features[row]["geometry"]), true) <= math.sqrt(0.5) + 1e-6


HOSTILE = ["{{7*7}}", "{% if", "<script>alert(1)</script>", "`${x}`", "=1+1", "\u202e江海\x00", "'\";--", "👷🏽‍♀️"]
encodable = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)


@given(encodable | st.sampled_from(HOSTILE))
def test_labels_pass_verbatim(text):
    plot = shapely.box(*CENTRE, CENTRE[0] + 50, CENTRE[1] + 50)
    names = Labels.of(np.array([text], object), np.array([plot], object))
    tile = tile_at(16, CENTRE[0] + 25, CENTRE[1] + 25)
    found = decoded(layer([plot], labels=names).tile(tile.z, tile.x, tile.y), "plots_label")
    assert found[0]["properties"] == {"n": text, "c": 0}
