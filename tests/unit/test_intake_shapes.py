"""Shapes that are told by their bytes are the shapes that parsing gives, whichever rows are asked for."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from parkplan.data import crs as reference
from parkplan.data.geoparquet import Content, bounds_of, type_names
from parkplan.data.intake.geometry import single_parts
from parkplan.data.intake.geopackage import real_count
from parkplan.data.intake.prepare import key_findings
from parkplan.data.intake.shapes import Facts, Shapes
from parkplan.data.wkb import to_wkb
from parkplan.data.workspace import open_workspace
from parkplan.jobs import Reading, import_file

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    given = np.array([*KINDS, *collection, *KINDS], dtype=object)
    whole = single_parts(given)
    shapes = Shapes.read(column(list(given)))
    asked = Facts.of(whole)
    assert shapes.types.tolist() == asked.types.tolist()
    assert np.array_equal(shapes.boxes, asked.boxes, equal_nan=True)
    assert np.allclose(shapes.areas, asked.areas, rtol=1e-14, equal_nan=True)
    assert shapes.type_names == type_names(whole)
    assert shapes.bounds == bounds_of(whole)
    assert shapes.wkb.to_pylist() == to_wkb(whole).to_pylist()
    for rows in (slice(None), slice(1, None, 3), np.arange(len(whole)) % 2 == 0, np.array([7, 2, 2, 0]), np.array([5])):
        assert same(shapes[rows], whole[rows])
    assert same(shapes.geometry, whole)
    assert shapes.wkb.to_pylist() == to_wkb(whole).to_pylist()


def test_no_rows_are_shapes_too() -> None:
    shapes = Shapes.read(pa.chunked_array([], pa.binary()))
    assert (len(shapes), shapes.boxes.shape, shapes.type_names, shapes.bounds) == (0, (0, 4), (), None)
    assert (len(shapes.wkb), len(shapes.geometry)) == (0, 0)


ROWS = gpd.GeoDataFrame(
    {"n": [1, 2, 3, 4], "name": ["a", None, "丙", ""]},
    geometry=[BOX, shapely.MultiPolygon([shapely.box(5, 5, 7, 8)]), KINDS[8], shapely.box(1, 1, 2, 2)],
    crs=4547,
)


@pytest.mark.parametrize("kind", [[0, 1, 2, 3], [0, 1], [2]])
@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".parquet", ".geojson"])
def test_rows_are_kept_as_those_of_a_frame_are(tmp_path: Path, ending: str, kind: list[int]) -> None:
    """What an import keeps without making objects is, byte by byte, what is kept of the frame that it shows."""
    rows = ROWS.iloc[kind]
    path = tmp_path / f"a{ending}"
    rows.to_parquet(path) if ending == ".parquet" else rows.to_file(path)
    done = import_file(path, to=tmp_path / "ws", table="free", reading=Reading(crs="EPSG:4547"))
    assert done.info is not None
    assert hashlib.sha256(Content.of(done.frame, "free").to_bytes()).hexdigest() == done.info.version
    assert done.info.bounds == bounds_of(np.asarray(done.frame.geometry))
    kept = open_workspace(tmp_path / "ws").read("free")
    assert same(np.asarray(kept.geometry), np.asarray(done.frame.geometry))


@pytest.mark.parametrize("rows", [range(10), [0, 1, 1, 0], [8, 9], [4]])
def test_moved_bytes_are_moved_objects(rows: Sequence[int]) -> None:
    given = [KINDS[row] for row in rows]
    whole = single_parts(np.array(given, dtype=object))

    def move(xy: np.ndarray) -> np.ndarray:
        return np.column_stack([3 * xy[:, 1] + 0.1, xy[:, 0] - 2 * xy[:, 1]])

    moved = Shapes.read(column(given)).moved(move)
    expected = shapely.transform(whole, move)
    assert not (moved.proven & ~shapely.is_valid(expected)).any()
    assert np.array_equal(moved.boxes, shapely.bounds(expected), equal_nan=True)
    assert moved.wkb.to_pylist() == to_wkb(expected).to_pylist()
    assert same(moved.geometry, expected)
    assert same(Shapes.of(whole).moved(move).geometry, expected)


def test_shapes_that_a_change_of_crs_breaks_are_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Corners that come to lie on the other side of a boundary make it cross itself; the others stay as they came."""
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.box(113.1, 22.5, 113.2, 22.6)] * 3, crs=4490).to_file(path)
    moved = shapely.get_coordinates([BOX, KINDS[9], BOX])
    monkeypatch.setattr(reference, "mover", lambda *_: lambda xy: moved[: len(xy)])
    told = import_file(path, to=tmp_path / "ws", table="free", dry_run=True)
    first, second, third = told.frame.geometry
    assert (first, third) == (BOX, BOX)
    assert second.is_valid
    assert second.area == pytest.approx(2.0)  # both wings of the bow-tie


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
