"""The colours of breakdowns in charts: a class has the colour that it has on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.data.layers import load_layers

if TYPE_CHECKING:
    from collections.abc import Mapping

PALETTES: Final[Mapping[str, str]] = {"area_by_status": "parcel_status", "enterprises_by_cluster": "clusters"}
PLAIN: Final = "#12627a"
UNKNOWN: Final = "#c6ccd1"


def colour_of(breakdown: str, code: str | None) -> str:
    """Return the colour of a class of a breakdown.

    >>> colour_of("area_by_status", None)
    '#c6ccd1'
    """
    palette = load_layers().palettes.get(PALETTES.get(breakdown, ""))
    colours = {entry.value: entry.colour for entry in palette.classes} if palette is not None else {}
    return UNKNOWN if code is None else colours.get(code, PLAIN)
