"""Addresses of scripts and styles: folium names CDN addresses, the map uses only what the application serves itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = "/assets/"
MAP_SCRIPT = f"{ROOT}map.js"
MAP_STYLE = f"{ROOT}map.css"
FONTS = (
    {"weight": 400, "address": f"{ROOT}fonts/NotoSansSC-Regular.woff2"},
    {"weight": 700, "address": f"{ROOT}fonts/NotoSansSC-Bold.woff2"},
)

# What a bare folium map asks for, by the name that folium gives it: what we serve in its place, or nothing where only
# folium's own markers and pop-ups would need it.
_SERVED: dict[str, str | None] = {
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js": f"{ROOT}leaflet/leaflet.js",
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css": f"{ROOT}leaflet/leaflet.css",
    "https://code.jquery.com/jquery-3.7.1.min.js": None,
    "https://cdn.jsdelivr.net/npm/bootstrap@5.2.2/dist/js/bootstrap.bundle.min.js": None,
    "https://cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.js": None,
    "https://cdn.jsdelivr.net/npm/bootstrap@5.2.2/dist/css/bootstrap.min.css": None,
    "https://netdna.bootstrapcdn.com/bootstrap/3.0.0/css/bootstrap-glyphicons.css": None,
    "https://cdn.jsdelivr.net/npm/@fortawesome/fontawesome-free@6.2.0/css/all.min.css": None,
    "https://cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.css": None,
    "https://cdn.jsdelivr.net/gh/python-visualization/folium/folium/templates/leaflet.awesome.rotate.min.css": None,
}


class UnknownAddressError(LookupError):
    """A script or style has an address for which the application serves nothing: the page would need the internet."""


def served(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses under which the application serves these scripts or styles, each once, in order.

    Raises `UnknownAddressError` for an address that is neither ours nor known.

    >>> served(["https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js", "/assets/map.js"])
    ('/assets/leaflet/leaflet.js', '/assets/map.js')
    """
    found: dict[str, None] = {}
    for address in addresses:
        if address.startswith(ROOT) and ".." not in address:
            found[address] = None
        elif address in _SERVED:
            own = _SERVED[address]
            if own is not None:
                found[own] = None
        else:
            raise UnknownAddressError(f"the map asks for {address}, which is not among its assets")
    return tuple(found)
