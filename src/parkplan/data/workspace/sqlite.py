"""``workspace.sqlite``, the file in which a workspace folder keeps its records, and the lock of its writers.

Connections live for one call. The rollback journal with ``synchronous=EXTRA`` is used on every system, because it lost
nothing under kill -9 and replayed power loss, needs no shared memory, and one mode is easier to trust than two.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from parkplan._errors import WorkspaceError
from parkplan.data.files import disk_faults
from parkplan.data.locks import writer_lock
from parkplan.data.workspace.sqlite_schema import APPLICATION_ID, MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path, PurePath

DATABASE: Final = "workspace.sqlite"
LOCK: Final = "writer.lock"
WAIT_S: Final = 30.0
_WAIT_MS: Final = 10_000


class SqliteBook:
    """The records of a workspace folder."""

    def __init__(self, folder: Path, wait_s: float = WAIT_S) -> None:
        self.path = folder / DATABASE
        self._lock = folder / LOCK
        self._wait_s = wait_s

    @property
    def place(self) -> str:
        """The file."""
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend the records as they are at one moment."""
        with connected(self.path) as connection, _begun(connection, "BEGIN"):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend the records to one writer at a time: everything in the ``with`` block is kept, or nothing is."""
        with self.locked(), transaction(self.path) as connection:
            yield connection

    def locked(self) -> AbstractContextManager[None]:
        """Keep other writers out; reading goes on."""
        return writer_lock(self._lock, self._wait_s)


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection; faults of SQLite become sentences."""
    with disk_faults(path), closing(_connect(path)) as connection:
        yield connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(uri_of(path), uri=True, isolation_level=None)
    try:
        for pragma in (f"busy_timeout={_WAIT_MS}", "synchronous=EXTRA", "foreign_keys=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def uri_of(path: PurePath) -> str:
    """Return how SQLite is told to open a file that must exist; shares of a network and drive letters included.

    >>> from pathlib import PureWindowsPath
    >>> uri_of(PureWindowsPath("C:/园区 1/a.sqlite")), uri_of(PureWindowsPath("//server/share/a?.sqlite"))
    ('file:///C:/%E5%9B%AD%E5%8C%BA%201/a.sqlite?mode=rw', 'file:////server/share/a%3F.sqlite?mode=rw')
    """
    posix = path.as_posix()
    return f"file://{'' if posix.startswith('/') else '/'}{quote(posix, safe='/:')}?mode=rw"


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection inside one transaction: everything in the ``with`` block is kept, or nothing is."""
    with connected(path) as connection, _begun(connection, "BEGIN IMMEDIATE"):
        yield connection


@contextmanager
def _begun(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def create(path: Path, settings: dict[str, str]) -> None:
    """Make the database with its settings."""
    path.touch(exist_ok=False)
    with transaction(path) as connection:
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        _migrate(connection, 0)
        connection.executemany("INSERT INTO setting VALUES (?, ?)", settings.items())


def _migrate(connection: sqlite3.Connection, known: int) -> None:
    for statements in MIGRATIONS[known:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={len(MIGRATIONS)}")


def settings(path: Path) -> dict[str, str]:
    """Check that the file is ours and of a version that we know; bring an older one up to date; return its settings.

    Raises:
        WorkspaceError: the file is broken, is something else, or was made by a newer parkplan.
    """
    with connected(path) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        known = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise WorkspaceError("workspace_broken", path=path, fault=f"application_id {application:#x}")
        if known > len(MIGRATIONS):
            raise WorkspaceError("workspace_newer", path=path.parent, found=known, known=len(MIGRATIONS))
        if known == len(MIGRATIONS):
            return dict(connection.execute("SELECT name, value FROM setting"))
    with transaction(path) as connection:
        _migrate(connection, connection.execute("PRAGMA user_version").fetchone()[0])
        return dict(connection.execute("SELECT name, value FROM setting"))
