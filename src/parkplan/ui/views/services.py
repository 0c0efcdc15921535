"""Services: where a fire station, canteen, bus stop or wastewater plant should go, along the roads."""

from __future__ import annotations

from typing import Final

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.service_files import progress_words, proof_words
from parkplan.ui import opened, service_panels
from parkplan.ui.boundary import boundary, fragment
from parkplan.ui.plain import plain
from parkplan.ui.service_state import siting
from parkplan.ui.solver_watch import POLL_S, solver_box

MAP_HEIGHT: Final = 600


@st.fragment(run_every=POLL_S)
def watch() -> None:
    """Show value, bound and gap while the solver works, with a button that keeps the best so far."""
    with boundary():
        now = siting()
        if now.search is None or now.wish is None:
            return
        if not now.search.running:
            st.rerun()
        solver_box(now.search, progress_words(now.search.progress, now.wish), "service_stop")


@fragment
def workbench() -> None:
    """Draw the page; a question runs this part alone."""
    ws = opened.with_parcels()
    if ws is None:
        return
    now = siting().of(ws.address)
    now.take()
    service_panels.question(ws, now)
    if now.search is not None:
        watch()
    elif now.fault:
        st.warning(plain(now.fault))
    elif now.found is None:
        st.info(message("services.start"))
    else:
        if now.found.sited.chosen is None:
            st.warning(plain(proof_words(now.found)))
        if now.told:
            st.success(plain(now.told))
        service_panels.answer(ws, now.found, now, height=MAP_HEIGHT)


workbench()
