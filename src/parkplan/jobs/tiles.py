"""Tiles of the map layers of a workspace, as the browser asks for them.

What is needed again is kept in memory by version: the shapes of a table once for all its layers, a layer's classes and
labels, the rows of a condition, and the tiles asked for lately.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan._errors import RequestError
from parkplan.expressions import parse
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.drawn_layer import DrawnLayer, drawn_layer
from parkplan.jobs.frames import Loaded, require
from parkplan.jobs.kept import Kept
from parkplan.jobs.prepared import kept_arrays, packed, unpacked, worth
from parkplan.model.derived_tables import DERIVED_TABLES
from parkplan.render.tiles import MAX_ZOOM, Tile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from parkplan.data.prepared import Prepared
    from parkplan.data.workspace import Workspace
    from parkplan.model.layers import LayerSet, LayerSpec
    from parkplan.render.tiles import TileLayer

    Flags = NDArray[np.bool_]

REVISION: Final = 1
"""Raised when the same data give other tiles, so that browsers let go of the old ones."""
COMPRESSION: Final = 4
_MB: Final = 1 << 20
_layers: Final = Kept[tuple[str, ...], DrawnLayer](limit=64)
_masks: Final = Kept[tuple[str, ...], "Flags"](limit=64 * _MB, weigh=lambda mask: mask.nbytes)
_tiles: Final = Kept[tuple[str | int, ...], bytes](limit=96 * _MB, weigh=lambda body: len(body) + 512)


@dataclass(frozen=True, slots=True)
class Answer:
    """A tile as bytes (gzip for vector tiles, PNG for overviews; none where it is empty) and the version it shows."""

    body: bytes
    version: str


@dataclass(frozen=True, slots=True)
class Published:
    """What a map must know of a layer's tiles.

    ``version`` belongs into the addresses as ``v``: while it is true, browsers need not ask again. Below zoom
    ``overview_below`` overview tiles stand in for vector tiles; 0 means never.
    """

    version: str
    overview_below: int


@dataclass(frozen=True, slots=True)
class TileRequest:
    """What is asked for: the layer, z, x, y, a further condition on the rows, and the version named in the address.

    ``hidden`` lists classes that an overview leaves out; in vector tiles the browser leaves them out itself.
    """

    layer: str
    place: tuple[int, int, int]
    where: str = ""
    version: str = ""
    hidden: tuple[int, ...] = ()


def version_of(ws: Workspace, layer: str, wanted: str = "") -> str:
    """Return the version of a layer's tiles: of the table's content, the layer's definition and its palette.

    It is the ``wanted`` one as long as that is kept, else the one in force.

    Raises:
        RequestError: no such layer, or the workspace lacks its table.

    """
    if _kept_layer(ws, layer, wanted) is not None:
        return wanted
    catalogue = layers_of(ws)
    spec = _spec(catalogue, layer)
    known = next((info for info in ws.tables() if info.name == spec.table), None)
    version = known.version if known is not None else require(ws, spec.table, _table_version(spec, wanted)).info.version
    return _version(catalogue, spec, version)


def published(ws: Workspace, layer: str) -> Published:
    """Return what a map must know of a layer's tiles; prepares the layer.

    Raises:
        RequestError: no such layer, or the workspace lacks its table.
        DefinitionError: the table lacks a column that the layer needs.

    """
    version, ready = drawn(ws, layer)
    return Published(version, ready.overview_below)


def vector_tile(ws: Workspace, asked: TileRequest) -> Answer:
    """Return a vector tile, compressed by gzip.

    Raises:
        RequestError: no such layer, table or tile.
        DefinitionError: the condition is faulty or names an unknown column.

    """

    def make(ready: DrawnLayer, mask: Flags | None) -> bytes:
        body = _ready_tiles(ws, ready).tile(*asked.place, mask)
        return gzip.compress(body, COMPRESSION, mtime=0) if body else b""

    return _answer(ws, asked, "mvt", make)


def overview_tile(ws: Workspace, asked: TileRequest) -> Answer:
    """Return an overview tile, PNG.

    Raises:
        RequestError: no such layer, table or tile.
        DefinitionError: the condition is faulty or names an unknown column.

    """

    def make(ready: DrawnLayer, mask: Flags | None) -> bytes:
        return _ready_tiles(ws, ready).overview(*asked.place, ready.palette, _without(ready, mask, asked.hidden))

    return _answer(ws, asked, "png", make)


def draw_opening(ws: Workspace, layer: str, places: Sequence[Tile]) -> None:
    """Have the tiles of a layer at hand with which a map opens, as they were prepared, else made now."""
    version, ready = drawn(ws, layer)
    wanted = [(tile.z, tile.x, tile.y) for tile in places]

    def make() -> Prepared:
        bodies: dict[tuple[int, ...], bytes] = {}
        for place in wanted:
            ask = overview_tile if place[0] < ready.overview_below else vector_tile
            bodies[place] = ask(ws, TileRequest(layer, place, version=version)).body
        return packed(bodies)

    prepared = kept_arrays(ws, "opening", (version, wanted), make, keep=worth(ready.info))
    for place, body in unpacked(prepared).items():
        kind = "png" if place[0] < ready.overview_below else "mvt"
        _tiles.get((ws.address, version, kind, "", *place), partial(_same, body))


def _same(body: bytes) -> bytes:
    return body


def prepare_drawing(ws: Workspace, layer: str) -> None:
    """Have the shapes and labels of a layer at hand."""
    _ready_tiles(ws, drawn(ws, layer)[1])


def _answer(ws: Workspace, asked: TileRequest, kind: str, make: Callable[[DrawnLayer, Flags | None], bytes]) -> Answer:
    try:
        Tile(*asked.place)
    except ValueError:
        z, x, y = asked.place
        raise RequestError("no_tile", z=z, x=x, y=y, deepest=MAX_ZOOM) from None
    kept = _kept_layer(ws, asked.layer, asked.version)
    version, ready = (asked.version, kept) if kept is not None else drawn(ws, asked.layer, asked.version)
    key: tuple[str | int, ...] = (ws.address, version, kind, asked.where, *asked.place, *asked.hidden)
    body = _tiles.get(key, lambda: make(ready, _mask(ws, ready, asked.where) if asked.where else None))
    return Answer(body, version)


def _kept_layer(ws: Workspace, layer: str, version: str) -> DrawnLayer | None:
    """Return a layer that is ready in a version, so that a tile of a map that is open needs no look at the disk."""
    ready = _layers.peek((ws.address, version)) if version else None
    return ready if ready is not None and ready.id == layer else None


def _spec(catalogue: LayerSet, layer: str) -> LayerSpec:
    spec = catalogue.layers.get(layer)
    if spec is None:
        raise RequestError("unknown_layer", layer=layer, known=", ".join(sorted(catalogue.layers)))
    return spec


def _version(catalogue: LayerSet, spec: LayerSpec, table_version: str) -> str:
    used = getattr(spec.style, "palette", None)
    palette = catalogue.palettes[used].model_dump_json() if used else ""
    content = "\n".join([str(REVISION), table_version, spec.model_dump_json(), palette])
    digest = hashlib.sha256(content.encode()).hexdigest()[:20]
    return f"{digest}.{table_version}" if spec.table in DERIVED_TABLES else digest


def _table_version(spec: LayerSpec, wanted: str) -> str | None:
    """Return the version of a derived table that the version of its layer names."""
    return wanted.partition(".")[2] or None if spec.table in DERIVED_TABLES else None


def drawn(ws: Workspace, layer: str, wanted: str = "") -> tuple[str, DrawnLayer]:
    """Return the version of a layer's tiles and the layer ready to be drawn: the wanted version as long as it is kept.

    Raises:
        RequestError: no such layer, or the workspace lacks its table.
        DefinitionError: the table lacks a column that the layer needs.

    """
    catalogue = layers_of(ws)
    spec = _spec(catalogue, layer)
    loaded = require(ws, spec.table, _table_version(spec, wanted))
    version = _version(catalogue, spec, loaded.info.version)
    return version, _layers.get((ws.address, version), lambda: drawn_layer(ws, loaded, spec, catalogue, version))


def _ready_tiles(ws: Workspace, ready: DrawnLayer) -> TileLayer:
    return ready.tiles(ws, lambda: _rows(ws, ready))


def _rows(ws: Workspace, ready: DrawnLayer) -> Loaded:
    """Return the table that a layer shows, in the very version, which may be no longer in force."""
    name, version = ready.info.name, ready.info.version
    loaded = require(ws, name, version if name in DERIVED_TABLES else None)
    if loaded.info.version == version:
        return loaded
    return Loaded(ready.info, lambda: ws.read(name, version=version), ws.crs.to_wkt())


def _without(ready: DrawnLayer, mask: Flags | None, hidden: tuple[int, ...]) -> Flags | None:
    """Return the rows of a mask that are in none of the hidden classes."""
    if not hidden:
        return mask
    shown = ~np.isin(ready.codes, hidden)
    return shown if mask is None else shown & mask


def _mask(ws: Workspace, ready: DrawnLayer, where: str) -> Flags:
    """Return the rows that satisfy a condition, in the version of the table that is drawn."""

    def select() -> Flags:
        return np.asarray(parse(where).select(_rows(ws, ready).frame))

    return _masks.get((ws.address, ready.info.name, ready.info.version, where), select)
