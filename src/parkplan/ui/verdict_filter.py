"""The filter of the page: by what the verdict layer offers, and by an expression over every column."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.expressions import parse
from parkplan.i18n import message
from parkplan.jobs.rows import condition, conjunction, filter_fields
from parkplan.ui.boundary import show_fault
from parkplan.ui.filter_form import PREFIX, answers, clear
from parkplan.ui.verdict_map import LAYER

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.derived import WithDerived
    from parkplan.ui.judging import Judging


def verdict_filter(view: WithDerived, now: Judging) -> None:
    """Draw the form and keep its condition in the session; a faulty expression is shown and counts as none."""
    fields = filter_fields(cast("Workspace", view), LAYER)
    asked = [condition(field, value) for field, value in answers(LAYER, fields)]
    typed = st.text_input(
        message("ui.filter_expression"), key=f"{PREFIX}{LAYER}:expression", persist_state="session",
        placeholder=message("ui.filter_expression_hint"),
    )  # fmt: skip
    now.where = conjunction(asked)
    if typed.strip():
        wanted = conjunction([*asked, typed])
        try:
            parse(str(wanted)).select(view.read("screening"))
            now.where = wanted
        except ParkplanError as error:
            show_fault(error)
    st.button(message("ui.filter_clear"), on_click=clear, args=(LAYER,), key="judge_filter_clear")
