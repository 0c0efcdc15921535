"""The map inside a Streamlit page: a component that keeps its view and layers while the page is run again.

The browser reports clicks and, when the map has come to rest, what it shows; Python may ask it to move or to mark
features. What the user chose (visible layers, order, opacity, classes switched off) is remembered in the session, so
that it survives a change of page and an export knows the view that is seen.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, cast

import streamlit as st

from parkplan.render.map import host_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.components.v2.types import ComponentRenderer

    from parkplan.render.map import MapPage

COMPONENT = "parkplan_map"


class LayerState(TypedDict):
    """What a user made of a layer: ``hidden`` lists the indices of classes switched off."""

    id: str
    visible: bool
    opacity: float
    order: int
    hidden: list[int]


class ViewState(TypedDict):
    """What a map shows: centre (lat, lng), zoom, bounds (west, south, east, north), layers from the top down.

    ``fit`` is the token of the last `Fit` that was carried out.
    """

    center: list[float]
    zoom: float
    bounds: list[float]
    layers: list[LayerState]
    fit: str | None


class Hit(TypedDict):
    """A feature under a click; ``solid`` is false inside a polygon that is drawn as an outline only.

    ``id`` is None where the layer is shown as pictures: what lies there is looked up by place.
    """

    layer: str
    id: int | None
    solid: bool


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a map: the place, and the features there, the one to be opened first.

    ``map`` is the position of the map among those of the host.
    """

    lat: float
    lng: float
    zoom: float
    hits: tuple[Hit, ...]
    map: int = 0

    @property
    def layer(self) -> str | None:
        """Layer of the feature clicked, if any."""
        return self.hits[0]["layer"] if self.hits else None

    @property
    def id(self) -> int | None:
        """Feature clicked, as the position of its row, if any."""
        return self.hits[0]["id"] if self.hits else None


@dataclass(frozen=True, slots=True)
class Fit:
    """An order to show an extent (west, south, east, north in degrees), carried out once for each new ``token``."""

    bounds: tuple[float, float, float, float]
    token: str


MARKERS = "markers"
"""The layer that a hit names when a `Marker` was clicked."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A dot over all layers, in degrees; ``tone`` is error, warning or note, and a click reports ``id``."""

    id: int
    lng: float
    lat: float
    tone: str = "note"
    chosen: bool = False


