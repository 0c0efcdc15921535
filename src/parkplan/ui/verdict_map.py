"""The map by verdict: one choice of rules, or two side by side, a click opening the evidence card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan.data.layers import load_layers
from parkplan.i18n import current_language, message
from parkplan.jobs.district_map import district_page
from parkplan.jobs.frames import load
from parkplan.jobs.place import Place, row_at
from parkplan.model.derived_tables import DRAWN_TABLES, SCREENING
from parkplan.ui.map_host import Fit, click_of, map_host

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.derived import WithDerived
    from parkplan.ui.judging import Judging

KEY: Final = "verdict_map"
BESIDE: Final = "whatif_map"
LAYER: Final = "land_verdicts"
SHOWN: Final = (LAYER, "roads", "water", "streets")
MOST_MARKED: Final = 400


def verdict_map(view: WithDerived, now: Judging, *, height: int) -> None:
    """Draw the verdicts of the present choice."""
    _take_click(view, now)
    where = {name: now.where for name in _layers()} if now.where else {}
    with st.spinner(message("ui.loading_map"), show_time=False):
        page = district_page(cast("Workspace", view), current_language(), where=where, only=SHOWN)
    fit = Fit(now.zoom_to, f"{now.zoom_count}") if now.zoom_to is not None else None
    map_host(page, key=KEY, height=height, selection=_marked([] if now.row is None else [now.row]), fit=fit)


def maps_beside(views: Sequence[WithDerived], rows: Sequence[int], *, height: int) -> None:
    """Draw two choices side by side, moving together, with the parcels marked that differ."""
    pages = [district_page(cast("Workspace", view), current_language(), only=SHOWN).compact() for view in views]
    map_host(pages, key=BESIDE, height=height, selection=_marked(rows[:MOST_MARKED]))


def zoom_to(ws: Workspace, now: Judging, row: int) -> None:
    """Let the map show a parcel."""
    parcels = load(ws, str(SCREENING.rows_of))
    if parcels is not None:
        now.look_at(parcels.bounds(row))


def _take_click(view: WithDerived, now: Judging) -> None:
    """Open the card of what the click that caused this run has hit, if that is a parcel."""
    click = click_of(KEY)
    for hit in () if click is None else click.hits:
        spec = load_layers().layers.get(hit["layer"])
        if click is None or spec is None or subject(spec.table) != SCREENING.rows_of:
            continue
        row = hit["id"]
        if row is None:  # the layer is shown as pictures here: the row is looked up by its place
            place = Place(click.lng, click.lat, click.zoom)
            row = row_at(cast("Workspace", view), spec.id, place, where=now.where or "")
        if row is not None:
            now.row = int(row)
            return


def subject(table: str) -> str:
    """Return the table whose rows a layer's table has: that of a derived table's origin, else itself."""
    known = DRAWN_TABLES.get(table)
    return table if known is None or known.rows_of is None else known.rows_of


def _layers() -> list[str]:
    return [spec.id for spec in load_layers().layers.values() if spec.table == SCREENING.name]


def _marked(rows: Sequence[int]) -> dict[str, list[int]]:
    return {name: list(rows) for name in _layers()}
