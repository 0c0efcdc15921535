"""What a map is asked to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from parkplan.model.layers import Symbol

if TYPE_CHECKING:
    from pyproj import CRS

    from parkplan.model.layers import Label
    from parkplan.render.classes import LegendClass

Geometry = Literal["polygon", "line", "point"]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayer:
    """One layer of the map.

    ``tile_url`` and ``overview_url`` are addresses of the application with ``{z}/{x}/{y}``; below zoom
    ``overview_below`` the painted overview stands in for the features. ``zoom`` is the range in which the layer is
    drawn, ``native_zoom`` the deepest level that tiles are asked for. Layers with a larger ``order`` lie above others;
    ``opacity`` (0..1) is that of the whole layer, by default the symbol's. ``bounds`` is west, south, east, north in
    degrees. A layer without data states the ``reason``.
    """

    id: str
    title: str
    group: str
    geometry: Geometry
    classes: tuple[LegendClass, ...]
    tile_url: str
    symbol: Symbol = field(default_factory=Symbol)
    label: Label | None = None
    overview_url: str | None = None
    overview_below: int = 0
    zoom: tuple[int, int] = (0, 22)
    native_zoom: int = 18
    visible: bool = True
    opacity: float | None = None
    order: int = 0
    bounds: Bounds | None = None
    has_data: bool = True
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A base map from outside by its XYZ address, ``https://host/{z}/{x}/{y}.png``; never used unless it is set."""

    url: str
    attribution: str
    max_zoom: int = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRequest:
    """A map: its layers, the extent that it opens with (west, south, east, north in degrees), and what its frame says.

    ``id`` names the map among those of a page; ``crs`` is the CRS in which coordinates are read off, ``crs_name`` its
    name; ``synthetic`` shows the badge of fictional data.
    """

    layers: tuple[MapLayer, ...]
    bounds: Bounds
    id: str = "district"
    crs: CRS | None = None
    crs_name: str = ""
    synthetic: bool = False
    base_map: BaseMap | None = None
    zoom: tuple[int, int] = (7, 20)
