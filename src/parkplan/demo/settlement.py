"""How land is settled: kinds of neighbourhood, their grain and uses, and to which one a cell belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo import skeleton
from parkplan.demo.cutting import nearest
from parkplan.demo.skeleton import Neighbourhood

if TYPE_CHECKING:
    from parkplan.demo.cutting import Floats, Integers, Shapes
    from parkplan.demo.terrain import Canvas

OPEN: Final = 0
"""The neighbourhood of open land: fields, ponds, woods."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Grain of a kind of neighbourhood: block and parcel size, how loose its streets are, and its mix of block uses."""

    name: str
    block_m2: float
    narrowest_m: float
    looseness: float
    parcel_m2: float
    uses: dict[str, float]


KINDS: Final = (
    Kind("open", 1e12, 0.0, 1.0, 1e12, {"0101": 1.0}),
    Kind("town", 38_000.0, 110.0, 0.8, 6_500.0,
         {"0701": 0.47, "0901": 0.13, "1001": 0.16, "0804": 0.06, "0801": 0.04, "0806": 0.02, "1401": 0.07,
          "0803": 0.02, "0902": 0.02}),
    Kind("newtown", 48_000.0, 150.0, 0.12, 17_500.0,
         {"1001": 0.47, "0802": 0.09, "0701": 0.17, "0902": 0.1, "0901": 0.04, "0804": 0.04, "1401": 0.07,
          "1403": 0.01}),
    Kind("park", 66_000.0, 140.0, 0.4, 16_500.0,
         {"1001": 0.85, "1101": 0.07, "0802": 0.02, "0701": 0.02, "1401": 0.02, "1302": 0.004}),
    Kind("works", 52_000.0, 120.0, 1.0, 12_500.0,
         {"1001": 0.82, "1101": 0.06, "0701": 0.05, "0901": 0.03, "1402": 0.03, "1302": 0.003}),
    Kind("village", 9_500.0, 56.0, 1.3, 900.0,
         {"0703": 0.88, "0704": 0.05, "0901": 0.03, "1401": 0.04}),
)  # fmt: skip
KIND_INDEX: Final = {kind.name: index for index, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Settlement:
    """The neighbourhoods of a canvas: number 0 is open land, the others have a place and a reach on the ground."""

    names: tuple[Neighbourhood, ...]
    xy: Floats
    reach_m: Floats
    kind: Integers

    @property
    def village_kind(self) -> int:
        """Index of the village among `KINDS`."""
        return KIND_INDEX["village"]

    def nearest(self, points: Floats) -> tuple[Integers, Floats]:
        """Neighbourhood nearest to each point, in units of its reach, and that ratio (below 1: inside)."""
        near = min(8, len(self.xy))
        distance, index = nearest(points, self.xy, near)
        bend = 0.16 * np.sin(points[:, 0] / 410.0 + points[:, 1] / 730.0) + 0.12 * np.sin(points[:, 1] / 290.0)
        ratio = distance / self.reach_m[index] + bend[:, None]
        best = np.argmin(ratio, axis=1)
        rows = np.arange(len(points))
        return index[rows, best] + 1, ratio[rows, best]

    def home(self, cells: Shapes) -> Integers:
        """Neighbourhood at the middle of each cell, `OPEN` outside all."""
        index, ratio = self.nearest(shapely.get_coordinates(shapely.point_on_surface(cells)))
        return np.where(ratio < 1.0, index, OPEN)

    def touches(self, cells: Shapes) -> Integers:
        """Neighbourhood that a cell reaches into, probed at its middle and half-way to its corners."""
        middle = shapely.get_coordinates(shapely.point_on_surface(cells))
        corners, cell = shapely.get_coordinates(shapely.get_exterior_ring(cells), return_index=True)
        probes = np.vstack([middle, middle[cell] * 0.4 + corners * 0.6])
        owner = np.concatenate([np.arange(len(cells)), cell])
        index, ratio = self.nearest(probes)
        order = np.lexsort((ratio, owner))
        _, first = np.unique(owner[order], return_index=True)
        best = order[first]
        return np.where(ratio[best] < 1.0, index[best], OPEN)


def settle(canvas: Canvas) -> Settlement:
    """Place the neighbourhoods on a canvas."""
    names = _many(canvas) if canvas.dense else skeleton.NEIGHBOURHOODS
    if canvas.rank == 1:
        names = (*(n for n in names if n.kind != "village"), *[n for n in names if n.kind == "village"][2:12:4])
    xy = canvas.place([(n.x, n.y) for n in names])
    reach = np.array([max(n.radius * 1000.0 * canvas.scale, 130.0) for n in names])
    kind = np.array([0, *(KIND_INDEX[n.kind] for n in names)])
    return Settlement((Neighbourhood("open", 0, 0, 0), *names), xy, reach, kind)


def _many(canvas: Canvas) -> tuple[Neighbourhood, ...]:
    """Neighbourhoods for a canvas far larger than the drawing: a jittered lattice of the same kinds."""
    rng = canvas.stream(3)
    clusters = ("electronics", "new_materials", "equipment", "appliances", "biomedicine", "safety")
    step = 1.75 / canvas.scale
    spots = [(x, y) for x in np.arange(0.3, 13.4, step) for y in np.arange(0.2, 13.2, step)]
    kinds = rng.choice(["park", "works", "town", "newtown", "village"], len(spots), p=[0.3, 0.22, 0.16, 0.06, 0.26])
    jitter = rng.uniform(-0.3, 0.3, (len(spots), 2)) * step
    radius = rng.uniform(0.7, 1.1, len(spots)) * np.where(kinds == "village", 0.25, 1.0) / canvas.scale
    lead = rng.choice(clusters, len(spots))
    return tuple(
        Neighbourhood(str(kinds[i]), x + jitter[i, 0], y + jitter[i, 1], float(radius[i]), str(lead[i]),
                      f"S{i + 10}" if kinds[i] == "park" and rng.random() < 0.5 else "")
        for i, (x, y) in enumerate(spots)
    )  # fmt: skip
