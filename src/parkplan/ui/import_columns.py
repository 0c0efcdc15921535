"""The card of columns: what each holds, which field it fills, in which unit and why; and the encoding of the texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd
import streamlit as st

from parkplan._errors import RequestError
from parkplan.data.intake.land_use import EDITIONS
from parkplan.data.intake.units import FACTORS
from parkplan.i18n import message
from parkplan.jobs.import_columns import units_of
from parkplan.jobs.import_desk import with_columns
from parkplan.model.tables import TABLES
from parkplan.ui.import_state import show

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.import_desk import Examined, Wanted
    from parkplan.ui.import_state import Desk

NO_UNIT: Final = "—"
HEADS: Final = ("column", "samples", "known", "field", "unit", "why")
_MOST_ROWS: Final = 13
_MOST_PX: Final = 520


def columns_card(ws: Workspace, now: Desk, seen: Examined) -> None:
    """Draw the card; what is changed in it holds when it is applied."""
    with st.container(border=True):
        st.subheader(message("desk.columns_title"), anchor=False)
        titles = field_titles(seen.wanted.table)
        st.caption(message("desk.columns_note" if titles else "desk.columns_free"))
        table = lines_frame(seen, titles)
        edited = _table(table, titles, now)
        if titles:
            _apply(ws, now, seen, (edited, titles))
        _encodings(seen)


def field_titles(table: str) -> dict[str, str]:
    """Return what the fields of a table are called in the card, none for a table of one's own."""
    canonical = TABLES.get(table)
    columns = canonical.columns if canonical is not None else ()
    return {column.name: f"{column.title.to()} · {column.name}" for column in columns}


def lines_frame(seen: Examined, titles: dict[str, str]) -> pd.DataFrame:
    """Return the lines of the card."""
    keep = message("desk.keep")
    rows = [
        (
            line.column,
            "  |  ".join(line.samples),
            f"{line.known:,} / {line.rows:,}",
            keep if line.field is None else titles.get(line.field, line.field),
            line.unit or NO_UNIT,
            line.reason(),
        )
        for line in seen.columns
    ]
    return pd.DataFrame(rows, columns=list(HEADS), dtype="str")


def _table(table: pd.DataFrame, titles: dict[str, str], now: Desk) -> pd.DataFrame:
    shown = {name: st.column_config.TextColumn(message(f"desk.column_{name}"), disabled=True) for name in HEADS}
    if titles:
        units = sorted({unit for known in FACTORS.values() for unit in known})
        shown["field"] = st.column_config.SelectboxColumn(
            message("desk.column_field"), options=[message("desk.keep"), *titles.values()], required=True
        )
        shown["unit"] = st.column_config.SelectboxColumn(message("desk.column_unit"), options=[NO_UNIT, *units])
    height: int | Literal["content"] = _MOST_PX if len(table) > _MOST_ROWS else "content"
    key = f"desk_columns_{now.round}_{now.looks}"
    return st.data_editor(table, column_config=shown, hide_index=True, height=height, key=key, width="stretch")


def wishes_of(wanted: Wanted, edited: pd.DataFrame, titles: dict[str, str]) -> Wanted:
    """Return the wishes with what was chosen in the card.

    Raises:
        RequestError: two columns are to fill the same field, or a unit does not fit its field.
    """
    names = {title: name for name, title in titles.items()}
    said: dict[str, tuple[str | None, str | None]] = {}
    for column, title, unit in zip(edited["column"], edited["field"], edited["unit"], strict=True):
        name = names.get(str(title))
        stated = isinstance(unit, str) and unit not in {"", NO_UNIT}
        said[str(column)] = (name, str(unit) if name is not None and stated else None)
    for name, unit in said.values():
        if name is not None and unit is not None:
            _check_unit(name, unit, wanted.table)
    return with_columns(wanted, said)


def _check_unit(name: str, unit: str, table: str) -> None:
    canonical = TABLES[table].column(name)
    known = FACTORS.get((canonical.unit if canonical is not None else None) or "", {})
    if unit not in known:
        raise RequestError("import_unit", field=name, unit=unit, known=", ".join(units_of(name, table)) or "—")


def _apply(ws: Workspace, now: Desk, seen: Examined, chosen: tuple[pd.DataFrame, dict[str, str]]) -> None:
    edited, titles = chosen
    edition = seen.wanted.advice.land_use_edition
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if any(line.field == "land_use" for line in seen.columns):
            named: dict[str | None, str] = {None: message("desk.edition_auto")}
            named |= {name: message(f"desk.edition_{name}") for name in EDITIONS}
            edition = st.selectbox(
                message("desk.edition"), list(named), index=list(named).index(edition),
                key=f"desk_edition_{now.round}", format_func=named.__getitem__, width=260,
            )  # fmt: skip
        applied = st.button(message("desk.columns_apply"), key="desk_columns_apply")
    if applied:
        try:
            wanted = wishes_of(now.wanted, edited, titles)
        except RequestError as fault:
            show(fault)
            return
        now.examine(ws, replace(wanted, advice=replace(wanted.advice, land_use_edition=edition)))
        st.rerun()


def _encodings(seen: Examined) -> None:
    """Show how some words of the file read in several encodings, so that the right one is seen."""
    if not seen.encodings:
        return
    with st.expander(message("desk.encodings", encoding=seen.encodings[0].encoding.upper())):
        st.caption(message("desk.encodings_note"))
        rows = [(sample.encoding.upper(), sample.text) for sample in seen.encodings]
        heads = [message("desk.column_encoding"), message("desk.column_sample")]
        st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)
