"""Whatever a table holds comes back: values, types, unknowns, order, geometry; equal tables are one version."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkplan.data.geoparquet import Content, canonical, from_table, read_columns
from parkplan.data.workspace import Workspace, create_workspace, is_there, open_workspace
from parkplan.model.workspace import Change

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda n: n != "geometry"
)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
NUMBER = st.floats(-1e9, 1e9, allow_nan=False)
KINDS = {
    "str": (TEXT, lambda values: pd.Series(values, dtype="str")),
    "Int64": (st.integers(-(2**63), 2**63 - 1), lambda values: pd.Series(values, dtype="Int64")),
    "boolean": (st.booleans(), lambda values: pd.Series(values, dtype="boolean")),
    "float64": (st.floats(), lambda values: pd.Series(values, dtype="float64")),
    "date": (st.dates(), lambda values: pd.Series(values, dtype=object)),
    "moment": (
        st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)),
        lambda values: pd.Series(pd.array([pd.NaT if v is None else v for v in values], dtype="datetime64[us]")),
    ),
}


@st.composite
def geometries(draw: st.DrawFn) -> shapely.Geometry | None:
    kind = draw(
        st.sampled_from(["none", "empty", "point", "point_z", "point_m", "point_zm", "line", "polygon", "multi"])
    )
    x, y, z = draw(NUMBER), draw(NUMBER), draw(NUMBER)
    return {
        "none": None,
        "empty": shapely.Polygon(),
        "point": shapely.Point(x, y),
        "point_z": shapely.Point(x, y, z),
        "point_m": shapely.from_wkt(f"POINT M ({x!r} {y!r} {z!r})"),
        "point_zm": shapely.from_wkt(f"POINT ZM ({x!r} {y!r} {z!r} 4)"),
        "line": shapely.LineString([(x, y), (x + 1, y)]),
        "polygon": shapely.box(x, y, x + 9, y + 9).difference(shapely.box(x + 2, y + 2, x + 4, y + 4)),
        "multi": shapely.MultiPolygon([shapely.box(x, y, x + 1, y + 1), shapely.box(x + 5, y, x + 6, y + 1)]),
    }[kind]


@st.composite
def frames(draw: st.DrawFn) -> gpd.GeoDataFrame:
    rows = draw(st.integers(0, 6))
    columns = {}
    for name in draw(st.lists(NAMES, max_size=5, unique=True)):
        values, make = KINDS[draw(st.sampled_from(sorted(KINDS)))]
        columns[name] = make(draw(st.lists(st.none() | values, min_size=rows, max_size=rows)))
    shapes = np.array([*draw(st.lists(geometries(), min_size=rows, max_size=rows)), None], dtype=object)[:-1]
    return gpd.GeoDataFrame(pd.DataFrame(columns, index=pd.RangeIndex(rows)), geometry=shapes, crs="EPSG:4547")


def assert_same(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> None:
    assert left.columns.tolist() == right.columns.tolist()
    assert left.crs == right.crs
    for name in left.columns.drop("geometry"):
        pd.testing.assert_series_equal(left[name], right[name], check_exact=True)
    pairs = zip(shapely.to_wkb(np.asarray(left.geometry)), shapely.to_wkb(np.asarray(right.geometry)), strict=True)
    assert all(a == b for a, b in pairs)


@given(frames())
def test_bytes_round_trip(frame: gpd.GeoDataFrame) -> None:
    kept = canonical(frame, "t")
    content = Content.of(kept, "t").to_bytes()
    back = from_table(read_columns(memory(content), None), frame.crs)
    assert_same(back, kept)
    assert Content.of(back, "t").to_bytes() == content


@given(frames())
def test_canonical_form_changes_no_known_value(frame: gpd.GeoDataFrame) -> None:
    kept = canonical(frame, "t")
    assert_same(canonical(kept, "t"), kept)
    for name in frame.columns.drop("geometry"):
        assert kept[name].isna().tolist() == frame[name].isna().tolist()
        known = ~frame[name].isna()
        assert kept[name][known].tolist() == frame[name][known].tolist()


@given(frames(), st.integers(0, 6))
def test_version_does_not_depend_on_how_the_rows_were_put_together(frame: gpd.GeoDataFrame, cut: int) -> None:
    pieces = [frame.iloc[:cut], frame.iloc[cut:]]
    if any(len(piece) == 0 for piece in pieces):
        return
    joined = gpd.GeoDataFrame(pd.concat(pieces), geometry="geometry", crs=frame.crs)
    assert Content.of(joined, "t").to_bytes() == Content.of(frame, "t").to_bytes()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=frames())
def test_workspace_round_trip(frame: gpd.GeoDataFrame, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    place: Path = tmp_path_factory.mktemp("w") / "w.parkplan"
    check_round_trip(create_workspace(place, crs="EPSG:4547", actor="test"), frame)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=frames())
def test_round_trip_through_a_database(frame: gpd.GeoDataFrame, team_address: str) -> None:
    texts = frame.select_dtypes("str")
    frame[texts.columns] = texts.apply(lambda column: column.str.replace("\0", "", regex=False))  # it has no NUL
    if not is_there(team_address):
        create_workspace(team_address, crs="EPSG:4547", actor="test")
    check_round_trip(open_workspace(team_address), frame)


def check_round_trip(workspace: Workspace, frame: gpd.GeoDataFrame) -> None:
    (info,) = workspace.write({"t": frame}, change=Change("test", "save"))
    assert info.rows == len(frame)
    assert_same(workspace.read("t"), canonical(frame, "t"))
    for name in info.columns:
        assert_same(workspace.read("t", columns=[name]), canonical(frame, "t")[[name, "geometry"]])
    workspace.verify()


def memory(content: bytes):  # type: ignore[no-untyped-def]
    import pyarrow as pa

    return pa.py_buffer(content)
