"""What one session works on at the page of services: the search beside it, the last answer, what was done with that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.jobs.background import BackgroundWork
from parkplan.jobs.services import Services, services
from parkplan.ui.boundary import show_unexpected

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.services import ServiceWish

KEY: Final = "parkplan.services"


@dataclass(slots=True)
class Siting:
    """``search`` is the solver while it works, ``wish`` what it was asked; ``found`` is the last answer.

    ``place`` is the workspace that these are of; ``fault`` says why there is no answer.
    """

    search: BackgroundWork[Services] | None = None
    wish: ServiceWish | None = None
    found: Services | None = None
    place: str = ""
    fault: str = ""
    told: str = ""

    def ask(self, ws: Workspace, wish: ServiceWish, scenario: str) -> None:
        """Begin to seek sites beside the page."""
        self._forget(ws.address)
        self.wish = wish
        self.search = BackgroundWork(lambda one: services(ws, wish, scenario=scenario, effort=one.effort))

    def take(self) -> None:
        """Take over the answer of a search that has ended, or the reason why there is none."""
        search = self.search
        if search is None or search.running:
            return
        self.search, self.found = None, search.result
        if isinstance(search.fault, ParkplanError):
            self.fault = " ".join(search.fault.sentences()[:6])
        elif search.fault is not None:
            show_unexpected(search.fault)

    def of(self, place: str) -> Siting:
        """Return the state for a workspace; what is of another one is dropped."""
        if self.place != place:
            self._forget(place)
        return self

    def _forget(self, place: str) -> None:
        if self.search is not None:
            self.search.stop()
        self.search, self.found, self.fault, self.told, self.place = None, None, "", "", place


def siting() -> Siting:
    """Return the state of this session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Siting()
    return cast("Siting", st.session_state[KEY])
