"""Plan targets: where the district stands, what is missing in floor and land by cluster, which option gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.targets_bridge import target_bridge
from parkplan.model.codes import CLUSTER
from parkplan.ui import opened, panels
from parkplan.ui.boundary import fragment
from parkplan.ui.target_form import target_form
from parkplan.ui.tiles import target_tile
from parkplan.units import area, quantity

if TYPE_CHECKING:
    from parkplan.jobs.targets_bridge import TargetBridge


@fragment
def workbench() -> None:
    """Draw the page; a value that is entered runs it again."""
    ws = opened.workspace()
    with st.spinner(message("targets.bridging"), show_time=False):
        found = target_bridge(ws)
    for plan in dict.fromkeys(state.plan for state in found.states):
        of_plan = [state for state in found.states if state.plan == plan]
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(plan.title.to(), anchor=False)
            with st.popover(message("ui.enter_target")):
                target_form(ws, of_plan)
        panels.tiles(f"plan_targets_{plan.id}", [target_tile(state) for state in of_plan], columns=5)
        st.caption(message("ui.targets_source", title=plan.source.to(), year=plan.year))
    st.subheader(message("targets.needs"), anchor=False)
    if found.unknown:
        titles = [state.target.title.to() for state in found.states if state.target.id in found.unknown]
        st.info(message("targets.unknown", titles=message("sites.comma").join(titles)))
    if sum(found.floor_by_cluster().values()) > 0:
        _needs(found)
    elif not found.unknown:
        st.success(message("targets.nothing_needed"))
    st.caption(message("targets.bridge_note", file="layers/options/assumptions.yaml"))


def _needs(found: TargetBridge) -> None:
    floor, land = found.floor_by_cluster(), found.land_by_cluster()
    left, right = st.columns(2, gap="medium")
    rows = [(CLUSTER[name].to(), quantity(floor[name], "m2"), area(land[name])) for name in floor]
    rows.append((message("targets.total"), quantity(sum(floor.values()), "m2"), area(sum(land.values()))))
    heads = [message(f"targets.column_{name}") for name in ("cluster", "floor", "land")]
    left.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)
    options = [
        (one.scenario.name, f"{100 * one.covered:.0f}%", *(quantity(value, "m2") for value in one.floor_m2.values()))
        for one in found.given
    ]
    first = [message(f"targets.column_{name}") for name in ("scenario", "covered")]
    names = [*first, *(CLUSTER[name].to() for name in floor), message("targets.any_cluster")]
    right.dataframe(pd.DataFrame(options, columns=names), hide_index=True)


workbench()
