"""The pieces under the tiles: wire format, index, clipping, overview pictures, hand-over, shapes."""

import io

import mapbox_vector_tile
import numpy as np
import PIL.Image
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parkplan.render.tiles import EXTENT, Labels, Shapes, Tile, TileLayer, tile_at
from parkplan.render.tiles.clip import clip_lines, clip_rings
from parkplan.render.tiles.grid import WORLD_HALF_M
from parkplan.render.tiles.index import BoxIndex
from parkplan.render.tiles.layer import LIGHT
from parkplan.render.tiles.shapes import ring_areas
from parkplan.render.tiles.wire import varint, varint_sizes, varints, zigzag

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 128)
PALETTE = ["#ff0000", "#0000ff80"]


def layer(geometries, codes=None, **more):
    codes = np.zeros(len(geometries), np.int16) if codes is None else np.array(codes, np.int16)
    return TileLayer("plots", Shapes.of(np.array(geometries, dtype=object)), codes, **more)


def features(data, name="plots"):
    return mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})[name]["features"]


def in_tile(tile, xy):
    """A point given in tile units (y to the south) in EPSG:3857."""
    west, _, _, north = tile.bounds
    scale = tile.side_m / EXTENT
    return np.asarray(xy, float) * [scale, -scale] + [west, north]


def polygon_in(tile, shell, *holes):
    return shapely.Polygon(in_tile(tile, shell), [in_tile(tile, hole) for hole in holes])


TILE = Tile(14, 13600, 7100)
SQUARE = [(0, 0), (0, 100), (100, 100), (100, 0)]


# Wire format


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_varints_in_bulk_are_those_one_by_one(values):
    array = np.array(values, np.uint32)
    assert varints(array) == b"".join(varint(value) for value in values)
    assert varint_sizes(array).tolist() == [len(varint(value)) for value in values]


def test_zigzag_as_the_protocol_buffers_guide_lists_it():
    assert zigzag(np.array([0, -1, 1, -2, 2147483647, -2147483648])).tolist() == [0, 1, 2, 3, 4294967294, 4294967295]


def test_a_tile_byte_by_byte():
    """The polygon example of the specification, section 4.3.5.2: MoveTo(3,6) LineTo(5,6 12,22) ClosePath."""
    tile = Tile(0, 0, 0)
    west, _, _, north = tile.bounds
    scale = tile.side_m / EXTENT
    corners = [(3, 6), (8, 12), (20, 34)]
    shape = shapely.Polygon([(west + x * scale, north - y * scale) for x, y in corners])
    body = layer([shape]).tile(0, 0, 0)
    commands = bytes([9, 6, 12, 18, 10, 12, 24, 44, 15])
    assert commands in body
    assert body[:4] == bytes([0x1A, len(body) - 2, 0x78, 0x02])


# Index and clipping

box = st.tuples(*[st.floats(-1e6, 1e6)] * 2, *[st.floats(0, 1e5)] * 2)


@given(st.lists(box, max_size=200), box)
def test_index_finds_what_a_scan_finds(rows, asked):
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in rows]).reshape(-1, 4)
    west, south, east, north = asked[0], asked[1], asked[0] + 10 * asked[2], asked[1] + 10 * asked[3]
    found, touching = BoxIndex.build(boxes).query((west, south, east, north))
    scan = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    assert found.tolist() == np.flatnonzero(scan).tolist()
    assert np.array_equal(touching, boxes[scan])


coordinates = st.floats(-300, 400, allow_nan=False).map(lambda value: round(value, 3))
vertices = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=12)


