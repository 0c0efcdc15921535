"""How far figures of each source may be off: what is assumed, and the form that changes it for the present choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.measured import assumed_errors, figures_with_errors
from parkplan.model.measurement import ErrorChange
from parkplan.ui.judging import WIDGETS, rerun

if TYPE_CHECKING:
    from parkplan.jobs.measured import AssumedError
    from parkplan.ui.judging import Judging

COLUMNS: Final = ("title", "cv", "default", "badge")


def errors_panel(now: Judging) -> None:
    """Draw the table of what is in force and the form beside it."""
    st.caption(message("verdicts.errors_note"))
    lines = assumed_errors(now.choice.errors)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.table(_table(lines).set_index(message("verdicts.errors_column_title")))
    with right:
        _form(now, lines)


def _table(lines: tuple[AssumedError, ...]) -> pd.DataFrame:
    rows = [
        (line.title.to(), f"{line.cv:.0%}", "" if line.default is None else f"{line.default:.0%}", line.badge.to())
        for line in lines
    ]
    return pd.DataFrame(rows, columns=[message(f"verdicts.errors_column_{name}") for name in COLUMNS])


def _form(now: Judging, lines: tuple[AssumedError, ...]) -> None:
    in_force = {line.id: line.cv for line in lines}
    sources = {
        line.id: message("verdicts.errors_source", title=line.title) for line in lines if line.default is not None
    }
    figures = {name: message("verdicts.errors_figure", title=title) for name, title in figures_with_errors().items()}
    titles = figures | sources
    chosen = st.selectbox(
        message("verdicts.errors_of"), [*sources, *figures], format_func=titles.__getitem__, key=f"{WIDGETS}error_of"
    )
    cv = st.number_input(
        message("verdicts.errors_cv"), 0.0, 200.0, 100 * in_force.get(chosen, 0.1), 1.0,
        key=f"{WIDGETS}error_cv_{chosen}",
    )  # fmt: skip
    with st.container(horizontal=True):
        if st.button(message("verdicts.errors_use"), type="primary", key="judge_error_use"):
            _use(now, chosen, cv / 100)
        if any(one.of == chosen for one in now.choice.errors) and st.button(
            message("verdicts.errors_back"), key="judge_error_back"
        ):
            _use(now, chosen, None)


def _use(now: Judging, name: str, cv: float | None) -> None:
    """Judge with another coefficient, or with that of the file again."""
    others = tuple(one for one in now.choice.errors if one.of != name)
    errors = others if cv is None else (*others, ErrorChange(of=name, cv=cv))
    now.use(now.choice.model_copy(update={"errors": errors}))
    rerun()
