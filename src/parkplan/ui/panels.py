"""Panels drawn by our own small component: banner, tiles of figures, search hits, the card of one thing.

Names from data reach the browser as JSON and become text nodes, never markup or markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from parkplan.i18n import message
from parkplan.ui.component import mount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parkplan.model.facts import Card, Entry, Fact, Section
    from parkplan.model.search import Hit

FOLDED = ("dates", "own")
"""Sections of a card that are closed at first."""


def banner(title: str, aside: str, *, synthetic: bool) -> None:
    """Draw the name of the district, and that it is fictional if it is."""
    badge = message("ui.synthetic") if synthetic else None
    mount("panels", "banner", {"view": "banner", "title": title, "aside": aside, "badge": badge})


def tiles(key: str, items: Sequence[dict[str, Any]], *, columns: int) -> None:
    """Draw tiles of figures in a number of columns, in fewer where the page is narrow."""
    mount("panels", key, {"view": "tiles", "items": list(items), "columns": columns})


def hits(key: str, found: Sequence[Hit], on_open: Callable[[str, int], None]) -> None:
    """Draw what a search found; a click calls ``on_open`` with table and row."""
    items = [
        {"table": hit.table, "row": hit.row, "kind": hit.kind.to(), "title": hit.title, "second": hit.subtitle.to()}
        for hit in found
    ]
    data = {"view": "hits", "items": items, "empty": message("ui.nothing_found"), "height": "320px"}
    mount("panels", key, data, on_open_change=lambda: _opened(key, on_open))


def card(
    key: str, told: Card, *, height: str, on_open: Callable[[str, int], None], on_zoom: Callable[[], None]
) -> None:
    """Draw the card of one thing; its lists lead to other cards."""
    data = {
        "view": "card",
        "kind_title": told.kind.to(),
        "title": told.title.to(),
        "badge": message("ui.synthetic") if told.synthetic else None,
        "zoom": message("ui.zoom_to") if told.bounds is not None else None,
        "findings": [finding.to() for finding in told.findings],
        "sections": [_section(one) for one in told.sections],
        "source": message("ui.card_source", source=told.source or message("ui.source_unstated")),
        "folded": list(FOLDED),
        "height": height,
    }
    mount("panels", key, data, on_open_change=lambda: _opened(key, on_open), on_zoom_change=on_zoom)


def _opened(key: str, on_open: Callable[[str, int], None]) -> None:
    chosen = st.session_state[key]["open"]
    if chosen:
        on_open(str(chosen["table"]), int(chosen["row"]))


def _section(section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title.to(),
        "count": len(section.entries) or None,
        "facts": [_fact(one) for one in section.facts],
        "entries": [_entry(one) for one in section.entries],
        "note": section.note.to() if section.note is not None else None,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    facts = [_fact(one) for one in entry.facts]
    return {"table": entry.table, "row": entry.row, "title": entry.title.to(), "facts": facts}


def _fact(fact: Fact) -> dict[str, Any]:
    return {"title": fact.title.to(), "value": fact.written.to(), "known": fact.known, "source": provenance(fact)}


def provenance(fact: Fact) -> str:
    """Say where a fact comes from: its method, or table, version, row and column."""
    if fact.method is not None:
        return fact.method.to()
    if fact.origin is None:
        return ""
    origin = fact.origin
    return message(
        "ui.origin", table=origin.table, version=origin.version[:12], row=origin.row + 1, column=origin.column or "—"
    )
