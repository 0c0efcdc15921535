"""The district's map on a page: what it is asked to show, and what a click on it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parkplan.i18n import current_language, message
from parkplan.jobs.district_layers import GROUP, layers_of
from parkplan.jobs.district_map import district_page
from parkplan.ui.map_host import Fit, map_host
from parkplan.ui.state import session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace

KEY = "map"


def preview(ws: Workspace, *, key: str, height: int, only: tuple[str, ...]) -> None:
    """Draw a map that is only looked at; imported tables are on it beside the layers that are named."""
    own = [name for name, spec in layers_of(ws).layers.items() if spec.group == GROUP]
    map_host(district_page(ws, current_language(), only=(*only, *own)), key=key, height=height)


def park_map(ws: Workspace, *, height: int, where: Mapping[str, str]) -> None:
    """Draw the map of the district; a click on it selects what lies there."""
    now = session()
    _take_click()
    with st.spinner(message("ui.loading_map"), show_time=False):
        page = district_page(ws, current_language(), where=where)
    fit = Fit(now.zoom_to, f"{now.zoom_count}") if now.zoom_to is not None else None
    map_host(page, key=KEY, height=height, selection=_selection(ws, now.selected), fit=fit)


def _take_click() -> None:
    """Select what the click that caused this run has hit, so that this very run marks it and shows its card."""
    reported = st.session_state.get(KEY) or {}
    hits = (reported.get("click") or {}).get("hits") or ()
    layers = layers_of(ws).layers
    if hits and hits[0]["layer"] in layers:
        session().select(layers[hits[0]["layer"]].table, int(hits[0]["id"]))


def _selection(ws: Workspace, selected: tuple[str, int] | None) -> dict[str, list[int]]:
    """The row on every layer that draws its table."""
    if selected is None:
        return {}
    table, row = selected
    return {spec.id: [row] for spec in layers_of(ws).layers.values() if spec.table == table}
