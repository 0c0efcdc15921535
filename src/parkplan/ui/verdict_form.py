"""The head of the page: which rule packs judge, on which day, and how far apart parcels still lie together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parkplan.data.rules import offered_rule_packs
from parkplan.i18n import message
from parkplan.jobs.screening_choice import choice_in_force, save_choice
from parkplan.ui.judging import WIDGETS, rerun
from parkplan.ui.plain import plain
from parkplan.units import day

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.screening import ScreeningChoice
    from parkplan.ui.judging import Judging


def choice_form(now: Judging) -> None:
    """Draw the choice and keep what it says in the session."""
    packs, date, gap = st.columns([6, 2, 2], vertical_alignment="bottom")
    profiles = packs_input(packs, "packs", now.choice)
    chosen = date.date_input(
        message("verdicts.as_of"), value=now.choice.as_of, key=f"{WIDGETS}as_of", help=message("verdicts.as_of_help")
    )
    apart = gap.number_input(
        message("verdicts.max_gap"), min_value=0.0, max_value=500.0, value=now.choice.max_gap_m, step=5.0,
        key=f"{WIDGETS}gap", help=message("verdicts.max_gap_help"),
    )  # fmt: skip
    if profiles:
        update = {"profiles": profiles, "as_of": chosen or now.choice.as_of, "max_gap_m": float(apart)}
        now.choice = now.choice.model_copy(update=update)
    else:
        st.warning(message("verdicts.no_pack"))


def packs_input(place: st.delta_generator.DeltaGenerator, name: str, choice: ScreeningChoice) -> tuple[str, ...]:
    """Draw the input for rule packs and return their ids, the one that prevails last."""
    known = offered_rule_packs()
    titles = {pack.id: pack.title.to() for pack in known.values()} | {
        other: other for other in choice.profiles if other not in known
    }
    return tuple(
        place.multiselect(
            message("verdicts.packs"), list(titles), default=list(choice.profiles), format_func=titles.__getitem__,
            key=f"{WIDGETS}{name}", help=message("verdicts.packs_help"),
        )
    )  # fmt: skip


def save_form(ws: Workspace, now: Judging) -> None:
    """Draw what is in force and the form that puts the present choice in force."""
    saved = choice_in_force(ws)
    if saved is None:
        st.caption(message("verdicts.none_in_force"))
    else:
        same = saved.choice == now.choice
        key = "verdicts.in_force_same" if same else "verdicts.in_force"
        st.caption(message(key, actor=plain(saved.actor), at=day(saved.at.date()), as_of=day(saved.choice.as_of)))
    actor = st.text_input(message("ui.target_actor"), key="judge_actor", persist_state="session")
    reason = st.text_input(message("verdicts.save_reason"), key="judge_reason")
    if st.button(message("verdicts.save"), type="primary", key="judge_save"):
        if not actor.strip():
            st.warning(message("ui.target_actor_missing"))
            return
        save_choice(ws, now.choice, actor=actor.strip(), reason=reason.strip())
        rerun()
