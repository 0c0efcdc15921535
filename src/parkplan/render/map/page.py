"""folium builds the map: this module is its only door.

What reaches a template are identifiers, numbers, colours and addresses, all through `script_literal`; titles and all
other texts travel beside the script as data and become text in the browser.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import folium
from branca.element import CssLink, Figure, JavascriptLink
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template

from parkplan._errors import RequestError
from parkplan.render.map import assets
from parkplan.render.map.escape import entities, script_literal

if TYPE_CHECKING:
    from pyproj import CRS

    from parkplan.model.layers import Label
    from parkplan.render.classes import LegendClass
    from parkplan.render.map.records import BaseMap, MapLayer, MapRequest

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_BASE_MAP_ADDRESS = re.compile(r"(https?:/)?/([\w./:?&=,;@+~-]|\{[zxy]\})+")
_TILE_VARIABLES = ("{z}", "{x}", "{y}")
ZOOM_STEP = 0.25
"""Zooms between whole levels, so that an extent fills the map; the buttons go by whole levels."""


class VectorTiles(JSCSSMixin, Layer):
    """A folium layer that the browser draws from vector tiles."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.parkplan.vectorLayer({{ this._parent.get_name() }}, {{ this.spec }});
        {% endmacro %}
        """
    )
    default_js = [("parkplan_map", assets.MAP_SCRIPT)]  # noqa: RUF012  # folium's own form
    default_css = [("parkplan_map_css", assets.MAP_STYLE)]  # noqa: RUF012

    def __init__(self, layer: MapLayer) -> None:
        super().__init__(name=entities(layer.title), overlay=True, control=False, show=layer.visible and layer.has_data)
        self._name = "VectorTiles"
        self._id = layer.id
        self.spec = script_literal(drawing_spec(layer))


@dataclass(frozen=True, slots=True)
class MapPage:
    """A map ready for a host: folium's script, the assets that it needs, and its layers as data.

    ``script`` defines a variable ``name``, the Leaflet map, in an element of that id.
    """

    name: str
    script: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    layers: tuple[dict[str, object], ...]
    frame: dict[str, object]

    def data(self) -> dict[str, object]:
        """Return what the browser needs of this map, as plain data."""
        return {"name": self.name, "script": self.script, "layers": list(self.layers), **self.frame}

    def compact(self, *, clicks: bool = False) -> MapPage:
        """Return the same map as a figure: nothing lies open on it, the wheel scrolls the page around it.

        It is only looked at, unless the page around it answers ``clicks``.
        """
        return replace(self, frame={**self.frame, "compact": True, "clicks": clicks})


def drawing_spec(layer: MapLayer) -> dict[str, object]:
    """Return how a layer is fetched and drawn, without any text."""
    symbol = layer.symbol
    return {
        "id": layer.id,
        "geometry": layer.geometry,
        "url": layer.tile_url,
        "overviewUrl": layer.overview_url,
        "overviewBelow": layer.overview_below,
        "zoom": list(layer.zoom),
        "nativeZoom": layer.native_zoom,
        "opacity": symbol.opacity if layer.opacity is None else layer.opacity,
        "order": layer.order,
        "classes": [_class_spec(entry) for entry in layer.classes],
        "symbol": {
            "stroke": symbol.stroke,
            "strokeWidth": symbol.stroke_width_px,
            "dash": list(symbol.dash_px) if symbol.dash_px else None,
            "fill": symbol.fill,
            "hatch": symbol.hatch,
            "radius": symbol.radius_px,
            "casing": symbol.casing,
            "fillOpacity": symbol.fill_opacity,
        },
        "label": layer.label and _label_spec(layer.label),
    }


def _class_spec(entry: LegendClass) -> dict[str, object]:
    return {"index": entry.index, "colour": entry.colour, "width": entry.width_px}


def _label_spec(label: Label) -> dict[str, object]:
    return {"minZoom": label.min_zoom, "size": label.size_px, "bold": label.bold, "colour": label.colour}


def _layer_data(layer: MapLayer) -> dict[str, object]:
    classes = [
        {**_class_spec(entry), "glyph": entry.glyph, "title": entry.title, "count": entry.count}
        for entry in layer.classes
    ]
    return {
        **drawing_spec(layer),
        "classes": classes,
        "title": layer.title,
        "group": layer.group,
        "note": layer.note,
        "visible": layer.visible,
        "bounds": list(layer.bounds) if layer.bounds else None,
        "hasData": layer.has_data,
        "reason": layer.reason,
    }


def projection_definition(crs: CRS | None) -> str | None:
    """Return the definition of a projected CRS for the browser, None for a geographic one.

    >>> from pyproj import CRS
    >>> projection_definition(CRS.from_epsg(4547)).split()[:5]
    ['+proj=tmerc', '+lat_0=0', '+lon_0=114', '+k=1', '+x_0=500000']
    """
    if crs is None or not crs.is_projected:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the short form loses the name of the datum, not its ellipsoid
        return crs.to_proj4()


def _base_map(base: BaseMap) -> folium.TileLayer:
    if not _BASE_MAP_ADDRESS.fullmatch(base.url) or not all(name in base.url for name in _TILE_VARIABLES):
        raise RequestError("base_map_address", address=base.url)
    return folium.TileLayer(tiles=base.url, attr=entities(base.attribution), max_zoom=base.max_zoom, control=False)


def _check_names(request: MapRequest) -> None:
    names = [request.id, *(layer.id for layer in request.layers)]
    for name in names:
        if not _IDENTIFIER.fullmatch(name):
            raise ValueError(f"{name!r} is no identifier of a map or layer")
    if len(set(names[1:])) < len(names) - 1:
        raise ValueError("two layers of the map have the same id")


def _folium_map(request: MapRequest) -> folium.Map:
    west, south, east, north = request.bounds
    built = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=12,
        tiles=None,
        zoom_control=False,
        attribution_control=request.base_map is not None,
        minZoom=request.zoom[0],
        maxZoom=request.zoom[1],
        zoomSnap=ZOOM_STEP,
        wheelPxPerZoomLevel=90,
    )
    built._id = request.id
    extent = folium.FitBounds([[south, west], [north, east]], padding=(24, 24), max_zoom=18)
    extent.options["animate"] = False  # an animation under way would swallow the view that the host sets next
    built.add_child(extent)
    if request.base_map:
        built.add_child(_base_map(request.base_map))
    for layer in request.layers:
        built.add_child(VectorTiles(layer))
    return built


def district_map(request: MapRequest) -> MapPage:
    """Build the page of a map.

    Raises `UnknownAddressError` if anything on the map would be loaded from outside, `RequestError` for a base map
    whose address is none, `ValueError` for ids that are no identifiers.
    """
    _check_names(request)
    built = _folium_map(request)
    figure = built.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("a folium map stands in a figure")
    figure.render()
    links = list(figure.header._children.values())
    own = (assets.MAP_SCRIPT, assets.MAP_STYLE)  # also for a map without a layer
    return MapPage(
        name=built.get_name(),
        script=figure.script.render(),
        scripts=assets.served([*(link.url for link in links if isinstance(link, JavascriptLink)), own[0]]),
        styles=assets.served([*(link.url for link in links if isinstance(link, CssLink)), own[1]]),
        layers=tuple(_layer_data(layer) for layer in request.layers),
        frame={
            "bounds": list(request.bounds),
            "synthetic": request.synthetic,
            "crsName": request.crs_name or (request.crs.to_string() if request.crs else ""),
            "crsDefinition": projection_definition(request.crs),
        },
    )
