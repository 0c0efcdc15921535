"""What will be written and the button for it; afterwards the result, its report, the recipe, and the way back."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.import_places import preview_picture
from parkplan.jobs.import_report import import_recipe, import_report
from parkplan.jobs.writing import raw, written
from parkplan.model.tables import TABLES, is_without_places, table_title
from parkplan.ui.import_journal import undo_button
from parkplan.ui.plain import plain

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.import_desk import Examined
    from parkplan.jobs.import_result import ImportResult
    from parkplan.model.columns import Column
    from parkplan.ui.import_state import Desk

ROWS_SHOWN: Final = 20
FORMATS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def preview(ws: Workspace, now: Desk, seen: Examined) -> None:
    """Draw the first rows and the place of all, and ask for a name before anything is written."""
    result = seen.result
    if result is None:
        return
    with st.container(border=True):
        st.subheader(message("desk.preview_title"), anchor=False)
        left, right = st.columns([3, 2], gap="medium")
        left.dataframe(first_rows(result), hide_index=True, height=330)
        left.caption(message("desk.preview_rows", shown=min(ROWS_SHOWN, result.rows), rows=f"{result.rows:,}"))
        if is_without_places(result.table):
            right.caption(message("import.crs_none"))
        else:
            right.image(preview_picture(ws, result.frame.geometry.to_numpy(), width=460, height=330))
            right.caption(message("desk.preview_map"))
        st.text(what_changes(ws, result))
        who, what = st.columns([2, 3], vertical_alignment="bottom")
        actor = who.text_input(message("desk.actor"), _user(), key="desk_actor", persist_state="session")
        with what, st.container(horizontal=True):
            sure = st.button(message("desk.confirm"), type="primary", key="desk_confirm", disabled=not actor.strip())
            dropped = st.button(message("desk.drop"), key="desk_drop")
        if sure:
            now.write(ws, actor.strip())
            st.rerun()
        if dropped:
            now.clear()
            st.rerun()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def first_rows(result: ImportResult) -> pd.DataFrame:
    """Return the first rows as a person reads them: titles for fields, texts as they are."""
    table = TABLES.get(result.table)
    frame = pd.DataFrame(result.frame.drop(columns="geometry").head(ROWS_SHOWN))
    shown = {}
    for name, values in frame.items():
        column = table.column(str(name)) if table is not None else None
        head = str(name) if column is None else f"{column.title.to()} · {name}"
        shown[head] = [_cell(column, value) for value in values]
    return pd.DataFrame(shown, index=frame.index, dtype="str")


def _cell(column: Column | None, value: object) -> str:
    """Write a cell: of a field as cards write it, with its unit, of a column of the file as it is."""
    known = raw(value)
    if known is None:
        return ""
    return str(known) if column is None else written(column, known).to()


def what_changes(ws: Workspace, result: ImportResult) -> str:
    """Say in a sentence what the import does to the workspace."""
    before = next((info for info in ws.tables() if info.name == result.table), None)
    if before is None:
        return message("desk.makes_table", table=table_title(result.table), rows=f"{result.rows:,}")
    return message(
        "desk.replaces_table", table=table_title(result.table), before=f"{before.rows:,}", rows=f"{result.rows:,}"
    )


def result(ws: Workspace, now: Desk, done: ImportResult, seen: Examined) -> None:
    """Draw what was written, with its files and the way back."""
    with st.container(border=True):
        st.success(message("desk.done", table=table_title(done.table), rows=f"{done.rows:,}"))
        for file in done.files:
            st.text(message("desk.done_file", file=file.name, layer=file.layer, sha=file.sha256))
        for reason in done.crs.reasons:
            st.text(f"· {reason}")
        with st.container(horizontal=True):
            for form, kind in FORMATS.items():
                name = f"{done.table}_report.{form}"
                st.download_button(
                    message("ui.export_download", name=plain(name)), data=import_report(done, seen, form),  # type: ignore[arg-type]
                    file_name=name, mime=kind, key=f"desk_report_{form}", on_click="ignore",
                )  # fmt: skip
            recipe = f"{done.table}_recipe.yaml"
            st.download_button(
                message("ui.export_download", name=plain(recipe)), data=import_recipe(done, seen), file_name=recipe,
                mime="application/yaml", key="desk_recipe_out", on_click="ignore",
            )  # fmt: skip
        with st.container(horizontal=True):
            again = st.button(message("desk.next"), type="primary", key="desk_next")
            taken = undo_button(ws, None, key="desk_undo")
        if again or taken:
            now.clear()
            st.rerun()
