"""Names of columns that a Shapefile cut after ten bytes: which known headings begin so.

A name may have been cut where it is as long as a dBASE field name can be, in UTF-8 or in GBK, where a Chinese character
that did not fit whole is gone. Names that were equal after the cut were numbered: eight bytes, ``_`` and a digit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from parkplan.data.intake.units import normal_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME_BYTES: Final = 10
_NUMBERED: Final = re.compile(r"^(.+)_(\d)$")
_NUMBER_BYTES: Final = 2
_OPEN_UNIT: Final = re.compile(r"[(\[][^)\]]*$")
_CHARACTER_BYTES: Final = {"gbk": 2, "utf-8": 3}


def full_headings(name: str, headings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the fields of which a cut name may be, each with the heading that it begins; none for a whole name.

    >>> full_headings("floor_area", {"floor_area_m2": ["floor_area_m2"], "far_max": ["far_max"]})
    {'floor_area_m2': 'floor_area_m2'}
    >>> full_headings("实际竣工时", {"finished_on": ["实际竣工时间"]})
    {'finished_on': '实际竣工时间'}
    >>> full_headings("name", {"name": ["name_of_firm"]})
    {}
    """
    found: dict[str, str] = {}
    for stem in _stems(name):
        for field, known in headings.items():
            heading = next((each for each in known if _begins(stem, each)), None)
            if heading is not None:
                found.setdefault(field, heading)
    return found


def cut_twins(columns: Sequence[str]) -> set[str]:
    """Return the whole-looking names that were equal to another one until that one was numbered.

    >>> cut_twins(["investment", "investme_1", "name"])
    {'investment'}
    """
    numbered = [found[1] for found in map(_NUMBERED.match, columns) if found is not None]
    stems = tuple(stem for stem in numbered if _full(stem, NAME_BYTES - _NUMBER_BYTES))
    return {name for name in columns if stems and name.startswith(stems) and _full(name, NAME_BYTES)} - {
        name for name in columns if _NUMBERED.match(name)
    }


def _stems(name: str) -> list[str]:
    """Return what a name was before a cut took its end, or before the cut and a number did."""
    numbered = _NUMBERED.match(name)
    stems = [name] if _full(name, NAME_BYTES) else []
    if numbered is not None and _full(numbered[1], NAME_BYTES - _NUMBER_BYTES):
        stems.append(numbered[1])
    return [normal_name(stem) for stem in stems]


def _full(text: str, limit: int) -> bool:
    """Say whether a text fills a limit of bytes, but for less than one more character."""
    for encoding, most in _CHARACTER_BYTES.items():
        length = len(text.encode(encoding, errors="replace"))
        if length == limit or (not text.isascii() and limit - most < length < limit):
            return True
    return False


def _begins(stem: str, heading: str) -> bool:
    """Say whether a heading, or a heading with the beginning of a unit in brackets, was cut to a stem."""
    unit = _OPEN_UNIT.search(stem)
    if unit is not None:
        return stem[: unit.start()].rstrip("_") == heading
    longer = any(len(heading.encode(encoding, errors="replace")) > NAME_BYTES for encoding in _CHARACTER_BYTES)
    return longer and len(heading) > len(stem) and heading.startswith(stem)
