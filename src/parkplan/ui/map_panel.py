"""The district's map on a page: what it is asked to show, and what a click on it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parkplan.data.layers import load_layers
from parkplan.i18n import current_language, message
from parkplan.jobs.district_map import map_request
from parkplan.render.map import district_map
from parkplan.ui.map_host import Fit, map_host
from parkplan.ui.state import session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace

KEY = "map"


def preview(ws: Workspace, *, key: str, height: int, only: tuple[str, ...]) -> None:
    """Draw a map that is only looked at."""
    map_host(district_map(map_request(ws, current_language(), only=only)), key=key, height=height)


def park_map(ws: Workspace, *, height: int, where: Mapping[str, str]) -> bool:
    """Draw the map of the district; return whether a click chose something else."""
    now = session()
    with st.spinner(message("ui.loading_map"), show_time=False):
        page = district_map(map_request(ws, current_language(), where=where))
    fit = Fit(now.zoom_to, f"{now.zoom_count}") if now.zoom_to is not None else None
    events = map_host(page, key=KEY, height=height, selection=_selection(now.selected), fit=fit)
    click = events.click
    if click is None or click.layer is None or click.id is None:
        return False
    chosen = (load_layers().layers[click.layer].table, click.id)
    if chosen == now.selected:
        return False
    now.select(*chosen)
    return True


def _selection(selected: tuple[str, int] | None) -> dict[str, list[int]]:
    """The row on every layer that draws its table."""
    if selected is None:
        return {}
    table, row = selected
    return {spec.id: [row] for spec in load_layers().layers.values() if spec.table == table}
