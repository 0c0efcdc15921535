"""A throw-away PostgreSQL with PostGIS on the loopback, made once and copied for each test process."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import pytest

from parkplan.data.workspace import Workspace, build_workspace, open_workspace
from parkplan.model.workspace import Change

DATABASE: Final = "江海"
SECOND: Final = "云汀"
TEMPLATE: Final = "empty"
_ADMITTED: Final = """\
host all with_password 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""


def copied(place: Path, address: str) -> Workspace:
    """Make a workspace in a database with the tables of a folder."""
    source = open_workspace(place)
    tables = {info.name: source.read(info.name) for info in source.tables()}
    with build_workspace(address, crs=source.crs.to_string(), actor="test") as made:
        made.write(tables, change=Change("test", "copy", source=source.name, synthetic=source.synthetic))
    return open_workspace(address)


class PostgisServer:
    """A server on a copy of a prepared cluster; it is asked as the superuser ``postgres``."""

    def __init__(self, port: int, cluster: Path | None = None) -> None:
        self.port = port
        self._programs = _programs()
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="parkplan-postgis-"))
        self._data = self._folder / "data"
        if cluster is not None:
            subprocess.run(["cp", "-a", cluster, self._data], check=True)
        if self._user:
            shutil.chown(self._folder, self._user, self._user)

    def address(self, database: str = DATABASE, user: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def make(self, cluster: Path) -> None:
        """Make a cluster with an empty database and one that has PostGIS, and put it into its place."""
        options = ("--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
        self._call("initdb", "--pgdata", self._data, *options)
        (self._data / "pg_hba.conf").write_text(_ADMITTED, encoding="utf-8")
        self.start()
        for name in (TEMPLATE, DATABASE):
            self.ask(f'CREATE DATABASE "{name}"', "postgres")
        self.ask("CREATE EXTENSION postgis")
        self.ask(f'CREATE DATABASE "{SECOND}" TEMPLATE "{DATABASE}"', "postgres")
        self.stop("fast")
        subprocess.run(["cp", "-a", self._data, cluster], check=True)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._call("pg_ctl", "start", "--wait", "-D", self._data, "-l", self._folder / "log", "-o", settings)

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server if it runs."""
        if (self._data / "postmaster.pid").exists():
            self._call("pg_ctl", "stop", "--mode", mode, "-D", self._data)

    def follow(self) -> None:
        """Make the stopped server a hot standby, which is read and takes no change, when it starts again."""
        (self._data / "standby.signal").touch()
        if self._user:
            shutil.chown(self._data / "standby.signal", self._user, self._user)

    def ask(self, statements: str, database: str = DATABASE) -> list[str]:
        """Run statements as an administrator would; return the rows, their values separated by ``|``."""
        connection = ("--host", "127.0.0.1", "--port", self.port, "--username", "postgres", "--dbname", database)
        quiet = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1")
        return self._call("psql", *connection, *quiet, "--command", statements).splitlines()

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder)

    def _call(self, program: str, *arguments: object) -> str:
        command = [str(self._programs / program), *map(str, arguments)]
        done = subprocess.run(
            command, user=self._user, cwd=self._folder, env=os.environ | {"PGCLIENTENCODING": "UTF8"},
            capture_output=True, encoding="utf-8", check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


def _programs() -> Path:
    """The folder of the newest PostgreSQL that has PostGIS; skips with the reason where there is none."""
    if os.name == "nt":
        pytest.skip("the throw-away PostGIS is not made on Windows")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for path in found:
        if Path(f"/usr/share/postgresql/{path.parent.name}/extension/postgis.control").exists():
            return path
    named = shutil.which("initdb")
    if named and shutil.which("postgis"):
        return Path(named).resolve().parent
    pytest.skip("PostgreSQL with PostGIS is not installed" if not found else "PostgreSQL is here, but PostGIS is not")
