"""The form in which a user enters the current or the base value of a plan target."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.i18n import message
from parkplan.jobs.targets import base_of, set_base, set_target
from parkplan.ui.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.model.results import TargetState

PARTS: Final = ("current", "base")
EARLIEST: Final = date(1990, 1, 1)
BEFORE_YEARS: Final = 5
"""A plan of five years begins with the end of the year so long before its own."""


def target_form(ws: Workspace, states: Sequence[TargetState]) -> None:
    """Draw the form; a saved value enters the journal with who and why.

    The fields return what keeps them; that says whether there was a value to keep.
    """
    by_id = {state.target.id: state for state in states}
    titles = {name: state.target.title.to() for name, state in by_id.items()}
    chosen = st.selectbox(message("ui.target_choose"), list(titles), format_func=titles.__getitem__, key="target")
    part = st.segmented_control(
        message("ui.target_part"), PARTS, default="current", required=True, key="target_part",
        format_func=lambda name: message(f"ui.target_part_{name}"),
    )  # fmt: skip
    fields = _base_fields if part == "base" else _current_fields
    keep = fields(ws, by_id[chosen])
    with st.container(horizontal=True):
        save = st.button(message("ui.target_save"), type="primary", key="target_save")
        withdraw = st.button(message("ui.target_withdraw"), key="target_withdraw")
    if not (save or withdraw):
        return
    if not str(st.session_state.get("target_actor", "")).strip():
        st.warning(message("ui.target_actor_missing"))
        return
    try:
        kept = keep(save)
    except ParkplanError as fault:
        st.warning(plain(fault.sentence()))
        return
    if not kept:
        st.warning(message("ui.target_value_missing"))
        return
    st.rerun()


def _actor() -> str:
    return str(st.text_input(message("ui.target_actor"), key="target_actor", persist_state="session")).strip()


def _current_fields(ws: Workspace, state: TargetState) -> Callable[[bool], bool]:
    name = state.target.id
    value = st.number_input(
        message("ui.target_value", unit=state.target.unit.to()), min_value=0.0, value=state.current, step=None,
        key=f"target_value_{name}", placeholder=state.written_current.to(),
    )  # fmt: skip
    actor = _actor()
    reason = st.text_input(message("ui.target_reason"), key="target_reason").strip()

    def keep(save: bool) -> bool:  # which button
        if save and value is None:
            return False
        set_target(ws, name, value if save else None, actor=actor, reason=reason)
        return True

    return keep


def _base_fields(ws: Workspace, state: TargetState) -> Callable[[bool], bool]:
    name, base = state.target.id, state.base
    value = st.number_input(
        message("ui.target_base_value", unit=state.target.unit.to()), min_value=0.0,
        value=None if base is None else base.value, step=None, key=f"target_base_{name}",
        placeholder=state.written_base.to(),
    )  # fmt: skip
    day = date(state.plan.year - BEFORE_YEARS, 12, 31) if base is None else base.on
    on = st.date_input(message("ui.target_base_on"), day, EARLIEST, date.today(), key=f"target_base_on_{name}")
    source = st.text_input(
        message("ui.target_base_source"), "" if base is None else base.source.to(), key=f"target_base_source_{name}"
    )
    verified = st.checkbox(
        message("ui.target_base_verified"), base is not None and base.verified, key=f"target_base_verified_{name}"
    )
    actor = _actor()

    def keep(save: bool) -> bool:  # which button
        if save and value is None:
            return False
        made = base_of(name, float(value or 0.0), on, source, verified=verified) if save else None
        set_base(ws, name, made, actor=actor)
        return True

    return keep
