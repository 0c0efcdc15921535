"""Curves of distances between firms as ECharts options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parkplan.i18n import message
from parkplan.jobs.chart_colours import PLAIN
from parkplan.ui.charts import FONT

if TYPE_CHECKING:
    from parkplan.clusters import KDensity


def density_chart(curve: KDensity) -> dict[str, Any]:
    """Return the curve of distances with its band as ECharts options; distances in km."""
    km = [round(float(value) / 1000, 3) for value in curve.distance_m]

    def line(name: str, values: Any, colour: str, kind: str) -> dict[str, Any]:  # noqa: ANN401  # numbers of an array
        data = [[x, round(float(y) * 1000, 6)] for x, y in zip(km, values, strict=True)]
        return {"type": "line", "name": message(f"clusters.curve_{name}"), "data": data, "showSymbol": False,
                "lineStyle": {"color": colour, "type": kind, "width": 2}, "itemStyle": {"color": colour}}  # fmt: skip

    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 24, "top": 34, "bottom": 26, "containLabel": True},
        "xAxis": {
            "type": "value",
            "name": "km",
            "nameLocation": "middle",
            "nameGap": 26,
            "max": km[-1],
            "axisLabel": {"showMaxLabel": False},
        },
        "yAxis": {"type": "value", "show": False},
        "series": [
            line("density", curve.density, PLAIN, "solid"),
            line("mean", curve.mean, "#7b8a94", "dotted"),
            line("low", curve.low, "#c8401a", "dashed"),
            line("high", curve.high, "#c8401a", "dashed"),
        ],
    }
