"""Candidate sites by an id that stays: the sites of past runs and those whose progress is kept, found again by it.

The id of a site is made from the numbers of its parcels alone, so the same parcels have the same id in every run,
whatever their rank, their order and the limits asked for. `find_site` is how other use cases (a site plan, a report)
take a site: it returns the numbers of its parcels and their joint shape as the parcels are today.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan._errors import RequestError
from parkplan.data.derived import kept_versions, read_derived, touch_derived
from parkplan.data.geoparquet import Content
from parkplan.jobs.derived import derived_table
from parkplan.jobs.pipeline import stages
from parkplan.jobs.site_layer import SITE_MAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import geopandas as gpd

    from parkplan.data.workspace import Workspace

TABLE: Final = SITE_MAP.table.name
SEPARATOR: Final = ","


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site that was found before: its id, the numbers of its parcels, their joint shape in its CRS."""

    id: str
    parcel_ids: tuple[str, ...]
    shape: shapely.Geometry


def keep_sites(ws: Workspace, table: gpd.GeoDataFrame) -> str:
    """Keep the sites of a run so that `find_site` and the map find them; return the version of the table.

    They are kept where derived tables are: in the folder of the workspace, if it is one that may be written. Nothing
    enters the journal, for the same question finds the same sites again.
    """
    if not len(table):
        return ""
    version = hashlib.sha256(Content.of(table, TABLE).to_bytes()).hexdigest()[:32]
    derived_table(ws, SITE_MAP, version, lambda: table)
    touch_derived(ws, TABLE, version)
    return version


def find_site(ws: Workspace, name: str) -> KnownSite:
    """Return the site of an id: one of a past run, or one whose progress is kept.

    Raises:
        RequestError: no such site was found before, or some of its parcels are no longer there.

    """
    known: list[str] = []
    for found, parcels in _known(ws):
        if found == name:
            return KnownSite(name, parcels, _shape(ws, name, parcels))
        known.append(found)
    few = list(dict.fromkeys(known))[:8]
    raise RequestError("no_kept_site", site=name, known=", ".join(few) or "—")


def _known(ws: Workspace) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return ids and parcels, those of the last run first."""
    for version in kept_versions(ws, TABLE):
        frame = read_derived(ws, TABLE, version)
        if frame is not None and len(frame):
            for found, parcels in zip(frame["site_id"], frame["parcels"], strict=True):
                yield str(found), tuple(str(parcels).split(SEPARATOR))
    for found, stage in stages(ws).items():
        yield found, stage.parcel_ids


def _shape(ws: Workspace, name: str, parcels: Iterable[str]) -> shapely.Geometry:
    frame = ws.read("parcels", ["parcel_id"])
    wanted = set(parcels)
    here = frame["parcel_id"].astype(str).isin(wanted).to_numpy()
    gone = wanted - set(frame["parcel_id"].astype(str)[here])
    if gone:
        raise RequestError("site_parcels_gone", site=name, parcels=", ".join(sorted(gone)[:8]))
    return shapely.union_all(np.asarray(frame.geometry[here].array, dtype=object))
