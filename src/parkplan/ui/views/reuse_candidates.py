"""Reuse candidates: sites on the map, ranked, with evidence, comparison, programme and pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.i18n import message
from parkplan.ui import opened, site_tables
from parkplan.ui.boundary import fragment
from parkplan.ui.site_assumptions import assumptions_panel
from parkplan.ui.site_form import exact_form, limits_form, proof_panel, watch
from parkplan.ui.site_map import site_map
from parkplan.ui.site_pipeline import pipeline
from parkplan.ui.site_programme import programme
from parkplan.ui.site_state import found_now, reuse

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.sites import Candidates
    from parkplan.ui.site_state import Reuse

MAP_HEIGHT: Final = 600
TABS: Final = ("ranking", "compare", "programme", "pipeline", "assumptions")


@fragment
def workbench() -> None:
    """Draw the page; a click or another limit runs this part alone."""
    ws = opened.with_parcels()
    if ws is None:
        return
    now = reuse()
    bar = st.container(horizontal=True)
    with bar:
        limits_form(now)
        exact_form(ws, now)
    with st.spinner(message("sites.assembling"), show_time=False):
        found = found_now(ws, now)
    if found.sites:
        with bar:
            site_tables.register(found)
    proof_panel(found)
    if found.sites:
        _sites(ws, found, now)


def _sites(ws: Workspace, found: Candidates, now: Reuse) -> None:
    left, right = st.columns([7, 4], gap="small")
    with left:
        site_map(ws, found, now, height=MAP_HEIGHT)
    chosen = found.site(now.site or found.sites[0].id) or found.sites[0]
    with right, st.container(height=MAP_HEIGHT):
        site_tables.evidence(ws, found, chosen)
    tabs = dict(zip(TABS, st.tabs([message(f"sites.tab_{name}") for name in TABS]), strict=True))
    with tabs["ranking"]:
        site_tables.ranking(found, now)
    with tabs["compare"]:
        site_tables.comparison(ws, found)
    with tabs["pipeline"]:
        pipeline(ws, found)
    with tabs["assumptions"]:
        assumptions_panel(ws)
    with tabs["programme"]:  # last, for it takes longest
        programme(ws, found, now)


if (search := reuse().search) is not None and search.running:
    watch()
workbench()
