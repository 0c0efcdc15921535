"""The app's frame: language, menu, workspace; then the page that was chosen."""

from __future__ import annotations

import streamlit as st

from parkplan.i18n import language, message
from parkplan.ui import frame, navigation, opened
from parkplan.ui.boundary import boundary
from parkplan.ui.state import session


def run() -> None:
    """Draw one page."""
    with language(session().language):
        st.set_page_config(page_title=message("ui.product"), layout="wide", initial_sidebar_state="collapsed")
        frame.style()
        page = st.navigation(navigation.pages(), position="top")
    with boundary():
        there = opened.exists()
        frame.head(opened.workspace() if there else None)
        if there:
            page.run()
        else:
            frame.landing(opened.shown())


run()
