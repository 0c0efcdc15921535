"""What a site is good for: fitness of clusters, special parks and kinds of reuse, with reasons for and against.

Points are ours and say only how many reasons there are and how strong: each starts at 50 and stays between 0 and 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.i18n import LANGUAGES, Text, message
from parkplan.model.codes import CLUSTER, REUSE
from parkplan.units import area, quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parkplan.i18n import Language
    from parkplan.model.typologies import ClusterNeeds
    from parkplan.sites.facts import NearPark, SiteFacts

START: Final = 50.0
VERTICAL_FAR: Final = 2.0
HIGH_RISE_M: Final = 24.0
M0_MOST_M2: Final = 200_000.0
STATION_M: Final = 1_000.0
BESIDE_M: Final = 500.0
"""A site this near to a park can be run with it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One use of a site: its fitness from 0 to 100, and what speaks for and against it."""

    id: str
    title: Text
    fitness: float
    reasons: tuple[Text, ...]
    against: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Options in order of fitness, the best first; ``parks`` are the special parks nearby, maybe none."""

    clusters: tuple[Option, ...]
    reuses: tuple[Option, ...]
    parks: tuple[Option, ...] = ()

    @staticmethod
    def margin(options: Sequence[Option]) -> float:
        """By how many points the first leads the second."""
        return options[0].fitness - options[1].fitness if len(options) > 1 else 0.0


def advise(site: SiteFacts, needs: Sequence[ClusterNeeds]) -> Advice:
    """Judge every cluster, every kind of reuse and every special park nearby for a site."""
    clusters = [_cluster(site, need) for need in needs]
    reuses = [_judged(name, REUSE[name], judge(site)) for name, judge in _JUDGES.items()]
    by_id = {need.id: need for need in needs}
    parks = [_park(site, park, by_id.get(park.lead or "")) for park in site.parks]
    return Advice(_ordered(clusters), _ordered(reuses), _ordered(parks))


Reason = tuple[float, Text]


def _ordered(options: Sequence[Option]) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda one: -one.fitness))


def _judged(name: str, title: Text, found: Sequence[Reason]) -> Option:
    fitness = float(np.clip(START + sum(points for points, _ in found), 0.0, 100.0))
    reasons = tuple(text for points, text in sorted(found, key=lambda one: -one[0]) if points > 0)
    against = tuple(text for points, text in sorted(found, key=lambda one: one[0]) if points < 0)
    return Option(name, title, round(fitness, 1), reasons, against)


def _both(key: str, **values: Callable[[Language], str] | str) -> Text:
    def side(chosen: Language) -> str:
        filled = {name: value if isinstance(value, str) else value(chosen) for name, value in values.items()}
        return message(f"sites.{key}", chosen, **filled)

    return Text(*(side(chosen) for chosen in LANGUAGES))


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _cluster(site: SiteFacts, need: ClusterNeeds) -> Option:
    found: list[Reason] = []
    if site.park_lead == need.id:
        found.append((20.0, _both("for_lead")))
    elif site.park_lead is not None:
        lead = CLUSTER[site.park_lead]
        found.append((-10.0, _both("against_lead", lead=lead.to)))
    return _judged(need.id, CLUSTER[need.id], [*found, *_suits(site, need), *_plan(site)])


def _park(site: SiteFacts, park: NearPark, need: ClusterNeeds | None) -> Option:
    """Judge a site as land of a special park: where it lies, and what the leading cluster asks of it."""
    found = [_beside(park), *_plan(site)]
    title = Text(park.name, park.name)
    if need is not None:
        lead = CLUSTER[need.id]
        title = _both("park_led", name=park.name, lead=lead.to)
        found += _suits(site, need)
    else:
        found.append((-5.0, _both("against_no_lead")))
    return _judged(park.id, title, found)


def _beside(park: NearPark) -> Reason:
    if park.share > 0.5:
        return 20.0, _both("for_inside_park", share=_percent(park.share))
    distance = f"{park.distance_m / 1000.0:.1f}"
    if park.distance_m <= BESIDE_M:
        return 8.0, _both("for_beside_park", distance=f"{park.distance_m:.0f}")
    return -min(5.0 * park.distance_m / 1000.0, 30.0), _both("against_far_park", distance=distance)


