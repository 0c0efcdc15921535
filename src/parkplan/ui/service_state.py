"""What one session works on at the page of services: the last answer and what was done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.jobs.services import services

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.services import Services
    from parkplan.model.services import ServiceWish

KEY: Final = "parkplan.services"


@dataclass(slots=True)
class Siting:
    """``found`` is the last answer, ``place`` the workspace that it is of; ``fault`` why there is none."""

    found: Services | None = None
    place: str = ""
    fault: str = ""
    told: str = ""

    def ask(self, ws: Workspace, wish: ServiceWish, scenario: str) -> None:
        """Ask, and keep the answer or the reason why there is none."""
        self.found, self.fault, self.told, self.place = None, "", "", ws.address
        try:
            self.found = services(ws, wish, scenario=scenario)
        except ParkplanError as fault:
            self.fault = " ".join(fault.sentences()[:6])


def siting(ws: Workspace) -> Siting:
    """Return the state of this session; an answer of another workspace is dropped."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Siting()
    now = cast("Siting", st.session_state[KEY])
    if now.place != ws.address:
        now.found, now.fault, now.told, now.place = None, "", "", ws.address
    return now
