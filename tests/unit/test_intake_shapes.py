"""Shapes that are told by their bytes are the shapes that parsing gives, whichever rows are asked for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from parkplan.data.intake.geometry import single_parts
from parkplan.data.intake.geopackage import real_count
from parkplan.data.intake.prepare import key_findings
from parkplan.data.intake.shapes import Facts, Shapes

if TYPE_CHECKING:
    from pathlib import Path

BOX = shapely.box(0, 0, 2, 3)
KINDS = [
    shapely.Point(1, 2), BOX, shapely.MultiPolygon([BOX]), shapely.MultiPolygon([BOX, shapely.box(4, 4, 5, 5)]), None,
    shapely.Polygon(), shapely.LineString([(0, 0), (1, 1)]), shapely.MultiPoint([(1, 2)]),
    shapely.Point(3, 3).buffer(2).difference(shapely.Point(3, 3).buffer(1)),
    shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]),
]  # fmt: skip


def column(shapes: list[shapely.Geometry | None], pieces: int = 3) -> pa.ChunkedArray:
    wkb = shapely.to_wkb(np.array(shapes, dtype=object))
    return pa.chunked_array([pa.array(part, pa.binary()) for part in np.array_split(wkb, pieces)], pa.binary())


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    return shapely.to_wkb(found).tolist() == shapely.to_wkb(expected).tolist()


@pytest.mark.parametrize("collection", [[], [shapely.GeometryCollection([BOX])]])
def test_what_is_known_without_objects_is_what_objects_say(collection: list[shapely.Geometry]) -> None:
    whole = np.array([*KINDS, *collection, *KINDS], dtype=object)
    shapes = Shapes.read(column(list(whole)))
    asked = Facts.of(whole)
    assert shapes.types.tolist() == asked.types.tolist()
    assert np.array_equal(shapes.boxes, asked.boxes, equal_nan=True)
    assert np.allclose(shapes.areas, asked.areas, rtol=1e-14, equal_nan=True)
    assert "geometry" not in vars(shapes)
    for rows in (slice(None), slice(1, None, 3), np.arange(len(whole)) % 2 == 0, np.array([7, 2, 2, 0]), np.array([5])):
        assert same(shapes[rows], whole[rows])
        assert same(shapes.single()[rows], single_parts(whole)[rows])
    assert shapes.single().types.tolist() == shapely.get_type_id(single_parts(whole)).tolist()
    assert same(shapes.geometry, whole)


def test_no_rows_are_shapes_too() -> None:
    shapes = Shapes.read(pa.chunked_array([], pa.binary()))
    assert (len(shapes), len(shapes.geometry), shapes.boxes.shape) == (0, 0, (0, 4))


@pytest.mark.parametrize("bad", [b"", b"nonsense", shapely.to_wkb(BOX)[:-1]])
def test_bytes_that_are_no_shape_are_found_before_anybody_asks(bad: bytes) -> None:
    with pytest.raises(shapely.errors.GEOSException):
        Shapes.read(pa.chunked_array([pa.array([shapely.to_wkb(BOX), bad], pa.binary())]))


@pytest.mark.parametrize(
    "keys",
    [["a", "b", "c"], ["b", "a"], ["a", "b", "a", None, None], ["a", None, "b"], [None, None], ["b", "b"], ["a"]],
)
def test_keys_that_are_there_twice_are_listed(keys: list[str | None]) -> None:
    values = pd.Series(keys, dtype="str")
    doubled = np.flatnonzero(values.duplicated(keep=False) & values.notna()) + 1
    listed = [
        each.rows for each in key_findings(values, np.arange(1, len(keys) + 1), "k") if each.code == "key_duplicate"
    ]
    assert listed == ([tuple(doubled)] if len(doubled) else [])


def test_rows_are_counted_where_their_numbers_do_not_say_how_many(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"n": [1, 2, 3]}, geometry=[BOX] * 3, crs=4547).to_file(path, layer="a")
    assert [real_count(path, "a", seen) for seen in (3, 2, 0)] == [3, 3, 3]
    with closing(sqlite3.connect(tmp_path / "b.db")) as base:
        base.execute("create table gap (fid integer primary key)")
        base.execute("create table own (fid integer primary key, _ROWID_ integer)")
        base.execute("create table none (name text primary key) without rowid")
        base.execute("create table empty (fid integer primary key)")
        base.execute("insert into gap values (1), (5)")
        base.execute("insert into own values (1, 7), (2, 9)")
        base.execute("insert into none values ('a'), ('b')")
        base.commit()
    counted = {name: real_count(tmp_path / "b.db", name, 3) for name in ("gap", "own", "none", "empty")}
    assert counted == {"gap": 2, "own": 2, "none": 2, "empty": 0}
