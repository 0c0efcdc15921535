"""Faults of tables of yearly figures: no year, an impossible one, one that lies ahead, several rows of one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parkplan.model.tables import FIRST_YEAR, LAST_YEAR
from parkplan.quality.records import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from parkplan.quality.findings import Finding, Subject


def year_findings(subject: Subject, as_of: date) -> Iterator[Finding]:
    """Rows without a parcel or a year, years that are none or after the day, and pairs of parcel and year."""
    for row in np.flatnonzero(subject.keys == ""):
        yield subject.finding("key_missing", row, "error")
    years = numbers(subject, "year")
    if years is None:
        return
    possible = (years % 1 == 0) & (years >= FIRST_YEAR) & (years <= LAST_YEAR)
    for row in np.flatnonzero(np.isnan(years)):
        yield subject.finding("year_missing", row)
    for row in np.flatnonzero(~np.isnan(years) & ~possible):
        yield subject.finding("year_odd", row, "error", year=f"{years[row]:g}")
    for row in np.flatnonzero(possible & (years > as_of.year)):
        yield subject.finding("year_ahead", row, year=f"{years[row]:.0f}", day=as_of.isoformat())
    pairs = pd.DataFrame({"parcel": subject.keys, "year": years})
    counts = pairs.groupby(["parcel", "year"])["year"].transform("size").to_numpy()
    for row in np.flatnonzero(possible & (subject.keys != "") & (counts > 1)):
        size = float(counts[row])
        yield subject.finding("pair_double", row, "error", measure=size, unit="count", year=f"{years[row]:.0f}")
