"""Contiguous blocks of real vacant land agree with the queen components of another library."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from parkplan.metrics import blocks

FILE = (
    Path(__file__).parents[2].parent
    / "shared/data/philadelphia_vacant_land_2024/philadelphia_vacant_land_2024_06_24.gpkg"
)
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the real data set is not at {FILE}")
ROWS = 12_000


@pytest.fixture(scope="module")
def land() -> gpd.GeoDataFrame:
    found = pyogrio.read_dataframe(FILE, columns=[])
    found = found[shapely.is_valid(found.geometry.array)]
    order = np.argsort(shapely.get_y(shapely.centroid(found.geometry.array)))
    return gpd.GeoDataFrame(found.iloc[order[:ROWS]].reset_index(drop=True))


def same_partition(land: gpd.GeoDataFrame, theirs: np.ndarray) -> bool:
    """Whether each of our blocks is one of theirs, and the other way about."""
    ours = blocks(land, np.ones(len(land), dtype=bool), 0.0)["block_id"].to_numpy(dtype=np.int64)
    pairs = pd.DataFrame({"ours": ours, "theirs": theirs}).drop_duplicates()
    assert (np.bincount(ours) > 1).sum() > 100
    return bool(pairs["ours"].is_unique and pairs["theirs"].is_unique)


def test_blocks_are_the_queen_components_of_libpysal(land: gpd.GeoDataFrame) -> None:
    # queen contiguity knows no overlaps, which the register has: without them both must agree
    graph = pytest.importorskip("libpysal.graph")
    shapes = np.asarray(land.geometry.array, dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first != second], second[first != second]
    over = first[~shapely.touches(shapes[first], shapes[second])]
    apart = land.drop(index=np.unique(over)).reset_index(drop=True)
    assert len(apart) > 0.8 * len(land)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        queen = graph.Graph.build_contiguity(apart, rook=False, strict=True)
    assert same_partition(apart, queen.component_labels.to_numpy())


def test_blocks_are_those_of_all_parcels_that_meet(land: gpd.GeoDataFrame) -> None:
    graph = pytest.importorskip("libpysal.graph")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meeting = graph.Graph.build_fuzzy_contiguity(land, predicate="intersects")
    assert same_partition(land, meeting.component_labels.to_numpy())
