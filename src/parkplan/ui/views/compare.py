"""Compare: options side by side on maps, in tables, charts and words."""

from __future__ import annotations

from typing import Final

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.compare import compare
from parkplan.ui import compare_panels, opened
from parkplan.ui.boundary import fragment
from parkplan.ui.compare_maps import maps
from parkplan.ui.compare_state import choose, comparing, weights_form

TABS: Final = ("memo", "measures", "figures", "ranking", "regret")


@fragment
def workbench() -> None:
    """Draw the page; another choice runs this part alone."""
    ws = opened.with_parcels()
    if ws is None:
        return
    now = comparing()
    if not choose(ws, now):
        return
    bar = st.container(horizontal=True)
    with bar:
        weights_form(now)
    with st.spinner(message("compare.comparing"), show_time=False):
        found = compare(ws, now.scenarios, now.weights)
    with bar:
        compare_panels.files(found)
    maps(ws, found)
    tabs = dict(zip(TABS, st.tabs([message(f"compare.tab_{name}") for name in TABS]), strict=True))
    for name, tab in tabs.items():
        with tab:
            getattr(compare_panels, name)(found)


workbench()
