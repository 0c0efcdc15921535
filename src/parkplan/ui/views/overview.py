"""Overview: the district at a glance, its key figures, and where it stands on the plan's targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.figures import figures
from parkplan.jobs.targets import targets
from parkplan.model.tables import TABLES
from parkplan.ui import chart_panel, map_panel, opened, panels
from parkplan.ui.navigation import FOLDER
from parkplan.ui.target_form import target_form
from parkplan.ui.tiles import figure_tile, target_tile

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

SHOWN = ("industrial_new_town", "special_parks", "current_land_use", "roads", "water", "streets")
LEFT_OUT = {"parcel_area"}


def draw(ws: Workspace) -> None:
    """Draw the page."""
    if not ws.tables():
        st.info(message("ui.empty_workspace"))
        return
    with st.spinner(message("ui.loading_figures"), show_time=False):
        told = figures(ws)
    panels.tiles("figures", [figure_tile(figure) for figure in told.figures if figure.id not in LEFT_OUT], columns=7)
    if told.absent:
        names = "、".join(TABLES[name].title.to() for name in told.absent)
        st.caption(message("ui.absent_tables", tables=names))
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True, key="preview"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{message('ui.district_map')}**")
            st.page_link(FOLDER / "park_map.py", label=message("ui.open_map"))
        map_panel.preview(ws, key="overview_map", height=chart_panel.beside_px(told), only=SHOWN)
    with right:
        chart_panel.chart_panel(told)
    _targets(ws)


def _targets(ws: Workspace) -> None:
    states = targets(ws)
    for plan in dict.fromkeys(state.plan for state in states):
        of_plan = [state for state in states if state.plan == plan]
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(message("ui.plan_targets"), anchor=False)
            with st.popover(message("ui.enter_target")):
                target_form(ws, of_plan)
        panels.tiles(f"targets_{plan.id}", [target_tile(state) for state in of_plan], columns=5)
        st.caption(message("ui.targets_source", title=plan.title.to(), year=plan.year))
        if plan.aims:
            with st.expander(message("ui.aims")):
                for aim in plan.aims:
                    st.markdown(f"- {aim.to()}")


draw(opened.workspace())
