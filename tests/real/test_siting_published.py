"""The p-median on instances of the OR-Library (Beasley 1985): their published best values, proven."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from parkplan.layout.siting import Siting, site_services
from parkplan.sites.engine import Effort

FOLDER = Path(__file__).parents[2].parent / "shared/data/orlib_pmed"
BEST = {"pmed1": 5819, "pmed2": 4093, "pmed3": 4250, "pmed4": 3034, "pmed5": 1355}


def instance(path: Path) -> tuple[np.ndarray, int]:
    """Return the ways between all vertices and how many are chosen; of an edge told twice the last length counts."""
    numbers = np.array(path.read_text(encoding="ascii").split(), dtype=np.int64)
    vertices, edges, count = numbers[:3].tolist()
    graph = np.zeros((vertices, vertices))
    for one, other, length in numbers[3 : 3 + 3 * edges].reshape(-1, 3).tolist():
        graph[one - 1, other - 1] = graph[other - 1, one - 1] = length
    return np.asarray(shortest_path(graph, directed=False)), count


@pytest.mark.parametrize("name", BEST)
def test_the_best_value_is_found_and_proven(name: str) -> None:
    path = FOLDER / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"the instances of the OR-Library are not at {FOLDER}")
    way, count = instance(path)
    found = site_services(
        Siting(way, np.ones(len(way)), np.full(len(way), np.inf)), "p_median", Effort(seconds=60), count=count
    )
    assert (found.value, found.status) == (BEST[name], "optimal")
