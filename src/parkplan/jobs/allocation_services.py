"""What a typology asks for within a way, and the years in which parcels are built, as clauses over the free land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parkplan.layout.allocation import Clause, Row
from parkplan.model.allocation import KEEP

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.jobs.allocation_land import Land
    from parkplan.layout.allocation import Allocation
    from parkplan.model.allocation import Service, Wish

    Flags = npt.NDArray[np.bool_]


def service_clauses(land: Land, wish: Wish) -> list[Clause]:
    """Return a clause for each service: who builds the typology has the service within reach, or lays it out there.

    Where the service is a kind of facility, parcels beyond its reach are not given the typology. Where it is a
    typology, one that stands or is kept counts, and one that is newly laid out within reach counts too:

        sum of x[p, u] over uses u of the typology <= sum of x[q, v] over providers (q, v) within reach of p
    """
    return [_clause(land, service) for service in wish.services]


def _clause(land: Land, service: Service) -> Clause:
    asked, provides = (land.uses_of(typology=name) for name in (service.typology, service.service))
    points, ways = land.around.points, land.around.ways
    free = points[land.places]
    stands = np.array([one == service.service for one in land.state.typology.tolist()], dtype=bool)
    fixed = stands.copy()
    fixed[land.places] = False
    places = np.concatenate([land.around.facilities.get(service.service, np.empty((0, 2))), points[fixed]])
    covered = np.asarray((ways(free, places, service.reach_m) <= service.reach_m).any(axis=1), dtype=bool)
    if not provides.any() and not stands.any():
        return Clause(service.id, np.flatnonzero(~covered[:, None] & asked[None, :]))
    near = ways(free, free, service.reach_m) <= service.reach_m
    provider = np.repeat(provides[None, :], len(free), axis=0)
    provider[:, 0] = stands[land.places]
    rows = [_row(land, place, asked, near[place], provider) for place in np.flatnonzero(~covered).tolist()]
    return Clause(service.id, rows=tuple(rows))


def _row(land: Land, place: int, asked: Flags, near: Flags, provider: Flags) -> Row:
    own = land.column(place, 0) + np.flatnonzero(asked)
    others = near.copy()
    others[place] = False
    giving = np.flatnonzero(provider & others[:, None])
    columns = np.concatenate([own, giving])
    return Row(columns, np.concatenate([np.ones(len(own)), -np.ones(len(giving))]), high=0.0)


def period_clauses(blank: Allocation, land: Land, wish: Wish) -> list[Clause]:
    """Return a clause for the money, and for the land, of each period that limits it."""
    found = []
    for number, period in enumerate(wish.periods, start=1):
        built = np.array([use.typology != KEEP and use.period == number for use in land.uses], dtype=bool)
        limits = {
            "period_budget": (land.change["cost_yuan"], period.budget_yuan),
            "period_area": (np.repeat(land.area_m2[:, None], len(land.uses), axis=1), period.area_m2),
        }
        for name, (values, most) in limits.items():
            if most is not None:
                found.append(Clause(f"{name}:{number}", rows=(blank.total(values * built[None, :], high=most),)))
    return found
