"""Phases of construction: from the main gate outwards, so that each phase is reached over land already built."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely import Point

    from parkplan.model.siteplan import Piece


def phased(pieces: Sequence[Piece], gate: Point, count: int) -> list[Piece]:
    """Return the pieces with their phases: buildings in order of distance from the gate, equal floor area to each.

    Administration and roads come first; open land follows the nearest building.
    """
    halls = sorted(
        (piece for piece in pieces if piece.kind == "building"),
        key=lambda piece: (round(piece.geometry.centroid.distance(gate), 1), piece.id),
    )
    total = sum(piece.floor_area_m2 for piece in halls)
    phase: dict[str, int] = {}
    passed = 0.0
    for hall in halls:
        phase[hall.id] = min(count, 1 + int(count * (passed + hall.floor_area_m2 / 2) / total))
        passed += hall.floor_area_m2
    found = []
    for piece in pieces:
        if piece.kind in {"court", "yard", "parking"} and halls:
            nearest = min(halls, key=lambda hall: round(hall.geometry.distance(piece.geometry), 2))
            found.append(replace(piece, phase=phase[nearest.id]))
        else:
            found.append(replace(piece, phase=phase.get(piece.id, 1)))
    return found
