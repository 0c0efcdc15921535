"""What edits make of the land: figures that can be checked by hand on a row of squares."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from parkplan.layout.scenario import apply_edits, base_state, grouped_edits
from parkplan.model.scenarios import Edit


@pytest.fixture
def row_of_four() -> gpd.GeoDataFrame:
    """Four squares of 100 m side by side."""
    return gpd.GeoDataFrame(
        {
            "parcel_id": ["A", "B", "C", "D"],
            "land_use": ["1001", "1001", None, "0701"],
            "cluster": ["electronics", None, None, None],
            "park_id": ["K1", "K1", "K1", None],
        },
        geometry=[shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(4)],
        crs="EPSG:4547",
    )


def test_without_edits_nothing_is_changed(row_of_four: gpd.GeoDataFrame) -> None:
    state = base_state(row_of_four)
    assert state.parcel_id.tolist() == ["A", "B", "C", "D"]
    assert state.land_use.tolist() == ["1001", "1001", None, "0701"]
    assert not state.changed.any()
    assert (state.part_piece.tolist(), state.part_row.tolist()) == ([0, 1, 2, 3], [0, 1, 2, 3])
    assert state.part_share.tolist() == [1.0] * 4


def test_the_later_edit_wins_and_none_takes_it_back(row_of_four: gpd.GeoDataFrame) -> None:
    state = apply_edits(
        row_of_four,
        [
            Edit("use", ("A", "B"), "1101"),
            Edit("use", ("B",), "0701"),
            Edit("use", ("A",), None),
            Edit("far", ("C",), 2),
            Edit("phase", ("D",), 3),
            Edit("cluster", ("A",), None),
        ],
    )
    assert state.land_use.tolist() == ["1001", "0701", None, "0701"]
    assert state.far[2] == 2.0
    assert state.phase.tolist() == [0, 0, 0, 3]
    assert state.cluster[0] == "electronics"
    assert state.changed.tolist() == [False, True, True, True]


def test_a_locked_parcel_keeps_what_it_has(row_of_four: gpd.GeoDataFrame) -> None:
    road = shapely.box(0, 40, 100, 50).wkt
    edits = [Edit("lock", ("A",), True), Edit("use", ("A", "B"), "1101"), Edit("road", ("A",), shape=road, id="road-1")]
    state = apply_edits(row_of_four, edits)
    assert state.land_use.tolist() == ["1001", "1101", None, "0701"]
    assert [(one.key, one.subject) for one in state.refused] == [("scenario_parcel_locked", "A")] * 2
    freed = apply_edits(row_of_four, [*edits[:1], Edit("lock", ("A",), False), *edits[1:]])
    assert len(freed) == 5
    assert not freed.refused


def test_a_split_keeps_the_area_and_shares_what_the_parcel_counts(row_of_four: gpd.GeoDataFrame) -> None:
    line = shapely.LineString([(130, -5), (130, 105)]).wkt
    state = apply_edits(row_of_four, [Edit("typology", ("B",), "logistics"), Edit("split", ("B",), shape=line)])
    assert state.parcel_id.tolist() == ["A", "C", "D", "B/1", "B/2"]
    assert shapely.area(state.geometry[3:]).tolist() == pytest.approx([7000, 3000])
    assert state.part_share[state.part_row == 1].tolist() == pytest.approx([0.7, 0.3])
    assert state.typology.tolist() == [None, None, None, "logistics", "logistics"]
    missed = apply_edits(row_of_four, [Edit("split", ("C",), shape=line)])
    assert [one.key for one in missed.refused] == ["scenario_split_misses"]


def test_a_merge_joins_what_touches_and_nothing_else(row_of_four: gpd.GeoDataFrame) -> None:
    state = apply_edits(row_of_four, [Edit("merge", ("A", "B", "C")), Edit("use", ("A+2",), "1101")])
    assert state.parcel_id.tolist() == ["D", "A+2"]
    assert shapely.area(state.geometry[1]) == pytest.approx(30_000)
    assert state.part_row[state.part_piece == 1].tolist() == [0, 1, 2]
    assert (state.land_use[1], state.cluster[1], state.park_id[1]) == ("1101", "electronics", "K1")
    apart = apply_edits(row_of_four, [Edit("merge", ("A", "D")), Edit("merge", ("A", "X"))])
    assert [one.key for one in apart.refused] == ["scenario_merge_apart", "scenario_parcel_missing"]
    assert len(apart) == 4


def test_a_drawn_road_takes_its_land_from_the_parcels_and_can_be_moved_and_removed(
    row_of_four: gpd.GeoDataFrame,
) -> None:
    first = Edit("road", ("A", "B"), shape=shapely.box(0, 40, 200, 60).wkt, id="road-1")
    state = apply_edits(row_of_four, [first])
    assert shapely.area(state.geometry).tolist() == pytest.approx([8000, 8000, 10_000, 10_000, 4000])
    assert (state.typology[4], state.drawn[4], state.source_row[4]) == ("road", "road", -1)
    assert state.part_share.tolist() == pytest.approx([0.8, 0.8, 1, 1])
    moved = apply_edits(
        row_of_four, [first, Edit("road", ("D",), shape=shapely.box(300, 0, 400, 100).wkt, id="road-1")]
    )
    assert moved.parcel_id.tolist() == ["A", "B", "C", "road-1"]
    assert shapely.area(moved.geometry).sum() == pytest.approx(40_000)
    removed = apply_edits(row_of_four, [first, Edit("road", (), id="road-1")])
    assert len(removed) == 4
    assert not removed.changed.any()


def test_land_is_neither_made_nor_lost(row_of_four: gpd.GeoDataFrame) -> None:
    line = shapely.LineString([(0, 30), (400, 70)])
    edits = [
        Edit("split", ("A",), shape=line.wkt),
        Edit("merge", ("A/1", "B"), id="M"),
        Edit("green", (), shape=shapely.box(50, 20, 260, 55).wkt, id="green-1"),
        Edit("road", (), shape=line.buffer(8).intersection(shapely.box(0, 0, 400, 100)).wkt, id="road-1"),
    ]
    state = apply_edits(row_of_four, edits)
    assert not state.refused
    assert shapely.area(state.geometry).sum() == pytest.approx(40_000, abs=4)
    left, right = shapely.STRtree(state.geometry).query(state.geometry, predicate="overlaps")
    assert shapely.area(shapely.intersection(state.geometry[left], state.geometry[right])).sum() == pytest.approx(
        0, abs=1
    )
    assert np.all(np.bincount(state.part_row, state.part_share) <= 1 + 1e-9)


def test_an_answer_by_parcel_becomes_few_edits() -> None:
    assert grouped_edits("phase", ["A", "B", "C"], [1, 2, 1]) == [
        Edit("phase", ("A", "C"), 1),
        Edit("phase", ("B",), 2),
    ]
