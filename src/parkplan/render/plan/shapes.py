"""A plan for the browser: outlines as SVG paths, and blocks for the view in three dimensions. Plain values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from parkplan.i18n import message
from parkplan.render.plan.drawing import KIND_COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely import Polygon

    from parkplan.model.siteplan import Module, Piece, SitePlan


def picture(plan: SitePlan, modules: Mapping[str, Module], simplify_m: float = 0.0) -> dict[str, Any]:
    """Return the plan as SVG paths in metres from its north-west corner, y downwards: land first, buildings last.

    ``simplify_m`` is the tolerance for thumbnails. Buildings have a label and a place for it, streets an id.
    """
    west, _, _, north = plan.site.boundary.bounds
    corner = np.array([west, north])

    def local(shape: Any) -> Any:  # noqa: ANN401  # any shapely geometry, given back as the same kind
        thinner = shape.simplify(simplify_m) if simplify_m else shape
        return shapely.transform(thinner, lambda xy: (xy - corner) * np.array([1.0, -1.0]))

    pieces = sorted(plan.pieces, key=lambda piece: bool(piece.module))
    shapes = [
        {"c": colour_of(piece, modules), "d": _path(local(piece.geometry)), "k": piece.kind, "l": _label(piece)}
        | _place(local(piece.geometry), piece)
        for piece in pieces
    ]
    streets = [{"id": street.id, "d": _points(local(street.line))} for street in plan.streets]
    marks = [_points(local(line)) for line in plan.centre_lines]
    gates = [np.round(shapely.get_coordinates(local(gate))[0], 1).tolist() for gate in plan.site.gates]
    _, _, east, south = local(plan.site.boundary).bounds
    outline = _path(local(plan.site.boundary))
    return {"size": [round(east, 1), round(south, 1)], "outline": outline, "shapes": shapes, "streets": streets,
            "marks": marks, "gates": gates}  # fmt: skip


def massing(plan: SitePlan, modules: Mapping[str, Module]) -> dict[str, Any]:
    """Return ground and blocks in metres around the middle of the site, y northwards.

    A block has its four corners, height and storeys; ``angle`` is the direction of the rows in degrees, so that blocks
    can be ordered from back to front.
    """
    west, south, east, north = plan.site.boundary.bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    ground = [
        {"c": colour_of(piece, modules), "rings": [_ring(ring, middle) for ring in _rings(piece.geometry)]}
        for piece in plan.pieces
        if not piece.module
    ]
    blocks = [
        {
            "c": colour_of(piece, modules),
            "p": _ring(shapely.minimum_rotated_rectangle(piece.geometry).exterior, middle)[:4],
            "h": round(piece.height_m, 1),
            "n": piece.storeys,
            "t": f"{modules[piece.module].title.to()} {_label(piece)}",
        }
        for piece in plan.buildings
    ]
    first = np.array(blocks[0]["p"]) if blocks else np.array([[0.0, 0.0], [1.0, 0.0]])
    angle = float(np.degrees(np.arctan2(*(first[1] - first[0])[::-1])))
    reach = float(np.hypot(east - west, north - south) / 2)
    outline = _ring(plan.site.boundary.exterior, middle)
    return {"ground": ground, "blocks": blocks, "angle": round(angle, 4), "reach": round(reach, 1), "outline": outline}


def colour_of(piece: Piece, modules: Mapping[str, Module]) -> str:
    """Return the colour of a piece: that of its module, or of its kind of land."""
    return modules[piece.module].colour if piece.module else KIND_COLOURS[piece.kind]


def _rings(shape: Polygon) -> list[Any]:
    return [shape.exterior, *shape.interiors]


def _ring(ring: Any, middle: np.ndarray) -> list[list[float]]:  # noqa: ANN401
    points: list[list[float]] = np.round(shapely.get_coordinates(ring)[:-1] - middle, 2).tolist()
    return points


def _points(line: Any) -> list[list[float]]:  # noqa: ANN401
    points: list[list[float]] = np.round(shapely.get_coordinates(line), 1).tolist()
    return points


def _path(shape: Any) -> str:  # noqa: ANN401
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z"
        for part in shapely.get_parts(shape)
        for ring in _rings(part)
    )


def _label(piece: Piece) -> str:
    return message("siteplan.drawing_storeys", storeys=piece.storeys) if piece.storeys else ""


def _place(shape: Any, piece: Piece) -> dict[str, Any]:  # noqa: ANN401
    if not piece.storeys:
        return {}
    middle = shape.centroid
    return {"x": round(middle.x, 1), "y": round(middle.y, 1), "w": round(float(np.sqrt(shape.area)), 1)}
