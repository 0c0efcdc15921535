"""A chosen option made better, or regenerated after an edit, by searching among choices close to its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.layout.siteplan.certificate import broken
from parkplan.layout.siteplan.diversity import FLOOR, distances, footprints, merits, spread
from parkplan.layout.siteplan.frame import Frame, base_frame
from parkplan.layout.siteplan.option import lay_out
from parkplan.layout.siteplan.shapes import UnbuildableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.model.siteplan import Choices, Module, Site, SitePlan, SitePlanProfile

STEPS: Final = 24
SHIFT: Final = 0.02


def refine(
    plan: SitePlan,
    profile: SitePlanProfile,
    modules: Mapping[str, Module],
    *,
    steps: int = STEPS,
    seed: int = 0,
    frame: Frame | None = None,
) -> SitePlan:
    """Return the best valid plan found by changing one choice at a time; the given plan where none is better.

    Better means a greater gain, summed over all measures as shares of the present values.
    """
    own = frame or base_frame(plan.site)
    best = plan
    rng = np.random.default_rng([seed, steps])
    for step in range(steps):
        choices = _varied(best.choices, step, rng)
        found = _tried(plan.site, own, choices, profile, modules)
        if found is not None and _gain(best, found) > 1e-6:
            best = replace(found, id=plan.id, front=plan.front)
    return best


APART: Final = FLOOR / 2
"""Plans after an edit may be nearer to each other than options are: what was not edited stays much as it was."""


def regenerate(  # noqa: PLR0913 -- each edit is one keyword
    plan: SitePlan,
    profile: SitePlanProfile,
    modules: Mapping[str, Module],
    *,
    locked: tuple[str, ...] = (),
    site: Site | None = None,
    typology: tuple[str, ...] | None = None,
    count: int = 6,
    seed: int = 0,
) -> tuple[SitePlan, ...]:
    """Return valid plans after an edit that differ from each other, those with most floor area first.

    ``locked`` names streets that stay where they are, ``site`` is the site with its gates moved, ``typology`` the
    modules to build with. The frame of the plan is kept, so that what is locked keeps its place in the world.
    """
    frame = base_frame(plan.site)
    kept = tuple(street.position_m for street in plan.streets if street.id in locked)
    free = () if kept else plan.choices.streets
    start = replace(plan.choices, locked_m=kept, streets=free, modules=typology or plan.choices.modules)
    found: list[SitePlan] = []
    seen: set[Choices] = set()
    rng = np.random.default_rng([seed, STEPS])
    for choices in (start, *(_varied(start, step, rng) for step in range(STEPS * 2))):
        if choices in seen:
            continue
        seen.add(choices)
        made = _tried(site or plan.site, frame, choices, profile, modules)
        if made is not None:
            found.append(replace(made, id=f"{plan.id}-{len(found) + 1}"))
    found.sort(key=lambda made: -round(made.indicators["floor_area_m2"], 1))
    kept_apart = spread(distances(footprints(found, frame)), 0, count, APART) if found else []
    return tuple(found[place] for place in sorted(kept_apart))


def _varied(now: Choices, step: int, rng: np.random.Generator) -> Choices:
    """Return choices that differ from the present ones in one thing, which the number of the step names."""
    kind = step % 4
    if kind == 0:
        moved = tuple(round(share + float(rng.uniform(-SHIFT, SHIFT)), 4) for share in now.streets)
        return replace(now, streets=moved)
    if kind == 1 and now.pattern != "strip":
        return replace(now, belt_m=float(rng.choice([2.0, 3.0, 4.0, 5.0])), ring_m=float(rng.choice([6.0, 7.0])))
    if kind == 2:
        wider = float(rng.choice([0.0, 1.0, 2.0]))
        return replace(now, gap_m=max(now.gap_m, 10.0 + wider), court_m=float(rng.choice([30.0, 36.0])))
    return replace(now, green=round(now.green + float(rng.uniform(-0.02, 0.02)), 4), aligned=not now.aligned)


def _tried(
    site: Site, frame: Frame, choices: Choices, profile: SitePlanProfile, modules: Mapping[str, Module]
) -> SitePlan | None:
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # GEOS divides by zero on collinear edges, without harm
            plan = lay_out(site, frame, choices, profile, modules)
    except UnbuildableError:
        return None
    return None if broken(plan.certificate) else plan


def _gain(old: SitePlan, new: SitePlan) -> float:
    before, after = merits([old, new])
    scale = np.maximum(np.abs(before), 0.05)
    return float(np.clip((after - before) / scale, -1, 1).sum())
