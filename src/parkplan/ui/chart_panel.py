"""The breakdowns of the overview as charts, one under the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.i18n import message
from parkplan.ui import charts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.model.figures import Breakdown, Figures

BY_AREA: Final[Mapping[str, bool]] = {"area_by_status": True, "enterprises_by_cluster": False}
"""The breakdowns shown, and whether their bars are hectares or rows."""
AROUND_PX: Final = 76
"""Title, padding and gap of a chart."""
LEAST_PX: Final = 440


def _shown(told: Figures) -> list[Breakdown]:
    return [breakdown for name in BY_AREA if (breakdown := told.breakdown(name)) is not None]


def beside_px(told: Figures) -> int:
    """Return the height of a map that ends where the charts beside it end."""
    return max(LEAST_PX, sum(charts.bars_px(breakdown) + AROUND_PX for breakdown in _shown(told)) - AROUND_PX)


def chart_panel(told: Figures) -> None:
    """Draw the charts."""
    for breakdown in _shown(told):
        by_area = BY_AREA[breakdown.id]
        unit = message("ui.hectares") if by_area else message("ui.chart_axis_enterprises")
        with st.container(border=True):
            st.markdown(f"**{message('ui.chart_parcels', title=breakdown.title.to(), unit=unit)}**")
            if not breakdown.shares:
                st.caption(message("ui.chart_empty"))
                continue
            options, height = charts.bars(breakdown, by_area=by_area), charts.bars_px(breakdown)
            st.echarts_chart(options, height=height, key=f"chart_{breakdown.id}", alt=breakdown.title.to())
