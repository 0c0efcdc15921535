"""The middle of the page: filter, files and saving above the map, the evidence card beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.verdict_card import verdict_card
from parkplan.ui import verdict_map, verdict_panels
from parkplan.ui.verdict_export import verdict_export
from parkplan.ui.verdict_filter import verdict_filter
from parkplan.ui.verdict_form import save_form

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.derived import WithDerived
    from parkplan.jobs.screen import Screening
    from parkplan.ui.judging import Judging

MAP_HEIGHT: Final = 600
BAR_HEIGHT: Final = 45


def verdict_bench(ws: Workspace, found: Screening, view: WithDerived, now: Judging) -> None:
    """Draw map and card side by side."""
    left, right = st.columns([7, 4], gap="small")
    with left:
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.popover(message("ui.filters"), width="content"):
                verdict_filter(view, now)
            with st.popover(message("ui.export"), width="content"):
                verdict_export(found)
            with st.popover(message("verdicts.save_title"), width="content"):
                save_form(ws, now)
        verdict_map.verdict_map(view, now, height=MAP_HEIGHT)
    with right:
        _card(ws, found, now)


def _card(ws: Workspace, found: Screening, now: Judging) -> None:
    if now.row is None or now.row >= len(found.parcels):
        with st.container(border=True):
            st.markdown(f"**{message('verdicts.card_empty')}**")
            st.caption(message("verdicts.card_empty_advice"))
        return
    verdict_panels.evidence_card(
        "evidence",
        verdict_card(found, now.row),
        source=found.source.source,
        height=MAP_HEIGHT + BAR_HEIGHT,
        on_zoom=lambda row: verdict_map.zoom_to(ws, now, row),
    )
