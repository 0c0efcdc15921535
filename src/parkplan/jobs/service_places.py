"""Where a service may be sited, parcels and the places of facilities, and where it is given today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from parkplan._errors import RequestError
from parkplan.expressions import parse
from parkplan.jobs.frames import require
from parkplan.jobs.screen import FLAGGED, judge
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.metrics.network import Tied, tied
from parkplan.model.screening import ScreeningChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from parkplan.compare.pieces import Pieces
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.services import Service, ServiceWish

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.object_]

MOST_CANDIDATES: Final = 2000
SPOT_M: Final = 15.0
"""The place of a facility is drawn as a disc of this radius; it has no land of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """m candidates, parcels first: names, the piece of land (-1 for a facility), ties to the roads, shapes, areas.

    The area of a facility is unknown (NaN).
    """

    names: Texts
    piece: Rows
    ties: Tied
    shapes: npt.NDArray[Any]
    area_m2: Numbers

    def __len__(self) -> int:
        return len(self.names)


def candidates(ws: Workspace, at: Option, pieces: Pieces, wish: ServiceWish) -> Candidates:
    """Return what may be chosen.

    Raises:
        RequestError: a parcel is not there, or there are no candidates, or too many.

    """
    rows, ties = _parcels(ws, at, wish), pieces.ties
    spots, names = _spots(ws, wish.at)
    reached = tied(pieces.streets.graph, spots)
    both = Tied(
        np.concatenate([ties.edge[rows], reached.edge]),
        np.concatenate([ties.along_m[rows], reached.along_m]),
        np.concatenate([ties.off_m[rows], reached.off_m]),
    )
    discs = shapely.buffer(shapely.points(spots), SPOT_M) if len(spots) else np.empty(0, dtype=object)
    found = Candidates(
        np.concatenate([at.state.parcel_id[rows], names]),
        np.concatenate([rows, np.full(len(spots), -1)]),
        both,
        np.concatenate([at.state.geometry[rows], discs]),
        np.concatenate([pieces.area_m2[rows], np.full(len(spots), np.nan)]),
    )
    if not 0 < len(found) <= MOST_CANDIDATES:
        raise RequestError("services_candidates", count=len(found), most=MOST_CANDIDATES)
    return found


def _parcels(ws: Workspace, at: Option, wish: ServiceWish) -> Rows:
    """Return the pieces that may be chosen: named, of a condition or flagged; not locked, not drawn."""
    names = at.state.parcel_id.tolist()
    if missing := [name for name in wish.parcels if name not in names]:
        raise RequestError("scenario_parcel_missing", subject=missing[0])
    chosen = np.array([name in wish.parcels for name in names], dtype=bool)
    if wish.where:
        rows = parse(wish.where).select(pd.DataFrame(at.district.parcels))
        chosen |= np.isin(at.state.source_row, np.flatnonzero(rows))
    elif not wish.parcels and not wish.at:
        saved = choice_in_force(ws)
        judged = judge(ws, ScreeningChoice() if saved is None else saved.choice)
        chosen |= np.isin(at.state.source_row, np.flatnonzero(judged.parcels["verdict"].isin(FLAGGED).to_numpy()))
    return np.flatnonzero(chosen & at.state.of_parcels & ~at.state.locked)


def _spots(ws: Workspace, kinds: Sequence[str]) -> tuple[Numbers, Texts]:
    """Return the places and names of the facilities of some kinds."""
    table = _facilities(ws, kinds)
    if table is None:
        return np.empty((0, 2)), np.empty(0, dtype=object)
    return _middles(table), table["facility_id"].astype(str).to_numpy(dtype=object)


def existing_places(ws: Workspace, at: Option, service: Service, pieces: Pieces) -> Tied:
    """Return the facilities that give a service, and the land of the option that does."""
    table = _facilities(ws, service.facilities)
    points = np.empty((0, 2)) if table is None else _middles(table)
    if service.typology_serves:
        points = np.concatenate([points, pieces.points[at.state.typology == service.typology]])
    return tied(pieces.streets.graph, points)


def no_places() -> Tied:
    """Return no places."""
    return Tied(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))


def _facilities(ws: Workspace, kinds: Sequence[str]) -> gpd.GeoDataFrame | None:
    """Return the facilities of some kinds that have a place."""
    if not kinds or not any(info.name == "facilities" for info in ws.tables()):
        return None
    table = require(ws, "facilities").frame
    shapes = np.array(table.geometry.array, dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return table[table["kind"].isin(kinds).to_numpy(dtype=bool, na_value=False) & there]


def _middles(table: gpd.GeoDataFrame) -> Numbers:
    return np.asarray(shapely.get_coordinates(shapely.centroid(np.array(table.geometry.array, dtype=object))))
