"""The page of a site plan: A3 across, the plan at the left, legend and certificate at the right."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from parkplan.i18n import message
from parkplan.render.plan.drawing import KIND_COLOURS, RED, draw_plan
from parkplan.render.sheet.lettering import INK, face
from parkplan.units import area

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from parkplan.model.siteplan import CertificateLine, Module, SitePlan

PAGE_MM: Final = (420.0, 297.0)
MM_PER_INCH: Final = 25.4
DOTS_PER_INCH: Final = 150
LEGEND_FITS: Final = 28
RULE_FITS: Final = 41
FIXED: Final[Mapping[str, dict[str, Any]]] = {
    "svg": {"metadata": {"Date": None, "Creator": "parkplan"}},
    "pdf": {"metadata": {"CreationDate": None, "Creator": "parkplan"}},
    "png": {"dpi": DOTS_PER_INCH, "metadata": {"Software": "parkplan"}},
}


def plan_bytes(plan: SitePlan, modules: Mapping[str, Module], kind: str) -> bytes:
    """Return the drawing of a plan as ``svg``, ``png`` or ``pdf``; the same plan gives the same bytes.

    Raises RequestError where the fonts of print have not been made.
    """
    figure = plan_figure(plan, modules)
    sink = BytesIO()
    with rc_context({"svg.hashsalt": "parkplan", "path.simplify": False}):
        figure.savefig(sink, format=kind, **FIXED[kind])
    return sink.getvalue()


def plan_figure(plan: SitePlan, modules: Mapping[str, Module]) -> Figure:
    """Return the page: heads, plan, legend and certificate."""
    figure = Figure(figsize=(PAGE_MM[0] / MM_PER_INCH, PAGE_MM[1] / MM_PER_INCH))
    land = figure.add_axes((0.02, 0.04, 0.66, 0.86))
    draw_plan(land, plan, modules)
    side = figure.add_axes((0.70, 0.04, 0.28, 0.90))
    side.set(xlim=(0, 1), ylim=(0, 1))
    side.axis("off")
    _heads(figure, plan)
    _table(side, plan, _legend(side, plan, modules))
    return figure


def _heads(figure: Figure, plan: SitePlan) -> None:
    bold, plain = face(bold=True).properties, face().properties
    title = message("siteplan.drawing_title", option=plan.id)
    if plan.site.name:
        title = f"{plan.site.name}  {title}"
    floor = f"{plan.indicators['floor_area_m2']:,.0f}"
    figure.text(0.02, 0.955, title, fontproperties=bold, fontsize=20, color=INK)
    places, phases = plan.indicators["parking_places"], max(piece.phase for piece in plan.pieces)
    facts = message(
        "siteplan.drawing_site", area=area(plan.site.area_m2), floor=floor, places=f"{places:,.0f}", phases=phases
    )
    figure.text(0.02, 0.925, facts, fontproperties=plain, fontsize=12, color=INK)
    if plan.site.synthetic:
        figure.text(0.02, 0.02, message("report.synthetic"), fontproperties=bold, fontsize=11, color=RED)


def _legend(axes: Axes, plan: SitePlan, modules: Mapping[str, Module]) -> float:
    """Draw the legend and return where it ends."""
    used = dict.fromkeys(piece.module for piece in plan.buildings)
    entries = [(modules[name].colour, modules[name].title.to()) for name in used]
    entries += [
        (colour, message(f"siteplan.kind_{kind}")) for kind, colour in KIND_COLOURS.items() if plan.of_kind(kind)
    ]
    top = 0.985
    for index, (colour, title) in enumerate(entries):
        left, level = (index % 2) * 0.5, top - (index // 2) * 0.036
        axes.add_patch(Rectangle((left, level - 0.010), 0.06, 0.020, facecolor=colour, edgecolor=INK, linewidth=0.5))
        size = 9.5 * _shrunk(title, LEGEND_FITS)
        axes.text(left + 0.08, level, title, fontproperties=face().properties, fontsize=size, va="center", color=INK)
    level = top - (len(entries) + 1) // 2 * 0.036
    gates = message("siteplan.drawing_gates")
    axes.text(0.01, level, gates, fontproperties=face().properties, fontsize=9.5, va="center", color=RED)
    return level - 0.035


def _table(axes: Axes, plan: SitePlan, top: float) -> None:
    columns = (0.0, 0.66, 0.83, 1.0)
    heads = tuple(message(f"siteplan.head_{name}") for name in ("rule", "limit", "value", "margin"))
    step = min(0.03, top / (len(plan.certificate) + 3))
    _row(axes, columns, top, heads, bold=True)
    axes.plot([0, 1], [top - step * 0.55] * 2, color=INK, linewidth=0.8)
    for number, line in enumerate(plan.certificate, start=1):
        star = "" if line.clause.verified else " *"
        cells = (line.title.to() + star, *(_figure(line, value) for value in (line.limit, line.value, line.margin)))
        _row(axes, columns, top - step * number * 1.05, cells, bold=False)
    foot = top - step * (len(plan.certificate) + 1) * 1.05
    note = message("siteplan.drawing_unverified")
    axes.text(0, foot, note, fontproperties=face().properties, fontsize=8, va="center", color=INK)


def _row(axes: Axes, columns: tuple[float, ...], level: float, cells: tuple[str, ...], *, bold: bool) -> None:
    for place, (x, cell) in enumerate(zip(columns, cells, strict=True)):
        align = "left" if place == 0 else "right"
        fonts = face(bold=bold).properties
        size = 9 * _shrunk(cell, RULE_FITS)
        axes.text(x, level, cell, fontproperties=fonts, fontsize=size, ha=align, va="center", color=INK)


def _shrunk(text: str, fits: int) -> float:
    """Return by how much lettering must be smaller for a text to keep to its column; a Chinese character counts two."""
    return min(1.0, fits / sum(1 if letter.isascii() else 2 for letter in text))


def _figure(line: CertificateLine, value: float) -> str:
    """Return a value as planners write it: shares in per cent, ratios with two digits, lengths with one."""
    if line.rule.startswith(("coefficient", "density", "green", "admin", "road_share")):
        return f"{value:.1%}"
    if line.rule == "plot_min_m2":
        return f"{value:,.0f}"
    return f"{value:.2f}" if line.rule.startswith(("far", "parking")) else f"{value:.1f}"
