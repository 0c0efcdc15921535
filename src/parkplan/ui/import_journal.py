"""The journal of imports, who brought what from which file; one can be taken back."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.i18n import catalogue, message
from parkplan.jobs.imports import changed_since, imports_of, undo_import
from parkplan.model.tables import table_title
from parkplan.ui.import_state import show

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.imports import ImportEntry


def imports_panel(ws: Workspace) -> None:
    """Draw the imports; the one that is chosen can be taken back, or the panel says why not."""
    known = imports_of(ws)
    st.subheader(message("desk.imports_title"), anchor=False)
    if not known:
        st.info(message("cli.imports_none"))
        return
    event = st.dataframe(
        _frame(known), hide_index=True, on_select="rerun", selection_mode="single-row", key=f"imports_{known[0].number}"
    )
    rows = event.selection.rows
    if not rows or rows[0] >= len(known):
        st.caption(message("desk.imports_choose"))
        return
    _chosen(ws, known[rows[0]])


def _chosen(ws: Workspace, entry: ImportEntry) -> None:
    with st.container(border=True):
        st.text(message("desk.import_of", number=entry.number, actor=entry.actor, at=f"{entry.at:%Y-%m-%d %H:%M}"))
        for file in entry.files:
            st.text(f"{file.name}  SHA-256 {file.sha256}")
        st.text(entry.how)
        if entry.undone_by is not None:
            st.info(message("desk.import_undone", line=entry.undone_by))
        elif entry.changed_by:
            st.warning(message("desk.import_changed"))
            st.text(changed_since(entry).sentence())
        elif undo_button(ws, entry.number, key=f"undo_{entry.number}"):
            st.rerun()


def action_title(name: str) -> str:
    """Return what a line of the journal did in words; what another program wrote stays as it is."""
    key = f"ui.action_{name}"
    return message(key) if key in catalogue() else name


def undo_button(ws: Workspace, number: int | None, *, key: str) -> bool:
    """Draw the button that takes an import back, the latest where no number is given, and say whether it did."""
    if not st.button(message("desk.undo"), key=key):
        return False
    actor = str(st.session_state.get("desk_actor") or "").strip() or getpass.getuser()
    try:
        undo_import(ws.address, number, actor=actor)
    except ParkplanError as fault:
        show(fault)
        return False
    return True


def _frame(known: tuple[ImportEntry, ...]) -> pd.DataFrame:
    heads = [message(f"cli.imports_{name}") for name in ("number", "at", "actor", "table", "file", "state")]
    rows = [
        (
            entry.number,
            f"{entry.at:%Y-%m-%d %H:%M}",
            entry.actor,
            ", ".join(table_title(each.table) for each in entry.tables),
            "; ".join(f"{file.name} ({file.sha256[:12]})" for file in entry.files),
            message(f"cli.imports_state_{entry.state}"),
        )
        for entry in known
    ]
    return pd.DataFrame(rows, columns=heads)
