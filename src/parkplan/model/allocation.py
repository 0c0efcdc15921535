"""What a planner asks of the allocation of typologies and clusters: objectives, land, limits, pins, options, time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KEEP: Final = "keep"
"""The use that leaves a parcel as it is."""
OBJECTIVES: Final[dict[str, int]] = {
    "output_yuan": 1, "tax_yuan": 1, "jobs": 1, "cost_yuan": -1, "emissions_kgco2": -1, "access_m2": 1,
    "park_fit_m2": 1, "like_clusters_m": 1, "like_typologies_m": 1, "conflict_pairs": -1,
}  # fmt: skip
"""What is weighed, and whether more is better: sums over parcels, and the last three over pairs of neighbours.

The first five are measures of options (`parkplan.compare.catalogue.MEASURES`); `parkplan.jobs.allocation_terms` has the
titles, units and formulas of the others.
"""
TIED: Final = ("like_clusters_m", "like_typologies_m", "conflict_pairs")
"""Objectives of pairs of neighbours."""
YEARLY: Final = ("output_yuan", "tax_yuan", "jobs")
"""What comes every year from the period on in which a parcel is built: later years are discounted in points."""
SHORT: Final[dict[str, str]] = {
    "output": "output_yuan", "tax": "tax_yuan", "cost": "cost_yuan", "emissions": "emissions_kgco2",
    "access": "access_m2", "park_fit": "park_fit_m2", "like_clusters": "like_clusters_m",
    "like_typologies": "like_typologies_m", "conflicts": "conflict_pairs",
}  # fmt: skip
"""Short names of objectives."""
RULES: Final = ("far", "height", "plan", "veto", "housing", "hazard")
"""Rules that hold unless relaxed: FAR and height of the plan, its use, forbidding lines, distance from housing, and no
housing or services in hazard zones."""
CLUSTERS: Final = ("electronics", "new_materials", "equipment", "appliances", "biomedicine", "safety")
"""The clusters that industrial land may be given to."""
ACCESS_REACH_M: Final = 3000.0
"""Beyond this way from an arterial or expressway, floor counts as without access (an assumption)."""
SPECIAL_PARKS: Final = "special_parks"
"""All special parks with a lead cluster, where cores are named."""
MOST_PERIODS: Final = 5
NOT_OFFERED: Final = frozenset({"road", "utility"})
"""Typologies that are offered only where they are named."""
MOST_OPTIONS: Final = 12


@dataclass(frozen=True, slots=True)
class Use:
    """What a parcel is given: a typology (or `KEEP`), a cluster where it is industrial, and the period it is built in.

    >>> Use("logistics").label, Use("standard_factory", "safety", 2).label
    ('logistics', 'standard_factory+safety')
    """

    typology: str = KEEP
    cluster: str | None = None
    period: int = 0

    @property
    def label(self) -> str:
        """Typology and cluster in one word, as pins name them."""
        return self.typology if self.cluster is None else f"{self.typology}+{self.cluster}"

    def is_named(self, name: str) -> bool:
        """Whether a pin's word (typology, cluster, or both with a plus) speaks of this use."""
        return set(name.split("+")) <= {self.typology, self.cluster}


@dataclass(frozen=True, slots=True)
class Share:
    """The share of the free land that a typology or a cluster may have, 0 to 1."""

    typology: str
    least: float = 0.0
    most: float = 1.0


@dataclass(frozen=True, slots=True)
class Service:
    """A typology asks for a service within a way: a kind of facility, or a typology that stands or is laid out too."""

    typology: str
    service: str
    reach_m: float

    @property
    def id(self) -> str:
        """Name of its clause."""
        return f"service:{self.typology}:{self.service}"


@dataclass(frozen=True, slots=True)
class Period:
    """A year of building: the most that its changes cost, and the most land that they take; None is no limit."""

    budget_yuan: float | None = None
    area_m2: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A question to the solver.

    Attributes:
        objective: weights by objective; each objective counts in hundredths of the largest change that the free land
            allows of it, so that weights compare like with like.
        where: the free parcels as a condition on the parcel table.
        parcels: the free parcels by name; those judged idle or low-efficient are free without names and condition.
        typologies: what may be built; all but `NOT_OFFERED` without any.
        clusters: what industrial typologies may be given to; without any, no cluster is chosen.
        budget_yuan: limit of the total cost of all changes.
        shares: shares of the free land by typology or cluster.
        at_least: least change of an objective against the scenario, in its unit (yuan, persons, kg, m², m).
        connected: parks (their lead cluster), `SPECIAL_PARKS` or clusters whose new parcels hang together.
        services: what a typology asks for within a way.
        periods: years of building, the first one first; without any, when a parcel is built is left open.
        access_to: kinds of facilities (gates, stations, stops) to which access counts; arterials and expressways
            without any.
        access_reach_m: way to them beyond which floor counts as without access.
        pins: (parcel, typology, cluster, both with a plus, or `KEEP`) that must be.
        forbidden: the same that must not be.
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
    clusters: tuple[str, ...] = CLUSTERS
    budget_yuan: float | None = None
    shares: tuple[Share, ...] = ()
    at_least: Mapping[str, float] = field(default_factory=dict)
    connected: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    periods: tuple[Period, ...] = ()
    access_to: tuple[str, ...] = ()
    access_reach_m: float = ACCESS_REACH_M
    pins: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    relaxed: tuple[str, ...] = ()
    options: int = 3
    difference: float = 0.1
    time_limit: float = 30.0
    seed: int = 0
    priced: bool = True
    front: tuple[str, str] | None = None
