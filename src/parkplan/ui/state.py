"""What one session remembers across pages and reruns: language, what is selected, filters, and where the map looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan.i18n import LANGUAGES, Language

if TYPE_CHECKING:
    from parkplan.model.facts import Bounds

KEY: Final = "parkplan"
QUERY: Final = "lang"


@dataclass(slots=True)
class Session:
    """The state of one session.

    ``selected`` is a table and a row; ``zoom_to`` is where the map shall look next, counted by ``zoom_count`` so that
    the same place can be asked for twice; ``searches`` counts the searches that led to a thing; ``filtered`` and
    ``typed`` are the conditions of a layer from the filter form and from the expression box.
    """

    language: Language = "zh"
    selected: tuple[str, int] | None = None
    zoom_to: Bounds | None = None
    zoom_count: int = 0
    searches: int = 0
    layer: str = "parcels_by_status"
    filtered: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    def look_at(self, bounds: Bounds | None) -> None:
        """Let the map go to a place, if there is one."""
        if bounds is not None:
            self.zoom_to = bounds
            self.zoom_count += 1

    def select(self, table: str, row: int) -> None:
        """Choose the thing whose card is shown."""
        self.selected = (table, row)


def session() -> Session:
    """Return the state of this session; the first call reads the language from the address (``?lang=en``)."""
    if KEY not in st.session_state:
        asked = st.query_params.get(QUERY)
        st.session_state[KEY] = Session(language=next((name for name in LANGUAGES if name == asked), "zh"))
    return cast("Session", st.session_state[KEY])
