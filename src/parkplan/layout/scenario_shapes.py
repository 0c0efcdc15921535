"""Edits that cut or join land: merge, split, and roads and greens drawn over parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from parkplan.layout.scenario_work import LEAST_M2
from parkplan.model.scenarios import DRAWN_TYPOLOGY

if TYPE_CHECKING:
    from parkplan.layout.scenario_work import Parts, Work
    from parkplan.model.scenarios import Edit


def merge(work: Work, edit: Edit) -> None:
    """Make one piece of several that touch; it has the properties of the largest."""
    refused = len(work.refused)
    rows = [int(row) for row in work.open_rows(edit)]
    if len(work.refused) > refused:
        return
    whole = polygons(shapely.union_all(work.geometry[rows], axis=None))
    if len(rows) < 2 or len(whole) != 1:
        work.refuse(edit, "scenario_merge_apart", "、".join(edit.parcels))
        return
    largest = rows[int(np.argmax(shapely.area(work.geometry[rows])))]
    name = edit.id or merged_name(edit)
    if work.taken(name) and name not in edit.parcels:
        work.refuse(edit, "scenario_name_taken", name)
        return
    shares: dict[int, float] = {}
    for row in rows:
        for source, share in work.parts_of(row):
            shares[source] = shares.get(source, 0.0) + share
    work.remove(rows)
    work.add(largest, [name], whole, [tuple(sorted(shares.items()))])


def merged_name(edit: Edit) -> str:
    """Return the name of a merged piece where none is given.

    >>> from parkplan.model.scenarios import Edit
    >>> merged_name(Edit("merge", ("JH-001", "JH-002", "JH-003")))
    'JH-001+2'
    """
    return f"{edit.parcels[0]}+{len(edit.parcels) - 1}"


def split(work: Work, edit: Edit) -> None:
    """Cut a piece along a line; the new pieces are named ``<name>/1``, ``/2`` ... by falling area."""
    for row in work.open_rows(edit).tolist():
        pieces = cut_along(work.geometry[row], shapely.from_wkt(edit.shape))
        if len(pieces) < 2:
            work.refuse(edit, "scenario_split_misses", str(work.parcel_id[row]))
            continue
        whole = sum(piece.area for piece in pieces)
        parts = [_scaled(work.parts_of(row), piece.area / whole) for piece in pieces]
        names = [f"{work.parcel_id[row]}/{place}" for place in range(1, len(pieces) + 1)]
        if any(work.taken(name) for name in names):
            work.refuse(edit, "scenario_name_taken", names[0])
            continue
        work.remove([row])
        work.add(row, names, pieces, parts)


def cut_along(shape: Any, line: Any) -> list[Any]:  # noqa: ANN401  # any shapely geometry
    """Return the parts of a polygon on the sides of a line, the largest first."""
    edges = shapely.union_all([shapely.boundary(shape), line])
    faces = shapely.get_parts(shapely.polygonize([edges]))
    inside = faces[shapely.contains(shape, shapely.point_on_surface(faces))]
    kept = [face for face in inside if face.area > LEAST_M2]
    return sorted(kept, key=lambda face: (-round(face.area, 3), face.centroid.x, face.centroid.y))


def _scaled(parts: Parts, share: float) -> Parts:
    return tuple((source, part * share) for source, part in parts)


def cut(work: Work, edit: Edit) -> None:
    """Lay a drawn road or green over the land: what lies under it is no longer part of its parcel."""
    shape = shapely.make_valid(shapely.from_wkt(edit.shape))
    rows = work.meeting(shape)
    locked = [row for row in rows if work.locked[row]]
    if locked:
        work.refuse(edit, "scenario_parcel_locked", str(work.parcel_id[locked[0]]))
        return
    if work.taken(edit.id):
        work.refuse(edit, "scenario_name_taken", edit.id)
        return
    for row in rows:
        before = work.geometry[row]
        rest = shapely.union_all(polygons(shapely.difference(before, shape)))
        if rest.area <= LEAST_M2:
            work.remove([row])
        else:
            work.parts[row] = _scaled(work.parts_of(row), rest.area / before.area)
            work.geometry[row] = rest
    (new,) = work.add(None, [edit.id], [shape], [()])
    work.typology[new], work.drawn[new] = DRAWN_TYPOLOGY[edit.kind], edit.kind


def polygons(shape: Any) -> list[Any]:  # noqa: ANN401  # any shapely geometry
    """Return the polygons of a geometry, slivers left out.

    >>> len(polygons(shapely.GeometryCollection([shapely.Point(0, 0), shapely.box(0, 0, 2, 2)])))
    1
    """
    flat = shapely.get_parts(shapely.get_parts(shape))
    return [part for part in flat.tolist() if part.geom_type == "Polygon" and part.area > LEAST_M2]
