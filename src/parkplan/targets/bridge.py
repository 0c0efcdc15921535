"""From targets to land: what is missing, times floor for each unit, spread over clusters, by the FAR of a typology."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from parkplan.model.options import Bridge
    from parkplan.model.typologies import Typology


@dataclass(frozen=True, slots=True)
class Need:
    """What one target needs for one cluster; NaN where the current value of the target is unknown."""

    target: str
    cluster: str
    units: float
    floor_m2: float
    land_m2: float


def needs(
    gaps: Mapping[str, float | None],
    bridges: Sequence[Bridge],
    shares: Mapping[str, float],
    typologies: Mapping[str, Typology],
) -> list[Need]:
    """Return what the targets need by cluster.

    A target that lacks g units needs g x floor by unit; a cluster takes its share of that; land is floor by the FAR of
    the typology. A target that is met needs nothing.

    Args:
        gaps: units still missing by target (below zero where it is exceeded), None where that is unknown.
        bridges: the targets that need floor.
        shares: of each cluster, which sum to 1.
        typologies: by id.

    """
    found = []
    for bridge in bridges:
        gap = gaps.get(bridge.target)
        units = np.nan if gap is None else max(0.0, gap)
        far = typologies[bridge.typology].far.value
        for cluster, share in shares.items():
            floor = units * share * bridge.floor_m2_per_unit.value
            found.append(Need(bridge.target, cluster, units * share, floor, floor / far if far > 0 else np.nan))
    return found


def cluster_shares(clusters: npt.NDArray[np.object_], known: Sequence[str]) -> dict[str, float]:
    """Return the share of each cluster among firms whose cluster is known; all alike where there is none.

    >>> cluster_shares(np.array(["a", "a", "b", None], dtype=object), ["a", "b", "c"])
    {'a': 0.6666666666666666, 'b': 0.3333333333333333, 'c': 0.0}
    """
    counts = {name: int((clusters == name).sum()) for name in known}
    total = sum(counts.values())
    return {name: count / total if total else 1 / len(known) for name, count in counts.items()}


def supply(
    clusters: npt.NDArray[np.object_], floor_m2: npt.NDArray[np.float64], known: Sequence[str]
) -> dict[str, float]:
    """Return the new floor of an option by cluster; what names no cluster is under the empty name, open to any."""
    named = np.array([name if name in known else "" for name in clusters.tolist()], dtype=object)
    return {name: float(floor_m2[named == name].sum()) for name in (*known, "")}


def covered(need: Mapping[str, float], given: Mapping[str, float]) -> float:
    """Return the share of the needed floor that an option gives: each cluster's own first, then what is open to any.

    >>> covered({"a": 100.0, "b": 100.0}, {"a": 150.0, "b": 0.0, "": 50.0})
    0.75
    """
    total = sum(need.values())
    if not total > 0:
        return 1.0 if total == 0 else float("nan")
    own = sum(min(floor, given.get(name, 0.0)) for name, floor in need.items())
    return min(1.0, (own + given.get("", 0.0)) / total)
