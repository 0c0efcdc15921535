"""What the first visitor would wait for, prepared before: figures, the map of each language, its tiles, the search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyproj import Transformer

from parkplan.data.layers import columns_of
from parkplan.i18n import LANGUAGES
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.district_map import district_page, extent
from parkplan.jobs.figures import figures
from parkplan.jobs.search import search
from parkplan.jobs.tiles import TileRequest, overview_tile, published, vector_tile
from parkplan.render.tiles import MAX_ZOOM, tile_at

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.render.tiles import Tile

TILES_ACROSS: Final = 4
"""A map that opens shows the district on about this many tiles from side to side."""


def warm_up(ws: Workspace) -> None:
    """Fill the memories of this process for a workspace; it changes nothing, and may be interrupted at any point.

    Raises:
        ParkplanError: what a page would meet too: a faulty layer file, a damaged table.

    """
    if not ws.tables():
        return
    figures(ws)
    for chosen in LANGUAGES:
        district_page(ws, chosen)
    columns = {info.name: info.columns for info in ws.tables()}
    places = opening_tiles(ws)
    for spec in layers_of(ws).ordered():
        if spec.visible and spec.table in columns and set(columns_of(spec)) <= set(columns[spec.table]):
            below = published(ws, spec.id).overview_below
            for tile in places:
                make = overview_tile if tile.z < below else vector_tile
                make(ws, TileRequest(spec.id, (tile.z, tile.x, tile.y)))
    search(ws, "a")


def opening_tiles(ws: Workspace) -> list[Tile]:
    """Return the tiles that cover a district at the zoom at which its map opens."""
    west, south, east, north = extent(ws)
    to_map = Transformer.from_crs(4326, 3857, always_xy=True)
    corners = [to_map.transform(west, north), to_map.transform(east, south)]
    for zoom in range(MAX_ZOOM, -1, -1):
        first, last = (tile_at(zoom, *corner) for corner in corners)
        if last.x - first.x < TILES_ACROSS and last.y - first.y < TILES_ACROSS:
            break
    return [
        type(first)(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]  # fmt: skip
