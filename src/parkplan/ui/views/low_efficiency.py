"""Idle and low-efficiency land: verdicts on the map, ranked with their stability, each with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.i18n import message
from parkplan.ui import opened
from parkplan.ui.boundary import fragment
from parkplan.ui.errors_panel import errors_panel
from parkplan.ui.judging import judged, judging
from parkplan.ui.override_form import override_form
from parkplan.ui.park_use_panel import data_wanted_panel, park_use_panel
from parkplan.ui.plain import plain
from parkplan.ui.verdict_bench import verdict_bench
from parkplan.ui.verdict_form import choice_form
from parkplan.ui.verdict_table import verdict_table
from parkplan.ui.verdict_tiles import verdict_tiles
from parkplan.ui.weights_panel import weights_panel
from parkplan.ui.whatif_panel import whatif_panel

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening

TABS: Final = ("ranked", "whatif", "weights", "errors", "overrides", "wanted", "parks")


@fragment
def workbench() -> None:
    """Draw the page; a click, a filter or another rule runs this part alone."""
    ws = opened.with_parcels()
    if ws is None:
        return
    now = judging(ws)
    choice_form(now)
    with st.spinner(message("verdicts.judging"), show_time=False):
        found, view = judged(ws, now.choice)
    verdict_tiles(found)
    _findings(found)
    verdict_bench(ws, found, view, now)
    tabs = dict(zip(TABS, st.tabs([message(f"verdicts.tab_{name}") for name in TABS]), strict=True))
    with tabs["ranked"]:
        verdict_table(ws, found, now)
    with tabs["whatif"]:
        whatif_panel(ws, now)
    with tabs["weights"]:
        weights_panel(found, now)
    with tabs["errors"]:
        errors_panel(now)
    with tabs["overrides"]:
        override_form(ws, found, now)
    with tabs["wanted"]:
        data_wanted_panel(found)
    with tabs["parks"]:
        park_use_panel(ws, found)


def _findings(found: Screening) -> None:
    """Tell faults of rules openly, and what is odd in the data where it can be unfolded."""
    if found.faults:
        st.warning(message("verdicts.rules_faulty", count=len(found.faults)))
    if found.findings:
        with st.expander(message("verdicts.findings", count=len(found.findings)), expanded=bool(found.faults)):
            st.markdown("\n".join(f"- {plain(finding.to())}" for finding in found.findings))


workbench()
