"""Layouts: which building goes where in a parcel, as rectangles (or an L) in its frame, front at the bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.demo.settlement import KIND_INDEX

if TYPE_CHECKING:
    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.register import Register

GAP_M: Final = 9.0


@dataclass(frozen=True, slots=True)
class Cells:
    """Rectangles in parcel frames: bounds (x0, y0, x1, y1), parcel (row of the frame), use, storeys, and L-shape flag.

    A cell is an L where ``notch`` is positive: that share of both sides is cut out of a rear corner.
    """

    bounds: Floats
    parcel: Integers
    use: Shapes
    storeys: Integers
    notch: Floats

    def rings(self) -> Floats:
        """Outlines as an array (n, 7, 2); a rectangle is an L whose notch has no size."""
        x0, y0, x1, y1 = self.bounds.T
        cx, cy = x1 - (x1 - x0) * self.notch, y1 - (y1 - y0) * self.notch
        x = np.stack([x0, x1, x1, cx, cx, x0, x0], axis=1)
        y = np.stack([y0, y0, cy, cy, y1, y1, y0], axis=1)
        return np.stack([x, y], axis=-1)


@dataclass(frozen=True, slots=True)
class Grain:
    """How a use is built: pitch of the grid, size of a building in it, storeys and the most buildings of a parcel."""

    use: str
    pitch_m: tuple[float, float]
    size_m: tuple[float, float]
    storeys: tuple[int, int]
    most: int


GRAINS: Final[dict[str, Grain]] = {
    "0701": Grain("residential", (62.0, 46.0), (44.0, 16.0), (6, 18), 6),
    "0703": Grain("residential", (17.0, 16.5), (11.0, 10.0), (2, 4), 3),
    "0704": Grain("public", (40.0, 36.0), (24.0, 14.0), (2, 3), 1),
    "0801": Grain("public", (70.0, 60.0), (48.0, 18.0), (4, 9), 2),
    "0802": Grain("office", (64.0, 58.0), (44.0, 24.0), (5, 14), 3),
    "0803": Grain("public", (80.0, 70.0), (52.0, 40.0), (2, 4), 1),
    "0804": Grain("public", (72.0, 52.0), (56.0, 17.0), (4, 5), 6),
    "0806": Grain("public", (74.0, 60.0), (52.0, 24.0), (5, 12), 2),
    "0901": Grain("commercial", (72.0, 62.0), (52.0, 40.0), (2, 5), 1),
    "0902": Grain("commercial", (62.0, 62.0), (36.0, 36.0), (10, 24), 2),
    "1101": Grain("warehouse", (90.0, 64.0), (76.0, 46.0), (1, 2), 4),
    "1301": Grain("public", (50.0, 40.0), (24.0, 16.0), (1, 2), 1),
    "1302": Grain("public", (60.0, 50.0), (26.0, 18.0), (1, 2), 2),
    "1306": Grain("public", (50.0, 40.0), (18.0, 12.0), (2, 3), 1),
    "1310": Grain("public", (50.0, 40.0), (32.0, 16.0), (3, 4), 1),
    "1303": Grain("public", (50.0, 40.0), (26.0, 14.0), (1, 2), 1),
}


def lay_out(register: Register, rows: Integers, width: Floats, depth: Floats, rng: np.random.Generator) -> Cells:
    """Cells of all parcels; ``width`` and ``depth`` are half extents of the room inside the setback."""
    use = register.use[rows].astype(str)
    found = [_factories(register, rows, np.flatnonzero(register.industrial[rows]), width, depth, rng)]
    for code, grain in GRAINS.items():
        here = np.flatnonzero(use == code)
        if len(here):
            tall = register.kind[rows[here]] == KIND_INDEX["newtown"]
            found.append(_grid(here, grain, tall, width[here], depth[here], rng))
    return Cells(*(np.concatenate([getattr(c, n) for c in found]) for n in Cells.__slots__))


def _grid(rows: Integers, grain: Grain, tall: Flags, width: Floats, depth: Floats, rng: np.random.Generator) -> Cells:
    """Buildings of one size on a grid, fewer where the parcel is small."""
    nx = np.clip(np.round(2 * width / grain.pitch_m[0]), 1, grain.most).astype(int)
    ny = np.clip(np.round(2 * depth / grain.pitch_m[1]), 1, np.maximum(1, grain.most // nx)).astype(int)
    cell, i, j = _spread(nx, ny)
    pitch = np.column_stack([2 * width / nx, 2 * depth / ny])[cell]
    size = np.minimum(np.array(grain.size_m) * rng.uniform(0.85, 1.15, (len(cell), 2)), pitch - 5.0)
    size = np.maximum(size, 5.0)
    middle = np.column_stack([-width[cell] + pitch[:, 0] * (i + 0.5), -depth[cell] + pitch[:, 1] * (j + 0.5)])
    low, high = grain.storeys
    storeys = rng.integers(low, high + 1, len(rows))
    storeys = np.where(tall & (grain.use in ("residential", "office", "commercial")), storeys + high // 2, storeys)
    return Cells(
        np.hstack([middle - size / 2, middle + size / 2]),
        rows[cell],
        np.full(len(cell), grain.use, dtype=object),
        storeys[cell],
        np.zeros(len(cell)),
    )


def _spread(nx: Integers, ny: Integers) -> tuple[Integers, Integers, Integers]:
    """Row, column and line of every place of grids of different sizes."""
    count = nx * ny
    row = np.repeat(np.arange(len(nx)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return row, place % nx[row], place // nx[row]


def _factories(
    register: Register, all_rows: Integers, rows: Integers, width: Floats, depth: Floats, rng: np.random.Generator
) -> Cells:
    """Workshops behind an office and dormitory band at the front, with tin sheds where land is badly used."""
    w, d = width[rows], depth[rows]
    status = register.status[all_rows[rows]]
    low = status == "low_efficiency"
    deep = np.where((2 * d > 62) & (2 * w > 34) & (rng.random(len(rows)) < 0.62), rng.uniform(13, 17, len(rows)), 0.0)
    partly = np.isin(status.astype(str), ["partly_unused", "under_construction"])
    rear = d - np.where(partly, 0.9 * d, 0.0)
    shed = np.where(low & (2 * d > 48) & (rng.random(len(rows)) < 0.4), 9.0, 0.0)
    top = rear - np.where(shed > 0, shed + 4.0, 0.0)
    deep = np.where(top + d - deep - GAP_M > 12.0, deep, 0.0)
    bottom = -d + np.where(deep > 0, deep + GAP_M, 0.0)
    found = [_halls(rows, w, bottom, top, low, rng)]
    band = deep > 0
    found.append(_band(rows[band], w[band], -d[band], deep[band], rng))
    sheds = shed > 0
    span = w[sheds] * rng.uniform(0.3, 0.9, sheds.sum())
    found.append(_one(rows[sheds], np.column_stack([-span, (rear - shed)[sheds], span, rear[sheds]]), "shed", 1))
    return Cells(*(np.concatenate([getattr(c, n) for c in found]) for n in Cells.__slots__))


def _halls(rows: Integers, w: Floats, bottom: Floats, top: Floats, low: Flags, rng: np.random.Generator) -> Cells:
    room = 2 * w * (top - bottom)
    number = np.clip(np.round(room / rng.choice([5200.0, 6800.0, 9000.0], len(rows))), 1, 9)
    aspect = 2 * w / (top - bottom)
    nx = np.clip(np.round(np.sqrt(number * aspect)), 1, 5).astype(int)
    ny = np.clip(np.round(number / nx), 1, 4).astype(int)
    cell, i, j = _spread(nx, ny)
    pitch = np.column_stack([2 * w / nx, (top - bottom) / ny])[cell]
    full = pitch - GAP_M * (np.column_stack([nx, ny])[cell] > 1)
    taken = rng.uniform(0.72, 1.0, (len(cell), 2)) * np.where(low, 0.86, 1.0)[cell][:, None]
    size = np.maximum(full * taken, 6.0)
    slack = np.maximum(pitch - GAP_M / 2 - size, 0.0)
    corner = np.column_stack([-w[cell] + pitch[:, 0] * i, bottom[cell] + pitch[:, 1] * j])
    at = corner + slack * rng.choice([0.0, 0.5, 1.0], (len(cell), 2), p=[0.3, 0.4, 0.3])
    bent = (size.min(axis=1) > 38) & (rng.random(len(cell)) < 0.3)
    notch = np.where(bent, rng.uniform(0.3, 0.55, len(cell)), 0.0)
    return Cells(
        np.hstack([at, at + size]),
        rows[cell],
        np.full(len(cell), "workshop", dtype=object),
        np.ones(len(cell), dtype=int),
        notch,
    )


def _band(rows: Integers, w: Floats, front: Floats, deep: Floats, rng: np.random.Generator) -> Cells:
    """Office at one end of the front band and, on wide parcels, a dormitory at the other."""
    side = rng.choice([-1.0, 1.0], len(rows))
    reach = np.clip(w * rng.uniform(0.6, 0.95, len(rows)), 9.0, 38.0)
    x0 = np.where(side < 0, -w, w - reach)
    office = _one(rows, np.column_stack([x0, front, x0 + reach, front + deep]), "office", rng.integers(3, 6, len(rows)))
    wide = (2 * w > reach + 46.0) & (rng.random(len(rows)) < 0.55)
    far = np.clip(w[wide] * 0.8, 20.0, 40.0)
    x1 = np.where(side[wide] < 0, w[wide] - far, -w[wide])
    bounds = np.column_stack([x1, front[wide], x1 + far, front[wide] + deep[wide] * 0.95])
    dormitory = _one(rows[wide], bounds, "dormitory", rng.integers(4, 7, int(wide.sum())))
    return Cells(*(np.concatenate([getattr(c, n) for c in (office, dormitory)]) for n in Cells.__slots__))


def _one(rows: Integers, bounds: Floats, use: str, storeys: int | Integers) -> Cells:
    count = len(rows)
    return Cells(
        bounds,
        rows,
        np.full(count, use, dtype=object),
        np.broadcast_to(np.asarray(storeys, dtype=np.int64), (count,)),
        np.zeros(count),
    )
