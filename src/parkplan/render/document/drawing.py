"""Sketches and bars as pictures for paper."""

from __future__ import annotations

import io
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from parkplan.render.sheet.lettering import INK, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from parkplan.model.document import Bars, Outline, Ring, Sketch

INCH_MM: Final = 25.4
POINT_MM: Final = INCH_MM / 72
BAR_MM: Final = 6.0
BARS_MM: Final = 165.0
LABEL_MM: Final = 52.0
VALUE_MM: Final = 44.0
_ONE_AT_A_TIME: Final = Lock()


def scale_bar_m(width_m: float) -> float:
    """Return a round length of a fifth to a half of a width: 1, 2 or 5 times a power of ten.

    >>> scale_bar_m(700.0), scale_bar_m(90.0)
    (200.0, 20.0)
    """
    power = 10.0 ** np.floor(np.log10(width_m / 2))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= width_m / 2.5 or step == 1.0))


def sketch_png(sketch: Sketch, dots_per_inch: int = 200) -> bytes:
    """Return a sketch as PNG, with a scale bar and north."""
    high_mm = sketch.width_mm * sketch.height_m / sketch.width_m
    with _ONE_AT_A_TIME:
        figure = Figure(figsize=(sketch.width_mm / INCH_MM, high_mm / INCH_MM), facecolor="#fbfaf6")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, sketch.width_m)
        axes.set_ylim(0, sketch.height_m)
        for layer in sketch.layers:
            for outline in layer.outlines:
                _draw(axes, outline, layer.opacity)
        _scale(axes, sketch)
        return _png(figure, dots_per_inch)


def _draw(axes: Axes, outline: Outline, opacity: float) -> None:
    if not outline.rings:
        return
    path = Path.make_compound_path(*(_path(ring, closed=outline.fill is not None) for ring in outline.rings))
    axes.add_patch(
        PathPatch(
            path,
            facecolor=outline.fill or "none",
            edgecolor=outline.stroke or "none",
            linewidth=outline.width_mm / POINT_MM,
            alpha=opacity,
            joinstyle="round",
        )
    )


def _path(ring: Ring, *, closed: bool) -> Path:
    codes = np.full(len(ring), Path.LINETO, dtype=Path.code_type)
    codes[0] = Path.MOVETO
    if closed:
        codes[-1] = Path.CLOSEPOLY
    return Path(ring, codes)


def _scale(axes: Axes, sketch: Sketch) -> None:
    length, mm = scale_bar_m(sketch.width_m), sketch.width_m / sketch.width_mm
    axes.plot([3 * mm, 3 * mm + length], [3 * mm, 3 * mm], color=INK, linewidth=1.4, solid_capstyle="butt")
    write(axes, 3 * mm, 5 * mm, f"{length:,.0f} m", 6.5, zorder=20)
    x, top = sketch.width_m - 4 * mm, sketch.height_m - 2 * mm
    head = np.array([[x, top], [x - 1.6 * mm, top - 5 * mm], [x, top - 4 * mm], [x + 1.6 * mm, top - 5 * mm], [x, top]])
    axes.add_patch(PathPatch(_path(head, closed=True), facecolor=INK, edgecolor="#ffffff", linewidth=0.4, zorder=20))
    write(axes, x, top - 7.2 * mm, "N", 6.5, ha="center", zorder=20)


def bars_png(bars: Bars, dots_per_inch: int = 200) -> bytes:
    """Return bars as PNG: label, bar, value, a line each."""
    high = BAR_MM * max(len(bars.bars), 1) + 2
    room = BARS_MM - LABEL_MM - VALUE_MM
    most = max((bar.value for bar in bars.bars), default=0.0) or 1.0
    with _ONE_AT_A_TIME:
        figure = Figure(figsize=(BARS_MM / INCH_MM, high / INCH_MM), facecolor="#ffffff")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, BARS_MM)
        axes.set_ylim(high, 0)
        for place, bar in enumerate(bars.bars):
            y = 1 + BAR_MM * (place + 0.5)
            length = room * max(bar.value, 0.0) / most
            axes.barh(y, length, BAR_MM * 0.62, left=LABEL_MM, color=bar.colour)
            write(axes, LABEL_MM - 2, y, bar.label, 7.5, ha="right")
            write(axes, LABEL_MM + length + 1.5, y, bar.written, 7.5)
        return _png(figure, dots_per_inch)


def _png(figure: Figure, dots_per_inch: int) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return out.getvalue()
