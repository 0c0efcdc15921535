"""The trade-offs of two objectives that the solver found: a chart of the front, and its points as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.front_words import front_points, front_terms, front_words
from parkplan.ui.charts import FONT, INK, displayed, titled
from parkplan.ui.plain import plain

if TYPE_CHECKING:
    from parkplan.jobs.optimise import Optimised

HEIGHT_PX: Final = 300
LEFT: Final = {"align": "left"}
PROVEN: Final = "#2f6f8f"
UNPROVEN: Final = "#c9d3da"


def front_panel(found: Optimised | None) -> None:
    """Draw the trade-offs where the solver was asked for them."""
    if found is None or found.front is None:
        return
    head, rows = front_words(found)
    with st.expander(plain(head), expanded=True):
        if not rows:
            return
        chart, table = st.columns(2)
        with chart:
            st.echarts_chart(front_chart(found), height=HEIGHT_PX, key="layout_front", alt=head)
        heads = [*(term.title.to() for term in front_terms(found)), message("optimise.front_proof")]
        table.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, height=HEIGHT_PX)


def front_chart(found: Optimised) -> dict[str, Any]:
    """Return the front as a line over both objectives in the units that they are shown in; proven points are dark."""
    first, second = front_terms(found)
    data = [
        {
            "value": [displayed(first, point[first.id]), displayed(second, point[second.id])],
            "itemStyle": {"color": PROVEN if point["proven"] else UNPROVEN},
        }
        for point in front_points(found)
    ]
    axis = {"type": "value", "scale": True, "nameLocation": "middle", "axisLabel": {"color": INK}}
    line = {"type": "line", "symbolSize": 9, "data": data, "lineStyle": {"type": "dashed", "color": INK}}
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 20, "right": 40, "top": 40, "bottom": 40, "containLabel": True},
        "xAxis": {**axis, "name": titled(first), "nameGap": 30},
        "yAxis": {**axis, "name": titled(second), "nameLocation": "end", "nameGap": 14, "nameTextStyle": LEFT},
        "tooltip": {"trigger": "item", "renderMode": "richText"},
        "series": [line],
    }
