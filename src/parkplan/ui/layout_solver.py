"""Let the solver draw: it is asked on the page of layout options, watched while it works, and answers in branches."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.i18n import message
from parkplan.jobs.background import BackgroundWork
from parkplan.jobs.optimise import optimise
from parkplan.jobs.optimise_words import collision_words, drawn_words, progress_words, summary_words
from parkplan.ui.boundary import boundary, show_unexpected
from parkplan.ui.layout_state import layout
from parkplan.ui.layout_wish import wish_fields
from parkplan.ui.solver_watch import POLL_S, solver_box

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.optimise import Optimised
    from parkplan.ui.layout_state import Layout

FORM_WIDTH: Final = 860


def solver_form(ws: Workspace, now: Layout) -> None:
    """Draw the button that lets the solver draw, with what it is asked; its answers become branches."""
    key = f"layout_solve.{now.scenario}"  # another scenario closes it
    working = now.search is not None
    with (
        st.popover(message("optimise.solve"), width="content", key=key, disabled=working),
        st.form(f"{key}.form", border=False, width=FORM_WIDTH),
    ):
        st.caption(message("optimise.form_note"))
        chosen = len(now.chosen)
        land = st.radio(
            message("optimise.free"), ("flagged", "chosen"), horizontal=True, key=f"{key}.land",
            format_func=lambda name: message(f"optimise.free_{name}", None, count=chosen),
        )  # fmt: skip
        wish = wish_fields(ws, key)
        if st.form_submit_button(message("optimise.solve_now"), type="primary"):
            if land == "chosen" and not chosen:
                st.warning(message("optimise.none_chosen"))
                return
            if len(wish.front or ()) == 1:
                st.warning(message("optimise.front_two"))
                return
            wish = replace(wish, parcels=tuple(now.chosen) if land == "chosen" else ())
            asked = partial(optimise, ws, scenario=now.scenario, wish=wish, actor=now.actor)
            now.search = BackgroundWork(lambda one: asked(effort=one.effort, tell=one.tell))
            now.told, now.fault, now.answer = (), "", None
            st.rerun()


@st.fragment(run_every=POLL_S)
def watch_solver() -> None:
    """Show value, bound and gap while the solver works, with a button that keeps the best so far."""
    with boundary():
        now = layout()
        search = now.search
        if search is None:
            return
        if not search.running:
            now.search = None
            _take(now, search)
            st.rerun()
        solver_box(search, progress_words(search.progress), "layout_solve_stop")


def _take(now: Layout, search: BackgroundWork[Optimised]) -> None:
    """Open the best branch, or say why there is none."""
    if isinstance(search.fault, ParkplanError):
        now.fault = "\n".join(search.fault.sentences()[:6])
    elif search.fault is not None:
        show_unexpected(search.fault)
    elif search.result is not None:
        found = search.result
        if found.collision is not None:
            now.fault = collision_words(found.collision, found.wish)
        elif not found.options:
            now.fault = message("optimise.proof_unknown")
        else:
            _open(now, found)


def _open(now: Layout, found: Optimised) -> None:
    made = next((one.scenario for one in found.options if one.scenario is not None), None)
    if made is not None:
        now.open(made.id, made.head)
    lines = [line for place, one in enumerate(found.options) for line in drawn_words(one, place)]
    now.answer = found
    now.told = (message("optimise.told", count=len(found.options)), *lines, *summary_words(found))
