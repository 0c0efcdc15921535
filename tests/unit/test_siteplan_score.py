"""The open benchmark: a table of pieces from any tool is scored on a site by the checker alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from bench.sites.score import pieces_of, score, site_of
from bench.sites.shapes import OUTLINES, site
from shapely import box

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = {"far_min": 1.0, "green_min": 0.08, "separation_m": 10.0, "setback_boundary_m": 6.0}


def foreign(path: Path) -> gpd.GeoDataFrame:
    """A plan of another tool on 400 by 300 m: two halls 8 m apart, a road along the front, no green, two columns."""
    halls = [box(20, 30, 190, 280), box(198, 30, 380, 280)]
    road = box(0, 0, 400, 10)
    rest = box(0, 10, 400, 300).difference(halls[0]).difference(halls[1])
    rows = {"kind": ["building", "building", "road", "court"], "storeys": [2, 2, None, None]}
    gpd.GeoDataFrame(rows, geometry=[*halls, road, rest], crs="EPSG:4547").to_file(path)
    return gpd.read_file(path)


def test_the_plan_of_another_tool_is_scored(tmp_path: Path) -> None:
    found = score(site("rectangle_12"), pieces_of(foreign(tmp_path / "theirs.gpkg")), LIMITS)
    # floor: 2 storeys of 170 x 250 m and 182 x 250 m on 120,000 m²
    assert found["indicators"]["far"] == pytest.approx(2 * (170 + 182) * 250 / 120_000)
    rules = {one["rule"]: one for one in found["violations"]}
    assert rules["separation_m"]["value"] == pytest.approx(8.0)
    assert rules["green_min"]["value"] == 0.0
    assert "far_min" not in rules
    assert "uncovered" not in rules
    json.dumps(found)


@pytest.mark.parametrize("name", list(OUTLINES))
def test_the_files_of_the_benchmark_are_its_sites(name: str) -> None:
    read, made = site_of(f"bench/sites/{name}.geojson"), site(name)
    assert read.boundary.equals_exact(made.boundary, 1e-6)
    assert [gate.distance(other) for gate, other in zip(read.gates, made.gates, strict=True)] == pytest.approx([0, 0])
    assert len(read.access) == len(made.access) == 1
