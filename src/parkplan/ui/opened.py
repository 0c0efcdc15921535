"""The workspace of this app process, and what a page shows when there is none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan._errors import RequestError
from parkplan.data.workspace import is_there, open_workspace, shown_address
from parkplan.i18n import message
from parkplan.ui import gate

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

VARIABLE: Final = "PARKPLAN_WORKSPACE"
DEFAULT: Final = "geodata/demo/district.parkplan"


def address() -> str:
    """Return the address of the workspace that the app was started with."""
    return os.environ.get(VARIABLE) or DEFAULT


def shown() -> str:
    """Return the address without a password."""
    return shown_address(address())


def exists() -> bool:
    """Whether there is anything at the address.

    Raises:
        WorkspaceError: the database cannot be reached.

    """
    return is_there(address())


def workspace() -> Workspace:
    """Return the open workspace, shared by all sessions.

    Raises:
        RequestError: a page was started by itself, so that no gate stands before it.
        WorkspaceError: it is broken or of a newer version.

    """
    if not gate.stands():
        raise RequestError("no_gate")
    return _opened(address())


def with_parcels() -> Workspace | None:
    """Return the open workspace if it has parcels; else say what is missing, and return None."""
    ws = workspace()
    if not ws.tables():
        st.info(message("ui.empty_workspace"))
        return None
    if all(info.name != "parcels" for info in ws.tables()):
        st.info(message("verdicts.no_parcels"))
        return None
    return ws


@st.cache_resource(show_spinner=False)
def _opened(place: str) -> Workspace:
    return open_workspace(place)
