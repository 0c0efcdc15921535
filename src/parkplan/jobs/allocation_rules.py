"""The rules of a wish as clauses over the free land: plan and distances, money, shares, services, periods, pins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from parkplan._errors import RequestError
from parkplan.jobs.allocation_cores import core_clauses
from parkplan.jobs.allocation_services import period_clauses, service_clauses
from parkplan.jobs.allocation_terms import measure_of
from parkplan.layout.allocation import Allocation, Clause
from parkplan.layout.allocation_bonds import Bonds
from parkplan.model.allocation import OBJECTIVES, TIED, YEARLY

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.jobs.allocation_land import Land
    from parkplan.model.allocation import Wish

    Numbers = npt.NDArray[np.float64]

POINTS = 100.0


def question(land: Land, wish: Wish) -> Allocation:
    """Return the question to the solver: points by choice and by bond, and every rule as a clause."""
    shape = (len(land.names), len(land.uses))
    worth = points_each(land, wish)
    points, ties = np.zeros(shape), []
    for name in OBJECTIVES:
        each = worth.get(name, 0.0)
        points += each * land.change[name] * (land.discount[None, :] if name in YEARLY else 1.0)
        if name in TIED:
            ties.append(land.ties[name].worth(each * land.ties[name].points))
    labels = list(dict.fromkeys(use.label for use in land.uses))
    alike = np.array([labels.index(use.label) for use in land.uses], dtype=np.int64)
    blank = Allocation(points, bonds=Bonds.joined(ties), alike=alike)
    clauses = [
        *_standing(land, wish), *_limits(blank, land, wish), *service_clauses(land, wish),
        *period_clauses(blank, land, wish), *core_clauses(land, wish), *_pins(land, wish),
    ]  # fmt: skip
    return replace(blank, clauses=tuple(clauses))


def points_each(land: Land, wish: Wish) -> dict[str, float]:
    """Return the points of one unit (yuan, person, kg, m², m, pair) of each objective.

    The largest change that the free land allows of an objective counts its weight times 100 points: for each parcel the
    largest change of any use, and every pair of neighbours. What is worse when there is more counts below 0; what comes
    every year counts less for each year that it comes later (the discount rate of reuse).
    """
    found = {}
    for name, weight in wish.objective.items():
        objective = measure_of(name)
        largest = float(np.abs(land.change[objective]).max(axis=1, initial=0.0).sum())
        if objective in TIED:
            largest += float(np.abs(land.ties[objective].points).sum())
        found[objective] = weight * OBJECTIVES[objective] * POINTS / (largest or 1.0)
    return found


def _standing(land: Land, wish: Wish) -> list[Clause]:
    """Return the rules that forbid anything as clauses; what a parcel has already is no choice beside keeping it."""
    found = [Clause("same", np.flatnonzero(land.banned["same"]), fixed=True)]
    for rule, flags in land.banned.items():
        rows = land.apart if rule == "housing" else ()
        if rule not in {"same", *wish.relaxed} and (flags.any() or rows):
            found.append(Clause(rule, np.flatnonzero(flags), rows))
    return found


def _limits(blank: Allocation, land: Land, wish: Wish) -> list[Clause]:
    found = []
    if wish.budget_yuan is not None:
        found.append(Clause("budget", rows=(blank.total(land.change["cost_yuan"], high=wish.budget_yuan),)))
    for share in wish.shares:
        flags = land.uses_of(typology=share.typology, cluster=share.typology)
        values = flags[None, :] * (land.area_m2 / land.area_m2.sum())[:, None]
        if share.least > 0:
            found.append(Clause(f"share_least:{share.typology}", rows=(blank.total(values, low=share.least),)))
        if share.most < 1:
            found.append(Clause(f"share_most:{share.typology}", rows=(blank.total(values, high=share.most),)))
    for name, least in wish.at_least.items():
        measure = measure_of(name)
        found.append(Clause(f"at_least:{measure}", rows=(blank.total(land.value(measure), low=least),)))
    return found


def _pins(land: Land, wish: Wish) -> list[Clause]:
    """Return a clause for each pin: all other uses of the parcel are forbidden, or those that it names."""
    found = []
    for kind, pairs in (("pin", wish.pins), ("forbid", wish.forbidden)):
        for parcel, name in pairs:
            named = np.array([use.is_named(name) for use in land.uses], dtype=bool)
            if parcel not in land.names or not named.any():
                known = ", ".join(dict.fromkeys(use.label for use in land.uses))
                raise RequestError("optimise_pin", pin=f"{parcel}={name}", known=known)
            banned = np.flatnonzero(named if kind == "forbid" else ~named)
            found.append(Clause(f"{kind}:{parcel}={name}", land.column(land.names.index(parcel), 0) + banned))
    return found
