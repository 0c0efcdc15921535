"""A cluster distribution as files: all tables in a workbook or GeoPackage, or the table of clusters by area."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from parkplan.data.export import Origin, write_tables
from parkplan.data.files import write_whole
from parkplan.i18n import LANGUAGES
from parkplan.jobs.book_tables import BOOK
from parkplan.jobs.cluster_books import clusters_book, distance_curves

if TYPE_CHECKING:
    from parkplan.jobs.clusters import Clusters

PACKAGE: Final = ".gpkg"


def cluster_tables(found: Clusters) -> dict[str, pd.DataFrame]:
    """Return all tables of a distribution by name, the one that stands for it first."""
    return {
        "clusters_by_area": found.by_cluster,
        "cluster_areas": found.areas,
        "cluster_concentration": found.concentration,
        "cluster_autocorrelation": found.places.moran,
        "cluster_hexagons": found.places.hexagons,
        "cluster_outlines": found.places.outlines,
        "cluster_outline_notes": found.places.outline_notes,
        "cluster_distances": distance_curves(found),
        "cluster_quality": found.quality,
        "cluster_space": found.space,
        "cluster_land": found.land,
        "cluster_methods": _methods(found),
    }


def export_clusters(found: Clusters, out: str | Path) -> Path:
    """Write a distribution; a workbook (with live formulas) and a GeoPackage take all tables, others that by area.

    Raises:
        RequestError: the ending is unknown.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    path = Path(out)
    if path.suffix.lower() == BOOK:
        write_whole(path, clusters_book(found).content())
        return path
    tables = cluster_tables(found)
    if path.suffix.lower() != PACKAGE:
        tables = {name: tables[name] for name in list(tables)[:1]}
    crs = found.areas.crs
    frames = {name: _with_shape(frame, crs) for name, frame in tables.items()}
    origin = Origin(source=f"parkplan clusters --by {found.question.by}", synthetic=found.synthetic)
    return write_tables(frames, path, origins=dict.fromkeys(frames, origin))


def _with_shape(frame: pd.DataFrame, crs: object) -> gpd.GeoDataFrame:
    if isinstance(frame, gpd.GeoDataFrame):
        return frame
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame), index=frame.index, crs=crs))


def _methods(found: Clusters) -> pd.DataFrame:
    rows = [
        {"statistic": item.method, "subject": "", "n": item.n, "given": True}
        | {f"text_{each}": item.sentence(each) for each in LANGUAGES}
        for item in found.statements
    ]
    rows += [
        {"statistic": item.statistic, "subject": item.subject, "n": item.n, "given": False}
        | {f"text_{each}": item.sentence(each) for each in LANGUAGES}
        for item in found.refusals
    ]
    return pd.DataFrame(rows)
