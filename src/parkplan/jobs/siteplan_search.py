"""Site plans for a page: generated beside it, with progress and a way to stop, and changed afterwards."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.jobs.siteplan import options_of, violations
from parkplan.layout.siteplan import refine, regenerate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj import CRS

    from parkplan.model.siteplan import LimitId, Module, Site, SitePlan, SitePlanProfile, SitePlans

WORKERS: Final = 2
REFINE_STEPS: Final = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """What plans were asked for: the land with its CRS, the limits, the modules, how many, and the seed."""

    land: Site
    crs: CRS
    profile: SitePlanProfile
    modules: Mapping[str, Module]
    count: int = 24
    seed: int = 0
    synthetic: bool = False


class PlanSearch:
    """A search for plans in a thread, its attempts in processes; it tells how far it is, and stops when told to."""

    def __init__(self, asked: Asked, workers: int = WORKERS) -> None:
        self.asked = asked
        self.tried = self.valid = 0
        self.result: SitePlans | None = None
        self.fault: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(workers,), daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the answer is still to come."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Ask for what is there."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the answer, at most so long."""
        self._thread.join(seconds)

    def _work(self, workers: int) -> None:
        asked = self.asked
        try:
            self.result = options_of(
                asked.land, asked.profile, asked.modules, count=asked.count, seed=asked.seed, workers=workers,
                tell=self._tell, cancelled=self._stop.is_set,
            )  # fmt: skip
        except Exception as fault:  # shown on the page that waits
            self.fault = fault

    def _tell(self, tried: int, valid: int) -> None:
        self.tried, self.valid = tried, valid


def with_limits(profile: SitePlanProfile, changed: Mapping[LimitId, float]) -> SitePlanProfile:
    """Return a profile with some of its limits changed.

    >>> from parkplan.data.siteplans import choose_profile
    >>> with_limits(choose_profile("cn_industrial"), {"far_min": 1.2}).limits[0].value
    1.2
    """
    limits = tuple(limit.model_copy(update={"value": changed.get(limit.id, limit.value)}) for limit in profile.limits)
    return profile.model_copy(update={"limits": limits})


def refined(plan: SitePlan, profile: SitePlanProfile, modules: Mapping[str, Module], seed: int = 0) -> SitePlan:
    """Return the best plan near to one, or the plan itself; the checker has the last word."""
    better = refine(plan, profile, modules, steps=REFINE_STEPS, seed=seed)
    return plan if violations(better, profile, modules) else better


@dataclass(frozen=True, slots=True)
class Edit:
    """What a planner changed: streets that stay, gates as distances along the boundary, modules to build with."""

    locked: tuple[str, ...] = ()
    gates_m: tuple[float, ...] = ()
    modules: tuple[str, ...] = ()


def edited(
    plan: SitePlan, profile: SitePlanProfile, modules: Mapping[str, Module], edit: Edit, seed: int = 0
) -> tuple[SitePlan, ...]:
    """Return plans after an edit, each passed by the checker.

    Raises:
        RequestError: no plan keeps every rule with this edit.

    """
    site = plan.site
    if edit.gates_m:
        ring = site.boundary.exterior
        site = replace(site, gates=tuple(ring.interpolate(along % ring.length) for along in edit.gates_m))
    made = regenerate(
        plan, profile, modules, locked=edit.locked, site=site, typology=edit.modules or None, seed=seed
    )  # fmt: skip
    sound = tuple(one for one in made if not violations(one, profile, modules))
    if not sound:
        raise RequestError("siteplan_edit_fails")
    return sound
