"""The gate before every page, tile, upload and websocket: who may come in, and what browsers are told.

It is plain ASGI middleware, because a login inside a Streamlit script would leave uploads, downloads and the websocket
open.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from parkplan._errors import RequestError
from parkplan.i18n import Language
from parkplan.jobs.serve import is_local

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from parkplan._errors import ParkplanError
    from parkplan.jobs.serve import Access

PROXY_HEADER: Final = "x-parkplan-proxy"
OWN_ROUTES: Final = ("/tiles/", "/overview/", "/assets/", "/healthz")
_POLICY: Final = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:{images}",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss: blob: data:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "frame-ancestors 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    ]
)
HEADERS: Final[dict[str, str]] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


_standing: Final = Event()


def stand() -> None:
    """Say that the application of this process is built with the gate before it."""
    _standing.set()


def stands() -> bool:
    """Whether the gate stands; not so where Streamlit was told to run a page of ours as a script."""
    return _standing.is_set()


def asked_language(headers: Headers, wanted: str = "") -> Language:
    """Return the language of an answer: that of the parameter ``lang``, else the browser's first of ours, else Chinese.

    >>> asked_language(Headers({"accept-language": "fr, en-GB;q=0.8, zh;q=0.2"}))
    'en'
    """
    named = [wanted, *headers.get("accept-language", "").split(",")]
    for name in named:
        code = name.split(";")[0].strip().lower()[:2]
        if code == "zh":
            return "zh"
        if code == "en":
            return "en"
    return "zh"


def refusal(fault: ParkplanError, status: int, chosen: Language) -> JSONResponse:
    """Return a fault as JSON with one sentence."""
    return JSONResponse({"detail": fault.sentence(chosen)}, status, headers={"cache-control": "no-store"})


@dataclass(frozen=True, slots=True)
class Gate:
    """Middleware: refuses foreign machines and names, sets security headers, takes the base path off our own routes.

    ``images`` is the origin of a base map from outside, if one is set.
    """

    app: ASGIApp
    access: Access
    base_path: str = ""
    images: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                marked = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in self._headers().items():
                    marked.setdefault(name, value)
            await send(message)

        if refused is None:
            await self.app(self._without_base(scope), receive, send_marked)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            fault, status = refused
            await refusal(fault, status, asked_language(headers))(scope, receive, send_marked)

    def _refused(self, scope: Scope, headers: Headers) -> tuple[RequestError, int] | None:
        secret = self.access.proxy_secret
        if secret is None:
            if not (_is_local_end(scope.get("client")) and _is_local_end(scope.get("server"))):
                return RequestError("access_local_only"), 403
        elif not hmac.compare_digest(headers.get(PROXY_HEADER, "").encode("utf-8", "replace"), secret.encode()):
            return RequestError("access_proxy_only"), 403
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or _name_of(host) not in self.access.hosts:
            return RequestError("access_unknown_host", host=host), 421
        return None

    def _headers(self) -> dict[str, str]:
        images = f" {self.images}" if self.images else ""
        return {**HEADERS, "content-security-policy": _POLICY.format(images=images)}

    def _without_base(self, scope: Scope) -> Scope:
        """Streamlit answers under ``server.baseUrlPath`` itself; our routes know only what follows it."""
        path: str = scope["path"]
        if self.base_path and path.startswith(f"{self.base_path}/"):
            inner = path[len(self.base_path) :]
            if inner.startswith(OWN_ROUTES):
                raw = scope.get("raw_path", b"").removeprefix(self.base_path.encode())
                return {**scope, "path": inner, "raw_path": raw}
        return scope


def _is_local_end(end: tuple[str, int | None] | None) -> bool:
    """Whether one end of a connection is this machine; a socket file has no address and is local."""
    return end is None or end[1] is None or is_local(end[0])


def _name_of(host: str) -> str:
    """Return the name in a Host header without the port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""
