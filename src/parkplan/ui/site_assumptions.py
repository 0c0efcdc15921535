"""The figures behind cost and benefit: each with its source or the word assumption, and the form that sets one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import current_language, message
from parkplan.jobs.assumptions import REUSE, TYPOLOGY, assumptions, set_assumption

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.assumptions import Assumed, Assumptions

TABLE_PX: Final = 460


def assumptions_panel(ws: Workspace) -> None:
    """Draw the figures of reuse and of each typology, and the form beside them."""
    now = assumptions(ws)
    left, right = st.columns([6, 4], gap="medium")
    with left:
        owners = [REUSE, *now.typologies]
        titles = {REUSE: message("sites.assumed_reuse")} | {
            name: getattr(kind.title, current_language()) for name, kind in now.typologies.items()
        }
        owner = st.selectbox(message("sites.assumed_of"), owners, format_func=titles.__getitem__, key="assumed_owner")
        lines = [one for one in now.figures if one.id.startswith(f"{owner}.")]
        with st.container(height=TABLE_PX, border=False):
            st.table(_table(lines).set_index(message("sites.column_figure")))
    with right:
        _figure_form(ws, lines)
        _typology_form(ws, now, titles)


def _table(lines: list[Assumed]) -> pd.DataFrame:
    names = ("figure", "value", "source", "used")
    rows = [
        (
            one.title.to(),
            f"{one.value:g}",
            one.badge.to(),
            message("card.answer_yes" if one.used else "card.answer_no"),
        )
        for one in lines
    ]
    return pd.DataFrame(rows, columns=[message(f"sites.column_{name}") for name in names])


def _figure_form(ws: Workspace, lines: list[Assumed]) -> None:
    by_id = {one.id: one for one in lines}
    with st.form("assumption"):
        name = st.selectbox(message("sites.column_figure"), list(by_id), format_func=lambda one: by_id[one].title.to())
        value = st.number_input(message("sites.assumed_value"), value=None, step=None, format="%g")
        actor = st.text_input(message("ui.target_actor"))
        reason = st.text_input(message("ui.target_reason"))
        with st.container(horizontal=True):
            save = st.form_submit_button(message("sites.assumed_save"), type="primary")
            withdraw = st.form_submit_button(message("sites.assumed_withdraw"))
    if save and value is None:
        st.warning(message("ui.target_value_missing"))
    elif save or withdraw:
        set_assumption(ws, str(name), float(value) if save and value is not None else None, actor=actor, reason=reason)
        st.rerun()


def _typology_form(ws: Workspace, now: Assumptions, titles: dict[str, str]) -> None:
    kinds = list(now.typologies)
    with st.form("assumed_typology"):
        chosen = st.selectbox(
            message("sites.assumed_typology"), kinds, index=kinds.index(now.reuse.typology),
            format_func=titles.__getitem__,
        )  # fmt: skip
        actor = st.text_input(message("ui.target_actor"))
        reason = st.text_input(message("ui.target_reason"))
        if st.form_submit_button(message("sites.assumed_save")):
            set_assumption(ws, TYPOLOGY, chosen, actor=actor, reason=reason)
            st.rerun()
