"""Pictures of a cluster distribution: hexagons as an SVG, curves of distances as ECharts options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.i18n import message
from parkplan.ui.charts import FONT, PLAIN

if TYPE_CHECKING:
    import geopandas as gpd

    from parkplan.clusters import KDensity

SPOTS: Final = {"hot": "#b2182b", "cold": "#2166ac"}
SHADES: Final = ("#eef3f5", "#c5dbe3", "#8fb9c8", "#4f91a8", "#12627a")
WIDTH_PX: Final = 620
LEGEND_PX: Final = 34


def hexagon_svg(cells: gpd.GeoDataFrame, code: str) -> str:
    """Return the hexagons shaded by the number of firms, with significant hot and cold cells outlined."""
    counts = cells[f"firms_{code}"].to_numpy()
    limits = np.unique(np.quantile(counts[counts > 0], [0.0, 0.25, 0.5, 0.75])) if counts.any() else np.array([1.0])
    spots = cells[f"spot_{code}"] if f"spot_{code}" in cells else ["none"] * len(cells)
    west, south, east, north = cells.total_bounds
    scale = WIDTH_PX / (east - west)
    height = round((north - south) * scale) + LEGEND_PX
    drawn = []
    for shape, count, spot in zip(cells.geometry, counts, spots, strict=True):
        xy = (shapely.get_coordinates(shape)[:-1] - (west, north)) * (scale, -scale)
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in xy)
        fill = SHADES[int(np.searchsorted(limits, count, side="right"))]
        line = f'stroke="{SPOTS[spot]}" stroke-width="2.4"' if spot in SPOTS else 'stroke="#fff" stroke-width="0.6"'
        drawn.append((spot in SPOTS, f'<polygon points="{points}" fill="{fill}" {line}/>'))
    body = "".join(text for _, text in sorted(drawn, key=lambda item: item[0]))
    size = f'width="{WIDTH_PX}" height="{height}" viewBox="-4 -4 {WIDTH_PX + 8} {height + 8}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}{_legend(limits, height)}</svg>'


def _legend(limits: np.ndarray, height: int) -> str:
    names = [
        ("#eef3f5", "#fff", "0"),
        *((shade, "#fff", f"≥ {limit:,.0f}") for shade, limit in zip(SHADES[1:], limits, strict=False)),
        *(("#fff", colour, message(f"clusters.spot_{spot}")) for spot, colour in SPOTS.items()),
    ]
    parts = []
    for place, (fill, line, name) in enumerate(names):
        left, top = place * 88, height - 16
        parts.append(f'<rect x="{left}" y="{top}" width="16" height="12" fill="{fill}" stroke="{line}"/>')
        parts.append(f'<text x="{left + 21}" y="{top + 10.5}" font-size="12" fill="#3c4a55">{name}</text>')
    return f'<g font-family="{FONT}">{"".join(parts)}</g>'


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
        "xAxis": {"type": "value", "name": "km", "nameLocation": "middle", "nameGap": 26, "max": km[-1]},
        "yAxis": {"type": "value", "show": False},
        "series": [
            line("density", curve.density, PLAIN, "solid"),
            line("mean", curve.mean, "#7b8a94", "dotted"),
            line("low", curve.low, "#c8401a", "dashed"),
            line("high", curve.high, "#c8401a", "dashed"),
        ],
    }
