"""What the first visitor would wait for, made before: the map of each language, its tiles, figures; then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyproj import Transformer

from parkplan.data.layers import columns_of
from parkplan.i18n import LANGUAGES
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.district_map import district_page, extent
from parkplan.jobs.figures import figures
from parkplan.jobs.frames import load
from parkplan.jobs.prepared import forget_unused
from parkplan.jobs.rows import filter_fields
from parkplan.jobs.search import search
from parkplan.jobs.tiles import draw_opening, prepare_drawing
from parkplan.render.tiles import MAX_ZOOM, tile_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.data.workspace import Workspace
    from parkplan.model.layers import LayerSpec
    from parkplan.render.tiles import Tile

TILES_ACROSS: Final = 4
"""A map that opens shows the district on about this many tiles from side to side."""


def _at_once() -> None:
    """Wait for nobody."""


def warm_up(ws: Workspace, rest: Callable[[], None] = _at_once) -> None:
    """Fill the memories of this process for a workspace; it changes no table, and may be interrupted at any point.

    First comes what a page shows when it opens. ``rest`` is called between the steps that follow, for cards, filters
    and search, and may wait while somebody is being served.

    Raises:
        ParkplanError: what a page would meet too: a faulty layer file, a damaged table.

    """
    if not ws.tables():
        return
    prepare(ws, rest)
    for info in sorted(ws.tables(), key=lambda info: info.rows):
        rest()
        if (loaded := load(ws, info.name)) is not None:
            _ = loaded.frame
    rest()
    search(ws, "a")


def prepare(ws: Workspace, rest: Callable[[], None] = _at_once) -> None:
    """Make what a map needs when it opens, and keep it in the workspace's folder where tables are large.

    A process that finds everything prepared reads no table. What was prepared for versions that are gone is removed.
    ``rest`` is called before each layer's shapes and filters, for which nobody waits who only opens the map.
    """
    places = opening_tiles(ws)
    for chosen in LANGUAGES:
        district_page(ws, chosen)
    shown = _drawable(ws)
    for spec in (spec for spec in shown if spec.visible):
        draw_opening(ws, spec.id, places)
    figures(ws)
    for spec in shown:
        rest()
        filter_fields(ws, spec.id)
        prepare_drawing(ws, spec.id)
    forget_unused(ws)


def _drawable(ws: Workspace) -> list[LayerSpec]:
    """Return the layers that have a table with their columns, from the top down."""
    columns = {info.name: set(info.columns) for info in ws.tables()}
    ordered = layers_of(ws).ordered()
    return [spec for spec in ordered if spec.table in columns and set(columns_of(spec)) <= columns[spec.table]]


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
