"""Verdicts that a named person set aside, for a reason and until a day; and appeals that are still open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parkplan.screening.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody's say about a parcel, in force from the day it was entered until its expiry, both included.

    ``verdict`` takes the place of that of the rules; None is an appeal, which leaves the verdict as it is.
    """

    parcel_id: str
    verdict: Verdict | None
    actor: str
    reason: str
    entered_on: date
    expires_on: date

    def in_force(self, day: date) -> bool:
        """Say whether it counts on a day."""
        return self.entered_on <= day <= self.expires_on


def overridden(verdict: pd.Series, ids: pd.Series, overrides: Iterable[Override], as_of: date) -> pd.DataFrame:
    """Return the verdicts with the overrides of the day applied.

    Args:
        verdict: of the rules, n rows.
        ids: the parcels' numbers, on the same index; a number that stands twice is overridden in both rows.
        overrides: those that were entered; expired and later ones count for nothing.
        as_of: the day of judgement.

    Returns:
        A frame of n rows: ``verdict``, ``rule_verdict`` (that of the rules) and ``override`` (``override``, ``appeal``
        or missing).

    """
    found = {item.parcel_id: item for item in overrides if item.in_force(as_of)}
    said = ids.map({name: item.verdict for name, item in found.items() if item.verdict is not None})
    kind = ids.map({name: "appeal" if item.verdict is None else "override" for name, item in found.items()})
    taken = np.where(said.notna(), said.astype(object), verdict.astype(object))
    return pd.DataFrame(
        {
            "verdict": pd.Series(taken, index=verdict.index, dtype="str"),
            "rule_verdict": verdict,
            "override": pd.Series(kind, index=verdict.index, dtype="str"),
        }
    )
