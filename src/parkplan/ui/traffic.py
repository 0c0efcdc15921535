"""Whether somebody is being served just now: work that can wait gives way to visitors."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUIET_S: Final = 2.0
"""Nobody has asked for this long: the page that opened last is drawn."""
PATIENCE_S: Final = 30.0
"""Work that waits goes on after this long, however busy the app is."""
_STEP_S: Final = 0.1
_last: list[float] = [0.0]


def note() -> None:
    """Take down that something was asked for now."""
    _last[0] = time.monotonic()


def wait_for_quiet(quiet_s: float = QUIET_S, patience_s: float = PATIENCE_S) -> None:
    """Return when nothing was asked for ``quiet_s`` long, at the latest after ``patience_s``."""
    begin = time.monotonic()
    while time.monotonic() - _last[0] < quiet_s and time.monotonic() - begin < patience_s:
        time.sleep(_STEP_S)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Middleware that takes down requests, and messages of open pages."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def noted() -> Message:
            message = await receive()
            note()
            return message

        if scope["type"] in ("http", "websocket"):
            note()
        await self.app(scope, noted if scope["type"] == "websocket" else receive, send)
