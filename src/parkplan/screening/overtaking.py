"""Which weight would have to move, and how far, for a parcel to change places with its neighbours in the ranking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.screening.scores import CRITERIA
from parkplan.screening.stability import UNKNOWN_VALUE, overtaking_weight

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]


EDGE: Final = 1e-9
"""A weight of 0 or 1 is no weighing of criteria any more."""


@dataclass(frozen=True, slots=True)
class Overtaking:
    """At ``level`` of the weight of ``criterion``, now ``weight``, the parcel draws level with its ``rival``.

    ``rival`` is a row position; ``ahead`` says whether the rival stands before the parcel now. The other weights keep
    their proportions.
    """

    rival: int
    ahead: bool
    criterion: str
    weight: float
    level: float


def overtakings(criteria: Numbers, weights: Numbers, scores: Numbers, row: int) -> tuple[Overtaking, ...]:
    """Return the least move of one weight that lets a parcel pass the next one ahead, and the next one behind pass it.

    Args:
        criteria: need, potential, feasibility of n parcels; an unknown one counts 1/2, as in the score.
        weights: of the criteria, summing to 1.
        scores: of n parcels, NaN where one is not ranked.
        row: the parcel, by position; one that is not ranked overtakes nobody.

    """
    own = scores[row]
    if np.isnan(own):
        return ()
    filled = np.where(np.isnan(criteria), UNKNOWN_VALUE, criteria)
    found = []
    for ahead in (True, False):
        there = np.flatnonzero(scores > own + 1e-9 if ahead else scores < own - 1e-9)
        if len(there):
            rival = int(there[scores[there].argmin() if ahead else scores[there].argmax()])
            found += _least_move(filled, weights, (row, rival), ahead=ahead)
    return tuple(found)


def _least_move(values: Numbers, weights: Numbers, pair: tuple[int, int], *, ahead: bool) -> list[Overtaking]:
    row, rival = pair
    leader, follower = (rival, row) if ahead else (row, rival)
    moves = []
    for place, name in enumerate(CRITERIA):
        level = overtaking_weight(values, weights, place, leader, follower)
        if level is not None and EDGE < level < 1.0 - EDGE:
            moves.append(Overtaking(rival, ahead, name, float(weights[place]), level))
    return sorted(moves, key=lambda move: abs(move.level - move.weight))[:1]
