"""Connections to a database, lent for one transaction and used again, and the records that they reach."""

from __future__ import annotations

import os
import re
import threading
import weakref
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from parkplan._errors import WorkspaceError
from parkplan.data.workspace.address import without_passwords
from parkplan.data.workspace.postgis.faults import connecting, talking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Connection = psycopg.Connection[tuple[Any, ...]]

_PATIENCE_S: Final = "10"
_IDLE: Final = 2
"""Connections that are kept open; more are made while more are needed."""
_SESSION: Final = (
    "SET LOCAL search_path TO parkplan, pg_temp; SET LOCAL TIME ZONE 'UTC'; SET LOCAL datestyle TO 'ISO, YMD'; "
    "SET LOCAL extra_float_digits TO 1; SET LOCAL standard_conforming_strings TO on"
)
_READ: Final = f"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {_SESSION}"
_WRITE: Final = (
    f"BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; {_SESSION}; "
    "SET LOCAL lock_timeout TO {wait_ms}; SET LOCAL idle_in_transaction_session_timeout TO {idle_ms}"
)
_FORGOTTEN_MS: Final = 600_000
"""After this time the server takes the lock from a writer that says nothing, its machine being gone."""
_WRITER: Final = 0x70706C6E  # the advisory lock "ppln", of one database
_servers: Final[dict[str, Server]] = {}
"""Servers that have answered, by the address that is shown; a job that is given that address needs no password."""


class Server:
    """A database as an address names it."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self.parameters = dict(parameters)
        self.shown = shown(parameters)
        self._idle: list[tuple[int, Connection]] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _close, self._idle)

    @classmethod
    def of(cls, address: str) -> Server:
        """Return the server of an address, the same one for the same address.

        Raises:
            WorkspaceError: the address cannot be read.
        """
        parameters = _parameters(address)
        known = _servers.get(shown(parameters))
        secret = any(map(_is_secret, parameters))
        return known if known is not None and (not secret or known.parameters == parameters) else cls(parameters)

    @contextmanager
    def transaction(self, begin: str) -> Iterator[Connection]:
        """Lend a connection inside one transaction: everything in the ``with`` block is kept, or nothing is.

        Raises:
            WorkspaceError: the database cannot be reached, refuses, or goes away.
        """
        connection = self._begun(begin)
        try:
            with talking(self.shown):
                yield connection
            with talking(self.shown, committing=True):
                connection.execute("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):
                connection.execute("ROLLBACK")
            raise
        finally:
            self._take_back(connection)

    def _begun(self, begin: str) -> Connection:
        """Begin a transaction on a connection that is idle and still stands, else on a new one."""
        while True:
            with self._lock:
                process, idle = self._idle.pop() if self._idle else (0, None)
            if idle is None:
                break
            if process == os.getpid():  # a connection is never shared with a child process
                with suppress(psycopg.Error):
                    idle.execute(begin)
                    return idle
                idle.close()
        connection = self._connected()
        try:
            with talking(self.shown):
                connection.execute(begin)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connected(self) -> Connection:
        usual = {} if "PGCONNECT_TIMEOUT" in os.environ else {"connect_timeout": _PATIENCE_S}
        stated = usual | {"application_name": "parkplan"} | self.parameters | {"client_encoding": "utf8"}
        with connecting(self.shown):
            made = psycopg.connect(**stated, autocommit=True, prepare_threshold=None)  # type: ignore[arg-type]
        _servers[self.shown] = self
        return made

    def _take_back(self, connection: Connection) -> None:
        with self._lock:
            resting = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            if resting and len(self._idle) < _IDLE:
                self._idle.append((os.getpid(), connection))
                return
        connection.close()


def _close(idle: list[tuple[int, Connection]]) -> None:
    for process, connection in idle:
        if process == os.getpid():
            connection.close()


class Statements:
    """Records on a connection to PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(self, statement: str, values: Sequence[Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run one statement whose values stand as ``?``."""
        return self.connection.execute(statement.replace("?", "%s"), values)


class PostgisBook:
    """The records of a workspace in a database."""

    def __init__(self, server: Server, wait_s: float) -> None:
        self._server = server
        self._wait_ms = round(1000 * wait_s)

    @property
    def place(self) -> str:
        """The address, without a password."""
        return self._server.shown

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Lend the records as they are at one moment."""
        with self._server.transaction(_READ) as connection:
            yield Statements(connection)

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        """Lend the records to one writer at a time: everything in the ``with`` block is kept, or nothing is.

        What is made belongs to the owner of the schema, if the user may act for it: colleagues can then change it too.
        """
        begin = _WRITE.format(wait_ms=self._wait_ms, idle_ms=_FORGOTTEN_MS)
        with self._server.transaction(begin) as connection:
            records = Statements(connection)
            owner = records.execute("SELECT nspowner::int8 FROM pg_namespace WHERE nspname = 'parkplan'").fetchone()
            act_for(records, None if owner is None else owner[0])
            records.execute("SELECT pg_advisory_xact_lock(?)", (_WRITER,))
            yield records


class OpenBook:
    """The records of a workspace that is being made: all that is done is one transaction, which its maker ends."""

    def __init__(self, server: Server, records: Statements) -> None:
        self._server = server
        self._records = records

    @property
    def place(self) -> str:
        """The address, without a password."""
        return self._server.shown

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Lend the records."""
        yield self._records

    writing = reading


@contextmanager
def making(server: Server) -> Iterator[Statements]:
    """Lend one transaction in which a workspace is made, for as long as that takes."""
    with server.transaction(_WRITE.format(wait_ms=0, idle_ms=0)) as connection:
        yield Statements(connection)


def act_for(records: Statements, owner: int | None) -> None:
    """Act until the end of the transaction for a role, where the user is a member of it."""
    row = records.execute(
        "SELECT rolname FROM pg_roles WHERE oid = ? AND rolname <> current_user "
        "AND pg_has_role(session_user, oid, 'MEMBER')",
        (owner,),
    ).fetchone()
    if row is not None:
        records.connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(row[0])))


def _parameters(address: str) -> dict[str, str]:
    try:
        found = {name: str(value) for name, value in conninfo_to_dict(address).items()}
    except (psycopg.ProgrammingError, UnicodeDecodeError):
        found = {"host": "@"}
    if "@" in found.get("host", ""):
        raise WorkspaceError("postgres_address", path=without_passwords(address))
    return found


def _is_secret(name: str) -> bool:
    return "password" in name or "secret" in name


def shown(parameters: Mapping[str, str]) -> str:
    """Return the address of parameters without those that are secret.

    >>> shown({"user": "ada", "password": "x", "host": "db", "port": "5433", "dbname": "江海 1", "sslmode": "require"})
    'postgresql://ada@db:5433/江海%201?sslmode=require'
    """
    rest = {name: value for name, value in parameters.items() if not _is_secret(name)}
    user, name = _quoted(rest.pop("user", "")), _quoted(rest.pop("dbname", ""))
    place = ""
    if "," not in rest.get("host", "") + rest.get("port", "") and not rest.get("host", "").startswith("/"):
        host, port = rest.pop("host", ""), rest.pop("port", "")
        place = f"{f'[{host}]' if ':' in host else _quoted(host)}{f':{port}' if port else ''}"
    query = "&".join(f"{key}={_quoted(value)}" for key, value in sorted(rest.items()))
    return f"postgresql://{f'{user}@' if user else ''}{place}/{name}{f'?{query}' if query else ''}"


def _quoted(text: str) -> str:
    """Return a text as an address takes it, letters of all languages as they are."""
    return re.sub(r"[^\w.~-]", lambda sign: quote(sign[0], safe=""), text)
