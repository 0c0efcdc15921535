"""Options of one site: attempts from a seed, those without a broken rule, a spread of them, the best first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.layout.siteplan.certificate import broken
from parkplan.layout.siteplan.choices import draw
from parkplan.layout.siteplan.collision import no_room, smallest_collision
from parkplan.layout.siteplan.diversity import distances, footprints, fronts, merits, scores, spread
from parkplan.layout.siteplan.frame import base_frame, directions, ground
from parkplan.layout.siteplan.measures import DECISIVE
from parkplan.layout.siteplan.option import lay_out
from parkplan.layout.siteplan.shapes import OverlayError, UnbuildableError
from parkplan.model.siteplan import SitePlans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from parkplan.layout.siteplan.frame import Frame
    from parkplan.model.siteplan import LimitId, Module, Site, SitePlan, SitePlanProfile

BATCH: Final = 20
MOST_ATTEMPTS: Final = 240
OVERLAY: Final = "overlay"
"""What stands among the broken rules for attempts that were left because an overlay failed."""
Attempt = tuple["SitePlan | None", "tuple[LimitId, ...] | None"]


def attempt(
    site: Site, frame: Frame, number: int, seed: int, profile: SitePlanProfile, modules: Mapping[str, Module]
) -> Attempt:
    """Return the plan of one attempt, or None, and the rules that it breaks; None where an overlay failed."""
    place = ground(site, frame)
    limits: dict[str, float] = {limit.id: limit.value for limit in profile.limits}
    choices = draw(seed, number, place, directions(place), modules, limits)
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # GEOS divides by zero on collinear edges, without harm
            plan = lay_out(site, frame, choices, profile, modules, settle=True)
    except OverlayError:
        return None, None
    except UnbuildableError:
        return None, ()
    return replace(plan, id=f"{number:04d}"), broken(plan.certificate)


def generate(  # noqa: PLR0913 -- what is wanted, by keyword
    site: Site,
    profile: SitePlanProfile,
    modules: Mapping[str, Module],
    *,
    count: int = 24,
    seed: int = 0,
    attempts: int = MOST_ATTEMPTS,
    accept: Callable[[SitePlan], bool] = lambda plan: True,
    run: Callable[[Callable[[int], Attempt], Iterable[int]], Iterable[Attempt]] = map,
    cancelled: Callable[[], bool] = lambda: False,
) -> SitePlans:
    """Return options that keep every rule, different from each other, those on the Pareto front first.

    Attempts are made in batches until ``count`` distinct valid plans are found or ``attempts`` are used up. ``run``
    maps the attempts, in this process or in several; the answer is the same. A plan that ``accept``, a judge from
    outside, turns down is never shown. When ``cancelled`` says so, the answer is what has been found.
    """
    frame = base_frame(site)
    valid: list[SitePlan] = []
    faults: list[tuple[LimitId, ...]] = []
    tried = failed = 0
    chosen: list[int] = []
    while tried < attempts and len(chosen) < count and not cancelled():
        numbers = range(tried, tried + BATCH)
        for plan, rules in run(lambda number: attempt(site, frame, number, seed, profile, modules), numbers):
            if rules is None:
                failed += 1
            elif rules:
                faults.append(rules)
            elif plan is not None and accept(plan):
                valid.append(plan)
        tried += BATCH
        if len(valid) >= count or (valid and (tried >= attempts or cancelled())):
            chosen = _spread(valid, frame, count)
    counted = Counter[str](rule for rules in faults for rule in rules) + Counter({OVERLAY: failed})
    if not chosen:
        limits: dict[LimitId, float] = {limit.id: limit.value for limit in profile.limits}
        colliding = smallest_collision(faults) or no_room(ground(site, frame), limits, modules)
        return SitePlans((), tried, 0, None, colliding, dict(counted))
    options, least = _ranked([valid[index] for index in chosen], frame)
    return SitePlans(options, tried, len(valid), least, (), dict(counted))


def _spread(valid: Sequence[SitePlan], frame: Frame, count: int) -> list[int]:
    apart = distances(footprints(valid, frame))
    first = int(scores(merits(valid)).argmax())
    return spread(apart, first, count)


def _ranked(kept: Sequence[SitePlan], frame: Frame) -> tuple[tuple[SitePlan, ...], float | None]:
    """Return plans with their fronts, the best first, and the least distance of two of them."""
    levels, places = fronts(merits(kept, DECISIVE)), scores(merits(kept))
    order = sorted(range(len(kept)), key=lambda index: (levels[index], -places[index], kept[index].id))
    apart = distances(footprints(kept, frame))
    least = min((float(apart[a, b]) for a in range(len(kept)) for b in range(a)), default=None)
    return tuple(replace(kept[index], front=int(levels[index])) for index in order), least
