"""What a use breaks on a parcel by itself, and what two parcels may not be together: industry and housing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.compare.breaches import breaches_of, protective_m
from parkplan.compare.district import near_pairs
from parkplan.layout.allocation import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from parkplan.compare.district import District
    from parkplan.compare.measures import Library
    from parkplan.compare.pieces import Pieces
    from parkplan.model.allocation import Use

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]
    Near = tuple[int, Rows, int, Rows]
    """An industrial piece, its uses that must keep a larger distance; a piece beside it, its uses that are housing."""

OF_BREACH: Final = {
    "far_above": "far", "far_below": "far", "height_above": "height", "off_plan": "plan", "veto": "veto",
}  # fmt: skip
"""The rule that a breach of a parcel by itself belongs to."""


def breaches_by_rule(
    district: District, tried: Sequence[Pieces], places: Rows, of_use: Rows, library: Library
) -> dict[str, Flags]:
    """Return the choices (n, k) that each rule forbids; ``tried`` are the typologies, ``of_use`` that of each use."""
    banned = {rule: np.zeros((len(places), len(tried)), dtype=bool) for rule in dict.fromkeys(OF_BREACH.values())}
    row_of = {str(tried[0].state.parcel_id[place]): row for row, place in enumerate(places.tolist())}
    for place, pieces in enumerate(tried[1:], start=1):
        for one in breaches_of(district, pieces, library.options):
            if one.rule in OF_BREACH and one.parcel in row_of:
                banned[OF_BREACH[one.rule]][row_of[one.parcel], place] = True
    return {rule: flags[:, of_use] for rule, flags in banned.items()}


def apart_of(
    district: District, by_use: Sequence[Pieces], places: Rows, uses: Sequence[Use], library: Library
) -> tuple[Flags, tuple[Row, ...]]:
    """Return choices too close to neighbours that stay, and a row for two free parcels that may not both choose so."""
    banned, rows, width = np.zeros((len(places), len(uses)), dtype=bool), [], len(uses)
    row = _rows(places, len(by_use[0].area_m2))
    for plant, dirties, dwelling, homes in near_housing(district, by_use, places, uses, library):
        one, other = int(row[plant]), int(row[dwelling])
        if one < 0 or other < 0:
            _ban(banned, (one, dirties), (other, homes))
            continue
        for some, others in _changes(dirties, homes):
            columns = np.concatenate([one * width + some, other * width + others])
            rows.append(Row(columns, np.ones(len(columns)), high=1.0))
    return banned, tuple(rows)


def near_housing(
    district: District, by_use: Sequence[Pieces], places: Rows, uses: Sequence[Use], library: Library
) -> Iterator[Near]:
    """Yield the pieces that may come too close to each other, at least one of them free.

    The distance is the larger of that of the class of industrial land and that of the cluster's workshops.
    """
    needs = {one.id: one.housing_distance_m for one in library.reuse.clusters}
    least = np.column_stack([protective_m(pieces.land_use, library.options) for pieces in by_use])
    of_cluster = np.array([0.0 if use.cluster is None else needs.get(use.cluster, 0.0) for use in uses])
    least = np.maximum(least, of_cluster[None, :])
    housing = np.column_stack([pieces.of("housing") for pieces in by_use])
    pairs = by_use[0].pairs
    if least.max(initial=0.0) > district.reach_m:
        pairs = near_pairs(by_use[0].state.geometry, places, float(least.max()))
    row = _rows(places, len(least))
    fixed = row < 0
    least[fixed, 1:], housing[fixed, 1:] = 0.0, False
    dirty, home = least.max(axis=1), np.asarray(housing.any(axis=1), dtype=bool)
    for left, right in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
        near = (pairs.distance_m < dirty[left]) & home[right] & ~(fixed[left] & fixed[right])
        for plant, dwelling, distance in zip(left[near], right[near], pairs.distance_m[near], strict=True):
            yield (
                int(plant), np.flatnonzero(least[plant] > distance), int(dwelling), np.flatnonzero(housing[dwelling])
            )  # fmt: skip


def _rows(places: Rows, pieces: int) -> Rows:
    """Return the row of each piece among the free parcels, -1 where it is not free."""
    row = np.full(pieces, -1, dtype=np.int64)
    row[places] = np.arange(len(places))
    return row


def _ban(banned: Flags, plant: tuple[int, Rows], dwelling: tuple[int, Rows]) -> None:
    """Forbid the changes of a free parcel that collide with a neighbour that stays as it is (column 0)."""
    for (row, uses), (other, fixed) in ((plant, dwelling), (dwelling, plant)):
        if row >= 0 and other < 0 and 0 in fixed:
            banned[row, uses[uses > 0]] = True


def _changes(dirties: Rows, homes: Rows) -> list[tuple[Rows, Rows]]:
    """Return the pairs of choices that collide; two parcels that collide as they are may stay so."""
    if not (0 in dirties and 0 in homes):
        return [(dirties, homes)]
    return [pair for pair in ((dirties[dirties > 0], homes), (dirties, homes[homes > 0])) if all(map(len, pair))]
