"""Pictures of enterprises as map layers: hexagons with hot and cold spots, a heat map; of all or of one cluster."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np

import parkplan
from parkplan.clusters.heat import heat
from parkplan.jobs.cluster_places import ALL
from parkplan.jobs.clusters import kept_distribution
from parkplan.jobs.derived import Derivation, derived_table, kept_table
from parkplan.model.clusters import ClusterQuestion
from parkplan.model.derived_tables import HEAT, HEXAGONS
from parkplan.model.tables import ENTERPRISES

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.frames import Loaded
    from parkplan.model.columns import Table

REVISION: Final = 1
"""Raised when the same question gets another answer."""
LEAST_PER_KM2: Final = 0.5
"""Thinner places are left clear."""
MOST_FIRMS: Final = 200_000
"""A heat map of more is not made only because somebody opens a map."""


def hexagon_table(ws: Workspace, question: ClusterQuestion, code: str = ALL) -> Loaded:
    """Return the hexagons of a cluster, or of all firms, as a table for maps.

    Raises:
        RequestError: there are no enterprises, or the areas asked for.

    """
    return derived_table(ws, HEXAGON_MAP, _version(ws, HEXAGONS, question, code), lambda: _hexagons(ws, question, code))


def hexagons_wait(ws: Workspace) -> bool:
    """Say whether a district has enterprises whose hexagons nobody has computed yet: their tests take seconds."""
    return _firms(ws) > 0 and _hexagons_in_force(ws) is None


def heat_table(ws: Workspace, question: ClusterQuestion, code: str = ALL) -> Loaded:
    """Return the heat map of a cluster, or of all firms, as a table of square cells."""
    return derived_table(ws, HEAT_MAP, _version(ws, HEAT, question, code), lambda: _heat(ws, question, code))


def _version(ws: Workspace, table: Table, question: ClusterQuestion, code: str) -> str:
    rested_on = {"enterprises", "parcels"} if table is HEXAGONS else {"enterprises"}
    known = sorted((info.name, info.version) for info in ws.tables() if info.name in rested_on)
    asked = question.model_dump_json(exclude={"by", "simulations", "growth"})
    content = f"{REVISION} {parkplan.__version__} {table.name} {known} {asked} {code}"
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _hexagons(ws: Workspace, question: ClusterQuestion, code: str) -> gpd.GeoDataFrame:
    cells = kept_distribution(ws, question).places.hexagons
    tested = {name: cells.get(f"{name}_{code}") for name in ("kind", "spot", "g_star", "p")}
    places = [f"{q}/{r}" for q, r in zip(cells["q"], cells["r"], strict=True)]
    columns = {"cell_id": places, "cluster": code, "firms": cells[f"firms_{code}"]} | tested
    return gpd.GeoDataFrame(columns, geometry=cells.geometry, crs=cells.crs, index=cells.index)


def _heat(ws: Workspace, question: ClusterQuestion, code: str) -> gpd.GeoDataFrame:
    firms = ws.read(ENTERPRISES.name)
    placed = firms[~(firms.geometry.isna() | firms.geometry.is_empty)]
    if code != ALL:
        placed = placed[placed["cluster"] == code]
    shapes, density = np.empty(0, dtype=object), np.empty(0)
    if len(placed):
        xy = np.column_stack([placed.geometry.x, placed.geometry.y])
        shapes, density = heat(xy, bandwidth_m=question.bandwidth_m).cells(LEAST_PER_KM2)
    names = [str(place) for place in range(len(shapes))]
    columns = {"cell_id": names, "cluster": [code] * len(shapes), "firms_per_km2": density}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=firms.crs)


def _hexagons_in_force(ws: Workspace) -> Loaded | None:
    """Return the hexagons of all firms, once somebody has asked for them (`hexagon_table`)."""
    return kept_table(ws, HEXAGON_MAP, _version(ws, HEXAGONS, ClusterQuestion(), ALL)) if _firms(ws) else None


def _heat_in_force(ws: Workspace) -> Loaded | None:
    return heat_table(ws, ClusterQuestion()) if 0 < _firms(ws) <= MOST_FIRMS else None


def _firms(ws: Workspace) -> int:
    return next((info.rows for info in ws.tables() if info.name == ENTERPRISES.name), 0)


HEXAGON_MAP: Final = Derivation(HEXAGONS, ENTERPRISES.name, _hexagons_in_force)
HEAT_MAP: Final = Derivation(HEAT, ENTERPRISES.name, _heat_in_force)
