"""The card of findings: what was odd in the files, what is wrong with the table, and whether parcels can be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.judged_columns import judged_column
from parkplan.units import area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.jobs.import_desk import Examined
    from parkplan.quality import Finding, Gate

MOST_LISTED: Final = 2_000
FIELDS_SHOWN: Final = 20
_BADGES: Final = {"fit": "green", "partly": "orange", "unfit": "red"}


def findings_card(seen: Examined) -> None:
    """Draw the card."""
    result, incoming = seen.result, seen.incoming
    if result is None:
        return
    with st.container(border=True):
        st.subheader(message("desk.findings_title"), anchor=False)
        if result.findings:
            st.markdown(f"**{message('desk.notes_title', count=len(result.findings))}**")
            rows = [(each.file, message(f"desk.severity_{each.severity}"), each.text) for each in result.findings]
            heads = [message(f"desk.column_{name}") for name in ("file", "severity", "text")]
            st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)
        else:
            st.caption(message("desk.notes_none"))
        if incoming is None:
            return
        if incoming.findings:
            st.markdown(f"**{message('desk.checks_title', count=f'{len(incoming.findings):,}')}**")
            st.dataframe(findings_frame(incoming.findings), hide_index=True)
        else:
            st.caption(message("desk.checks_none"))
        if incoming.gate is not None:
            gate_panel(incoming.gate)


def findings_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return findings as lines: row, key, what, remedy, place."""
    rows = [
        (
            each.table,
            each.row,
            each.key,
            message(f"desk.severity_{each.severity}"),
            message(f"check.{each.code}_title"),
            each.text(),
            each.remedy(),
            "" if each.lon is None else f"{each.lon:.6f}, {each.lat:.6f}",
        )
        for each in findings[:MOST_LISTED]
    ]
    names = ("table", "row", "key", "severity", "kind", "text", "remedy", "place")
    return pd.DataFrame(rows, columns=[message(f"desk.column_{name}") for name in names])


def gate_panel(gate: Gate) -> None:
    """Say whether the district is fit to be judged, and what it lacks, by field and by area."""
    st.markdown(
        f"**{message('desk.gate_title')}** :{_BADGES[gate.fitness]}-badge[{message(f'desk.gate_{gate.fitness}')}]"
    )
    st.text(message(f"check.gate_{gate.fitness}"))
    st.text(message(
        "check.gate_undecided", all=f"{gate.parcels:,}", whole=area(gate.area_m2),
        parcels=f"{gate.undecided_parcels:,}", area=area(gate.undecided_area_m2),
    ))  # fmt: skip
    lacking = [need for need in gate.fields if need.known_rows < need.rows][:FIELDS_SHOWN]
    if not lacking:
        return
    rows = [
        (judged_column(need.column).title.to(), need.rows, 100 * need.known_share, 100 * need.known_area_share,
         area(need.area_m2 - need.known_area_m2))
        for need in lacking
    ]  # fmt: skip
    heads = [message(f"check.gate_{name}") for name in ("column", "rows", "known", "known_area", "missing_area")]
    bar = st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.0f%%")
    st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, column_config={heads[2]: bar, heads[3]: bar})
