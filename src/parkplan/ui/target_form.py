"""The form in which a user enters the current value of a plan target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.targets import set_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.model.results import TargetState


def target_form(ws: Workspace, states: Sequence[TargetState]) -> None:
    """Draw the form; a saved value enters the journal with who and why."""
    by_id = {state.target.id: state for state in states}
    titles = {name: state.target.title.to() for name, state in by_id.items()}
    chosen = st.selectbox(message("ui.target_choose"), list(titles), format_func=titles.__getitem__, key="target")
    state = by_id[chosen]
    unit = state.target.unit.to()
    value = st.number_input(
        message("ui.target_value", unit=unit),
        min_value=0.0,
        value=state.current,
        step=None,
        key=f"target_value_{chosen}",
        placeholder=state.written_current.to(),
    )
    actor = st.text_input(message("ui.target_actor"), key="target_actor", persist_state="session")
    reason = st.text_input(message("ui.target_reason"), key="target_reason")
    with st.container(horizontal=True):
        save = st.button(message("ui.target_save"), type="primary", key="target_save")
        withdraw = st.button(message("ui.target_withdraw"), key="target_withdraw")
    if not (save or withdraw):
        return
    if not actor.strip():
        st.warning(message("ui.target_actor_missing"))
    elif save and value is None:
        st.warning(message("ui.target_value_missing"))
    else:
        set_target(ws, chosen, value if save else None, actor=actor.strip(), reason=reason.strip())
        st.rerun()
