"""Data: what the workspace holds, where it came from, and who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.model.tables import TABLES
from parkplan.ui import frame, opened

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

JOURNAL_LINES = 50


def draw(ws: Workspace) -> None:
    """Draw the page."""
    st.text(f"{message('ui.data_address')} {ws.address}")
    st.subheader(message("ui.data_tables"), anchor=False)
    tables = ws.tables()
    if tables:
        st.dataframe(_tables(ws), hide_index=True)
    else:
        st.info(message("ui.empty_workspace"))
    with st.expander(message("ui.data_import"), expanded=not tables):
        st.code(frame.IMPORT_COMMAND, language="bash")
        st.caption(message("ui.import_formats"))
    st.subheader(message("ui.data_journal"), anchor=False)
    st.dataframe(_journal(ws), hide_index=True)


def _tables(ws: Workspace) -> pd.DataFrame:
    columns = ("table", "rows", "geometry", "source", "synthetic", "created", "version")
    lines = [
        (
            TABLES[info.name].title.to() if info.name in TABLES else info.name,
            info.rows,
            message(f"ui.geometry_{info.geometry_type}"),
            info.source or message("ui.source_unstated"),
            message("card.answer_yes" if info.synthetic else "card.answer_no"),
            f"{info.created_at:%Y-%m-%d %H:%M}",
            info.version[:12],
        )
        for info in ws.tables()
    ]
    return pd.DataFrame(lines, columns=[message(f"ui.column_{name}") for name in columns])


def _journal(ws: Workspace) -> pd.DataFrame:
    columns = ("at", "actor", "action", "reason", "source")
    lines = [
        (f"{entry.at:%Y-%m-%d %H:%M}", entry.actor, entry.action, entry.reason, entry.source)
        for entry in ws.journal(JOURNAL_LINES)
    ]
    return pd.DataFrame(lines, columns=[message(f"ui.column_{name}") for name in columns])


draw(opened.workspace())
