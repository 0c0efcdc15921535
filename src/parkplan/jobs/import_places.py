"""Where a file would lie by each CRS that it may be in, as small maps over the parcels that are already there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely

from parkplan.data import crs as reference
from parkplan.data.intake.place import place_text
from parkplan.jobs.frames import load, moved, transformer
from parkplan.jobs.kept import Kept
from parkplan.render.locator import locator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.crs import CrsFinding

    Shapes = NDArray[np.object_]

MOST_MARKED: Final = 300
MOST_PARCELS: Final = 1_200
MOST_CANDIDATES: Final = 8
_DEGREES: Final = "EPSG:4326"
_GEOD: Final = pyproj.Geod(ellps="GRS80")


@dataclass(frozen=True, slots=True)
class CandidatePlace:
    """One reading of a file's coordinates, and where it puts them.

    ``on_land`` is the share of the shapes that lie on parcels of the workspace, ``away_m`` the distance from its
    extent; both None where the workspace is empty.
    """

    statement: str
    title: str
    reasons: tuple[str, ...]
    place: str
    on_land: float | None
    away_m: float | None
    picture: str


@dataclass(frozen=True)
class Surroundings:
    """What a workspace has already, in degrees."""

    land: Shapes
    parcels: Shapes
    tree: shapely.STRtree | None


_around: Final = Kept[tuple[str, ...], Surroundings](limit=4)


def candidate_places(ws: Workspace, geometry: Shapes, told: CrsFinding) -> tuple[CandidatePlace, ...]:
    """Return the reading that was chosen, if any, and the others in the order of their scores."""
    chosen = () if told.statement is None else ((told.statement, str(told.chosen), told.reasons),)
    others = [(each.statement, each.crs, each.reasons) for each in told.candidates if each.statement != told.statement]
    around = surroundings(ws)
    return tuple(_place(around, geometry, each) for each in (*chosen, *others)[:MOST_CANDIDATES])


def surroundings(ws: Workspace) -> Surroundings:
    """Return the streets and parcels of a workspace, else whatever it has."""
    infos = {info.name: info for info in ws.tables() if info.bounds is not None}
    names = [name for name in ("streets", "parcels") if name in infos] or list(infos)[:1]
    place = (ws.address, *(infos[name].version for name in names))

    def make() -> Surroundings:
        shapes = {name: _in_degrees(ws, name) for name in names}
        land = shapes.get("streets", np.array([], dtype=object))
        parcels = np.concatenate([shapes[name] for name in names if name != "streets"] or [land[:0]])
        tree = shapely.STRtree(parcels if len(parcels) else land) if names else None
        return Surroundings(land, parcels, tree)

    return _around.get(place, make)


def _in_degrees(ws: Workspace, name: str) -> Shapes:
    loaded = load(ws, name)
    assert loaded is not None  # noqa: S101 -- it was listed a moment ago
    shapes = loaded.geometry[~shapely.is_missing(loaded.geometry) & ~shapely.is_empty(loaded.geometry)]
    way = transformer(loaded.crs, _DEGREES)
    return np.asarray(shapely.transform(shapes, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1]))))


def _sample(shapes: Shapes, most: int) -> Shapes:
    there: Shapes = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    return there[:: max(1, -(-len(there) // most))]


def _place(around: Surroundings, geometry: Shapes, said: tuple[str, str, tuple[str, ...]]) -> CandidatePlace:
    statement, title, reasons = said
    source = reference.parse_crs(statement)
    way = pyproj.Transformer.from_crs(source.crs, source.crs.geodetic_crs or _DEGREES, always_xy=True)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        plain = source.plain(xy)
        return np.column_stack(way.transform(plain[:, 0], plain[:, 1]))

    shapes = np.asarray(shapely.transform(_sample(geometry, MOST_MARKED), move))
    shapes = shapes[np.isfinite(shapely.bounds(shapes)).all(axis=1)]
    bounds = tuple(float(value) for value in shapely.total_bounds(shapes))
    west, south, east, north = bounds
    return CandidatePlace(
        statement=statement,
        title=title,
        reasons=reasons,
        place=place_text((west, south, east, north)),
        on_land=_on_land(around, shapes),
        away_m=_away_m(around, shapely.box(*bounds)) if len(shapes) else None,
        picture=_picture(around, shapes),
    )


def _picture(around: Surroundings, shapes: Shapes, width: int = 300, height: int = 210) -> str:
    return locator(around.land, _sample(around.parcels, MOST_PARCELS), shapes, width=width, height=height)


def _on_land(around: Surroundings, shapes: Shapes) -> float | None:
    if around.tree is None or not len(shapes):
        return None
    points = shapely.point_on_surface(shapes)
    return len(np.unique(around.tree.query(points, predicate="intersects")[0])) / len(points)


def _away_m(around: Surroundings, there: shapely.Geometry) -> float | None:
    whole = np.concatenate([around.land, around.parcels])
    if not len(whole):
        return None
    home = shapely.box(*shapely.total_bounds(whole))
    first, second = shapely.get_coordinates(shapely.shortest_line(home, there))
    return float(_GEOD.inv(*first, *second)[2])


def preview_picture(ws: Workspace, shapes: Sequence[shapely.Geometry] | Shapes, *, width: int, height: int) -> str:
    """Return the geometry of a result, which is in the CRS of the workspace, over what is there already."""
    some = _sample(np.asarray(shapes, dtype=object), MOST_PARCELS)
    wkt = ws.crs.to_wkt()
    placed = np.array([moved(shape, wkt) for shape in some], dtype=object)
    return _picture(surroundings(ws), placed, width, height)