@given(st.lists(vertices, min_size=1, max_size=5))
def test_rings_are_cut_as_geos_cuts_them(rings):
    polygons = [shapely.Polygon(ring) for ring in rings]
    kept = [polygon for polygon in polygons if polygon.is_valid and polygon.area > 1]
    xy = np.concatenate([np.array(polygon.exterior.coords)[:-1] for polygon in kept]) if kept else np.empty((0, 2))
    counts = np.array([len(polygon.exterior.coords) - 1 for polygon in kept], np.int64)
    out, left = clip_rings(xy, counts, 0.0, 100.0)
    assert len(left) == len(kept)
    assert left.sum() == len(out)
    assert len(out) == 0 or (out.min() >= 0 and out.max() <= 100)
    for polygon, ring in zip(kept, np.split(out, np.cumsum(left)[:-1]) if kept else [], strict=True):
        area = abs(ring_areas(ring[:, 0], ring[:, 1], np.array([len(ring)]))[0]) if len(ring) else 0.0
        assert area == pytest.approx(polygon.intersection(shapely.box(0, 0, 100, 100)).area, abs=1e-6)


@given(st.lists(st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=12), min_size=1, max_size=5))
def test_lines_are_cut_as_geos_cuts_them(lines):
    xy, counts = np.array([point for line in lines for point in line]), np.array([len(line) for line in lines])
    out, pieces, whose = clip_lines(xy, counts, 0.0, 100.0)
    assert pieces.sum() == len(out)
    total = np.zeros(len(lines))
    for piece, line in zip(np.split(out, np.cumsum(pieces)[:-1]), whose, strict=False):
        total[line] += np.hypot(*np.diff(piece, axis=0).T).sum()
    window = shapely.box(0, 0, 100, 100)
    for line, length in zip(lines, total, strict=True):
        segments = shapely.linestrings(np.stack([np.array(line)[:-1], np.array(line)[1:]], axis=1))
        assert length == pytest.approx(shapely.length(shapely.intersection(segments, window)).sum(), abs=1e-6)


# Vector tiles


def test_winding_and_holes():
    shape = polygon_in(TILE, [(0, 0), (800, 0), (800, 800), (0, 800)], [(100, 100), (100, 300), (300, 300), (300, 100)])
    for turned in (shape, shapely.reverse(shape)):
        (feature,) = features(layer([turned]).tile(TILE.z, TILE.x, TILE.y))
        assert feature["geometry"]["type"] == "Polygon"
        assert shapely.geometry.shape(feature["geometry"]).area == 800 * 800 - 200 * 200
        exterior, hole = feature["geometry"]["coordinates"]
        assert [len(exterior), len(hole)] == [5, 5]


def test_a_huge_outline_with_thousands_of_vertices_is_cut_exactly():
    angle = np.linspace(0, 2 * np.pi, 20_001)[:-1]
    radius = 25_000 * (1 + 0.05 * np.sin(40 * angle))
    middle = in_tile(TILE, (2048, 2048))
    district = shapely.Polygon(middle + np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None])
    for zoom in (10, 14, 18):
        for place in middle + np.array([(0.0, 0.0), (25_000.0, 0.0), (0.0, -24_000.0)]):
            tile = tile_at(zoom, *place)
            found = features(layer([district]).tile(tile.z, tile.x, tile.y))
            (feature,) = found
            got = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
            true = shapely.Polygon(tile.to_units(np.array(district.exterior.coords)))
            window = shapely.box(-128, -128, EXTENT + 128, EXTENT + 128)
            inside = true & window if zoom > 11 else true
            tolerance = 0.75 * inside.length + 4
            assert got.area == pytest.approx(inside.area, abs=tolerance)
            assert np.abs(shapely.get_coordinates(got)).max() <= 2 * EXTENT


def test_a_hole_over_the_whole_tile_leaves_nothing():
    ring = shapely.box(*TILE.padded(9000)) - shapely.box(*TILE.padded(5000))
    assert layer([ring]).tile(TILE.z, TILE.x, TILE.y) == b""


def test_a_sliver_narrower_than_a_unit_is_still_there():
    sliver = polygon_in(TILE, [(10.0, 10.1), (900.0, 10.1), (900.0, 10.3), (10.0, 10.3)])
    (feature,) = features(layer([sliver]).tile(TILE.z, TILE.x, TILE.y))
    west, south, east, north = shapely.geometry.shape(feature["geometry"]).bounds
    assert (west, east) == (10, 900)
    assert 9 <= south <= north <= 11


