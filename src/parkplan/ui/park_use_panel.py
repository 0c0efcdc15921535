"""Two tables for the whole district: intensive use by park, and which missing data would settle most parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.data_wanted import data_wanted
from parkplan.jobs.judged_columns import judged_column
from parkplan.jobs.parks import park_table
from parkplan.metrics import PARK_MEASURES
from parkplan.units import quantity

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.screen import Screening


def park_use_panel(ws: Workspace, found: Screening) -> None:
    """Draw the indicators of intensive use, a park each row."""
    st.caption(message("verdicts.parks_note"))
    table = park_table(ws, found)
    if table.empty:
        st.info(message("verdicts.parks_none"))
        return
    shown: dict[str, list[str]] = {message("verdicts.column_park"): table["name"].fillna(table["park_id"]).tolist()}
    shown[message("verdicts.column_kind")] = [
        message(f"verdicts.park_{kind}") if isinstance(kind, str) else message("verdicts.unknown")
        for kind in table["kind"]
    ]
    for measure in PARK_MEASURES:
        shown[measure.title.to()] = [quantity(float(value), measure.shown_in) for value in table[measure.name]]
    st.dataframe(pd.DataFrame(shown), hide_index=True)


def data_wanted_panel(found: Screening) -> None:
    """Draw which missing columns settle how many parcels; computed when it is asked for."""
    st.caption(message("verdicts.wanted_note"))
    if not st.button(message("verdicts.wanted_run"), key="judge_wanted"):
        return
    told = data_wanted(found)
    st.caption(message("verdicts.wanted_examined", examined=f"{told.examined:,}", total=f"{told.to_check:,}"))
    lines = [
        (" + ".join(judged_column(name).title.to() for name in item.columns), item.settles, item.may_settle)
        for item in told.data
    ]
    names = [message(f"verdicts.wanted_{name}") for name in ("column", "settles", "may_settle")]
    st.dataframe(pd.DataFrame(lines, columns=names), hide_index=True)
