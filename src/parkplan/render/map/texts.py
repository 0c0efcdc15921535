"""The words of the map, sent to the browser as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.i18n import catalogue

if TYPE_CHECKING:
    from parkplan.i18n import Language


def map_texts(chosen: Language | None = None) -> dict[str, str]:
    """Return every message of the map by its short name; names in braces are filled in the browser.

    >>> map_texts("en")["legend"]
    'Legend'
    """
    return {key.removeprefix("map."): text.to(chosen) for key, text in catalogue().items() if key.startswith("map.")}