def test_parts_of_a_row_are_one_feature_and_the_id_is_the_row():
    pair = shapely.MultiPolygon([polygon_in(TILE, SQUARE), polygon_in(TILE, np.array(SQUARE) + 500)])
    (feature,) = features(layer([None, pair, None], [0, 3, 0]).tile(TILE.z, TILE.x, TILE.y))
    assert feature["id"] == 1
    assert feature["properties"] == {"c": 3}
    assert feature["geometry"]["type"] == "MultiPolygon"


def test_rows_of_no_class_are_not_shown():
    shapes = [polygon_in(TILE, SQUARE), polygon_in(TILE, np.array(SQUARE) + 200)]
    assert [feature["id"] for feature in features(layer(shapes, [-1, 0]).tile(TILE.z, TILE.x, TILE.y))] == [1]
    assert layer(shapes, [-1, -1]).bounds is None


def test_multipoints_and_multilines():
    points = shapely.MultiPoint(in_tile(TILE, [(1, 2), (3, 4)]))
    (feature,) = features(layer([points]).tile(TILE.z, TILE.x, TILE.y))
    assert feature["geometry"] == {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}
    lines = shapely.MultiLineString([in_tile(TILE, [(1, 2), (30, 4)]), in_tile(TILE, [(50, 60), (70, 80)])])
    (feature,) = features(layer([lines]).tile(TILE.z, TILE.x, TILE.y))
    assert feature["geometry"]["coordinates"] == [[[1, 2], [30, 4]], [[50, 60], [70, 80]]]


@pytest.mark.parametrize("nothing", [[], [None], [shapely.Polygon()], [shapely.GeometryCollection()]])
def test_nothing_gives_empty_tiles(nothing):
    empty = layer(nothing)
    assert empty.tile(0, 0, 0) == b""
    assert (empty.bounds, empty.overview_below) == (None, 0)


@pytest.mark.parametrize("place", [(-1, 0, 0), (3, 8, 0), (3, 0, -1), (23, 0, 0)])
def test_tiles_outside_the_grid_are_refused(place):
    with pytest.raises(ValueError, match="no tile"):
        layer([]).tile(*place)


def test_coordinates_of_another_system_are_projected_and_hopeless_ones_left_out():
    crs = pyproj.CRS.from_epsg(4326)
    lines = [[(0, 0), (0, 95)], [(180, 0), (0, 0)], [(0, -999), (1, 1)]]
    shapes = Shapes.of(shapely.linestrings(lines), crs)
    assert shapes.part_row.tolist() == [1]
    assert shapes.xy.tolist() == [pytest.approx([WORLD_HALF_M, 0.0], abs=1e-6), pytest.approx([0.0, 0.0], abs=1e-6)]


def test_of_mixed_kinds_the_commonest_is_drawn():
    bag = shapely.GeometryCollection([polygon_in(TILE, SQUARE), shapely.Point(0, 0)])
    assert Shapes.of([bag, polygon_in(TILE, SQUARE), None]).part_row.tolist() == [0, 1]


