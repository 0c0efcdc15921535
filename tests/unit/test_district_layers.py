"""Imported tables are layers of their own: on the map, in tiles, cards, filters, sheets and the list of layers."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pytest
import shapely
from pyproj import Transformer

from parkplan import jobs
from parkplan.data.workspace import Workspace, create_workspace, open_workspace
from parkplan.jobs.card import card
from parkplan.jobs.district_layers import FILTERS_MOST, GROUP, layers_of
from parkplan.jobs.district_map import district_page, map_request
from parkplan.jobs.rows import filter_fields, rows, rows_file
from parkplan.jobs.sheet import SheetOptions, SheetView, map_sheet
from parkplan.jobs.tiles import TileRequest, vector_tile
from parkplan.model.workspace import Change
from parkplan.render.tiles import tile_at

ORIGIN = (500_000.0, 2_500_000.0)
HOSTILE = "<b>{{7*7}} `${x}`"


def box(east: float, north: float, size: float = 100) -> shapely.Polygon:
    x, y = ORIGIN[0] + east, ORIGIN[1] + north
    return shapely.box(x, y, x + size, y + size)


def frame(geometry: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4547")


def workspace_of(folder: Path, **tables: gpd.GeoDataFrame) -> Workspace:
    ws = create_workspace(folder / "a.parkplan", crs="EPSG:4547", actor="test")
    ws.write(tables, change=Change("test", "import", source="a file"))
    return ws


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    point = shapely.Point(ORIGIN[0] + 50, ORIGIN[1] + 50)
    line = shapely.LineString([(ORIGIN[0], ORIGIN[1]), (ORIGIN[0] + 90, ORIGIN[1] + 90)])
    return workspace_of(
        tmp_path,
        vacant=frame(
            [box(0, 0), box(100, 0), None], zone=["R", "I", None], size=[1.0, 2.0, None], note=["a", None, "c"]
        ),
        wells=frame([point], depth=[3]),
        tracks=frame([line], kind=["dirt"]),
        mixed=frame([point, box(0, 100)], label=["p", "b"]),
        nowhere=frame([None, None], a=[1, 2]),
        parks=frame([box(0, 300)], park_id=["K"], name=["Other park"], kind=["other"]),
        parcels=frame([box(0, 0)], parcel_id=["P1"], colour=["red"]),
        **{HOSTILE: frame([box(300, 300)], **{HOSTILE: [HOSTILE]})},
    )


def own(ws: Workspace) -> dict[str, str]:
    return {spec.table: spec.id for spec in layers_of(ws).layers.values() if spec.group == GROUP}


def test_what_no_layer_of_the_catalogue_shows_has_one_of_its_own(ws: Workspace) -> None:
    found = own(ws)
    assert set(found) == {"vacant", "wells", "tracks", "mixed", "parks", "parcels", HOSTILE}
    assert found["vacant"] == "table_vacant"
    assert layers_of(ws).groups[0].id == GROUP
    assert layers_of(ws).groups[0].title.to("en") == "Imported data"
    assert layers_of(ws).layers["table_parcels"].title.to("zh") == "地块"
    assert layers_of(ws).layers["table_vacant"].popup == ("zone", "size", "note")


def test_tables_that_the_catalogue_shows_have_none(handmade_workspace: Path, small_demo: Path) -> None:
    assert own(open_workspace(small_demo)) == {}
    assert own(open_workspace(handmade_workspace)) == {"roads": "table_roads"}  # their class is not stated


def test_a_new_version_that_the_catalogue_shows_loses_its_own_layer(ws: Workspace) -> None:
    assert "parks" in own(ws)
    park = frame([box(0, 0)], park_id=["K"], kind=["special_park"], lead_cluster=["electronics"])
    ws.write({"parks": park}, change=Change("test", "import"))
    assert "parks" not in own(ws)


def test_their_features_are_in_tiles_by_row(ws: Workspace) -> None:
    x, y = Transformer.from_crs(4547, 3857, always_xy=True).transform(ORIGIN[0] + 100, ORIGIN[1] + 50)
    tile = tile_at(15, x, y)
    place = (tile.z, tile.x, tile.y)
    for table, rows_there in (("vacant", {0, 1}), ("wells", {0}), ("tracks", {0}), (HOSTILE, {0})):
        layer = own(ws)[table]
        answer = vector_tile(ws, TileRequest(layer, place))
        decoded = mapbox_vector_tile.decode(gzip.decompress(answer.body))[layer]
        assert {feature["id"] for feature in decoded["features"]} == rows_there, table
    chosen = vector_tile(ws, TileRequest("table_vacant", place, "zone == 'I'"))
    decoded = mapbox_vector_tile.decode(gzip.decompress(chosen.body))["table_vacant"]
    assert [feature["id"] for feature in decoded["features"]] == [1]


def test_they_are_on_the_map_with_their_kind_of_geometry(ws: Workspace) -> None:
    layers = {layer.id: layer for layer in map_request(ws, "zh").layers}
    kinds = {table: layers[layer].geometry for table, layer in own(ws).items()}
    assert kinds["wells"] == "point"
    assert kinds["tracks"] == "line"
    assert kinds["vacant"] == kinds["mixed"] == "polygon"
    vacant = layers["table_vacant"]
    assert (vacant.visible, vacant.has_data, vacant.group) == (True, True, "导入数据")
    assert [entry.count for entry in vacant.classes] == [3]
    assert "{{7*7}}" not in district_page(ws, "zh").script


def test_card_filters_and_rows_know_their_columns(ws: Workspace) -> None:
    shown = card(ws, "vacant", row=1)
    assert [(fact.id, fact.value) for fact in shown.sections[0].facts] == [
        ("zone", "I"),
        ("size", 2.0),
        ("note", None),
    ]
    assert [field.column for field in filter_fields(ws, "table_vacant")] == ["zone", "size", "note"]
    chosen = rows(ws, "table_vacant", "size > 1")
    assert chosen.positions.tolist() == [1]
    assert b"zone" in rows_file(ws, chosen, ".csv")


def test_the_form_of_a_wide_table_is_bounded(tmp_path: Path) -> None:
    wide = frame([box(0, 0)], **{f"c{number:02}": [number] for number in range(40)})
    assert len(filter_fields(workspace_of(tmp_path, wide=wide), "table_wide")) == FILTERS_MOST


def test_sheet_list_and_geopackage_hold_them(ws: Workspace, tmp_path: Path) -> None:
    view = SheetView(("table_vacant", "table_wells", "table_tracks", "table_mixed"))
    assert map_sheet(ws, view, SheetOptions(format="png", dots_per_inch=60)).startswith(b"\x89PNG")
    states = {state.id: state for state in jobs.layers(ws.address).layers}
    assert (states["table_vacant"].data, states["table_vacant"].rows) == ("present", 3)
    assert states["parcels_by_status"].data == "no_columns"
    made = jobs.export(ws.address, out=tmp_path / "all.gpkg")
    assert made.rows["vacant"] == 3
