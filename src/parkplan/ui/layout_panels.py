"""What a layout option gives and costs: measures beside the district as it is, warnings, land, steps, assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.compare.breaches import RULES
from parkplan.compare.catalogue import LAND_CLASSES, MEASURES
from parkplan.i18n import message
from parkplan.jobs.scenario_words import change, figure, history_words, status_words
from parkplan.ui.layout_tools import history_panel
from parkplan.ui.plain import plain
from parkplan.units import area

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.ui.layout_state import Layout

TABS: Final = ("measures", "warnings", "land", "steps", "assumptions")
MOST_BREACHES: Final = 500
WIDTHS: Final = {"measure": 155, "base": 112, "option": 112, "change": 116, "status": 60}
"""Pixels of the columns of measures; the formula has what is left."""


def panels(ws: Workspace, found: Option, base: Option, now: Layout, *, height: int) -> None:
    """Draw the tabs beside the map."""
    count = len(found.measures.breaches)
    titles = [message(f"scenario.tab_{name}", count=count) for name in TABS]
    tabs = dict(zip(TABS, st.tabs(titles), strict=True))
    inner = height - 60
    with tabs["measures"]:
        widths = {
            message(f"scenario.column_{name}"): st.column_config.TextColumn(width=px) for name, px in WIDTHS.items()
        }
        st.dataframe(_measures(found, base), hide_index=True, height=inner, key="layout_measures", column_config=widths)
    with tabs["warnings"]:
        _warnings(found, inner)
    with tabs["land"]:
        st.dataframe(_land(found, base), hide_index=True, key="layout_land")
        st.caption(message("scenario.land_note", total=area(found.measures.district_m2)))
    with tabs["steps"], st.container(height=inner, border=False):
        history_panel(ws, found, now, _steps(found))
    with tabs["assumptions"]:
        st.dataframe(_assumptions(found), hide_index=True, height=inner)


def _measures(found: Option, base: Option) -> pd.DataFrame:
    rows = []
    for name, one in MEASURES.items():
        before, after = base.measures.values[name], found.measures.values[name]
        status = status_words(found.measures.statuses.get(name, "none")).to()
        shown = (figure(one, before), figure(one, after), change(one, before, after))
        rows.append((one.title.to(), *shown, status, one.formula.to()))
    heads = ("measure", "base", "option", "change", "status", "formula")
    return pd.DataFrame(rows, columns=[message(f"scenario.column_{name}") for name in heads])


def _warnings(found: Option, height: int) -> None:
    breaches = found.measures.breaches
    for one in found.state.refused:
        st.warning(plain(message(f"errors.{one.key}", subject=one.subject)))
    if not breaches:
        st.success(message("scenario.no_warnings"))
        return
    rows = [
        (one.parcel, RULES[one.rule].to(), f"{one.value:.2f}", f"{one.limit:.2f}") for one in breaches[:MOST_BREACHES]
    ]
    heads = [message(f"scenario.column_{name}") for name in ("parcel", "rule", "value", "limit")]
    st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, height=height)


def _land(found: Option, base: Option) -> pd.DataFrame:
    rows = []
    for name, title in LAND_CLASSES.items():
        before, after = base.measures.balance[name], found.measures.balance[name]
        if before > 0 or after > 0:
            rows.append((title.to(), area(before), area(after), f"{(after - before) / 10_000:+,.2f}"))
    heads = ("land", "base", "option", "change_ha")
    return pd.DataFrame(rows, columns=[message(f"scenario.column_{name}") for name in heads])


def _steps(found: Option) -> list[tuple[int, str, bool]]:
    stands = {step.number for step in found.history.standing}
    lines = []
    for step, what in zip(found.history.steps, history_words(found), strict=True):
        text = message(
            "scenario.step_line", number=step.number, action=message(f"scenario.action_{step.action}"), what=what.to(),
            actor=step.actor, at=f"{step.at.astimezone():%m-%d %H:%M}",
        )  # fmt: skip
        lines.append((step.number, text, step.number in stands))
    return lines


def _assumptions(found: Option) -> pd.DataFrame:
    rows = [(one.subject.to(), _title(one.name), f"{one.value:g}", one.badge.to()) for one in found.measures.assumed]
    heads = ("subject", "figure", "value", "source")
    return pd.DataFrame(rows, columns=[message(f"compare.head_{name}") for name in heads])


def _title(name: str) -> str:
    return message(f"scenario.figure_{name}")
