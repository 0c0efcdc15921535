"""Let the solver draw: what it is asked on the page of layout options, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.compare.catalogue import MEASURES
from parkplan.i18n import message
from parkplan.jobs.optimise import optimise
from parkplan.jobs.optimise_words import collision_words, drawn_words, summary_words
from parkplan.model.allocation import OBJECTIVES, Wish
from parkplan.ui.plain import plain

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.optimise import Optimised
    from parkplan.ui.layout_state import Layout

YI: Final = 1e8
MOST_OPTIONS: Final = 6
MOST_SECONDS: Final = 60


def solver_form(ws: Workspace, now: Layout) -> None:
    """Draw the button that lets the solver draw, with what it is asked; its answers become branches."""
    key = f"layout_solve.{now.scenario}"  # another scenario closes it
    with st.popover(message("optimise.solve"), width="content", key=key), st.form(f"{key}.form", border=False):
        st.caption(message("optimise.form_note"))
        chosen = len(now.chosen)
        land = st.radio(
            message("optimise.free"), ("flagged", "chosen"), horizontal=True, key=f"{key}.land",
            format_func=lambda name: message(f"optimise.free_{name}", None, count=chosen),
        )  # fmt: skip
        weights = _weights(key)
        left, middle, right = st.columns(3)
        budget = left.number_input(message("optimise.budget"), 0.0, 1e5, None, 1.0, key=f"{key}.budget")
        count = middle.number_input(message("optimise.count"), 1, MOST_OPTIONS, 3, key=f"{key}.count")
        seconds = right.number_input(message("optimise.seconds"), 1, MOST_SECONDS, 10, key=f"{key}.seconds")
        if st.form_submit_button(message("optimise.solve_now"), type="primary"):
            wish = Wish(
                objective=weights, parcels=tuple(now.chosen) if land == "chosen" else (), options=int(count),
                budget_yuan=None if budget is None else budget * YI, time_limit=float(seconds),
            )  # fmt: skip
            if land == "chosen" and not chosen:
                st.warning(message("optimise.none_chosen"))
            else:
                _solve(ws, now, wish)


def _weights(key: str) -> dict[str, float]:
    st.caption(message("optimise.weights"))
    columns = st.columns(len(OBJECTIVES))
    return {
        name: column.number_input(MEASURES[name].title.to(), 0.0, 10.0, 1.0, 0.5, key=f"{key}.{name}")
        for name, column in zip(OBJECTIVES, columns, strict=True)
    }


def _solve(ws: Workspace, now: Layout, wish: Wish) -> None:
    """Ask the solver; open the best branch, or say why there is none."""
    try:
        with st.spinner(message("optimise.solving")):
            found = optimise(ws, scenario=now.scenario, wish=wish, actor=now.actor)
    except ParkplanError as fault:
        st.warning(plain(" ".join(fault.sentences()[:6])))
        return
    if found.collision is not None:
        st.warning(plain(collision_words(found.collision, wish)))
    elif not found.options:
        st.warning(message("optimise.proof_unknown"))
    else:
        _open(now, found)


def _open(now: Layout, found: Optimised) -> None:
    made = next((one.scenario for one in found.options if one.scenario is not None), None)
    if made is not None:
        now.open(made.id, made.head)
    lines = [line for place, one in enumerate(found.options) for line in drawn_words(one, place)]
    now.told = (message("optimise.told", count=len(found.options)), *lines, *summary_words(found))
    st.rerun()
