"""The form by which a named person sets a verdict aside or contests it, and the list of those that count."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.overrides import enter_override, overrides, withdraw_override
from parkplan.screening.verdicts import VERDICT_TITLES, Verdict
from parkplan.ui.judging import rerun
from parkplan.units import day

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.screen import Screening
    from parkplan.screening.overrides import Override
    from parkplan.ui.judging import Judging

APPEAL: Final = "appeal"
USUAL: Final = timedelta(days=180)


def override_form(ws: Workspace, found: Screening, now: Judging) -> None:
    """Draw the form for the parcel whose card is open, and everything that was entered."""
    if now.row is None or now.row >= len(found.parcels):
        st.caption(message("verdicts.override_choose"))
    else:
        _form(ws, found, now.row)
    entered = overrides(ws)
    if entered:
        st.dataframe(_list(entered, found.as_of), hide_index=True)


def _form(ws: Workspace, found: Screening, row: int) -> None:
    parcel, verdict = str(found.parcels["parcel_id"].iat[row]), Verdict(found.parcels["rule_verdict"].iat[row])
    st.text(message("verdicts.override_of", parcel=parcel, verdict=VERDICT_TITLES[verdict]))
    titles = {item.value: VERDICT_TITLES[item].to() for item in Verdict if item != verdict}
    titles |= {APPEAL: message("verdicts.override_appeal")}
    first, second, third = st.columns(3)
    chosen = first.selectbox(message("verdicts.override_verdict"), list(titles), format_func=titles.__getitem__)
    actor = second.text_input(message("ui.target_actor"), key="override_actor", persist_state="session")
    expires = third.date_input(message("verdicts.override_until"), value=date.today() + USUAL, key="override_until")
    reason = st.text_input(message("verdicts.override_reason"), key="override_reason")
    with st.container(horizontal=True):
        save = st.button(message("verdicts.override_save"), type="primary", key="override_save")
        withdraw = found.override(row) is not None and st.button(
            message("verdicts.override_withdraw"), key="override_withdraw"
        )
    if save:
        said = None if chosen == APPEAL else Verdict(chosen)
        enter_override(ws, parcel, said, actor=actor, reason=reason, expires_on=expires)
    elif withdraw:
        withdraw_override(ws, parcel, actor=actor, reason=reason)
    if save or withdraw:
        rerun()


def _list(entered: tuple[Override, ...], as_of: date) -> pd.DataFrame:
    names = ("parcel", "verdict", "actor", "reason", "entered", "expires", "counts")
    lines = [
        (
            item.parcel_id,
            message("verdicts.override_appeal") if item.verdict is None else VERDICT_TITLES[item.verdict].to(),
            item.actor,
            item.reason,
            day(item.entered_on),
            day(item.expires_on),
            message("card.answer_yes" if item.in_force(as_of) else "card.answer_no"),
        )
        for item in entered
    ]
    return pd.DataFrame(lines, columns=[message(f"verdicts.override_column_{name}") for name in names])
