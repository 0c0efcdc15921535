"""Services: where a fire station, canteen, bus stop or wastewater plant should go, along the roads."""

from __future__ import annotations

from typing import Final

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.service_files import proof_words
from parkplan.ui import opened, service_panels
from parkplan.ui.boundary import fragment
from parkplan.ui.plain import plain
from parkplan.ui.service_state import siting

MAP_HEIGHT: Final = 600


@fragment
def workbench() -> None:
    """Draw the page; a question runs this part alone."""
    ws = opened.with_parcels()
    if ws is None:
        return
    now = siting(ws)
    service_panels.question(ws, now)
    if now.fault:
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
