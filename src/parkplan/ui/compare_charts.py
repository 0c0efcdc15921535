"""Charts of compared options as ECharts options: bars against limits, parallel lines, trade-off with its front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parkplan.compare.catalogue import MEASURES
from parkplan.compare.ranking import dominance
from parkplan.ui.charts import FONT, INK, displayed, titled
from parkplan.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parkplan.jobs.compare import Comparison

COLOURS: Final = ("#12627a", "#c2410c", "#5b4bb7", "#2e8b57", "#b8860b", "#b0307a")
LIMIT: Final = "#8f2d3c"


def unit_of(name: str) -> str:
    """Return a measure's title with its unit of display."""
    return titled(MEASURES[name])


def shown(name: str, value: float) -> float | None:
    """Return a value in the unit of display, None where it is unknown."""
    return displayed(MEASURES[name], value)


def bars(found: Comparison, name: str, limit: float | None) -> dict[str, Any]:
    """Return a bar for each option, with a line at the limit where there is one."""
    values = [
        {"value": _rounded(name, one.measures.values[name]), "itemStyle": {"color": COLOURS[place % len(COLOURS)]}}
        for place, one in enumerate(found.options)
    ]
    series: dict[str, Any] = {
        "type": "bar", "barMaxWidth": 46, "data": values,
        "label": {"show": True, "position": "top", "color": INK, "fontFamily": FONT},
    }  # fmt: skip
    if limit is not None:
        line = {"yAxis": shown(name, limit), "lineStyle": {"color": LIMIT, "type": "dashed"}}
        series["markLine"] = {"symbol": "none", "data": [line], "label": {"color": LIMIT}}
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 8, "right": 40, "top": 26, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": list(found.names), "axisLabel": {"color": INK, "interval": 0}},
        "yAxis": {"type": "value", "scale": False, "axisLabel": {"color": INK}},
        "series": [series],
    }


def _rounded(name: str, value: float) -> float | None:
    """Return a value as it is written over its bar, with the decimals of its unit."""
    known = shown(name, value)
    return None if known is None else round(known, UNITS[MEASURES[name].shown_in].decimals)


def parallel(found: Comparison) -> dict[str, Any]:
    """Return a line for each option over the criteria; up is better on every axis."""
    ranked = found.ranked
    axes = [
        {
            "dim": place, "name": MEASURES[name].title.to(), "inverse": MEASURES[name].direction == "less",
            "nameLocation": "start" if MEASURES[name].direction == "less" else "end",  # above, also where up is less
            "nameTextStyle": {"fontFamily": FONT, "color": INK, "width": 96, "overflow": "break"},
            "axisLabel": {"color": INK}, "scale": True,
        }
        for place, name in enumerate(ranked.criteria)
    ]  # fmt: skip
    series = [
        {
            "type": "parallel", "name": option.scenario.name, "lineStyle": {"width": 3, "color": COLOURS[place % 6]},
            "data": [[shown(name, option.measures.values[name]) for name in ranked.criteria]],
        }
        for place, option in enumerate(found.options)
    ]  # fmt: skip
    return {
        "animation": False,
        "color": list(COLOURS),
        "textStyle": {"fontFamily": FONT},
        "legend": {"bottom": 0, "data": list(found.names)},
        "parallel": {"left": 60, "right": 80, "top": 46, "bottom": 50},
        "parallelAxis": axes,
        "series": series,
    }


def tradeoff(found: Comparison, across: str, up: str) -> dict[str, Any]:
    """Return options as points over two measures, the ones that no other beats in both joined by a line."""
    points = [(one.measures.values[across], one.measures.values[up]) for one in found.options]
    front = pareto(np.array(points), [MEASURES[across].direction == "less", MEASURES[up].direction == "less"])
    line = sorted((shown(across, points[place][0]), shown(up, points[place][1])) for place in front)
    series: list[dict[str, Any]] = [
        {
            "type": "scatter", "name": name, "symbolSize": 18, "itemStyle": {"color": COLOURS[place % len(COLOURS)]},
            "data": [[shown(across, points[place][0]), shown(up, points[place][1])]],
            "label": {"show": True, "formatter": "{a}", "position": "right", "color": INK},
        }
        for place, name in enumerate(found.names)
    ]  # fmt: skip
    series.append(
        {
            "type": "line", "data": [list(point) for point in line], "symbol": "none", "silent": True,
            "lineStyle": {"type": "dashed", "color": INK},
        }
    )  # fmt: skip
    axis = {"type": "value", "scale": True, "nameLocation": "middle", "nameGap": 34, "axisLabel": {"color": INK}}
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 50, "right": 110, "top": 44, "bottom": 50, "containLabel": True},
        "xAxis": {**axis, "name": unit_of(across)},
        "yAxis": {**axis, "name": unit_of(up), "nameLocation": "end", "nameGap": 14},
        "series": series,
    }


def pareto(points: npt.NDArray[np.float64], less: Sequence[bool]) -> list[int]:
    """Return the points that no other is at least as good as in both and better in one.

    >>> pareto(np.array([[1.0, 1.0], [2.0, 2.0], [2.0, 1.0]]), [True, False])
    [0, 1]
    """
    better = dominance(points * np.where(less, -1.0, 1.0))
    return [place for place, by in enumerate(better) if not by and np.isfinite(points[place]).all()]
