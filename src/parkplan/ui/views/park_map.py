"""Park map: layers, search, filters, and the card of what is clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parkplan.i18n import message
from parkplan.ui import map_panel, opened
from parkplan.ui.boundary import fragment
from parkplan.ui.card_panel import card_panel, search_box
from parkplan.ui.export_panel import rows_panel, sheet_panel
from parkplan.ui.filter_form import filter_form, read_filter

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.ui.filter_form import Filter

HEIGHT = "max(520px, 100vh - 168px)"
HEIGHT_BELOW_HITS = "max(240px, 100vh - 500px)"


@fragment
def workbench() -> None:
    """Draw the page; a click, a search or a filter runs this part alone."""
    ws = opened.workspace()
    if not ws.tables():
        st.info(message("ui.empty_workspace"))
        return
    left, right = st.columns([3, 1], gap="small")
    with left:
        chosen = _toolbar(ws)
        map_panel.park_map(ws, height=HEIGHT, where=chosen.where)
    with right:
        found = search_box(ws)
        card_panel(ws, height=HEIGHT_BELOW_HITS if found else HEIGHT)


def _toolbar(ws: Workspace) -> Filter:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover(message("ui.filters"), width="content"):
            filter_form(ws)
        chosen = read_filter(ws)
        with st.popover(message("ui.export"), width="content"):
            sheet_panel(ws, chosen.where, map_key=map_panel.KEY)
            if chosen.chosen is not None:
                st.divider()
                rows_panel(ws, chosen.chosen)
        map_panel.hexagon_button(ws)
        if chosen.chosen is not None:
            count, total = len(chosen.chosen.positions), chosen.chosen.total
            title = chosen.layer.title.to()
            st.caption(message("ui.filter_result", title=title, count=f"{count:,}", total=f"{total:,}"))
    return chosen


workbench()
