"""What the web map of a workspace shows: every layer of the catalogue with its legend, tile address and state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import numpy as np
import shapely

from parkplan.data.crs import crs_label
from parkplan.data.layers import columns_of
from parkplan.expressions import parse
from parkplan.i18n import Language, message
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.frames import Loaded, load, moved
from parkplan.jobs.kept import Kept
from parkplan.jobs.scenario_layers import OPTION_TABLES
from parkplan.jobs.service_layers import SERVICE_TABLES
from parkplan.jobs.tiles import drawn, published, version_of
from parkplan.model.derived_tables import DERIVED_TABLES, DRAWN_TABLES
from parkplan.render.classes import Classified, counted, legend
from parkplan.render.map import Geometry, MapLayer, MapPage, MapRequest, district_map

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.model.facts import Bounds
    from parkplan.model.layers import LayerSet, LayerSpec

FEW_ROWS: Final = 15_000
"""Up to this many rows a browser draws a whole table; above, low zooms may need painted overview tiles."""
WHOLE_CHINA: Final = (73.0, 18.0, 135.0, 53.5)
_pages: Final = Kept[tuple[object, ...], "tuple[LayerSet, MapPage]"](limit=32)
_classified: Final = Kept[tuple[str, ...], Classified](limit=128)


def district_page(
    ws: Workspace, chosen: Language, *, where: Mapping[str, str] | None = None, only: tuple[str, ...] | None = None
) -> MapPage:
    """Return the page of the map that `map_request` describes, built once for the same data and the same wishes."""
    found = layers_of(ws)
    made = [load(ws, name) for name in DERIVED_TABLES]
    versions = (
        *(info.version for info in ws.tables()),
        *("" if table is None else table.info.version for table in made),
    )
    place = (ws.address, chosen, only, tuple(sorted((where or {}).items())), versions)

    def make() -> tuple[LayerSet, MapPage]:
        return found, district_map(map_request(ws, chosen, where=where, only=only))

    layers, page = _pages.get((*place, id(found)), make)
    return page if layers is found else make()[1]


def map_request(
    ws: Workspace,
    chosen: Language,
    *,
    where: Mapping[str, str] | None = None,
    only: tuple[str, ...] | None = None,
    among: tuple[str, ...] | None = None,
) -> MapRequest:
    """Return the map of a workspace.

    Args:
        ws: the workspace.
        chosen: the language of titles and legends.
        where: a further condition by layer id.
        only: the layers that are switched on at first, in place of those that the catalogue says.
        among: the layers that the map has at all; without them, all but those of layout options.

    """
    found = layers_of(ws)
    ordered = [found.layers[name] for group in found.groups for name in group.layers]
    groups = {name: group.title.to(chosen) for group in found.groups for name in group.layers}
    conditions = where or {}
    layers = tuple(
        _layer(ws, spec, chosen, conditions.get(spec.id), (groups[spec.id], len(ordered) - place))
        for place, spec in enumerate(ordered)
        if (spec.table not in OPTION_TABLES | SERVICE_TABLES if among is None else spec.id in among)
    )
    if only is not None:
        layers = tuple(replace(layer, visible=layer.id in only) for layer in layers)
    return MapRequest(layers=layers, bounds=extent(ws), crs=ws.crs, crs_name=crs_label(ws.crs), synthetic=ws.synthetic)


def _layer(ws: Workspace, spec: LayerSpec, chosen: Language, where: str | None, place: tuple[str, int]) -> MapLayer:
    loaded, (group, order) = load(ws, spec.table), place
    reason = absence(loaded, spec, chosen)
    classified = None if loaded is None or reason else classified_rows(ws, loaded, spec, where, chosen)
    version = version_of(ws, spec.id) if loaded is not None and not reason else ""
    query = urlencode({"v": version, **({"where": where} if where else {})})
    return MapLayer(
        id=spec.id,
        title=spec.title.to(chosen),
        group=group,
        geometry=_geometry(ws, spec),
        classes=classified.present if classified is not None else (),
        tile_url=f"/tiles/{spec.id}/{{z}}/{{x}}/{{y}}.mvt?{query}",
        overview_url=f"/overview/{spec.id}/{{z}}/{{x}}/{{y}}.png?{query}",
        overview_below=_overview_below(ws, loaded) if loaded is not None and not reason else 0,
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


def _geometry(ws: Workspace, spec: LayerSpec) -> Geometry:
    """Return what a layer is drawn as; a table of mixed shapes is listed with the sign of areas."""
    known = DRAWN_TABLES.get(spec.table)
    kind = ws.info(spec.table).geometry_type if known is None else known.geometry
    return kind if kind in {"line", "point"} else "polygon"


def absence(loaded: Loaded | None, spec: LayerSpec, chosen: Language) -> str:
    """Say why a layer has nothing to show; empty where it has."""
    if loaded is None and spec.table in DERIVED_TABLES:
        return message(f"ui.layer_not_made_{spec.table}", chosen)
    if loaded is None:
        return message("ui.layer_no_table", chosen, table=DRAWN_TABLES[spec.table].title.to(chosen))
    missing = [name for name in columns_of(spec) if name not in loaded.columns]
    return message("ui.layer_no_columns", chosen, columns=", ".join(missing)) if missing else ""


def classified_rows(ws: Workspace, loaded: Loaded, spec: LayerSpec, where: str | None, chosen: Language) -> Classified:
    """Return the classes of a layer's rows, counted over those that satisfy a condition; kept by version."""
    version, ready = drawn(ws, spec.id)

    def make() -> Classified:
        made = Classified(ready.codes, counted(legend(spec, layers_of(ws).palettes, chosen), ready.counts))
        return made.among(np.flatnonzero(parse(where).select(loaded.frame))) if where else made

    return _classified.get((version, where or "", chosen), make)


def _overview_below(ws: Workspace, loaded: Loaded) -> int:
    """Return the zoom below which a table is painted; it depends on the shapes, so one layer speaks for all."""
    if loaded.info.rows <= FEW_ROWS:
        return 0
    specs = [spec for spec in layers_of(ws).layers.values() if spec.table == loaded.name]
    drawable = [spec for spec in specs if set(columns_of(spec)) <= loaded.columns]
    first = min(drawable, key=lambda spec: not spec.visible)
    return published(ws, first.id).overview_below


def _degrees(loaded: Loaded) -> Bounds | None:
    if loaded.info.bounds is None:
        return None
    west, south, east, north = moved(shapely.box(*loaded.info.bounds), loaded.crs).bounds
    return west, south, east, north


def extent(ws: Workspace) -> Bounds:
    """Return where the district lies, in degrees: its streets, or all tables, or China where there is nothing."""
    names = [info.name for info in ws.tables() if info.bounds is not None]
    tables = [load(ws, name) for name in names if name == "streets" or "streets" not in names]
    known = [bounds for loaded in tables if loaded is not None and (bounds := _degrees(loaded)) is not None]
    if not known:
        return WHOLE_CHINA
    wests, souths, easts, norths = zip(*known, strict=True)
    return min(wests), min(souths), max(easts), max(norths)
