"""What is asked of a screening: rule packs, day, limits that were moved, weights. The same choice, the same answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from parkplan.model.layers import Identifier, Record
from parkplan.model.measurement import ErrorChange

Method = Literal["hand", "ahp", "entropy", "critic"]
Positive = Annotated[float, Field(gt=0)]
Judgements = tuple[Positive, Positive, Positive]


class Ranking(Record):
    """How flagged parcels are ranked.

    ``weights`` of need, potential and feasibility, as a planner sets them. ``method`` says where the weights come from:
    by hand, from pairwise judgements (``judgements``: need over potential, need over feasibility, potential over
    feasibility, as in a reciprocal matrix), or from the data (entropy, CRITIC). ``certainty`` of the weights (see
    `parkplan.screening.stability.weight_draws`); ``draws`` and ``seed`` of the Monte Carlo runs; ``normalisation`` is
    that of the closeness to the ideal (TOPSIS).
    """

    weights: Annotated[tuple[float, float, float], Field(strict=False)] = (0.5, 0.3, 0.2)
    method: Method = "hand"
    judgements: Annotated[Judgements, Field(strict=False)] = (2.0, 3.0, 2.0)
    normalisation: Literal["vector", "min_max"] = "vector"
    certainty: float = Field(default=30.0, ge=0)
    draws: int = Field(default=1000, ge=1, le=100_000)
    seed: int = 7

    @model_validator(mode="before")
    @classmethod
    def _without_one_error(cls, raw: object) -> object:
        """Read a choice that was saved with one error for all figures: errors stand beside the ranking."""
        return {name: value for name, value in raw.items() if name != "error"} if isinstance(raw, dict) else raw

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if min(self.weights) < 0 or sum(self.weights) <= 0:
            raise ValueError("weights must not be negative, and one must be positive")
        return self

    @property
    def matrix(self) -> tuple[tuple[float, float, float], ...]:
        """The judgements as a reciprocal matrix.

        >>> Ranking(judgements=(2.0, 4.0, 2.0)).matrix[2]
        (0.25, 0.5, 1.0)
        """
        first, second, third = self.judgements
        return ((1.0, first, second), (1 / first, 1.0, third), (1 / second, 1 / third, 1.0))


class LimitChange(Record):
    """A limit moved away from what its pack says: the rule and the position of the condition.

    ``limit`` is the new one, in the unit of the condition; ``scale`` multiplies it, and is the way to move a table of
    limits.
    """

    rule: Identifier
    condition: int = Field(default=0, ge=0)
    limit: float | None = None
    scale: float = Field(default=1.0, gt=0)


class ScreeningChoice(Record):
    """Everything that a screening depends on beside the data.

    ``profiles`` are rule packs, the one that prevails last; without ``as_of`` the day of judgement is today.
    ``evaluation`` is the scheme behind the columns ``mu_benefit_score`` and ``mu_benefit_class``. ``errors`` are
    coefficients of variation that replace those of ``layers/errors/measurement.yaml``.
    """

    profiles: tuple[str, ...] = Field(default=("cn_idle_2012", "cn_control_2008"), min_length=1, strict=False)
    as_of: date | None = None
    max_gap_m: float = 0.0
    limits: tuple[LimitChange, ...] = Field(default=(), strict=False)
    evaluation: str = "huangyan_2022"
    errors: tuple[ErrorChange, ...] = Field(default=(), strict=False)
    ranking: Ranking = Ranking()
