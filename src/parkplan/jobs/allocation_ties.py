"""What neighbours bring together: common edges within a cluster or typology, and pairs in conflict with housing.

Between a free parcel and one that stays, such a term is a value of the free parcel's choice; between two free parcels
it is a bond (`parkplan.layout.allocation_bonds`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parkplan.jobs.allocation_apart import near_housing
from parkplan.layout.allocation_bonds import Bonds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from parkplan.compare.district import District
    from parkplan.compare.measures import Library
    from parkplan.compare.pieces import Pieces
    from parkplan.model.allocation import Use
    from parkplan.model.scenarios import ScenarioState
    from parkplan.sites.contiguity import Contiguity

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.object_]
    Both = tuple[int, Rows, int, Rows, float]
    """Two pieces, the uses of each that count (0 for what stays as it is), and what they bring together."""


@dataclass(frozen=True, slots=True, eq=False)
class Tie:
    """``change`` (n, k): with neighbours that stay, against the land as it is; ``bonds`` of two free parcels."""

    change: Numbers
    bonds: Bonds


def like_ties(
    state: ScenarioState, graph: Contiguity, places: Rows, uses: Sequence[Use], here: Texts
) -> dict[str, Tie]:
    """Return metres of common edge within a cluster and within a typology; ``here`` is each piece's cluster today."""
    kinds: dict[str, tuple[list[str | None], Texts]] = {
        "like_clusters_m": ([use.cluster for use in uses], here),
        "like_typologies_m": ([use.typology for use in uses], state.typology),
    }
    free = np.isin(np.arange(len(state)), places)
    edges = np.flatnonzero((graph.shared_m > 0) & (free[graph.left] | free[graph.right]))
    found = {}
    for name, (labels, today) in kinds.items():
        groups = {label: _are(labels, label) for label in labels[1:] if label is not None}
        found[name] = _tie(places, len(uses), len(state), _alike(graph, edges, free, groups, today))
    return found


def _are(labels: Sequence[str | None], label: str) -> Rows:
    """Return the uses of a label, the land as it is left out."""
    return np.array([place for place, one in enumerate(labels) if place > 0 and one == label], dtype=np.int64)


def _alike(
    graph: Contiguity, edges: Rows, free: npt.NDArray[np.bool_], groups: dict[str, Rows], today: Texts
) -> Iterable[Both]:
    nothing, stays = np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for edge in edges.tolist():
        left, right = int(graph.left[edge]), int(graph.right[edge])
        for label in dict.fromkeys([*groups, today[left]]):
            if label is None:
                continue
            sides = []
            for piece in (left, right):
                now = stays if today[piece] == label else nothing
                sides.append(np.concatenate([now, groups.get(label, nothing)]) if free[piece] else now)
            yield left, sides[0], right, sides[1], float(graph.shared_m[edge])


def conflict_ties(
    district: District, by_use: Sequence[Pieces], places: Rows, uses: Sequence[Use], library: Library
) -> dict[str, Tie]:
    """Return pairs of industry and housing closer than the protective distance."""
    pairs = near_housing(district, by_use, places, uses, library)
    found = ((plant, dirties, dwelling, homes, 1.0) for plant, dirties, dwelling, homes in pairs)
    return {"conflict_pairs": _tie(places, len(uses), len(by_use[0].area_m2), found)}


def _tie(places: Rows, uses: int, pieces: int, pairs: Iterable[Both]) -> Tie:
    row = np.full(pieces, -1, dtype=np.int64)
    row[places] = np.arange(len(places))
    change, bonds = np.zeros((len(places), uses)), []
    for left, some, right, others, value in pairs:
        one, two = int(row[left]), int(row[right])
        if not (len(some) and len(others)):
            continue
        if one >= 0 and two >= 0:
            bonds.append((one * uses + some, two * uses + others, value))
        elif one >= 0:
            change[one, some] += value
        else:
            change[two, others] += value
    return Tie(change - change[:, :1], Bonds.of(bonds, len(places) * uses))
