"""The district's map on a page: what it is asked to show, and what a click on it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parkplan.i18n import current_language, message
from parkplan.jobs.cluster_layers import hexagon_table, hexagons_wait
from parkplan.jobs.district_layers import GROUP, layers_of
from parkplan.jobs.district_map import district_page
from parkplan.jobs.place import Place, row_at
from parkplan.model.clusters import ClusterQuestion
from parkplan.ui.judging import rerun
from parkplan.ui.map_host import Fit, click_of, map_host, view_of
from parkplan.ui.state import session
from parkplan.ui.verdict_map import subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.ui.map_host import Click, Hit

KEY = "map"


def preview(ws: Workspace, *, key: str, height: int, only: tuple[str, ...]) -> None:
    """Draw a map that is only looked at; imported tables are on it beside the layers that are named."""
    own = [name for name, spec in layers_of(ws).layers.items() if spec.group == GROUP]
    map_host(district_page(ws, current_language(), only=(*only, *own)).compact(), key=key, height=height)


def park_map(ws: Workspace, *, height: str, where: Mapping[str, str]) -> None:
    """Draw the map of the district, as high as a length of CSS says; a click on it selects what lies there."""
    now = session()
    _take_click(ws, where)
    with st.spinner(message("ui.loading_map"), show_time=False):
        page = district_page(ws, current_language(), where=where)
    fit = Fit(now.zoom_to, f"{now.zoom_count}") if now.zoom_to is not None else None
    map_host(page, key=KEY, height=height, selection=marked(ws, now.selected), fit=fit)


def hexagon_button(ws: Workspace) -> None:
    """Offer to compute the hexagons of enterprises where nobody has; the layers then stand in the tree."""
    if hexagons_wait(ws) and st.button(
        message("ui.make_hexagons"), help=message("ui.make_hexagons_help"), key="make_hexagons"
    ):
        with st.spinner(message("clusters.computing"), show_time=True):
            hexagon_table(ws, ClusterQuestion())
        rerun()


def _take_click(ws: Workspace, where: Mapping[str, str]) -> None:
    """Select what the click that caused this run has hit, so that this very run marks it and shows its card."""
    click = click_of(KEY)
    if click is None:
        return
    layers = layers_of(ws).layers
    for hit in click.hits:
        if hit["layer"] in layers and (row := _row(ws, click, hit, where)) is not None:
            session().select(subject(layers[hit["layer"]].table), row)
            return


def _row(ws: Workspace, click: Click, hit: Hit, where: Mapping[str, str]) -> int | None:
    """Return the row that was hit; in a layer shown as pictures it is looked up by its place."""
    if hit["id"] is not None:
        return hit["id"]
    seen = view_of(KEY)
    hidden = next((layer["hidden"] for layer in seen["layers"] if layer["id"] == hit["layer"]), []) if seen else []
    place = Place(click.lng, click.lat, click.zoom)
    return row_at(ws, hit["layer"], place, where=where.get(hit["layer"], ""), hidden=hidden)


def marked(ws: Workspace, selected: tuple[str, int] | None) -> dict[str, list[int]]:
    """Return the row of a table on every layer that draws it, as the map marks it."""
    if selected is None:
        return {}
    table, row = selected
    return {spec.id: [row] for spec in layers_of(ws).layers.values() if subject(spec.table) == table}
