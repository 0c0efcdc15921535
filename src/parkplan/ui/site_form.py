"""What a site must keep, and the button for the exact search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.site_search import Asked, ExactSearch
from parkplan.jobs.site_words import choice_words, packing_words, proof_words
from parkplan.model.sites import SiteLimits
from parkplan.sites.engine import Effort
from parkplan.ui.boundary import boundary
from parkplan.ui.judging import judging
from parkplan.ui.site_state import reuse

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.sites import Candidates
    from parkplan.ui.site_state import Reuse

HECTARE: Final = 10_000.0
WAN: Final = 10_000.0
POLL_S: Final = 1.0


def limits_form(now: Reuse) -> None:
    """Draw the limits; they hold from the next run on."""
    with st.popover(message("sites.limits"), width="content"), st.form("site_limits"):
        left, right = st.columns(2)
        limits = now.choice.limits
        least = left.number_input(message("sites.min_area"), 0.1, 500.0, (limits.min_area_m2 or HECTARE) / HECTARE)
        most = right.number_input(message("sites.max_area"), 0.1, 500.0, (limits.max_area_m2 or HECTARE) / HECTARE)
        owners = left.number_input(message("sites.max_owners"), 0, 500, limits.max_owners or 0)
        cost = right.number_input(message("sites.max_cost"), 0.0, 1e7, (limits.max_cost_yuan or 0.0) / WAN)
        share = left.slider(message("sites.flagged_share"), 0.0, 1.0, limits.min_flagged_share or 0.0, 0.05)
        compact = right.slider(message("sites.compactness"), 0.0, 1.0, limits.min_compactness or 0.0, 0.05)
        gap = right.number_input(message("sites.gap"), 0.0, 100.0, now.choice.max_gap_m)
        veto = left.slider(message("sites.veto_share"), 0.0, 1.0, now.choice.max_constraint_share, 0.05)
        fewest = right.number_input(message("sites.min_parcels"), 0, 500, limits.min_parcels or 0)
        most_parcels = left.number_input(message("sites.max_parcels"), 0, 500, limits.max_parcels or 0)
        frontage = left.checkbox(message("sites.frontage"), limits.frontage)
        fill_in = right.checkbox(message("sites.fill_in"), now.choice.fill_in)
        locked = st.text_input(message("sites.locked"), ",".join(now.choice.locked))
        forbidden = st.text_input(message("sites.forbidden"), ",".join(now.choice.forbidden))
        st.caption(message("sites.zero_is_none"))
        if st.form_submit_button(message("sites.apply"), type="primary"):
            chosen = SiteLimits(
                min_area_m2=least * HECTARE,
                max_area_m2=most * HECTARE,
                min_parcels=int(fewest) or None,
                max_parcels=int(most_parcels) or None,
                max_owners=int(owners) or None,
                max_cost_yuan=cost * WAN or None,
                min_flagged_share=share or None,
                min_compactness=compact or None,
                frontage=frontage,
            )
            now.choice = SiteChoice(
                limits=chosen,
                max_gap_m=gap,
                max_constraint_share=veto,
                fill_in=fill_in,
                locked=_names(locked),
                forbidden=_names(forbidden),
            )
            st.rerun()


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("，", ",").split(",") if name.strip())


def exact_form(ws: Workspace, now: Reuse) -> None:
    """Draw the button that starts the exact search, or how far it is."""
    with st.popover(message("sites.exact"), width="content"):
        seconds = st.number_input(message("sites.time_limit"), 5.0, 3600.0, 60.0, 5.0)
        st.caption(message("sites.exact_note"))
        if st.button(message("sites.start"), type="primary", key="site_exact"):
            now.search = ExactSearch(Asked(ws, judging(ws).choice, now.choice, Effort(seconds=float(seconds))))
            st.rerun()


@st.fragment(run_every=POLL_S)
def watch() -> None:
    """Show how far the exact search is; the page is drawn anew when it has answered."""
    with boundary():
        now = reuse()
        search = now.search
        if search is None:
            return
        if not search.running:
            st.rerun()
        told = search.progress
        value = "—" if told is None or told.value is None else f"{told.value:,.1f}"
        bound = "—" if told is None or told.bound is None else f"{told.bound:,.1f}"
        gone = "0" if told is None else f"{told.seconds:.0f}"
        st.info(message("sites.searching", seconds=gone, value=value, bound=bound))
        if st.button(message("sites.stop"), key="site_stop"):
            search.stop()


def proof_panel(found: Candidates) -> None:
    """Say what was asked, what is proven, and what a reader must know of the data."""
    with st.container(border=True, gap="xsmall"):
        for sentence in proof_words(found.best.proof):
            st.text(sentence)
        if found.sites:
            st.text(packing_words(found.packing))
        st.caption(choice_words(found.choice))
    if found.question.findings:
        with st.expander(message("sites.findings", count=len(found.question.findings)), icon=":material/info:"):
            for finding in found.question.findings:
                st.text(finding.to())
