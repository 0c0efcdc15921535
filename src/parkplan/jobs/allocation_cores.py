"""The cores that must hang together: the parcels of a park newly given to its lead cluster, or those of a cluster."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from parkplan._errors import RequestError
from parkplan.layout.allocation import Clause
from parkplan.layout.allocation_core import Core
from parkplan.model.allocation import CLUSTERS, SPECIAL_PARKS

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.jobs.allocation_around import Around
    from parkplan.jobs.allocation_land import Land
    from parkplan.model.allocation import Wish

    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]


def core_clauses(land: Land, wish: Wish) -> list[Clause]:
    """Return a clause for each core that the free land can add to.

    Raises:
        RequestError: a name is neither a park with a lead cluster nor a cluster.

    """
    found = []
    for name in _names(land.around, wish):
        park = None if name in CLUSTERS else name
        core = _core(land, land.around.park_lead[park] if park else name, park)
        if core.new.any():
            title = land.around.park_name.get(name, name)
            found.append(Clause(f"core:{title}", cores=(core,)))
    return found


def _names(around: Around, wish: Wish) -> list[str]:
    """Return parks by their ids and clusters, each once."""
    found: list[str] = []
    of_name = {around.park_name.get(park, park): park for park in around.park_lead}
    for name in wish.connected:
        if name == SPECIAL_PARKS:
            found += around.special
        elif (one := of_name.get(name, name)) in CLUSTERS or one in around.park_lead:
            found.append(one)
        else:
            known = ", ".join([SPECIAL_PARKS, *CLUSTERS, *of_name])
            raise RequestError("optimise_connected", name=name, known=known)
    return list(dict.fromkeys(found))


def _core(land: Land, cluster: str, park: str | None) -> Core:
    inside = np.array([park is None or one == park for one in land.state.park_id.tolist()], dtype=bool)
    here = inside & np.array([one == cluster for one in land.here.tolist()], dtype=bool)
    new = land.uses_of(cluster=cluster)[None, :] & inside[land.places, None]
    member = new.copy()
    member[:, 0] = here[land.places]
    stays = here.copy()
    stays[land.places] = False
    left, right = _adjoining(land, inside, stays)
    return Core(member, new, left, right)


def _adjoining(land: Land, inside: Flags, stays: Flags) -> tuple[Rows, Rows]:
    """Return the pairs of free parcels that adjoin, or adjoin one piece of the core that stays as it is."""
    graph, row = land.around.graph, np.full(len(inside), -1, dtype=np.int64)
    row[land.places] = np.arange(len(land.places))
    pairs: set[tuple[int, int]] = set()
    label = np.full(len(inside), -1, dtype=np.int64)
    label[stays] = graph.among(np.flatnonzero(stays)).components()
    beside: dict[int, set[int]] = {}
    for one, two in zip(graph.left.tolist(), graph.right.tolist(), strict=True):
        if not (inside[one] and inside[two]):
            continue
        if row[one] >= 0 and row[two] >= 0:
            pairs.add((int(row[one]), int(row[two])))
        for free, fixed in ((one, two), (two, one)):
            if row[free] >= 0 and label[fixed] >= 0:
                beside.setdefault(int(label[fixed]), set()).add(int(row[free]))
    for around in beside.values():
        pairs.update(combinations(sorted(around), 2))
    ends = np.array(sorted((min(pair), max(pair)) for pair in pairs), dtype=np.int64).reshape(-1, 2)
    ends = np.unique(ends, axis=0)
    return ends[:, 0], ends[:, 1]
