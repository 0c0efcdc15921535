"""The right side of the map page: search, what it found, and the card of what is selected."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from parkplan._errors import RequestError
from parkplan.i18n import message
from parkplan.jobs.card import card
from parkplan.jobs.search import search
from parkplan.ui import opened, panels
from parkplan.ui.state import session

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

LIMIT = 12
SEARCH = "search"


def search_box(ws: Workspace) -> bool:
    """Draw the search box and what was found; return whether a list of hits is shown.

    Each search has a box of its own: a run that was asked for while the box still held the words of the last search,
    by a map that came to rest, cannot write them back.
    """
    number = session().searches
    query = st.text_input(
        message("ui.search"),
        key=f"{SEARCH}_{number}",
        placeholder=message("ui.search_hint"),
        label_visibility="collapsed",
        persist_state="session",
    )
    if not query.strip():
        return False
    panels.hits(f"hits_{number}", search(ws, query, LIMIT), partial(_go_to, number))
    return True


def _go_to(number: int, table: str, row: int) -> None:
    """Select a thing that a search found, and let the map show it; a second click on the list counts for nothing."""
    now = session()
    if number != now.searches:
        return
    now.searches += 1
    now.select(table, row)
    now.look_at(card(opened.workspace(), table, row=row).bounds)


def _open(table: str, row: int) -> None:
    session().select(table, row)


def _zoom() -> None:
    now = session()
    if now.selected is not None:
        table, row = now.selected
        now.look_at(card(opened.workspace(), table, row=row).bounds)


def card_panel(ws: Workspace, *, height: str) -> None:
    """Draw the card of what is selected, at most as high as a length of CSS says, or how to get one."""
    now = session()
    if now.selected is None:
        with st.container(border=True):
            st.markdown(f"**{message('ui.card_empty')}**")
            st.caption(message("ui.card_empty_advice"))
        return
    table, row = now.selected
    try:
        told = card(ws, table, row=row)
    except RequestError:
        now.selected = None
        raise
    panels.card("card", told, height=height, on_open=_open, on_zoom=_zoom)
