"""Reports: documents to hand out, and audit bundles that can be checked a year later."""

from __future__ import annotations

import streamlit as st

from parkplan.i18n import message
from parkplan.ui import opened
from parkplan.ui.boundary import fragment
from parkplan.ui.bundle_panel import bundle_panel, verify_panel
from parkplan.ui.report_form import report_form


@fragment
def reports_page() -> None:
    """Draw the page; another choice runs this part alone."""
    ws = opened.workspace()
    if not ws.tables():
        st.info(message("ui.empty_workspace"))
        return
    left, right = st.columns([6, 5], gap="large")
    with left:
        report_form(ws)
    with right:
        bundle_panel(ws)
        verify_panel()


reports_page()
