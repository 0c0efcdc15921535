"""What the web map of a workspace shows: every layer of the catalogue with its legend, tile address and state."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import numpy as np
import shapely

from parkplan.data.layers import columns_of, load_layers
from parkplan.expressions import parse
from parkplan.i18n import Language, message
from parkplan.jobs.frames import Loaded, load, moved
from parkplan.model.tables import TABLES
from parkplan.render.classes import Classified, classify
from parkplan.render.map import MapLayer, MapRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.model.facts import Bounds
    from parkplan.model.layers import LayerSpec

OVERVIEW_ROWS: Final = 15_000
"""From this many rows on, low zooms are painted overview tiles."""
OVERVIEW_BELOW: Final = 13
WHOLE_CHINA: Final = (73.0, 18.0, 135.0, 53.5)
_KEPT: Final = 128
_kept: OrderedDict[tuple[str, ...], Classified] = OrderedDict()
_lock: Final = Lock()


def map_request(
    ws: Workspace, chosen: Language, *, where: Mapping[str, str] | None = None, only: tuple[str, ...] | None = None
) -> MapRequest:
    """Return the map of a workspace.

    Args:
        ws: the workspace.
        chosen: the language of titles and legends.
        where: a further condition by layer id.
        only: the layers that are switched on at first, in place of those that the catalogue says.

    """
    found = load_layers()
    ordered = [found.layers[name] for group in found.groups for name in group.layers]
    groups = {name: group.title.to(chosen) for group in found.groups for name in group.layers}
    conditions = where or {}
    layers = tuple(
        _layer(ws, spec, chosen, conditions.get(spec.id), (groups[spec.id], len(ordered) - place))
        for place, spec in enumerate(ordered)
    )
    if only is not None:
        layers = tuple(replace(layer, visible=layer.id in only) for layer in layers)
    return MapRequest(layers=layers, bounds=extent(ws), crs=ws.crs, crs_name=f"{ws.crs.name}", synthetic=ws.synthetic)


def _layer(ws: Workspace, spec: LayerSpec, chosen: Language, where: str | None, place: tuple[str, int]) -> MapLayer:
    loaded, (group, order) = load(ws, spec.table), place
    reason = absence(loaded, spec, chosen)
    classified = None if loaded is None or reason else classified_rows(ws, loaded, spec, where, chosen)
    query = urlencode({"v": loaded.info.version[:16] if loaded else "", **({"where": where} if where else {})})
    many = loaded is not None and len(loaded.frame) > OVERVIEW_ROWS
    return MapLayer(
        id=spec.id,
        title=spec.title.to(chosen),
        group=group,
        geometry=TABLES[spec.table].geometry,
        classes=classified.present if classified is not None else (),
        tile_url=f"/tiles/{spec.id}/{{z}}/{{x}}/{{y}}.mvt?{query}",
        overview_url=f"/overview/{spec.id}/{{z}}/{{x}}/{{y}}.png?{query}",
        overview_below=OVERVIEW_BELOW if many else 0,
        symbol=spec.symbol,
        label=spec.label,
        zoom=spec.zoom,
        visible=spec.visible,
        order=order,
        bounds=_degrees(loaded) if loaded is not None else None,
        has_data=not reason,
        reason=reason,
        note=spec.note.to(chosen),
    )


def absence(loaded: Loaded | None, spec: LayerSpec, chosen: Language) -> str:
    """Say why a layer has nothing to show; empty where it has."""
    if loaded is None:
        return message("ui.layer_no_table", chosen, table=TABLES[spec.table].title.to(chosen))
    missing = [name for name in columns_of(spec) if name not in loaded.frame.columns]
    return message("ui.layer_no_columns", chosen, columns=", ".join(missing)) if missing else ""


def classified_rows(ws: Workspace, loaded: Loaded, spec: LayerSpec, where: str | None, chosen: Language) -> Classified:
    """Return the classes of a layer's rows, counted over those that satisfy a condition; kept by version."""
    place = (str(ws.address), loaded.info.version, spec.model_dump_json(), where or "", chosen)
    with _lock:
        if place in _kept:
            _kept.move_to_end(place)
            return _kept[place]
    made = classify(loaded.frame, spec, load_layers().palettes, chosen)
    if where:
        made = made.among(np.flatnonzero(parse(where).select(loaded.frame)))
    with _lock:
        _kept[place] = made
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return made


def _degrees(loaded: Loaded) -> Bounds | None:
    if loaded.info.bounds is None:
        return None
    west, south, east, north = moved(shapely.box(*loaded.info.bounds), loaded.crs).bounds
    return west, south, east, north


def extent(ws: Workspace) -> Bounds:
    """Return where the workspace lies, in degrees: the extent of all its tables, or China where they are empty."""
    tables = [load(ws, info.name) for info in ws.tables() if info.bounds is not None]
    known = [bounds for loaded in tables if loaded is not None and (bounds := _degrees(loaded)) is not None]
    if not known:
        return WHOLE_CHINA
    wests, souths, easts, norths = zip(*known, strict=True)
    return min(wests), min(souths), max(easts), max(norths)
