"""The app on a port of this machine, until it is stopped."""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import uvicorn

from parkplan._errors import RequestError
from parkplan.data.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORKSPACE: Final = "PARKPLAN_WORKSPACE"
PROXY_SECRET: Final = "PARKPLAN_PROXY_SECRET"  # noqa: S105  # the name of a variable
HOSTS: Final = "PARKPLAN_HOSTS"
BASE_PATH: Final = "PARKPLAN_BASE_PATH"
LEAST_SECRET: Final = 32
UPLOAD_MB: Final = 300
LOCAL_NAMES: Final = ("127.0.0.1", "localhost", "::1")
_APP: Final = "parkplan.ui.server:create"
_STOP_WITHIN_S: Final = 5


@dataclass(frozen=True, slots=True)
class Access:
    """Who may reach the app.

    Without a ``proxy_secret`` only connections from this machine to this machine. With one, only requests that carry it
    in the header ``X-Parkplan-Proxy``: the reverse proxy, which asks for the login, adds it. ``hosts`` are the names
    under which the app answers; others are refused, so that a foreign page cannot reach it by a name of its own.
    """

    hosts: tuple[str, ...] = LOCAL_NAMES
    proxy_secret: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Access:
        """Read the access from ``PARKPLAN_PROXY_SECRET`` and ``PARKPLAN_HOSTS`` (names, separated by commas).

        >>> Access.of({"PARKPLAN_HOSTS": "gis.example"}).hosts
        ('127.0.0.1', 'localhost', '::1', 'gis.example')
        """
        names = [name.strip().lower() for name in environment.get(HOSTS, "").split(",")]
        secret = environment.get(PROXY_SECRET, "").strip()
        return cls((*LOCAL_NAMES, *(name for name in names if name)), secret or None)

    def check(self, host: str) -> None:
        """Refuse to listen where other machines could come in without a login.

        Raises:
            RequestError: the address is not the loopback, and no trusted proxy is set up.

        """
        trusted = self.proxy_secret is not None and len(self.proxy_secret) >= LEAST_SECRET
        named = len(self.hosts) > len(LOCAL_NAMES)
        if not is_local(host) and not (trusted and named):
            raise RequestError("host_not_local", host=host, least=LEAST_SECRET)


def is_local(host: str) -> bool:
    """Whether an address is the loopback.

    >>> is_local("127.0.0.1"), is_local("0.0.0.0"), is_local("gis.example")
    (True, False, False)
    """
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def serve(workspace: str | Path | None = None, *, host: str = "127.0.0.1", port: int = 8501) -> None:
    """Run the app on a workspace until it is stopped; without one, on the demo district if it is there.

    Raises:
        WorkspaceError: the workspace is missing or broken.
        RequestError: the address would let other machines in, or the port is taken.

    """
    Access.of(os.environ).check(host)
    if workspace is not None:
        os.environ[WORKSPACE] = open_workspace(workspace).address
    _check_port(host, port)
    uvicorn.run(
        _APP,
        factory=True,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=UPLOAD_MB << 20,
        timeout_graceful_shutdown=_STOP_WITHIN_S,
    )


def _check_port(host: str, port: int) -> None:
    """Find out now whether the port is free, so that the answer is a sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as fault:
            raise RequestError("port_taken", host=host, port=port) from fault