def _suits(site: SiteFacts, need: ClusterNeeds) -> list[Reason]:
    """Return what a cluster finds: firms of its kind nearby, area, distance from housing."""
    found: list[Reason] = []
    quotient = site.cluster_quotient.get(need.id)
    if quotient is not None:
        points = float(np.clip(12.0 * (quotient - 1.0), -15.0, 18.0))
        found.append((points, _both("for_near" if points > 0 else "against_near", quotient=f"{quotient:.1f}")))
    if site.area_m2 >= need.least_area_m2:
        found.append((8.0, _both("for_area", least=lambda chosen: area(need.least_area_m2, chosen))))
    else:
        short = 1.0 - site.area_m2 / need.least_area_m2
        found.append((-25.0 * short, _both("against_area", least=lambda chosen: area(need.least_area_m2, chosen))))
    return found + _housing(site, need.housing_distance_m)


def _plan(site: SiteFacts) -> list[Reason]:
    if np.isnan(site.plan_industrial):
        return []
    share = _percent(site.plan_industrial)
    points = 20.0 * (site.plan_industrial - 0.5)
    return [(points, _both("for_plan" if points > 0 else "against_plan", share=share))]


def _housing(site: SiteFacts, least_m: float) -> list[Reason]:
    if np.isnan(site.housing_distance_m):
        return []
    values = {"distance": f"{site.housing_distance_m:.0f}", "least": f"{least_m:.0f}"}
    if site.housing_distance_m < least_m:
        return [(-20.0, _both("against_housing", **values))]
    return [(6.0, _both("for_housing", **values))]


def _renewal(site: SiteFacts) -> list[Reason]:
    found = _plan(site)
    owners = str(site.owners)
    found.append(
        (8.0, _both("for_owners", owners=owners))
        if site.owners <= 3
        else (-min(site.owners - 3, 10) * 1.5, _both("against_owners", owners=owners))
    )
    if site.floor_area_m2 > 0.3 * site.area_m2:
        found.append((8.0, _both("for_buildings", far=f"{site.floor_area_m2 / site.area_m2:.2f}")))
    return found


def _vertical(site: SiteFacts) -> list[Reason]:
    far = f"{site.far_permitted:.1f}"
    found = _plan(site)
    found.append(
        (14.0, _both("for_far", far=far))
        if site.far_permitted >= VERTICAL_FAR
        else (-18.0, _both("against_far", far=far))
    )
    if not np.isnan(site.height_m):
        height = f"{site.height_m:.0f}"
        high = site.height_m > HIGH_RISE_M
        found.append(
            (6.0, _both("for_height", height=height)) if high else (-25.0, _both("against_height", height=height))
        )
    light = max(
        (site.cluster_quotient.get(name, 0.0) for name in ("electronics", "appliances", "biomedicine")), default=0.0
    )
    if light > 1.2:
        found.append((8.0, _both("for_light")))
    if site.area_m2 < 10_000.0:
        found.append((-10.0, _both("against_small", size=lambda chosen: area(site.area_m2, chosen))))
    return found


def _m0(site: SiteFacts) -> list[Reason]:
    far = f"{site.far_permitted:.1f}"
    found: list[Reason] = [
        (8.0, _both("for_far", far=far))
        if site.far_permitted >= VERTICAL_FAR
        else (-15.0, _both("against_far", far=far))
    ]
    if not np.isnan(site.station_distance_m):
        distance = f"{site.station_distance_m:.0f}"
        near = site.station_distance_m <= STATION_M
        found.append(
            (15.0, _both("for_station", distance=distance))
            if near
            else (-10.0, _both("against_station", distance=distance))
        )
    if site.area_m2 > M0_MOST_M2:
        found.append((-15.0, _both("against_quota", most=lambda chosen: quantity(M0_MOST_M2, "mu", chosen))))
    found.append((-4.0, _both("against_m0_approval")))
    return found


def _open(site: SiteFacts) -> list[Reason]:
    found: list[Reason] = [(-25.0, _both("against_loss"))]
    if not np.isnan(site.plan_open) and site.plan_open > 0.05:
        found.append((50.0 * min(site.plan_open, 1.0), _both("for_open_plan", share=_percent(site.plan_open))))
    if site.constraint_share > 0.05:
        found.append((30.0 * site.constraint_share, _both("for_constraints", share=_percent(site.constraint_share))))
    if site.compactness < 0.25:
        found.append((8.0, _both("for_shape")))
    return found


_JUDGES: Final[dict[str, Callable[[SiteFacts], list[Reason]]]] = {
    "renewal": _renewal,
    "vertical": _vertical,
    "m0": _m0,
    "open": _open,
}
