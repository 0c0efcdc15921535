"""The open option goes into a scenario: its name, and the way to the page where it is seen on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.i18n import message
from parkplan.jobs.scenario_state import find_scenario
from parkplan.jobs.siteplan_scenario import siteplan_to_scenario
from parkplan.model.scenarios import BASE
from parkplan.ui.layout_state import layout
from parkplan.ui.navigation import FOLDER
from parkplan.ui.plain import plain

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.siteplan import SitePlan


def scenario_form(ws: Workspace, plan: SitePlan, scenario: str | None) -> None:
    """Draw the form; after saving, the page of layout options is open at the scenario.

    Parcels of a scenario are planned for that scenario, unless another name is given.
    """
    st.caption(message("siteplan.put_help"))
    now = layout()
    with st.form(f"plan_put_{plan.id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        own = scenario is None or scenario == BASE
        into = f"{plan.site.name} {plan.id}" if own else find_scenario(ws, str(scenario)).name
        name = st.text_input(message("siteplan.put_name"), into, width=260)
        now.actor = st.text_input(message("scenario.actor"), now.actor, width=160)
        pressed = st.form_submit_button(message("siteplan.put_now"), type="primary")
    if not pressed:
        return
    note = message("siteplan.put_note", site=plan.site.name, option=plan.id)
    try:
        with st.spinner(message("siteplan.working")):
            made = siteplan_to_scenario(ws, plan, name.strip(), actor=now.actor, note=note)
    except ParkplanError as fault:
        st.warning(plain("\n".join(fault.sentences()[:6])))
        return
    now.open(made.id, made.head)
    st.success(plain(message("siteplan.put", name=made.name)))
    st.page_link(FOLDER / "layout_options.py", label=message("siteplan.put_open"))
