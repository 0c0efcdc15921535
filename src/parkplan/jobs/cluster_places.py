"""Where firms draw together: hexagons with local statistics, and outlines of dense groups, for all and each cluster."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan.clusters import Hexagons, Outlines, Refusal, Statement, hexagons, local_association, outlines
from parkplan.clusters.association import global_moran

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parkplan.model.clusters import ClusterQuestion

ALL: Final = "all"
LEAST_CELLS: Final = 20
"""Fewer cells have too few neighbours to draw from."""
LEAST_FIRMS: Final = 10
OUTLINE_SIZE: Final = 5
OUTLINE_SHARE: Final = 15
"""A group of a small cluster needs no more than this part of it, nor fewer than five."""
_OUTLINE_COLUMNS: Final = ("cluster", "group", "firms", "area_m2", "geometry")


@dataclass(frozen=True, slots=True)
class Places:
    """Hexagons and outlines.

    ``hexagons``: every cell that holds a parcel or a firm, with ``firms_<code>`` and where tested ``kind_<code>`` (high
    or low, each beside what), ``g_star_<code>``, ``p_<code>`` and ``spot_<code>`` (hot, cold, none); the code ``all``
    stands for all firms. ``moran``: Moran's I of each. ``outlines``: dense groups. ``outline_notes``: firms outside,
    sensitivity.
    """

    hexagons: gpd.GeoDataFrame
    moran: pd.DataFrame
    outlines: gpd.GeoDataFrame
    outline_notes: pd.DataFrame
    statements: tuple[Statement, ...]
    refusals: tuple[Refusal, ...]


def places(firms: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, question: ClusterQuestion) -> Places:
    """Return hexagons and outlines of the firms.

    Cells without a parcel or a firm are no place for firms: they are left out, and not taken for empty.
    """
    placed = firms[~(firms.geometry.isna() | firms.geometry.is_empty)]
    xy = np.column_stack([placed.geometry.x, placed.geometry.y])
    inner = parcels.geometry[~(parcels.geometry.isna() | parcels.geometry.is_empty)].representative_point()
    grid = hexagons(np.vstack([xy, np.column_stack([inner.x, inner.y])]), question.cell_m)
    chosen = {ALL: np.ones(len(placed), bool)}
    chosen |= {
        str(code): (placed["cluster"] == code).to_numpy() for code in sorted(placed["cluster"].dropna().unique())
    }
    cells, moran, refused = _cells(grid, xy, chosen, question)
    frame = gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(grid.polygons(), crs=firms.crs))
    shapes, notes, also = _outlined(xy, chosen, question, firms.crs)
    smallest = 2 / (question.permutations + 1)
    told: dict[str, float | int | str] = {
        "cells": f"{len(grid):,}",
        "width": f"{question.cell_m:g}",
        "permutations": f"{question.permutations:,}",
        "smallest": f"{smallest:.2g}",
        "alpha": f"{100 * question.alpha:g}%",
        "seed": question.seed,
    }
    statements = (
        Statement("hexagons", len(placed), told),
        *_floor(len(placed), smallest, question.alpha, told),
        Statement("outlines", len(placed), {"least": question.least_size}),
    )
    return Places(frame, moran, shapes, notes, statements, (*refused, *also))


def _floor(n: int, smallest: float, alpha: float, told: Mapping[str, float | int | str]) -> tuple[Statement, ...]:
    """Say that no cell can be significant where even the smallest p is above the rate of false discoveries."""
    if smallest <= alpha:
        return ()
    said = {name: told[name] for name in ("permutations", "smallest", "alpha")}
    return (Statement("hexagons_floor", n, said | {"needed": f"{math.ceil(2 / alpha) - 1:,}"}),)


def _cells(
    grid: Hexagons, xy: NDArray[np.float64], chosen: dict[str, NDArray[np.bool_]], question: ClusterQuestion
) -> tuple[pd.DataFrame, pd.DataFrame, list[Refusal]]:
    cell, beside = grid.cell_of(xy), grid.neighbours()
    columns: dict[str, object] = {"q": grid.q, "r": grid.r}
    rows, refused = [], []
    for code, rows_of in chosen.items():
        counts = np.bincount(cell[rows_of], minlength=len(grid))
        columns[f"firms_{code}"] = counts
        least, n = (LEAST_CELLS, len(grid)) if len(grid) < LEAST_CELLS else (LEAST_FIRMS, int(rows_of.sum()))
        if n < least:
            refused.append(Refusal("hexagons", code, "few_cells" if n == len(grid) else "few_firms", n, least))
            continue
        values = counts.astype(np.float64)
        whole = global_moran(values, beside, seed=question.seed)
        found = local_association(
            values, beside, seed=question.seed, alpha=question.alpha, permutations=question.permutations
        )
        spot = np.where(found.hot, "hot", np.where(found.cold, "cold", "none"))
        told = {"kind": found.kind, "g_star": found.g_star, "p": found.p, "spot": spot}
        columns |= {f"{name}_{code}": values for name, values in told.items()}
        spots = {"hot": int(found.hot.sum()), "cold": int(found.cold.sum()), "p_limit": found.threshold}
        rows.append({"cluster": code, "moran_i": whole.i, "expected": whole.expected, "p": whole.p, "cells": whole.n}
                    | spots)  # fmt: skip
    names = ["cluster", "moran_i", "expected", "p", "cells", "hot", "cold", "p_limit"]
    return pd.DataFrame(columns), pd.DataFrame(rows, columns=names), refused


def _outlined(
    xy: NDArray[np.float64], chosen: dict[str, NDArray[np.bool_]], question: ClusterQuestion, crs: object
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, list[Refusal]]:
    rows, notes, refused = [], [], []
    for code, rows_of in chosen.items():
        size = max(OUTLINE_SIZE, min(question.least_size, int(rows_of.sum()) // OUTLINE_SHARE))
        found = outlines(xy[rows_of], least_size=size, subject=code)
        if isinstance(found, Refusal):
            refused.append(found)
            continue
        rows += _rows(code, found)
        notes.append({"cluster": code, "firms": int(rows_of.sum()), "least_size": size, "groups": len(found.shape),
                      "outside": found.outside, "groups_half_size": found.halved,
                      "groups_double_size": found.doubled})  # fmt: skip
    frame = pd.DataFrame(rows, columns=_OUTLINE_COLUMNS)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=crs), pd.DataFrame(notes), refused


def _rows(code: str, found: Outlines) -> list[dict[str, object]]:
    return [
        {"cluster": code, "group": group + 1, "firms": int(size), "area_m2": float(shape.area), "geometry": shape}
        for group, (size, shape) in enumerate(zip(found.sizes, found.shape, strict=True))
    ]
