"""Which missing data would settle how many parcels: what to collect first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.screening import Verdict

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening

MOST_PARCELS: Final = 400
"""Of more parcels that are to be checked, evenly chosen ones are examined."""


@dataclass(frozen=True, slots=True)
class DataWanted:
    """A missing column: how many parcels it settles alone, and how many it can settle if it turns out one way."""

    column: str
    settles: int
    may_settle: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """``columns``: the most useful first; ``examined`` of ``to_check`` parcels."""

    columns: tuple[DataWanted, ...]
    examined: int
    to_check: int


def data_wanted(found: Screening) -> Wanted:
    """Rank missing columns by how many parcels that are to be checked each would settle."""
    rows = np.flatnonzero(found.parcels["verdict"] == Verdict.TO_CHECK)
    chosen = rows if len(rows) <= MOST_PARCELS else rows[np.linspace(0, len(rows) - 1, MOST_PARCELS).astype(int)]
    settled: Counter[str] = Counter()
    possible: Counter[str] = Counter()
    for row in chosen:
        for datum in found.card(int(row)).missing:
            if datum.settles:
                settled[datum.column] += 1
            elif set(datum.outcomes) != {Verdict.TO_CHECK}:
                possible[datum.column] += 1
    columns = [DataWanted(name, settled[name], possible[name]) for name in {*settled, *possible}]
    columns.sort(key=lambda item: (-item.settles, -item.may_settle, item.column))
    return Wanted(tuple(columns), len(chosen), len(rows))
