"""Parts of the page of site plans: why there is no plan, what was found, all options, the one that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.i18n import message
from parkplan.ui import siteplan_option, siteplan_scenario, siteplan_view
from parkplan.units import area

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.siteplan import SitePlan
    from parkplan.ui.siteplan_state import Desk

TABS: Final = ("plan", "massing", "certificate", "measures", "edit", "scenario", "files")


def nothing(now: Desk) -> None:
    """Say why there is no plan: the smallest set of rules that collide, or the shape of the site."""
    result = now.search.result if now.search is not None else None
    titles = {limit.id: limit.title.to() for limit in now.profile.limits}
    rules = "、".join(titles[rule] for rule in result.collision) if result is not None else ""
    st.warning(message("siteplan.collision", rules=rules) if rules else message("siteplan.unbuildable"))


def facts(now: Desk) -> None:
    """Say how large the site is, how many attempts were made, and what was assumed."""
    search = now.search
    if search is None or search.result is None:
        return
    land, found = search.asked.land, search.result
    st.text(message("siteplan.head", area=area(land.area_m2), tried=found.tried, valid=found.valid))
    if search.asked.synthetic:
        st.badge(message("ui.synthetic"), color="orange")
    if not land.gates_given:
        st.caption(message("siteplan.gates_proposed"))


def options(now: Desk, plan: SitePlan) -> None:
    """Draw all options as thumbnails and by two measures."""

    def choose(name: str) -> None:
        now.chosen = name

    left, right = st.columns([6, 4], gap="small")
    with left:
        siteplan_view.gallery("plan_gallery", now.plans, plan.id, choose)
    with right:
        names = siteplan_view.MEASURES
        title = {name: message(f"siteplan.measure_{name}") for name in names}
        one, two = st.columns(2)
        across = one.selectbox(message("siteplan.axis_x"), names, 0, format_func=title.__getitem__, key="plan_axis_x")
        up = two.selectbox(message("siteplan.axis_y"), names, 1, format_func=title.__getitem__, key="plan_axis_y")
        siteplan_view.scatter("plan_scatter", now.plans, (across, up), plan.id, choose)


def detail(ws: Workspace, now: Desk, plan: SitePlan) -> None:
    """Draw the option that is open: plan, massing, certificate, measures, edits, scenario, files."""
    st.subheader(message("siteplan.drawing_title", option=plan.id), anchor=False)
    tabs = dict(zip(TABS, st.tabs([message(f"siteplan.tab_{name}") for name in TABS]), strict=True))
    with tabs["plan"]:
        siteplan_view.plan_view("plan_large", plan)
    with tabs["massing"]:
        siteplan_view.massing_view("plan_massing", plan)
    with tabs["certificate"]:
        siteplan_option.certificate(plan)
    with tabs["measures"]:
        siteplan_option.measures(plan)
    with tabs["edit"]:
        siteplan_option.edit_form(plan, now)
    crs = now.search.asked.crs if now.search is not None else ws.crs
    with tabs["scenario"]:
        if crs == ws.crs:
            siteplan_scenario.scenario_form(ws, plan, now.scenario)
        else:
            st.caption(message("siteplan.put_other_crs"))
    with tabs["files"]:
        siteplan_option.downloads(plan, crs)
