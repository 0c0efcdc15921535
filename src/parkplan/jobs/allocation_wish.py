"""What a planner asks of the solver is checked before it is asked, and its land is found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parkplan._errors import RequestError
from parkplan.compare.catalogue import land_class
from parkplan.data.typologies import load_typologies
from parkplan.expressions import parse
from parkplan.jobs.screen import FLAGGED, judge
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.model.allocation import (
    CLUSTERS,
    KEEP,
    MOST_OPTIONS,
    MOST_PERIODS,
    NOT_OFFERED,
    OBJECTIVES,
    RULES,
    SHORT,
    Use,
)
from parkplan.model.codes import FACILITY_KIND
from parkplan.model.screening import ScreeningChoice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import numpy.typing as npt

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.allocation import Wish


def checked(wish: Wish) -> Wish:
    """Return a wish that makes sense.

    Raises:
        RequestError: with a sentence for each fault.

    """
    faults = list(_faults(wish))
    if faults:
        raise faults[0] if len(faults) == 1 else RequestError("optimise_faults", count=len(faults), details=faults)
    return wish


def _faults(wish: Wish) -> Iterator[RequestError]:
    yield from _name_faults(wish)
    weights = list(wish.objective.values())
    if not all(math.isfinite(one) and one >= 0 for one in weights) or not sum(weights) > 0:
        yield RequestError("optimise_weights")
    for share in wish.shares:
        if not 0 <= share.least <= share.most <= 1:
            yield RequestError("optimise_share", typology=share.typology, least=share.least, most=share.most)
    if wish.budget_yuan is not None and not (math.isfinite(wish.budget_yuan) and wish.budget_yuan >= 0):
        yield RequestError("optimise_budget", budget=wish.budget_yuan)
    limits = [one for period in wish.periods for one in (period.budget_yuan, period.area_m2) if one is not None]
    if len(wish.periods) > MOST_PERIODS or not all(math.isfinite(one) and one >= 0 for one in limits):
        yield RequestError("optimise_periods", most=MOST_PERIODS)
    reaches = [wish.access_reach_m, *(one.reach_m for one in wish.services)]
    if not all(math.isfinite(one) and one > 0 for one in reaches):
        yield RequestError("optimise_reach")
    if not (1 <= wish.options <= MOST_OPTIONS and 0 < wish.difference <= 1):
        yield RequestError("optimise_options", most=MOST_OPTIONS)
    if not (math.isfinite(wish.time_limit) and wish.time_limit > 0):
        yield RequestError("optimise_time", seconds=wish.time_limit)


def _name_faults(wish: Wish) -> Iterator[RequestError]:
    known = load_typologies()
    both = {*known, *CLUSTERS}
    for name in (*wish.objective, *wish.at_least, *(wish.front or ())):
        if SHORT.get(name, name) not in OBJECTIVES:
            yield RequestError("optimise_objective", name=name, known=", ".join([*SHORT, "jobs"]))
    named = (*(one.typology for one in wish.shares), *_words((*wish.pins, *wish.forbidden)))
    served = [one.typology for one in wish.services]
    services = [one.service for one in wish.services]
    for names, among in (
        (wish.typologies, known), (wish.clusters, CLUSTERS), (named, both), (served, known),
        (services, {*known, *FACILITY_KIND}), (wish.access_to, FACILITY_KIND),
    ):  # fmt: skip
        for name in dict.fromkeys(names):
            if name not in among:
                yield RequestError("optimise_use", use=name, known=", ".join(sorted(among)))
    for name in wish.relaxed:
        if name not in RULES:
            yield RequestError("optimise_rule", rule=name, known=", ".join(RULES))


def _words(pins: Collection[tuple[str, str]]) -> list[str]:
    return [word for _, use in pins if use != KEEP for word in use.split("+")]


def uses_of(wish: Wish) -> tuple[Use, ...]:
    """Return what a parcel may become: every typology, in each period, industrial ones with each cluster.

    As it is comes first.
    """
    known = load_typologies()
    named = {one.typology for one in wish.shares} | {one.typology for one in wish.services} | set(_words(wish.pins))
    offered = set(wish.typologies) or {name for name in known if name not in NOT_OFFERED}
    found = [Use()]
    for name, one in known.items():
        if name in offered | named:
            clusters = wish.clusters if land_class(one.land_use) == "industry" else ()
            periods = range(1, len(wish.periods) + 1) or (0,)
            found += [Use(name, cluster, period) for cluster in clusters or (None,) for period in periods]
    return tuple(found)


def free_parcels(ws: Workspace, at: Option, wish: Wish) -> npt.NDArray[np.bool_]:
    """Return which pieces of a scenario are to be decided: named, of a condition or flagged; not locked, not drawn.

    Raises:
        RequestError: there is none, or one that is named is not there.

    """
    state = at.state
    chosen = _chosen(ws, at, wish) & state.of_parcels
    area = np.bincount(
        state.part_piece, weights=state.part_share * at.district.area_m2[state.part_row], minlength=len(state)
    )
    found = chosen & ~state.locked & np.isfinite(area) & (area > 0)
    if not found.any():
        locked = int((chosen & state.locked).sum())
        raise RequestError("optimise_no_land", scenario=at.scenario.name, locked=locked)
    return np.asarray(found, dtype=bool)


def _chosen(ws: Workspace, at: Option, wish: Wish) -> npt.NDArray[np.bool_]:
    there = at.state.parcel_id.tolist()
    if missing := [name for name in wish.parcels if name not in there]:
        raise RequestError("scenario_parcel_missing", subject=missing[0])
    named = np.array([name in wish.parcels for name in there], dtype=bool)
    if wish.parcels and not wish.where:
        return named
    if wish.where:
        rows = parse(wish.where).select(pd.DataFrame(at.district.parcels))
    else:
        saved = choice_in_force(ws)
        judged = judge(ws, ScreeningChoice() if saved is None else saved.choice)
        rows = judged.parcels["verdict"].isin(FLAGGED).to_numpy()
    return np.asarray(named | np.isin(at.state.source_row, np.flatnonzero(rows)), dtype=bool)
