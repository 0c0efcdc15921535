"""What leaves the map page as a file: the filtered rows, and the map as it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.i18n import current_language, message
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.rows import rows_file
from parkplan.jobs.sheet import FORMATS, SheetOptions, SheetView, map_sheet
from parkplan.jobs.title import title_of
from parkplan.ui.map_host import view_of
from parkplan.ui.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.model.results import Rows
    from parkplan.render.sheet import Paper, SheetFormat

ROW_FORMATS: Final[Mapping[str, str]] = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".zip": "application/zip",
    ".txt": "text/plain",
}
SHEET_FORMATS: Final[Mapping[str, str]] = {"pdf": "application/pdf", "png": "image/png"}
PAPERS: Final[tuple[Paper, ...]] = ("A3", "A4")


def rows_panel(ws: Workspace, chosen: Rows) -> None:
    """Offer the filtered rows; the file is made when it is asked for."""
    st.markdown(f"**{message('ui.export_rows', count=f'{len(chosen.positions):,}')}**")
    ending = st.segmented_control(
        message("ui.export_rows_format"), list(ROW_FORMATS), default=".xlsx", required=True, key="export_rows_format",
        label_visibility="collapsed",
    )  # fmt: skip
    st.caption(message(f"export.limits_{ending.removeprefix('.')}"))
    name = f"{chosen.layer}{ending}"
    st.download_button(
        message("ui.export_download", name=plain(name)),
        data=lambda: rows_file(ws, chosen, ending),
        file_name=name,
        mime=ROW_FORMATS[ending],
        key="export_rows",
        on_click="ignore",
        disabled=len(chosen.positions) == 0,
    )


def sheet_panel(ws: Workspace, where: Mapping[str, str], *, map_key: str) -> None:
    """Offer the map as it is seen, as PDF or PNG."""
    st.markdown(f"**{message('ui.export_view')}**")
    called = title_of(ws).to()
    title = st.text_input(message("ui.export_title"), key="export_title", placeholder=called, persist_state="session")
    left, right = st.columns(2)
    form: SheetFormat = left.segmented_control(
        message("ui.export_rows_format"), FORMATS[::-1], default="pdf", required=True, key="export_sheet_format"
    )
    paper: Paper = right.segmented_control(
        message("ui.export_paper"), PAPERS, default="A3", required=True, key="export_sheet_paper"
    )
    options = SheetOptions(title=title.strip() or called, format=form, paper=paper)
    language = current_language()
    view = _seen(ws, map_key, where)
    name = f"{ws.name}.{form}"
    st.download_button(
        message("ui.export_download", name=plain(name)),
        data=lambda: map_sheet(ws, view, options, language),
        file_name=name,
        mime=SHEET_FORMATS[form],
        key="export_sheet",
        on_click="ignore",
    )


def _seen(ws: Workspace, map_key: str, where: Mapping[str, str]) -> SheetView:
    """Return what the map shows now: its layers from the top down, and its bounds."""
    seen = view_of(map_key)
    if seen is None:
        shown = [spec.id for spec in layers_of(ws).ordered() if spec.visible]
        return SheetView(tuple(shown), where=dict(where))
    west, south, east, north = seen["bounds"]
    layers = [layer for layer in seen["layers"] if layer["visible"]]
    return SheetView(
        tuple(layer["id"] for layer in layers),
        (west, south, east, north),
        dict(where),
        {layer["id"]: layer["opacity"] for layer in layers},
    )
