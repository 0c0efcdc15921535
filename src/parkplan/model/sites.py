"""What a site is made of, what limits it, and what is proven of it: frozen records. No input or output."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final, Literal

from parkplan.i18n import Text

Engine = Literal["greedy", "neighbourhood", "cut_loop", "branch_and_cut", "enumeration", "columns"]
Status = Literal["optimal", "bounded", "unproven", "infeasible", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLimits:
    """What a site must keep; ``None`` is no limit.

    Areas in m², cost in yuan. ``min_flagged_share`` is the share of the area that lies in flagged parcels;
    ``min_compactness`` is 4 pi A / P² (Polsby and Popper 1991) over the outline, in which common edges do not count;
    ``frontage`` asks for at least one parcel on a public road that carries lorries.
    """

    min_area_m2: float | None = None
    max_area_m2: float | None = None
    min_parcels: int | None = None
    max_parcels: int | None = None
    max_owners: int | None = None
    max_cost_yuan: float | None = None
    min_flagged_share: float | None = None
    min_compactness: float | None = None
    frontage: bool = False

    def stated(self) -> tuple[str, ...]:
        """Return the names of the limits that are set."""
        return tuple(
            one.name
            for one in fields(self)
            if getattr(self, one.name) is not None and getattr(self, one.name) is not False
        )


LIMIT_TITLES: Final[dict[str, Text]] = {
    "min_area_m2": Text("最小面积", "Minimum area"),
    "max_area_m2": Text("最大面积", "Maximum area"),
    "min_parcels": Text("最少宗数", "Fewest parcels"),
    "max_parcels": Text("最多宗数", "Most parcels"),
    "max_owners": Text("最多权利人数", "Most owners"),
    "max_cost_yuan": Text("资金上限", "Budget"),
    "min_flagged_share": Text("最低闲置低效面积占比", "Least share of flagged land"),
    "min_compactness": Text("最小紧凑度", "Least compactness"),
    "frontage": Text("临路要求", "Road access"),
    "locked": Text("指定纳入的地块", "Locked parcels"),
}


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The smallest change of one limit that makes a site possible: from ``asked`` to ``reachable``."""

    limit: str
    asked: float | bool
    reachable: float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known of the best value.

    ``value`` of the answer, ``bound`` that no answer within the limits can exceed, both in points. ``gap`` is
    (bound - value) / value. A status is ``optimal`` only where a bound was computed that meets the value; an answer of
    the greedy or neighbourhood search alone is ``unproven``. ``binding`` names the limits that hold back the answer.
    """

    engine: Engine
    status: Status
    value: float | None
    bound: float | None
    seconds: float
    time_limit_s: float | None = None
    seed: int = 0
    cuts: int = 0
    nodes: int = 0
    binding: tuple[str, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    pool: int | None = None
    log: tuple[str, ...] = field(default=())

    @property
    def gap(self) -> float | None:
        """How much better an answer could at most be, as a share of this one; None where that is unknown."""
        if self.value is None or self.bound is None:
            return None
        return max(0.0, self.bound - self.value) / max(abs(self.value), 1e-9)
