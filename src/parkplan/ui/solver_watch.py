"""What a page shows of a solver that works beside it: stage, value, bound and gap, and a button that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from parkplan.i18n import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.jobs.background import BackgroundWork

POLL_S: Final = 1.0
"""Seconds between two looks at it."""


def solver_box(search: BackgroundWork[Any], figures: Mapping[str, str], key: str) -> None:
    """Draw how far a search is, ``figures`` by title, with a button that keeps the best so far."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(search.stage or message("optimise.solving"))
        for title, said in figures.items():
            st.metric(title, said, width="content")
        if search.stopping:
            st.caption(message("optimise.stopping"))
        elif st.button(message("optimise.stop"), key=key):
            search.stop()
            st.rerun(scope="fragment")
