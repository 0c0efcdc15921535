"""What PostgreSQL answers when something is wrong, as one sentence with the way out; never with a password in it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg

from parkplan._errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATES: Final = {
    "22021": "postgres_text",
    "22P05": "postgres_text",
    "25006": "postgres_read_only",
    "25P03": "postgres_gone",
    "28000": "postgres_login",
    "28P01": "postgres_login",
    "2BP01": "postgres_in_use",
    "3D000": "postgres_no_database",
    "40001": "workspace_busy",
    "40P01": "workspace_busy",
    "42501": "postgres_rights",
    "53100": "postgres_full",
    "53300": "postgres_crowded",
    "55P03": "workspace_busy",
    "57P01": "postgres_gone",
    "57P02": "postgres_gone",
    "57P03": "postgres_starting",
    "57P05": "postgres_gone",
}
"""By SQLSTATE, as PostgreSQL's appendix A lists them."""

NOT_SUPPORTED: Final = "0A000"
_READ_ONLY_CHECK: Final = re.compile("read_?only|check_hook", re.IGNORECASE)
"""The function of a standby that lets no transaction write; what it says is in the language of the server."""

_REFUSALS: Final = (
    (r"authentication failed|role \".*\" does not exist|not permitted to log in", "postgres_login"),
    (r"database \".*\" does not exist", "postgres_no_database"),
    (r"pg_hba\.conf", "postgres_not_admitted"),
    (r"too many (clients|connections)|connection slots", "postgres_crowded"),
    (r"starting up|shutting down|recovery", "postgres_starting"),
)
"""A connection that fails has no SQLSTATE, so its text decides; a server of another language is quoted."""
_REFUSED: Final = re.compile(r"failed: \S+: {2}(.*)", re.DOTALL)
"""What a server answered, after its word for FATAL; a server that was not reached answers nothing."""


@contextmanager
def connecting(place: str) -> Iterator[None]:
    """Turn the faults of a connection that is made into sentences."""
    try:
        yield
    except psycopg.Error as fault:
        raise _not_connected(fault, place) from fault


@contextmanager
def talking(place: str, *, committing: bool = False) -> Iterator[None]:
    """Turn the faults of a connection that stands into sentences."""
    try:
        yield
    except psycopg.Error as fault:
        key = _key(fault)
        if key == "postgres_gone" and committing:
            key = "postgres_unsure"
        raise WorkspaceError(key, path=place, fault=_first_line(fault)) from fault


def _not_connected(fault: psycopg.Error, place: str) -> WorkspaceError:
    if isinstance(fault, psycopg.OperationalError) and fault.pgconn is not None and fault.pgconn.needs_password:
        return WorkspaceError("postgres_password_missing", path=place)
    if fault.sqlstate in _STATES:
        return WorkspaceError(_STATES[fault.sqlstate], path=place, fault=_first_line(fault))
    text = str(fault)
    for pattern, key in _REFUSALS:
        if re.search(pattern, text):
            return WorkspaceError(key, path=place)
    refused = _REFUSED.search(text)
    if refused:
        return WorkspaceError("postgres_refused", path=place, fault=" ".join(refused[1].split()))
    return WorkspaceError("postgres_unreachable", path=place)


def _key(fault: psycopg.Error) -> str:
    if fault.sqlstate is None:
        return "postgres_text" if isinstance(fault, psycopg.DataError) else "postgres_gone"
    if fault.sqlstate.startswith("08"):
        return "postgres_gone"
    if fault.sqlstate == NOT_SUPPORTED and _READ_ONLY_CHECK.search(fault.diag.source_function or ""):
        return "postgres_read_only"
    return _STATES.get(fault.sqlstate, "postgres_fault")


def _first_line(fault: psycopg.Error) -> str:
    return fault.diag.message_primary or str(fault).partition("\n")[0]
