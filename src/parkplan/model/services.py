"""Services that are sited: what they count, how far they reach, and what a site of one becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

from pydantic import Field, model_validator

from parkplan.model.layers import Identifier, Record, Text
from parkplan.model.typologies import NotNegative

Demand = Literal["floor", "jobs", "parcels"]
DEMANDS: Final[tuple[Demand, ...]] = get_args(Demand)
MOST_SITES: Final = 50


class Service(Record):
    """A kind of service.

    ``facilities`` are the kinds of the facility table that give it; ``demand`` what it serves; its reach is
    ``minutes`` at ``speed_kmh`` along the roads, or ``distance_m``. A chosen parcel takes ``typology``, and land of
    that typology counts as such a service where ``typology_serves``.
    """

    id: Identifier
    title: Text
    facilities: tuple[Identifier, ...] = Field(strict=False)
    demand: Demand
    minutes: NotNegative | None = None
    speed_kmh: NotNegative | None = None
    distance_m: NotNegative | None = None
    typology: Identifier | None = None
    typology_serves: bool = False

    @model_validator(mode="after")
    def _one_reach(self) -> Service:
        timed = self.minutes is not None and self.speed_kmh is not None
        if timed == (self.distance_m is not None):
            raise ValueError("minutes with speed_kmh, or distance_m")
        return self

    @property
    def reach_m(self) -> float:
        """The way along roads within which it serves."""
        if self.minutes is not None and self.speed_kmh is not None:
            return reach_m(self.minutes.value, self.speed_kmh.value)
        return 0.0 if self.distance_m is None else self.distance_m.value


class ServiceAssumptions(Record):
    """All kinds of services."""

    id: Identifier
    title: Text
    services: Annotated[tuple[Service, ...], Field(min_length=1, strict=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceWish:
    """A question about sites.

    Attributes:
        service: id of a kind of service.
        model: ``cover_most``, ``cover_all``, ``p_median`` or ``p_centre``.
        count: how many sites at the most; without meaning for ``cover_all``.
        reach_m: way along roads within which a place is served; that of the service without one.
        demand: what is served; that of the service without one.
        where: candidate parcels as a condition on the parcel table.
        parcels: candidate parcels by name; those judged idle or low-efficient without names and condition.
        at: kinds of facilities whose places are candidates too; alone where neither names nor a condition are given.
        existing: whether facilities that are there count.
        time_limit: seconds.
        seed: of the solver.

    """

    service: str
    model: str = "cover_most"
    count: int = 1
    reach_m: float | None = None
    demand: Demand | None = None
    where: str | None = None
    parcels: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    existing: bool = True
    time_limit: float = 20.0
    seed: int = 0


def reach_m(minutes: float, speed_kmh: float) -> float:
    """Return how far one comes in some minutes, in metres.

    >>> reach_m(4.0, 30.0)
    2000.0
    """
    return minutes / 60.0 * speed_kmh * 1000.0
