"""What one session is judging: the choice of rules, the parcel whose card is open, the filter, and the comparison."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import streamlit as st
from streamlit.errors import StreamlitInvalidLayoutContextError

from parkplan.jobs.derived import WithDerived
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.jobs.verdict_table import dated, screening, verdict_table
from parkplan.model.screening import ScreeningChoice

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.screen import Screening
    from parkplan.model.facts import Bounds

KEY: Final = "parkplan.judging"
WIDGETS: Final = "judge:"
"""Begins the keys of the widgets that show the choice, so that they can be set back when it changes elsewhere."""


@dataclass(slots=True)
class Judging:
    """The state of the page of one session.

    ``row`` is the parcel whose card is open; ``listed`` says which verdicts the table lists; ``compared`` is the other
    choice of a what-if, and ``limits_draft`` its limits as they are typed.
    """

    choice: ScreeningChoice
    row: int | None = None
    listed: tuple[str, ...] = ("idle", "low_efficiency")
    where: str | None = None
    compared: ScreeningChoice | None = None
    zoom_to: Bounds | None = None
    zoom_count: int = 0
    drafts: dict[str, float] = field(default_factory=dict)

    def use(self, choice: ScreeningChoice) -> None:
        """Judge by another choice; the widgets that show the old one start anew."""
        self.choice = choice
        self.compared = None
        for key in [key for key in st.session_state if str(key).startswith(WIDGETS)]:
            del st.session_state[key]

    def look_at(self, bounds: Bounds | None) -> None:
        """Let the map go to a place, if there is one."""
        if bounds is not None:
            self.zoom_to = bounds
            self.zoom_count += 1


def judging(ws: Workspace) -> Judging:
    """Return the state of this session; it starts with what the workspace has in force, else the national packs."""
    if KEY not in st.session_state:
        saved = choice_in_force(ws)
        st.session_state[KEY] = Judging(dated(ScreeningChoice() if saved is None else saved.choice))
    return cast("Judging", st.session_state[KEY])


def judged(ws: Workspace, choice: ScreeningChoice) -> tuple[Screening, WithDerived]:
    """Return the screening of a choice and the workspace as its map shows it."""
    return screening(ws, choice), WithDerived(ws, verdict_table(ws, choice))


def rerun() -> None:
    """Draw the page again after a change: its fragment where that is what runs, else all of it."""
    try:
        st.rerun(scope="fragment")
    except StreamlitInvalidLayoutContextError:
        st.rerun()
