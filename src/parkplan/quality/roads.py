"""Findings on roads: dead ends that almost reach another road, where ways then make a detour or end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from parkplan.metrics.network import LEVELS, open_ends, road_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.quality.findings import Finding, Subject

OPEN_END_M: Final = 10.0
"""A dead end that misses another road by no more is most often a fault of drawing."""


def open_end_findings(roads: Subject, within_m: float = OPEN_END_M) -> Iterator[Finding]:
    """Dead ends that miss another road by little; such gaps are told, never closed."""
    lines = roads.raw.copy()
    lines[shapely.get_dimensions(lines) != 1] = None
    level = next((column for name in LEVELS if (column := roads.column(name)) is not None), None)
    heights = None if level is None else pd.to_numeric(level, errors="coerce").to_numpy(dtype=np.float64)
    for one in open_ends(road_graph(lines, heights), within_m):
        yield roads.finding(
            "open_end", one.source, "note", at=shapely.Point(one.x, one.y), measure=one.gap_m, unit="m",
            other=roads.keys[one.other] or f"#{one.other + 1}",
        )  # fmt: skip
