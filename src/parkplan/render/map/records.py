"""What a map is asked to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from parkplan.model.layers import Symbol

if TYPE_CHECKING:
    from pyproj import CRS

    from parkplan.model.layers import Label

Geometry = Literal["polygon", "line", "point"]
Bounds = tuple[float, float, float, float]


class LegendEntry(Protocol):
    """A class of a legend: the index that tiles carry, colour ``#rrggbb``, title, and rows or None."""

    @property
    def index(self) -> int:
        """Index of the class in the tiles."""

    @property
    def colour(self) -> str:
        """Colour as ``#rrggbb``."""

    @property
    def title(self) -> object:
        """Title; its ``str`` is shown."""

    @property
    def count(self) -> int | None:
        """Rows of the class, if known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayer:
    """One layer of the map.

    ``tile_url`` and ``overview_url`` are addresses of the application with ``{z}/{x}/{y}``; below zoom
    ``overview_below`` the painted overview stands in for the features. ``zoom`` is the range in which the layer is
    drawn, ``native_zoom`` the deepest level that tiles are asked for. Layers with a larger ``order`` lie above others;
    ``opacity`` (0..1) is that of the whole layer. ``widths_px`` gives the width of lines by class index, in place of
    the symbol's. ``bounds`` is west, south, east, north in degrees. A layer without data states the ``reason``.
    """

    id: str
    title: str
    group: str
    geometry: Geometry
    classes: tuple[LegendEntry, ...]
    tile_url: str
    symbol: Symbol = field(default_factory=Symbol)
    label: Label | None = None
    overview_url: str | None = None
    overview_below: int = 0
    zoom: tuple[int, int] = (0, 22)
    native_zoom: int = 18
    visible: bool = True
    opacity: float = 1.0
    order: int = 0
    widths_px: dict[int, float] | None = None
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
