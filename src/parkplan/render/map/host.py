"""What a page in the browser is given to show maps: assets, words, and the maps themselves, all as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.i18n import catalogue
from parkplan.render.map.assets import FONTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.i18n import Language
    from parkplan.render.map.page import MapPage


def map_texts(chosen: Language | None = None) -> dict[str, str]:
    """Return every message of the map by its short name; names in braces are filled in the browser.

    >>> map_texts("en")["legend"]
    'Legend'
    """
    return {key.removeprefix("map."): text.to(chosen) for key, text in catalogue().items() if key.startswith("map.")}


def host_data(
    pages: Sequence[MapPage], *, height: int | str = 640, chosen: Language | None = None
) -> dict[str, object]:
    """Return the data of ``parkplan.mount`` in the browser for maps side by side.

    ``height`` is in pixels, or a length of CSS.
    """
    return {
        "scripts": list(dict.fromkeys(address for page in pages for address in page.scripts)),
        "styles": list(dict.fromkeys(address for page in pages for address in page.styles)),
        "fonts": list(FONTS),
        "texts": map_texts(chosen),
        "height": height,
        "pages": [page.data() for page in pages],
    }
