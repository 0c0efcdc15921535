"""Is a district fit to be judged? What is undecided, what the rules need and do not find, by row and by area."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from parkplan.quality.findings import Finding

    Flags = NDArray[np.bool_]

MOST_UNDECIDED: Final = 0.10
"""A district is fit when no more than this share of its area stays undecided."""
MOST_UNDECIDED_PARTLY: Final = 0.50
MOST_FAULTY: Final = 0.01
"""A district is fit when the parcels with errors hold no more than this share of its area."""


class Fitness(StrEnum):
    """Whether verdicts may be given."""

    FIT = "fit"
    PARTLY = "partly"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class FieldNeed:
    """A column that rules need: on how many parcels, on how many it is known, and the same by area (m²)."""

    column: str
    rows: int
    known_rows: int
    area_m2: float
    known_area_m2: float

    @property
    def known_share(self) -> float:
        """Share of the rows that need it for which it is known."""
        return self.known_rows / self.rows if self.rows else 1.0

    @property
    def known_area_share(self) -> float:
        """The same by area."""
        return self.known_area_m2 / self.area_m2 if self.area_m2 else self.known_share


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer: fitness, shares of the area that stay undecided or have errors, and fields, the poorest first."""

    fitness: Fitness
    parcels: int
    area_m2: float
    undecided_parcels: int
    undecided_area_m2: float
    faulty_parcels: int
    faulty_area_m2: float
    fields: tuple[FieldNeed, ...]


def gate(
    frame: pd.DataFrame, area_m2: NDArray[np.float64], undecided: Flags, needs: Mapping[str, Flags],
    findings: Sequence[Finding],
) -> Gate:  # fmt: skip
    """Say whether a district is fit to be judged.

    Args:
        frame: n parcels with the columns that the rules need.
        area_m2: their area; an unknown one counts as nothing.
        undecided: n flags of the parcels that the rules leave open.
        needs: for each column the rows on which a rule asks for it.
        findings: of `check_tables`; errors of the parcels count.

    """
    area = np.nan_to_num(area_m2)
    faulty = np.zeros(len(frame), dtype=bool)
    faulty[[each.row - 1 for each in findings if each.table == "parcels" and each.severity == "error"]] = True
    fields = [_need(frame, name, rows, area) for name, rows in needs.items() if rows.any()]
    fields.sort(key=lambda need: (need.known_area_share, need.column))
    shares = [float(area[mask].sum()) for mask in (undecided, faulty)]
    whole = float(area.sum())
    return Gate(_fitness(len(frame), whole, *shares), len(frame), whole, int(undecided.sum()), shares[0],
                int(faulty.sum()), shares[1], tuple(fields))  # fmt: skip


def _fitness(parcels: int, whole: float, undecided: float, faulty: float) -> Fitness:
    if parcels == 0 or whole <= 0 or undecided > MOST_UNDECIDED_PARTLY * whole:
        return Fitness.UNFIT
    if undecided > MOST_UNDECIDED * whole or faulty > MOST_FAULTY * whole:
        return Fitness.PARTLY
    return Fitness.FIT


def _need(frame: pd.DataFrame, name: str, rows: Flags, area: NDArray[np.float64]) -> FieldNeed:
    known = rows & frame[name].notna().to_numpy(dtype=bool) if name in frame.columns else np.zeros(len(frame), bool)
    return FieldNeed(name, int(rows.sum()), int(known.sum()), float(area[rows].sum()), float(area[known].sum()))
