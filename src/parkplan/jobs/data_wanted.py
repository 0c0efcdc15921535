"""Which missing data would settle how many parcels: what to collect first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.jobs.judged_columns import lacking
from parkplan.screening import Verdict

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening

MOST_PARCELS: Final = 400
"""Of more parcels that are to be checked, evenly chosen ones are examined."""


@dataclass(frozen=True, slots=True)
class DataWanted:
    """Missing data of a parcel's sources, needed together: how many parcels they settle, and how many they may.

    ``columns`` are what can be collected: of a measure, those of its parts that are missing.
    """

    columns: tuple[str, ...]
    settles: int
    may_settle: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """``data``: the most useful first; ``examined`` of ``to_check`` parcels."""

    data: tuple[DataWanted, ...]
    examined: int
    to_check: int


def data_wanted(found: Screening) -> Wanted:
    """Rank missing data by how many parcels that are to be checked each would settle.

    A parcel counts once for the same data, though several of its measures may want them: as settled, if any is.
    """
    rows = np.flatnonzero(found.parcels["verdict"] == Verdict.TO_CHECK)
    chosen = rows if len(rows) <= MOST_PARCELS else rows[np.linspace(0, len(rows) - 1, MOST_PARCELS).astype(int)]
    settled: Counter[tuple[str, ...]] = Counter()
    possible: Counter[tuple[str, ...]] = Counter()
    for row in chosen:
        values = found.parcels.iloc[row]
        missing = found.card(int(row)).missing
        sure = {lacking(datum.column, values) for datum in missing if datum.settles}
        open_still = {lacking(datum.column, values) for datum in missing if set(datum.outcomes) != {Verdict.TO_CHECK}}
        settled.update(sure)
        possible.update(open_still - sure)
    wanted = [DataWanted(names, settled[names], possible[names]) for names in {*settled, *possible}]
    wanted.sort(key=lambda item: (-item.settles, -item.may_settle, item.columns))
    return Wanted(tuple(wanted), len(chosen), len(rows))
