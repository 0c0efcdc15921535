"""The weights of need, potential and feasibility by the chosen method, with those of the other methods beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan._errors import RequestError
from parkplan.screening.weights import PairwiseWeights, ahp, critic_weights, entropy_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.model.screening import Ranking

    Numbers = npt.NDArray[np.float64]

LEAST_ROWS: Final = 3
"""Fewer parcels with all criteria known tell nothing about their dispersion."""


@dataclass(frozen=True, slots=True)
class CriteriaWeights:
    """Weights that sum to 1: those in use, and those of each method; the data's are None with too few parcels."""

    used: tuple[float, ...]
    hand: tuple[float, ...]
    pairwise: PairwiseWeights
    entropy: tuple[float, ...] | None
    critic: tuple[float, ...] | None
    complete: int


def criteria_weights(ranking: Ranking, criteria: Numbers) -> CriteriaWeights:
    """Return the weights of the criteria.

    Args:
        ranking: the method, the planner's weights and judgements.
        criteria: need, potential and feasibility of the flagged parcels (m, 3); only complete rows speak for the data.

    Raises:
        RequestError: the method takes weights from the data, and fewer than three parcels are complete.

    """
    hand = tuple(weight / sum(ranking.weights) for weight in ranking.weights)
    pairwise = ahp(ranking.matrix)
    complete = criteria[np.isfinite(criteria).all(axis=1)]
    varied = len(complete) >= LEAST_ROWS and bool((np.ptp(complete, axis=0) > 0).any())
    entropy = _plain(entropy_weights(complete + 1e-9)) if varied else None
    critic = _plain(critic_weights(complete, (True,) * complete.shape[1])) if varied else None
    used = {"hand": hand, "ahp": pairwise.weights, "entropy": entropy, "critic": critic}[ranking.method]
    if used is None:
        raise RequestError("weights_from_data", least=LEAST_ROWS, count=len(complete))
    return CriteriaWeights(used, hand, pairwise, entropy, critic, len(complete))


def _plain(weights: Numbers) -> tuple[float, ...]:
    return tuple(float(weight) for weight in weights)
