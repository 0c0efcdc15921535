"""What is said of hot spots: the smallest p that so many permutations can give, and when that is too large."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from parkplan.clusters.hexagons import AROUND
from parkplan.jobs.cluster_places import Places, places
from parkplan.model.clusters import ClusterQuestion

WIDTH_M = 100.0


def centre(q: int, r: int) -> tuple[float, float]:
    return WIDTH_M * (q + r / 2), WIDTH_M * np.sqrt(3) / 2 * r


def found(**asked: float) -> Places:
    """A field of 11 by 11 hexagons with a parcel each; the middle one and the six around it hold seven firms each."""
    grid = [centre(q, r) for q in range(11) for r in range(11)]
    hot = [centre(5, 5), *(centre(5 + east, 5 + north) for east, north in AROUND.tolist())]
    parcels = gpd.GeoDataFrame(geometry=[shapely.Point(place).buffer(5) for place in grid], crs=4547)
    firms = gpd.GeoDataFrame(
        {"cluster": "electronics"},
        index=pd.RangeIndex(49),
        geometry=shapely.points(np.repeat(hot, 7, axis=0)),
        crs=4547,
    )
    return places(firms, parcels, ClusterQuestion.model_validate({"cell_m": WIDTH_M, "seed": 1} | asked))


@pytest.mark.parametrize(
    ("permutations", "smallest"), [(99, 0.02), (199, 0.01), (999, 0.002), (9_999, 0.0002)]
)  # twice one in the permutations and the one that was observed: 2 x 1/100, 2 x 1/200, 2 x 1/1,000, 2 x 1/10,000
def test_the_smallest_p_is_told_and_reached(permutations: int, smallest: float) -> None:
    told = found(permutations=permutations)
    sentence = next(one for one in told.statements if one.method == "hexagons")
    assert (
        f"{permutations:,} conditional permutations (two-sided, smallest p {smallest:g}, seed 1)"
        in sentence.sentence("en")
    )
    assert f"条件置换 {permutations:,} 次（双侧，最小 p 为 {smallest:g}，种子 1）" in sentence.sentence("zh")
    assert "49 enterprises in 121 hexagons 100 m wide" in sentence.sentence("en")
    p = told.hexagons["p_all"]
    assert p.min() == pytest.approx(smallest)
    assert p[(told.hexagons["q"] == 5) & (told.hexagons["r"] == 5)].item() == p.min()
    assert "hexagons_floor" not in {one.method for one in told.statements}


def test_a_floor_above_the_rate_of_false_discoveries_leaves_nothing_and_is_said() -> None:
    """2/100 is above 1 %, 2/200 is not: 199 permutations are the fewest."""
    told = found(permutations=99, alpha=0.01)
    assert set(told.hexagons["spot_all"]) == {"none"}
    assert told.moran["p_limit"].tolist() == [0.0, 0.0]
    (floor,) = (one for one in told.statements if one.method == "hexagons_floor")
    assert floor.sentence("en") == (
        "Hot spots: with 99 permutations the smallest two-sided p is 0.02, above the false-discovery rate of 1%, so no "
        "hexagon can be significant; take 199 permutations or more."
    )
    assert "双侧 p 最小为 0.02，高于错误发现率 1%" in floor.sentence("zh")
    assert "hexagons_floor" not in {one.method for one in found(permutations=199, alpha=0.01).statements}


def test_the_discovery_rate_is_written_as_it_was_asked() -> None:
    """Alone among 121 cells the smallest p, 0.0002, passes at a rate of 121 x 0.0002 = 2.42 %, so at 2.5 % it does."""
    told = found(permutations=9_999, alpha=0.025)
    assert "false-discovery rate of 2.5%" in told.statements[0].sentence("en")
    spots = told.hexagons[told.hexagons["spot_all"] == "hot"]
    assert {(5, 5)} <= set(zip(spots["q"].tolist(), spots["r"].tolist(), strict=True))