Shape = Literal["polygon", "line"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn on a map, by its corners (longitude, latitude)."""

    kind: Shape
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """An order to draw something; each new ``token`` asks for one more."""

    kind: Shape
    token: str


Corner = tuple[float, float]
"""A longitude and a latitude."""


@dataclass(frozen=True, slots=True)
class Movable:
    """A shape that the user may pull to another place: polygons as rings of corners, the outer ring first."""

    id: str
    title: str
    parts: tuple[tuple[tuple[Corner, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user may do on a map: ``draw`` something, or move ``shapes``.

    Each new ``token`` puts the shapes back to where they are.
    """

    draw: Draw | None = None
    shapes: tuple[Movable, ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True)
class Shifted:
    """A shape was pulled so that what lay at ``start`` lies at ``end``."""

    id: str
    start: Corner
    end: Corner


_TOOLS: Final[dict[Shape, str]] = {"polygon": "area", "line": "length"}


@dataclass(frozen=True, slots=True)
class MapEvents:
    """What a map reports: a click of this very run, and its view, None before it was first drawn."""

    click: Click | None
    view: ViewState | None


@cache
def _component() -> ComponentRenderer:
    loader = files("parkplan.render").joinpath("web", "host_loader.js").read_text(encoding="utf-8")
    return st.components.v2.component(COMPONENT, html='<div class="pp-host"></div>', js=loader, isolate_styles=False)


def _base_path() -> str:
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def _memory(key: str) -> str:
    return f"{key}.view"


def view_of(key: str = "map") -> ViewState | None:
    """Return what the map of this key showed last in this session, also on another page."""
    return cast("ViewState | None", st.session_state.get(_memory(key)))


def _click(event: Mapping[str, Any] | None) -> Click | None:
    if not event:
        return None
    hits = tuple(_hit(hit) for hit in event["hits"])
    zoom = float(event.get("zoom", 0))
    return Click(float(event["lat"]), float(event["lng"]), zoom, hits, int(event.get("map", 0)))


def _hit(told: Mapping[str, Any]) -> Hit:
    known = told["id"]
    return Hit(layer=str(told["layer"]), id=None if known is None else int(known), solid=bool(told["solid"]))


def click_of(key: str = "map") -> Click | None:
    """Return the click on the map of this key that caused this very run, before the map is drawn."""
    return _click((st.session_state.get(key) or {}).get("click"))


def drawn_of(key: str) -> Drawn | None:
    """Return what was drawn on the map of this key and caused this very run."""
    told = (st.session_state.get(key) or {}).get("drawn")
    if not told:
        return None
    points = tuple((float(lng), float(lat)) for lng, lat in told["points"])
    return Drawn("polygon" if told["kind"] == _TOOLS["polygon"] else "line", points)


def shifted_of(key: str) -> Shifted | None:
    """Return the move of a shape on the map of this key that caused this very run."""
    told = (st.session_state.get(key) or {}).get("shifted")
    if not told:
        return None
    start, end = ((float(lng), float(lat)) for lng, lat in (told["from"], told["to"]))
    return Shifted(str(told["id"]), start, end)


def _nothing() -> None:
    """Be told of an event: the value is read after the run."""


def map_host(
    pages: MapPage | Sequence[MapPage],
    *,
    key: str = "map",
    height: int | str = 640,
    selection: Mapping[str, Sequence[int]] | None = None,
    fit: Fit | None = None,
    markers: Sequence[Marker] = (),
) -> MapEvents:
    """Show one map, or up to six side by side that move together, and return what happened on them.

    ``height`` is in pixels, or a length of CSS. ``selection`` marks features by layer id and row position; ``fit``
    moves the map; ``markers`` are dots over all layers. Run it inside ``st.fragment``, so that a click runs only its
    panel again.
    """
    wishes = {
        "fit": {"bounds": list(fit.bounds), "token": fit.token} if fit else None,
        "markers": [asdict(marker) for marker in markers],
    }
    return _hosted(pages, key, height, selection or {}, wishes)


def drawing_host(
    page: MapPage, *, key: str, height: int | str, selection: Mapping[str, Sequence[int]], wishes: Wishes
) -> MapEvents:
    """Show one map on which the user draws or moves shapes; see `map_host`, `drawn_of` and `shifted_of`."""
    draw = wishes.draw
    told = {
        "draw": None if draw is None else {"kind": _TOOLS[draw.kind], "token": draw.token},
        "movable": {"token": wishes.token, "shapes": [asdict(shape) for shape in wishes.shapes]},
    }
    return _hosted(page, key, height, selection, told)


def swipe_host(pages: Sequence[MapPage], *, key: str, height: int | str) -> MapEvents:
    """Show two maps, the second over the first up to a handle that the user moves; see `map_host`."""
    return _hosted(pages, key, height, {}, {"swipe": True})


def _hosted(
    pages: MapPage | Sequence[MapPage],
    key: str,
    height: int | str,
    selection: Mapping[str, Sequence[int]],
    wishes: Mapping[str, object],
) -> MapEvents:
    shown = list(pages) if isinstance(pages, (list, tuple)) else [cast("MapPage", pages)]
    data = {
        **host_data(shown, height=height),
        "base": _base_path(),
        "selection": {layer: [int(row) for row in rows] for layer, rows in selection.items()},
        "fit": None,
        "markers": [],
        "restore": view_of(key),
        **wishes,
    }
    result = _component()(
        key=key,
        data=data,
        height="content",
        on_click_change=_nothing,
        on_view_change=_nothing,
        on_drawn_change=_nothing,
        on_shifted_change=_nothing,
    )
    view = cast("ViewState | None", result.get("view"))
    if view:
        st.session_state[_memory(key)] = view
    return MapEvents(_click(result.get("click")), view or view_of(key))
