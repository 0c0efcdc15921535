"""Data: the import desk, what is wrong with the data, enterprises on parcels, the tables, and who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.model.tables import TABLES
from parkplan.ui import opened
from parkplan.ui.check_panel import check_panel
from parkplan.ui.import_desk import import_desk
from parkplan.ui.import_journal import action_title, imports_panel
from parkplan.ui.match_panel import match_panel

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

JOURNAL_LINES: Final = 50
SECTIONS: Final = ("import", "check", "match", "tables", "journal")


def draw(ws: Workspace) -> None:
    """Draw the page: one of its sections."""
    titles = {name: message(f"desk.section_{name}") for name in SECTIONS}
    chosen = st.segmented_control(
        message("desk.sections"), SECTIONS, default="import", required=True, key="data_section",
        format_func=titles.__getitem__, label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    if chosen == "import":
        import_desk(ws)
    elif chosen == "check":
        check_panel(ws)
    elif chosen == "match":
        match_panel(ws)
    elif chosen == "tables":
        _tables(ws)
    else:
        imports_panel(ws)
        st.subheader(message("ui.data_journal"), anchor=False)
        st.dataframe(_journal(ws), hide_index=True)


def _tables(ws: Workspace) -> None:
    st.text(f"{message('ui.data_address')} {ws.address}")
    if not ws.tables():
        st.info(message("ui.empty_workspace"))
        return
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
    st.dataframe(pd.DataFrame(lines, columns=[message(f"ui.column_{name}") for name in columns]), hide_index=True)


def _journal(ws: Workspace) -> pd.DataFrame:
    columns = ("at", "actor", "action", "reason", "source")
    lines = [
        (f"{entry.at:%Y-%m-%d %H:%M}", entry.actor, action_title(entry.action), entry.reason, entry.source)
        for entry in ws.journal(JOURNAL_LINES)
    ]
    return pd.DataFrame(lines, columns=[message(f"ui.column_{name}") for name in columns])


draw(opened.workspace())
