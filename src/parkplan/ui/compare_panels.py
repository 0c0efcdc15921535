"""What comparison says in tables and words: measures, ranks, regret, memo, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.compare.catalogue import MEASURES
from parkplan.i18n import current_language, message
from parkplan.jobs.compare_files import json_bytes, workbook
from parkplan.jobs.compare_tables import rests_on
from parkplan.jobs.options import library
from parkplan.jobs.scenario_words import change_in_unit, figure, status_words
from parkplan.ui import compare_charts as charts
from parkplan.ui.plain import plain
from parkplan.units import money

if TYPE_CHECKING:
    from parkplan.jobs.compare import Comparison

CHART_PX: Final = 360
SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def files(found: Comparison) -> None:
    """Offer the comparison as files."""
    chosen = current_language()
    with st.popover(message("ui.export"), width="content"):
        offers = (
            ("compare.xlsx", SHEET, lambda: workbook(found, chosen)),
            ("compare.json", "application/json", lambda: json_bytes(found)),
        )
        for name, mime, data in offers:
            st.download_button(
                message("ui.export_download", name=name), data=data, file_name=name, mime=mime, key=name,
                on_click="ignore",
            )  # fmt: skip


def memo(found: Comparison) -> None:
    """Write the memo, each sentence with the numbers that it rests on."""
    for one in found.memo:
        st.text(one.text.to())
        st.caption(message("compare.rests_on", listed=plain(rests_on(found, one))))


def measures(found: Comparison) -> None:
    """Draw the table of measures: the district as it is, each option with its change and its limit."""
    limits = {limit.metric: limit.value for limit in library().options.limits}
    rows = []
    for name, one in MEASURES.items():
        base = found.base.measures.values[name]
        row = {
            message("compare.head_measure"): one.title.to(),
            message("compare.head_direction"): message(f"compare.direction_{one.direction}"),
            message("compare.head_limit"): figure(one, limits[name]) if name in limits else "—",
            found.base.scenario.name: figure(one, base),
        }
        for option in found.options:
            value = option.measures.values[name]
            status = option.measures.statuses.get(name, "none")
            mark = {"met": "✓ ", "missed": "✗ "}.get(status, "")
            moved = change_in_unit(one, base, value)
            text = figure(one, value)
            row[option.scenario.name] = mark + (
                text if moved == "—" else message("compare.with_change", value=text, change=moved)
            )
        row[message("compare.head_formula")] = one.formula.to()
        rows.append(row)
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")
    st.caption(message("compare.measures_note", met=status_words("met"), missed=status_words("missed")))


def figures(found: Comparison) -> None:
    """Draw the charts: bars with limits, parallel lines, trade-off."""
    limits = {limit.metric: limit.value for limit in library().options.limits}
    titles = {name: charts.unit_of(name) for name in MEASURES}
    names = list(titles)
    left, right = st.columns(2, gap="medium")
    with left:
        chosen = st.selectbox(
            message("compare.bars_of"), names, names.index("industrial_far"), format_func=titles.__getitem__,
            key="compare_bars",
        )  # fmt: skip
        st.echarts_chart(charts.bars(found, chosen, limits.get(chosen)), height=CHART_PX, key="chart_bars")
    with right:
        across, up = st.columns(2)
        x = across.selectbox(
            message("compare.across"), names, names.index("cost_yuan"), format_func=titles.__getitem__, key="compare_x"
        )
        y = up.selectbox(
            message("compare.up"), names, names.index("tax_yuan"), format_func=titles.__getitem__, key="compare_y"
        )
        st.echarts_chart(charts.tradeoff(found, x, y), height=CHART_PX, key="chart_tradeoff")
    st.markdown(f"**{message('compare.parallel')}**")
    st.echarts_chart(charts.parallel(found), height=CHART_PX + 40, key="chart_parallel")


def ranking(found: Comparison) -> None:
    """Draw ranks under uncertain weights, and who wins under which weights."""
    ranked, names = found.ranked, found.names
    rows = [
        (
            names[place], f"{100 * ranked.score[place]:.0f}", f"{100 * ranked.around.p_first[place]:.0f}%",
            f"{100 * ranked.any_weights.p_first[place]:.0f}%",
            f"{ranked.around.rank_low[place]:.0f}–{ranked.around.rank_high[place]:.0f}",
            "、".join(names[other] for other in ranked.dominated_by[place]) or "—",
        )
        for place in ranked.order
    ]  # fmt: skip
    heads = [message(f"compare.head_{name}") for name in ("option", "points", "p_first", "p_any", "rank", "dominated")]
    st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)
    st.markdown(f"**{message('compare.who_wins')}**")
    st.caption(message("compare.who_wins_note", draws=f"{ranked.around.draws:,}"))
    table = {message("compare.head_criterion"): [MEASURES[name].title.to() for name in ranked.criteria]}
    table[message("compare.head_weight")] = [f"{100 * weight:.0f}%" for weight in ranked.weights]
    for place, name in enumerate(names):
        central = ranked.any_weights.central_weights[place]
        never = ranked.any_weights.p_first[place] == 0
        table[message("compare.wins_with", name=name)] = [
            message("compare.never") if never else f"{100 * weight:.0f}%" for weight in central
        ]
    table[message("compare.head_turning")] = [
        "—" if level is None else f"{100 * level:.0f}%" for level in ranked.turning.values()
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True)


def regret(found: Comparison) -> None:
    """Draw the regret of each option in each case."""
    shown = found.regret
    table: dict[str, list[str]] = {message("compare.head_case_short"): [case.to() for case in found.cases]}
    for place, name in enumerate(found.names):
        table[name] = [_regret_words(value) for value in shown.regret_yuan[place]]
    frame = pd.DataFrame(table)
    frame.loc[len(frame)] = [message("compare.worst"), *(_regret_words(value) for value in shown.worst)]
    st.dataframe(frame, hide_index=True)
    st.caption(message("compare.regret_note", name=plain(found.names[shown.choice])))


def _regret_words(yuan: float) -> str:
    return money(float(yuan)) if yuan else "0"
