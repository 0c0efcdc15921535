"""What differs between options: land with another use or building, gained and lost floor, and where all agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from parkplan.compare.catalogue import LAND_CLASSES
from parkplan.metrics import overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parkplan.compare.pieces import Pieces
    from parkplan.model.scenarios import ScenarioState

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.object_]

LEAST_M2: Final = 1.0
FLOOR_SLACK: Final = 1e-6
_PROPERTIES: Final = ("typology", "cluster", "park_id", "phase")


@dataclass(frozen=True, slots=True)
class Differences:
    """n patches of land on which two options differ.

    ``geometry`` in the CRS of the workspace; ``before`` and ``after`` positions of the pieces of either option, -1
    where one has no piece there; ``area_m2`` on the scale of the parcels; ``kind``: ``gained`` where the second option
    has more floor by square metre, ``lost`` where it has less, ``changed`` where the floor is the same.
    """

    geometry: npt.NDArray[Any]
    before: Rows
    after: Rows
    area_m2: Numbers
    kind: Texts

    def __len__(self) -> int:
        return len(self.geometry)

    def area_of(self, kind: str) -> float:
        """Return the land of one kind of difference."""
        return float(self.area_m2[self.kind == kind].sum())


def difference(first: Pieces, second: Pieces) -> Differences:
    """Return where two options of one district differ in use, typology, cluster, park, phase or floor.

    Parcels that both have in their own shape are compared one to one; where either cut the land, the shapes of both
    are laid over each other. With the options exchanged gained and lost change places and all else stays.
    """
    shared, one, other = _same_shape(first.state, second.state)
    differs = _differs(first, second, one, other)
    rest = _laid_over(first, second, shared)
    parts = [(first.state.geometry[one[differs]], one[differs], other[differs], first.area_m2[one[differs]]), rest]
    geometry, before, after, area = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Differences(geometry, before, after, area, _kinds(first, second, before, after))


def transitions(found: Differences, first: Pieces, second: Pieces) -> dict[tuple[str, str], float]:
    """Return the land in m² that went from one class to another; the class is ``outside`` where there is no piece."""
    totals: dict[tuple[str, str], float] = {}
    for before, after, area in zip(found.before.tolist(), found.after.tolist(), found.area_m2.tolist(), strict=True):
        place = (_class(first, before), _class(second, after))
        if place[0] != place[1]:
            totals[place] = totals.get(place, 0.0) + area
    order = list(LAND_CLASSES)
    return dict(sorted(totals.items(), key=lambda item: (order.index(item[0][0]), order.index(item[0][1]))))


def consensus(options: Sequence[Pieces], parcels: int) -> Texts:
    """Say of each parcel of the table what the options make of it.

    Returns:
        ``as_it_is`` where no option changes it, ``agreed`` where all make the same of it, ``partly`` where some change
        it alike and others leave it, ``differ`` where they make different things of it.

    """
    signs = [_signs(one, parcels) for one in options]
    found = np.full(parcels, "as_it_is", dtype=object)
    for row in range(parcels):
        said = [sign.get(row) for sign in signs]
        changed = {one for one in said if one is not None}
        if len(changed) > 1:
            found[row] = "differ"
        elif changed:
            found[row] = "agreed" if None not in said else "partly"
    return found


def _signs(one: Pieces, parcels: int) -> dict[int, str]:
    """Return what an option makes of the parcels that it changes, as text; what has no piece left is gone."""
    state = one.state
    left = np.zeros(parcels, dtype=bool)
    left[state.part_row] = True
    found: dict[int, list[str]] = {int(row): ["gone"] for row in np.flatnonzero(~left)}
    for place in np.flatnonzero(state.changed[state.part_piece]):
        piece, row = int(state.part_piece[place]), int(state.part_row[place])
        far = "" if np.isnan(state.far[piece]) else f"{state.far[piece]:.3f}"
        own = [str(getattr(state, name)[piece]) for name in _PROPERTIES]
        sign = "|".join([str(one.land_use[piece]), far, *own, f"{state.part_share[place]:.4f}"])
        found.setdefault(row, []).append(sign)
    return {row: ";".join(sorted(said)) for row, said in found.items()}


def _class(pieces: Pieces, place: int) -> str:
    return "outside" if place < 0 else str(pieces.land_class[place])


def _same_shape(first: ScenarioState, second: ScenarioState) -> tuple[tuple[Rows, Rows], Rows, Rows]:
    """Return the pieces of both that have the same shape, paired; and those without a partner in either."""
    known = {id(shape): place for place, shape in enumerate(second.geometry.tolist())}
    partner = np.array([known.get(id(shape), -1) for shape in first.geometry.tolist()], dtype=np.int64)
    one = np.flatnonzero(partner >= 0)
    other = partner[one]
    alone = np.setdiff1d(np.arange(len(second)), other)
    return (np.flatnonzero(partner < 0), alone), one, other


def _differs(first: Pieces, second: Pieces, one: Rows, other: Rows) -> npt.NDArray[np.bool_]:
    found = first.land_use[one] != second.land_use[other]
    for name in _PROPERTIES:
        found |= getattr(first.state, name)[one] != getattr(second.state, name)[other]
    return np.asarray(found | (np.abs(_floor(first, one) - _floor(second, other)) > FLOOR_SLACK), dtype=bool)


def _laid_over(first: Pieces, second: Pieces, alone: tuple[Rows, Rows]) -> tuple[Any, Rows, Rows, Numbers]:
    """Return the patches on which pieces of different shapes differ, and land that only one option uses."""
    one, other = alone
    left, right = first.state.geometry[one], second.state.geometry[other]
    found = overlaps(gpd.GeoSeries(left), gpd.GeoSeries(right), least_m2=LEAST_M2)
    differs = _differs(first, second, one[found.left], other[found.right])
    i, j = found.left[differs], found.right[differs]
    shapes = [shapely.intersection(left[i], right[j])]
    pairs = [(one[i], other[j])]
    for mine, theirs, swap in ((left, right, False), (right, left, True)):
        rest = shapely.difference(mine, shapely.union_all(theirs)) if len(theirs) else mine
        keep = np.flatnonzero(shapely.area(rest) > LEAST_M2)
        nothing = np.full(len(keep), -1, dtype=np.int64)
        shapes.append(rest[keep])
        pairs.append((nothing, other[keep]) if swap else (one[keep], nothing))
    geometry = np.concatenate(shapes)
    before, after = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return geometry, before, after, shapely.area(geometry) * _scale(first)


def _scale(pieces: Pieces) -> float:
    planar = float(shapely.area(pieces.state.geometry).sum())
    return float(pieces.area_m2.sum()) / planar if planar > 0 else 1.0


def _floor(pieces: Pieces, rows: Rows) -> Numbers:
    """Return the floor by square metre of land of some pieces, 0 where there is no piece or it is unknown."""
    there = rows >= 0
    far = np.nan_to_num(pieces.far)
    return np.where(there, far[np.maximum(rows, 0)] if len(far) else 0.0, 0.0)


def _kinds(first: Pieces, second: Pieces, before: Rows, after: Rows) -> Texts:
    more = _floor(second, after) - _floor(first, before)
    kind = np.where(more > FLOOR_SLACK, "gained", np.where(more < -FLOOR_SLACK, "lost", "changed"))
    return np.asarray(kind, dtype=object)
