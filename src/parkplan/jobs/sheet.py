"""The current view as a printed map: PNG or PDF with legend, scale, north arrow, grid, date and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from parkplan._errors import RequestError
from parkplan.data.layers import columns_of
from parkplan.expressions import parse
from parkplan.i18n import Language, Text, current_language
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.frames import load
from parkplan.jobs.title import title_of
from parkplan.render.classes import NOT_DRAWN, Classified, classify
from parkplan.render.sheet import PAPER_MM, SheetLayer, SheetRequest
from parkplan.render.sheet import map_sheet as draw

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.frames import Loaded
    from parkplan.model.facts import Bounds
    from parkplan.model.layers import LayerSpec
    from parkplan.render.sheet import Paper, SheetFormat

COUNTED_IN: Final[dict[str, Text]] = {
    "parcels": Text("宗", "parcels"),
    "enterprises": Text("家", "firms"),
    "buildings": Text("栋", "buildings"),
    "facilities": Text("处", "sites"),
}
FORMATS: Final = ("png", "pdf")


@dataclass(frozen=True, slots=True)
class SheetView:
    """What the screen shows: the layers that are on, from top to bottom, and the bounds in degrees (W, S, E, N).

    ``where`` and ``opacity`` are by layer id, as the user set them; without ``bounds`` the whole district is shown.
    """

    layers: tuple[str, ...]
    bounds: Bounds | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    opacity: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """How the sheet is made; texts are printed exactly as they are given."""

    title: str = ""
    subtitle: str = ""
    author: str = ""
    format: SheetFormat = "pdf"
    paper: Paper = "A3"
    landscape: bool = True
    on: date | None = None
    dots_per_inch: int = 200


def map_sheet(
    ws: Workspace,
    view: SheetView,
    options: SheetOptions | None = None,
    language: Language | None = None,
    above: tuple[SheetLayer, ...] = (),
) -> bytes:
    """Return the view of a workspace as the bytes of a PNG or PDF file.

    A layer without data in this workspace is left out. A workspace in degrees is drawn in the UTM zone of the view.
    Layers in ``above``, in the CRS of the workspace, are drawn over all others.

    Raises:
        RequestError: an unknown layer, format or paper, or a view without extent.
        DefinitionError: a faulty condition.

    """
    return draw(sheet_request(ws, view, options, language, above))


def sheet_request(
    ws: Workspace,
    view: SheetView,
    options: SheetOptions | None = None,
    language: Language | None = None,
    above: tuple[SheetLayer, ...] = (),
) -> SheetRequest:
    """Return what `map_sheet` draws: the layers in the CRS of the paper, and what stands around the map.

    Raises:
        RequestError: as `map_sheet`.
        DefinitionError: a faulty condition.

    """
    chosen, spoken = options or SheetOptions(), language or current_language()
    if chosen.format not in FORMATS or chosen.paper not in PAPER_MM:
        raise RequestError("sheet_options", formats=", ".join(FORMATS), papers=", ".join(PAPER_MM))
    crs = _paper_crs(ws, view)
    shown = [(loaded, layer) for name in view.layers for loaded, layer in _layer(ws, view, name, (crs, spoken))]
    sources = dict.fromkeys(loaded.info.source for loaded, _ in shown if loaded.info.source)
    return SheetRequest(
        title=chosen.title or title_of(ws).to(spoken),
        subtitle=chosen.subtitle,
        layers=(*above, *(layer for _, layer in shown)),
        bounds=_bounds(ws, view, crs),
        crs=crs,
        date=chosen.on or datetime.now().astimezone().date(),
        source="、".join(sources) if spoken == "zh" else ", ".join(sources),
        author=chosen.author,
        synthetic=any(loaded.info.synthetic for loaded, _ in shown) or ws.synthetic,
        paper=chosen.paper,
        landscape=chosen.landscape,
        format=chosen.format,
        language=spoken,
        dots_per_inch=chosen.dots_per_inch,
    )


def _layer(ws: Workspace, view: SheetView, name: str, target: tuple[CRS, Language]) -> list[tuple[Loaded, SheetLayer]]:
    known = layers_of(ws)
    spec = known.layers.get(name)
    if spec is None:
        raise RequestError("unknown_layer", layer=name, known=", ".join(known.layers))
    loaded = load(ws, spec.table)
    if loaded is None or any(column not in loaded.frame.columns for column in columns_of(spec)):
        return []
    crs, language = target
    classified = classify(loaded.frame, spec, known.palettes, language)
    if condition := view.where.get(name):
        wanted = parse(condition).select(loaded.frame)
        classified = replace(classified, codes=np.where(wanted, classified.codes, NOT_DRAWN).astype(np.int16))
    geometry, classified = _with_geometry(loaded, ws.crs, crs, classified)
    unit = COUNTED_IN[spec.table].to(language) if spec.table in COUNTED_IN else ""
    return [(loaded, SheetLayer(spec, geometry, classified, _names(loaded, spec), view.opacity.get(name), unit))]


def _with_geometry(
    loaded: Loaded, own: CRS, crs: CRS, classified: Classified
) -> tuple[np.ndarray[tuple[int], np.dtype[np.object_]], Classified]:
    """Return the geometry in the CRS of the sheet; rows without one are not drawn."""
    geometry = loaded.geometry
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if absent.any():
        classified = replace(classified, codes=np.where(absent, NOT_DRAWN, classified.codes).astype(np.int16))
    if crs == own:
        return geometry, classified
    way = Transformer.from_crs(own, crs, always_xy=True)
    return shapely.transform(geometry, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1]))), classified


def _names(loaded: Loaded, spec: LayerSpec) -> np.ndarray[tuple[int], np.dtype[np.object_]] | None:
    if spec.label is None or spec.label.column not in loaded.frame.columns:
        return None
    return np.asarray(loaded.frame[spec.label.column], dtype=object)


def _paper_crs(ws: Workspace, view: SheetView) -> CRS:
    """Return the CRS of the workspace, or the UTM zone in the middle of the view where that is in degrees."""
    if not ws.crs.is_geographic:
        return ws.crs
    west, south, east, north = view.bounds or _extent(ws)
    x, y = (west + east) / 2, (south + north) / 2
    zones = query_utm_crs_info("WGS 84", AreaOfInterest(x, y, x, y))
    if not zones:
        raise RequestError("sheet_view")
    return CRS.from_epsg(int(zones[0].code))


def _bounds(ws: Workspace, view: SheetView, crs: CRS) -> Bounds:
    if view.bounds is None:
        return _moved(_extent(ws), ws.crs, crs)
    return _moved(view.bounds, CRS.from_epsg(4326), crs)


def _moved(bounds: Bounds, own: CRS, crs: CRS) -> Bounds:
    if own == crs:
        return bounds
    west, south, east, north = Transformer.from_crs(own, crs, always_xy=True).transform_bounds(*bounds)
    return west, south, east, north


def _extent(ws: Workspace) -> Bounds:
    """Return the extent of the streets, or of all tables, in the CRS of the workspace."""
    tables = {info.name: info.bounds for info in ws.tables() if info.bounds is not None}
    chosen = [tables["streets"]] if "streets" in tables else list(tables.values())
    if not chosen:
        raise RequestError("sheet_view")
    wests, souths, easts, norths = zip(*chosen, strict=True)
    return min(wests), min(souths), max(easts), max(norths)
