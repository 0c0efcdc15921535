"""What one session looks at on the page of reuse candidates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.site_search import quick_candidates
from parkplan.ui.judging import judging

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.site_search import ExactSearch
    from parkplan.jobs.sites import Candidates

KEY: Final = "parkplan.reuse"


@dataclass(slots=True)
class Reuse:
    """``choice`` is what sites must keep, ``site`` the one that is open, ``search`` an exact search.

    ``after`` are pairs of sites of a programme: the first must not start before the second.
    """

    choice: SiteChoice = field(default_factory=SiteChoice)
    site: str | None = None
    looks: int = 0
    search: ExactSearch | None = None
    after: tuple[tuple[str, str], ...] = ()

    def open(self, site: str) -> None:
        """Open a site; the map goes there."""
        if site != self.site:
            self.site = site
            self.looks += 1


def reuse() -> Reuse:
    """Return the state of this session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Reuse()
    return cast("Reuse", st.session_state[KEY])


def found_now(ws: Workspace, now: Reuse) -> Candidates:
    """Return the candidates of the choice: those of the exact search where it has answered this very question."""
    search = now.search
    if search is not None and not search.running and search.fault is not None:
        now.search = None
        raise search.fault
    if search is not None and search.result is not None and search.holds(judging(ws).choice, now.choice):
        return search.result
    return quick_candidates(ws, judging(ws).choice, now.choice)
