"""Charts of breakdowns as ECharts options, a class in its colour on the map; what all charts write at their axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from parkplan import units
from parkplan.i18n import message
from parkplan.jobs.chart_colours import colour_of

if TYPE_CHECKING:
    from parkplan.model.figures import Breakdown
    from parkplan.model.options import Measure

FONT: Final = "Noto Sans SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"
INK: Final = "#3c4a55"
BAR_PX: Final = 27
FRAME_PX: Final = 24


def bars(breakdown: Breakdown, *, by_area: bool) -> dict[str, Any]:
    """Return horizontal bars, a class each."""
    shares = list(reversed(breakdown.shares))
    values = [round((share.area_m2 or 0) / units.M2_PER_HECTARE, 2) if by_area else share.rows for share in shares]
    series = {
        "type": "bar",
        "barWidth": 14,
        "data": [
            {"value": value, "itemStyle": {"color": colour_of(breakdown.id, share.code)}}
            for value, share in zip(values, shares, strict=True)
        ],
        "label": {"show": True, "position": "right", "fontSize": 12, "color": "#3c4a55", "fontFamily": FONT},
        "itemStyle": {"borderRadius": [0, 3, 3, 0]},
    }
    options = {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 8, "right": 64, "top": 4, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "value", "show": False},
        "yAxis": {
            "type": "category",
            "data": [share.title.to() for share in shares],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "#d8e0e5"}},
            "axisLabel": {"fontSize": 12, "color": "#3c4a55", "width": 230, "overflow": "truncate", "fontFamily": FONT},
        },
        "series": [series],
    }
    return options


def bars_px(breakdown: Breakdown) -> int:
    """Return the height in pixels that the bars of a breakdown need."""
    return BAR_PX * len(breakdown.shares) + FRAME_PX


def titled(one: Measure) -> str:
    """Return the title of a measure with its unit of display."""
    symbol = units.UNITS[one.shown_in].symbol.to()
    return message("compare.with_change", value=one.title.to(), change=symbol) if symbol else one.title.to()


def displayed(one: Measure, value: float) -> float | None:
    """Return a value in the measure's unit of display, None where it is unknown."""
    return None if math.isnan(value) else round(value / units.UNITS[one.shown_in].si_per_unit, 4)
