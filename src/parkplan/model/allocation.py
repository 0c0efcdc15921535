"""What a planner asks of the allocation of typologies: objectives, land, limits, pins, how many options, how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KEEP: Final = "keep"
"""The use that leaves a parcel as it is."""
OBJECTIVES: Final[dict[str, int]] = {
    "output_yuan": 1, "tax_yuan": 1, "jobs": 1, "cost_yuan": -1, "emissions_kgco2": -1,
}  # fmt: skip
"""Measures of options (`parkplan.compare.catalogue.MEASURES`) that add up over parcels, and whether more is better."""
SHORT: Final[dict[str, str]] = {
    "output": "output_yuan", "tax": "tax_yuan", "cost": "cost_yuan", "emissions": "emissions_kgco2",
}  # fmt: skip
"""Short names of objectives."""
RULES: Final = ("far", "height", "plan", "veto", "housing")
"""Rules that hold unless relaxed: FAR and height of the plan, its use, forbidding lines, distance from housing."""
NOT_OFFERED: Final = frozenset({"road", "utility"})
"""Typologies that are offered only where they are named."""
MOST_OPTIONS: Final = 12


@dataclass(frozen=True, slots=True)
class Share:
    """The share of the free land that a typology may have, 0 to 1."""

    typology: str
    least: float = 0.0
    most: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A question to the solver.

    Attributes:
        objective: weights by objective; each objective counts in hundredths of the largest change that the free land
            allows of it, so that weights compare like with like.
        where: the free parcels as a condition on the parcel table.
        parcels: the free parcels by name; those judged idle or low-efficient are free without names and condition.
        typologies: what may be built; all but `NOT_OFFERED` without any.
        budget_yuan: limit of the total cost of all changes.
        shares: shares of the free land by typology.
        at_least: least change of an objective against the scenario (yuan, persons, kg).
        pins: (parcel, typology or `KEEP`) that must be.
        forbidden: (parcel, typology or `KEEP`) that must not be.
        relaxed: names of `RULES` that do not hold.
        options: how many different answers are wanted.
        difference: share of the free parcels on which any two of them differ at least.
        time_limit: seconds for each answer.
        seed: of the solver.
        priced: whether the price of each rule is worked out.
        front: two objectives whose trade-offs are wanted.

    """

    objective: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(OBJECTIVES, 1.0))
    where: str | None = None
    parcels: tuple[str, ...] = ()
    typologies: tuple[str, ...] = ()
    budget_yuan: float | None = None
    shares: tuple[Share, ...] = ()
    at_least: Mapping[str, float] = field(default_factory=dict)
    pins: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    relaxed: tuple[str, ...] = ()
    options: int = 3
    difference: float = 0.1
    time_limit: float = 30.0
    seed: int = 0
    priced: bool = True
    front: tuple[str, str] | None = None
