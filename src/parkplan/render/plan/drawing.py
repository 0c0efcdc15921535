"""The plan itself: land, buildings with size and storeys, lengths of the boundary, gates, scale and north."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from parkplan.i18n import message
from parkplan.render.sheet.lettering import INK, face

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from shapely import Polygon

    from parkplan.model.siteplan import Module, Piece, PieceKind, SitePlan

KIND_COLOURS: Final[Mapping[PieceKind, str]] = {
    "road": "#9a9a9a",
    "court": "#dcdcd8",
    "yard": "#e5dccb",
    "parking": "#b9c7d6",
    "plaza": "#f0e6c8",
    "green": "#a6d39b",
}
LEAST_EDGE_M: Final = 25.0
LEAST_LABEL_M: Final = 30.0
LEAST_LOT_PLACES: Final = 8
STALL_M2: Final = 28.0
PLAN_MM: Final = 255.0
POINT_MM: Final = 0.3528
LETTERING: Final = (3.5, 7.0)
TWO_LINES: Final = 2.6
RED: Final = "#b3261e"


def draw_plan(axes: Axes, plan: SitePlan, modules: Mapping[str, Module]) -> None:
    """Draw a plan into axes whose unit becomes the metre."""
    axes.set_aspect("equal")
    axes.axis("off")
    for piece in plan.pieces:
        built = bool(piece.module)
        colour = modules[piece.module].colour if built else KIND_COLOURS[piece.kind]
        axes.add_patch(_patch(piece.geometry, colour, edge=INK if built else "none", order=3 if built else 1))
    axes.add_patch(_patch(plan.site.boundary, "none", edge=INK, width=1.4, order=4))
    for line in plan.centre_lines:
        axes.plot(*line.xy, color="#f5f5f5", linewidth=0.6, linestyle=(0, (6, 4)), zorder=2)
    west, south, east, north = plan.site.boundary.bounds
    extent = max(east - west, north - south)
    for piece in plan.buildings:
        _label(axes, piece, extent)
    for piece in plan.of_kind("parking"):
        _places(axes, piece)
    _lengths(axes, plan.site.boundary, extent)
    for gate in plan.site.gates:
        axes.plot(gate.x, gate.y, marker="^", color=RED, markersize=9, zorder=6)
    _scale_and_north(axes, (west, south, east, north))
    margin = extent * 0.06
    axes.set(xlim=(west - margin, east + margin), ylim=(south - 1.8 * margin, north + margin))


def _patch(shape: Polygon, colour: str, *, edge: str, order: int, width: float = 0.5) -> PathPatch:
    rings = [shapely.get_coordinates(ring) for ring in (shape.exterior, *shape.interiors)]
    codes = [np.r_[Path.MOVETO, np.full(len(ring) - 2, Path.LINETO), Path.CLOSEPOLY].astype(np.uint8) for ring in rings]
    path = Path(np.vstack(rings), np.concatenate(codes))
    return PathPatch(path, facecolor=colour, edgecolor=edge, linewidth=width, zorder=order)


def _label(axes: Axes, piece: Piece, extent: float) -> None:
    """Write length by depth, storeys and phase along the length of a building, no larger than it is deep on paper."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(piece.geometry))[:4]
    sides = np.array([corners[1] - corners[0], corners[2] - corners[1]])
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    along = sides[int(lengths.argmax())]
    depth_mm = float(lengths.min()) * PLAN_MM / extent
    least, most = LETTERING
    size = min(most, max(least, depth_mm / TWO_LINES / POINT_MM))
    storeys = message("siteplan.drawing_building", storeys=piece.storeys, phase=piece.phase)
    gap = "\n" if depth_mm >= TWO_LINES * size * POINT_MM else "  "
    whole = lengths.max() >= LEAST_LABEL_M
    text = f"{lengths.max():.0f}×{lengths.min():.0f}{gap}{storeys}" if whole else storeys
    middle = piece.geometry.centroid
    axes.text(
        middle.x, middle.y, text, rotation=_upright(along), ha="center", va="center", zorder=5,
        fontproperties=face().properties, fontsize=size, color=INK, linespacing=1.15,
    )  # fmt: skip


def _places(axes: Axes, lot: Piece) -> None:
    """Write the number of places on a car park."""
    places = int(lot.geometry.area / STALL_M2 + 1e-6)
    if places >= LEAST_LOT_PLACES:
        middle = lot.geometry.representative_point()
        axes.text(
            middle.x, middle.y, f"P {places}", ha="center", va="center", zorder=5,
            fontproperties=face().properties, fontsize=LETTERING[0] + 2, color=INK,
        )  # fmt: skip


def _upright(along: np.ndarray) -> float:
    angle = math.degrees(math.atan2(along[1], along[0])) % 180
    return angle - 180 if angle > 90 + 1e-6 else angle


def _lengths(axes: Axes, boundary: Polygon, extent: float) -> None:
    ring = shapely.get_coordinates(shapely.orient_polygons(boundary).exterior)
    for start, end in pairwise(ring):
        along = end - start
        length = float(np.hypot(*along))
        if length >= LEAST_EDGE_M:
            outward = np.array([along[1], -along[0]]) / length
            place = (start + end) / 2 + outward * extent * 0.018
            axes.text(
                float(place[0]),
                float(place[1]),
                f"{length:.1f}", rotation=_upright(along), ha="center", va="center", zorder=5,
                fontproperties=face().properties, fontsize=8, color=RED,
            )  # fmt: skip


def _scale_and_north(axes: Axes, bounds: tuple[float, float, float, float]) -> None:
    west, south, east, north = bounds
    extent = max(east - west, north - south)
    length = next(step for step in (500, 200, 100, 50, 20, 10) if step <= max(extent / 4, 10))
    level = south - extent * 0.06
    axes.plot([west, west + length], [level, level], color=INK, linewidth=2, zorder=6)
    font = face().properties
    axes.text(
        west + length / 2, level - extent * 0.012, f"{length} m", ha="center", va="top", fontproperties=font, fontsize=8
    )
    tip = east, level + extent * 0.045
    axes.annotate("", xy=tip, xytext=(east, level - extent * 0.01), arrowprops={"arrowstyle": "-|>", "color": INK})
    axes.text(*tip, "N", ha="center", va="bottom", fontproperties=face(bold=True).properties, fontsize=10)
