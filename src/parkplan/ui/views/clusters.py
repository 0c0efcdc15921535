"""Clusters: enterprises by cluster on the map, where they draw together, and what their land yields."""

from __future__ import annotations

from typing import Final

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.clusters import kept_distribution
from parkplan.ui import cluster_panels, opened
from parkplan.ui.boundary import fragment
from parkplan.ui.cluster_map import cluster_map
from parkplan.ui.plain import plain

MAP_HEIGHT: Final = 560


@fragment
def clusters_page() -> None:
    """Draw the page; another choice runs this part alone."""
    ws = opened.workspace()
    if not ws.tables():
        st.info(message("ui.empty_workspace"))
        return
    if all(info.name != "enterprises" for info in ws.tables()):
        st.info(message("clusters.no_enterprises"))
        return
    question = cluster_panels.choice_form()
    with st.spinner(message("clusters.computing"), show_time=False):
        found = kept_distribution(ws, question)
    for finding in found.findings:
        st.caption(plain(finding))
    left, right = st.columns([7, 5], gap="medium")
    with right:
        code = cluster_panels.subject(found)
        cluster_panels.figures(found, code)
        cluster_panels.curve(found, code)
    with left:
        cluster_map(ws, found, code, height=MAP_HEIGHT)
    cluster_panels.tables(found)
    cluster_panels.files(found)


clusters_page()
