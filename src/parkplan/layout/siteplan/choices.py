"""What is chosen before any geometry: drawn from the seed and the number of the attempt alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.layout.siteplan.strip import extents, green_of, is_narrow, strip
from parkplan.model.siteplan import HIGH_RISE_M, Choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.layout.siteplan.frame import Ground
    from parkplan.model.siteplan import Module, Pattern

AROUND: Final[tuple[Pattern, ...]] = ("ring", "grid", "spine", "comb", "fishbone")
BLOCK_M: Final = (85.0, 200.0)
RING_BLOCK_M: Final = 400.0
SIDE_BLOCK_M: Final = 280.0
GAPS_M: Final = (10.0, 11.0, 12.0)
HIGH_GAPS_M: Final = (13.0, 14.0)
COURTS_M: Final = (30.0, 36.0)
LOGISTICS_COURT_M: Final = 36.0


def draw(
    seed: int,
    number: int,
    place: Ground,
    angles: Sequence[float],
    modules: Mapping[str, Module],
    limits: Mapping[str, float],
) -> Choices:
    """Return the choices of one attempt: on a narrow site two of three are strips along one road."""
    rng = np.random.default_rng([seed, number])
    if is_narrow(place) and number % 3 < 2:
        return strip(rng, place, angles, modules, limits)
    pattern: Pattern = AROUND[number % len(AROUND)]
    angle = float(angles[int(rng.integers(len(angles)))] if rng.random() < 0.5 else angles[0])
    across = rng.random() < 0.4
    angle += 90.0 if across or pattern == "comb" else 0.0
    mix = _mix(rng, modules)
    high = any(modules[name].storeys[1] * modules[name].storey_height_m > HIGH_RISE_M for name in mix)
    gaps = HIGH_GAPS_M if high else GAPS_M
    logistics = any(modules[name].role == "logistics" for name in mix)
    median = float(rng.choice([0.0, 8.0, 10.0])) if pattern in {"spine", "fishbone"} else 0.0
    low, top = green_of(limits)
    return Choices(
        angle_deg=angle,
        pattern=pattern,
        belt_m=float(rng.choice([3.0, 4.0, 5.0])),
        front_m=float(rng.choice([4.0, 6.0, 10.0])),
        ring_m=8.0 if pattern == "ring" else float(rng.choice([6.0, 7.0])),
        street_m=float(rng.choice([7.0, 9.0])),
        median_m=median,
        streets=_streets(rng, pattern, extents(place, angle)[0]),
        locked_m=(),
        modules=mix,
        court_m=LOGISTICS_COURT_M if logistics else float(rng.choice(COURTS_M)),
        gap_m=float(rng.choice(gaps)),
        aligned=pattern not in {"fishbone"} and bool(rng.random() < 0.85),
        green=float(rng.uniform(low + 0.2 * (top - low), low + 0.9 * (top - low))),
        admin_share=float(rng.choice([0.04, 0.05, 0.06])),
        phases=int(rng.integers(2, 4)),
        lift=float(rng.choice([0.0, 0.0, 0.1, 1.0])),
        hole_road=bool(rng.random() < 0.5) or not place.boundary.interiors,
    )


def _mix(rng: np.random.Generator, modules: Mapping[str, Module]) -> tuple[str, ...]:
    """Return one or two modules; research towers, which cover little land, come only beside halls."""
    halls = sorted(name for name, module in modules.items() if module.court)
    others = sorted(name for name, module in modules.items() if not (module.court or module.administrative))
    if not halls:
        return tuple(others[:1])
    first = str(rng.choice(halls))
    if rng.random() < 0.35:
        return (first,)
    rest = [name for name in halls if name != first] + (others if rng.random() < 0.3 else [])
    return tuple(sorted({first, str(rng.choice(rest))})) if rest else (first,)


def _streets(rng: np.random.Generator, pattern: Pattern, width_m: float) -> tuple[float, ...]:
    """Return positions of the cross streets as shares of the width.

    A ring and a comb have none where the rows are short enough, spine and fishbone one in the middle, a grid two or
    more.
    """
    inside = max(width_m - 40.0, 1.0)
    count = max(0, round(inside / float(rng.uniform(*BLOCK_M))) - 1)
    if pattern == "ring":
        return () if inside < RING_BLOCK_M else (0.5,)
    if pattern in {"spine", "fishbone"}:
        middle = float(np.round(rng.uniform(0.42, 0.58), 3))
        each = max(0, round(inside / 2 / SIDE_BLOCK_M) - 1)
        beside = [(index + 1) / (each + 1) for index in range(each)]
        return tuple(
            sorted([middle, *(middle * share for share in beside), *(1 - (1 - middle) * share for share in beside)])
        )
    if pattern == "comb":
        middle = float(np.round(rng.uniform(0.38, 0.62), 3))
        return () if inside < RING_BLOCK_M else (middle,)
    count = max(count, 2 if inside >= 2 * BLOCK_M[0] else 1)
    shift = float(np.round(rng.uniform(-0.02, 0.02), 3))
    return tuple(round((index + 1) / (count + 1) + shift, 3) for index in range(count))
