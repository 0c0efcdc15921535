"""Layout options: scenarios in a tree, edited on the map, with measures and warnings that follow at once."""

from __future__ import annotations

from typing import Final

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.scenario_state import base_scenario, option
from parkplan.ui import opened
from parkplan.ui.boundary import fragment
from parkplan.ui.layout_map import layout_map, take_events
from parkplan.ui.layout_panels import panels
from parkplan.ui.layout_solver import watch_solver
from parkplan.ui.layout_state import layout, opened_option
from parkplan.ui.layout_tools import actions, scenario_bar, tool_bar, troubles

MAP_HEIGHT: Final = 640


@fragment
def workbench() -> None:
    """Draw the page; a click, a drawing or a button runs this part alone."""
    ws = opened.with_parcels()
    if ws is None:
        return
    now = layout()
    with st.spinner(message("scenario.measuring"), show_time=False):
        found = opened_option(ws, now)
    bar = st.container()  # drawn last, for what happened on the map decides what can be undone
    brush = tool_bar(ws, found, now)
    if take_events(ws, found, now, brush.paint, brush.width_m):
        found = opened_option(ws, now)
    with bar:
        scenario_bar(ws, found, now)
    actions(ws, found, now, brush.paint)
    if now.search is not None:
        watch_solver()
    troubles(ws, now)
    left, right = st.columns([6, 4], gap="small")
    with left:
        layout_map(ws, found, now, height=MAP_HEIGHT)
    with right:
        panels(ws, found, option(ws, base_scenario(ws)), now, height=MAP_HEIGHT)


workbench()