def test_a_label_stands_in_one_tile_on_its_feature():
    ring = polygon_in(
        TILE, [(-900, 0), (900, 0), (900, 900), (-900, 900)], [(-800, 90), (800, 90), (800, 800), (-800, 800)]
    )
    names = Labels.of(np.array(["环"], object), np.array([ring], object))
    assert shapely.covers(ring, shapely.Point(names.xy[0]))
    named = layer([ring], labels=names, label_zoom=14)
    tiles = [named.tile(14, TILE.x + dx, TILE.y) for dx in (-1, 0)]
    assert sum(b"plots_label" in tile for tile in tiles) == 1
    assert b"plots_label" not in b"".join(named.tile(13, TILE.x // 2 + dx, TILE.y // 2) for dx in (-1, 0))


# Overview pictures


def picture(data):
    return np.asarray(PIL.Image.open(io.BytesIO(data)).convert("RGBA"))


def test_overview_paints_centres_that_are_covered():
    west, east = (polygon_in(TILE, [(x, 0), (x + 800, 0), (x + 800, 400), (x, 400)], *holes) for x, holes in [
        (0, [[(80, 80), (160, 80), (160, 160), (80, 160)]]), (1600, [])])  # fmt: skip
    image = picture(layer([west, east], [0, 1]).overview(TILE.z, TILE.x, TILE.y, PALETTE))
    assert image.shape == (512, 512, 4)
    assert (image == RED).all(axis=2).sum() == 100 * 50 - 10 * 10
    assert (image == BLUE).all(axis=2).sum() == 100 * 50
    assert tuple(image[15, 15]) == (0, 0, 0, 0)
    assert tuple(image[5, 5]) == RED


def test_overview_leaves_no_gap_however_small_or_thin():
    speck = polygon_in(TILE, [(2001, 2001), (2003, 2001), (2003, 2003)])
    canal = polygon_in(TILE, [(100, 3001.0), (1500, 3004.5), (1500, 3005.0), (100, 3001.5)])
    image = picture(layer([speck, canal], [0, 1]).overview(TILE.z, TILE.x, TILE.y, PALETTE))
    assert tuple(image[250, 250]) == RED
    assert (image == BLUE).all(axis=2).any(axis=0)[13:187].all()


def test_overview_of_lines_and_points():
    line = shapely.LineString(in_tile(TILE, [(-4000, 804), (8000, 804)]))
    image = picture(layer([line]).overview(TILE.z, TILE.x, TILE.y, PALETTE))
    assert (image[100] == RED).all()
    assert (image[:, :, 3] > 0).sum() == 512
    point = shapely.Point(in_tile(TILE, (4, 12)))
    image = picture(layer([point]).overview(TILE.z, TILE.x, TILE.y, PALETTE))
    assert np.argwhere(image[:, :, 3]).tolist() == [[1, 0]]


def test_overview_takes_masks_and_is_transparent_where_nothing_is():
    shapes = [polygon_in(TILE, SQUARE), polygon_in(TILE, np.array(SQUARE) + 2000)]
    image = picture(layer(shapes).overview(TILE.z, TILE.x, TILE.y, PALETTE, np.array([False, True])))
    assert not image[:100, :100, 3].any()
    assert image[250:, 250:, 3].any()


def test_light_layers_need_no_overview_and_heavy_ones_hand_over_where_shapes_are_seen():
    side = 130
    x, y = np.meshgrid(np.arange(side) * 50.0, np.arange(side) * 50.0)
    plots = shapely.box(x, y, x + 40, y + 40).ravel()
    assert len(plots) > LIGHT
    # the diagonal of 56.6 m is three pixels of 18.9 m or less: zoom 14 has 4.8 m, 13 has 9.6 m, 12 has 19.1 m;
    # all 16,900 plots lie on 6.5 km, one tile of zoom 12 holds 9.8 km, four of zoom 13 hold 4.9 km each
    assert layer(plots).overview_below == 13
    assert layer(plots[: LIGHT // 2]).overview_below == 0


def test_lines_hand_over_where_a_tile_is_light_however_long_they_are():
    x, y = (grid.ravel() * 50.0 for grid in np.meshgrid(np.arange(130), np.arange(130)))
    lines = shapely.linestrings(np.stack([np.column_stack([x, y]), np.column_stack([x + 400, y])], axis=1))
    # 400 m are three pixels at zoom 10 already, but all 16,900 lie in one tile of zoom 12 (9.8 km, from 0, 0); one of
    # zoom 13 (4.9 km) holds the middles of 94 or 98 times 98 of them
    assert layer(lines).overview_below == 13
