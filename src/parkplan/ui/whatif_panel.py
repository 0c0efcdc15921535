"""What if: limits moved, other packs, another day; which parcels flip and how much land, before anything is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.judged_columns import judged_column
from parkplan.jobs.screen import packs_of
from parkplan.jobs.verdict_table import verdict_table
from parkplan.jobs.whatif import flips_in_words, whatif
from parkplan.model.rules import LimitTable
from parkplan.model.screening import LimitChange, ScreeningChoice
from parkplan.screening.limits import movable_limits
from parkplan.ui import verdict_map
from parkplan.ui.judging import WIDGETS
from parkplan.ui.verdict_form import packs_input
from parkplan.ui.verdict_panels import chip, ranked_table
from parkplan.units import UNITS, is_unknown, quantity

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.whatif import Comparison
    from parkplan.screening.limits import MovableLimit
    from parkplan.ui.judging import Judging

MOST_ROWS = 200


def whatif_panel(ws: Workspace, now: Judging) -> None:
    """Draw the form, what flips, and both maps side by side."""
    st.caption(message("verdicts.whatif_note"))
    with st.form("whatif", border=True):
        packs, date = st.columns([4, 1])
        profiles = packs_input(packs, f"whatif_{'+'.join(now.choice.profiles)}", now.choice)
        day = date.date_input(
            message("verdicts.as_of"), value=now.choice.as_of, key=f"{WIDGETS}whatif_{now.choice.as_of}"
        )
        other = now.choice.model_copy(update={"profiles": profiles or now.choice.profiles, "as_of": day})
        changes = _limits(other)
        if st.form_submit_button(message("verdicts.whatif_run"), type="primary"):
            now.compared = other.model_copy(update={"limits": changes})
    if now.compared is None:
        return
    with st.spinner(message("verdicts.judging"), show_time=False):
        told = whatif(ws, now.choice, now.compared)
    _flips(told)
    if len(told.parcels):
        views = [WithDerived(ws, verdict_table(ws, choice)) for choice in (now.choice, now.compared)]
        left, right = st.columns(2)
        left.markdown(f"**{message('verdicts.whatif_before')}**")
        right.markdown(f"**{message('verdicts.whatif_after')}**")
        verdict_map.maps_beside(views, told.parcels["row"].tolist(), height=420)
        _table(told, now)
    adopt, forget = st.columns([1, 5])
    adopt.button(message("verdicts.whatif_adopt"), key="whatif_adopt", on_click=now.use, args=(now.compared,))
    forget.button(message("verdicts.whatif_forget"), key="whatif_forget", on_click=now.use, args=(now.choice,))


def _limits(choice: ScreeningChoice) -> tuple[LimitChange, ...]:
    """Draw an input for each limit and return those that were moved."""
    plain = choice.model_copy(update={"limits": ()})
    moved = {(change.rule, change.condition): change for change in choice.limits}
    changes = []
    columns = st.columns(3, vertical_alignment="bottom")
    assert choice.as_of is not None  # noqa: S101 (the session's choice always has its day)
    for place, limit in enumerate(movable_limits(packs_of(plain), choice.as_of)):
        with columns[place % 3]:
            change = _limit(limit, moved.get((limit.rule.id, limit.place)))
        if change is not None:
            changes.append(change)
    return tuple(changes)


def _limit(limit: MovableLimit, before: LimitChange | None) -> LimitChange | None:
    condition, title = limit.condition, limit.rule.title.to()
    key = f"{WIDGETS}limit_{limit.rule.id}_{limit.place}"
    if isinstance(condition.limit, LimitTable) or limit.limit is None:
        start = 100.0 if before is None else 100 * before.scale
        scale = st.number_input(message("verdicts.limit_scale", title=title), 1.0, 500.0, start, 5.0, key=key)
        return None if scale == 100 else LimitChange(rule=limit.rule.id, condition=limit.place, scale=scale / 100)
    unit = "" if condition.unit is None else UNITS[condition.unit].symbol.to()
    formula = f"{judged_column(condition.expression).title.to()} {condition.op}"
    label = message("verdicts.limit_value", title=title, formula=formula, unit=unit, limit=f"{limit.limit:g}")
    start = limit.limit if before is None or before.limit is None else before.limit
    value = st.number_input(label, value=float(start), key=key)
    return None if value == limit.limit else LimitChange(rule=limit.rule.id, condition=limit.place, limit=float(value))


def _flips(told: Comparison) -> None:
    total, *kinds = flips_in_words(told)
    if not told.flips:
        st.info(total)
        return
    st.markdown(f"**{total}**")
    for line in kinds:
        st.text(line)


def _table(told: Comparison, now: Judging) -> None:
    def open_card(row: int) -> None:
        now.row = row

    kinds = (("parcel", "names"), ("before", "verdict"), ("after", "verdict"), ("area", "amount"))
    columns = [{"title": message(f"verdicts.column_{name}"), "kind": kind} for name, kind in kinds]
    lines = [_line(values) for values in told.parcels.head(MOST_ROWS).to_dict("records")]
    ranked_table("whatif_table", columns, lines, chosen=now.row, height=320, on_open=open_card)


def _line(values: Mapping[Hashable, Any]) -> dict[str, Any]:
    parcel, name = str(values["parcel_id"]), values["name"]
    first = parcel if is_unknown(name) else str(name)
    area_mu = quantity(values["site_area_m2"], "mu")
    return {
        "row": int(values["row"]),
        "cells": [{"first": first, "second": parcel}, chip(values["before"]), chip(values["after"]), area_mu],
    }
