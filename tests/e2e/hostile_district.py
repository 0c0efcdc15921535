"""A district in which every text is hostile: names, codes, columns, tables, the file that it comes from, its folder."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from parkplan.data.workspace import create_workspace
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

PAYLOADS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "`${window.hit=1}`",
    "A{{7*7}}B",
    "{% for x in y %}",
    "{%",
    "\"'><svg onload=window.hit=1>",
    "</script><script>window.hit=1</script>",
    "javascript:window.hit=1",
    "[x](javascript:window.hit=1) **b** :red[r] $x^2$ :material/home:",
    '=HYPERLINK("http://x.invalid")',
    "{0.__class__} %s %(x)s &lt;b&gt; \\u003cb",
    "地块😀👷‍♀️龘",
    "很长的名称" * 40 + " long name" * 20,
)
"""The last one has 400 characters."""
MIXED = "{{7*7}} <img src=x onerror=window.hit=1> `${window.hit=1}` {% \"'"
TABLE, COLUMN, SOURCE = f"表 {MIXED}", f"列 {MIXED}", f"{MIXED}.gpkg"
FOLDER = f"区 {MIXED}.parkplan"
SIDE_M = 120.0


def _at(row: int, inner: float = 0.0) -> tuple[float, float]:
    """The corner of a plot; those that judgement knows stand in the columns east of the others."""
    block, place = divmod(row, len(PAYLOADS))
    down, right = divmod(place, 4)
    right += 4 * block
    return 500_000 + right * SIDE_M + inner, 2_500_000 + down * SIDE_M + inner


def _boxes(inner: float, side: float, rows: int = len(PAYLOADS)) -> list[shapely.Polygon]:
    corners = [_at(row, inner) for row in range(rows)]
    return [shapely.box(x, y, x + side, y + side) for x, y in corners]


def _frame(geometry: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4547")


def make(parent: Path) -> Path:
    """Write the workspace and return its folder."""
    texts, count = list(PAYLOADS), len(PAYLOADS)
    plots = _boxes(4, SIDE_M - 8)
    middles = [shapely.centroid(plot) for plot in plots]
    lines = [shapely.LineString([_at(row), (_at(row)[0] + SIDE_M, _at(row)[1])]) for row in range(count)]
    tables = {
        "parcels": _frame(
            _boxes(4, SIDE_M - 8, 2 * count), parcel_id=[f"P{row:02} {text}" for row, text in enumerate(texts * 2)],
            name=texts * 2, holder=texts * 2, street=texts * 2,
            park_id=[f"K{row % count:02} {text}" for row, text in enumerate(texts * 2)],
            land_use=[*texts, *["1001"] * count], status=["idle", "in_use", *texts[2:], *["idle"] * count],
            cluster=[*texts, *["electronics"] * count], tax_yuan=[None] * count + [1e3] * count,
            site_area_m2=[None] * count + [(SIDE_M - 8) ** 2] * count,
            government_cause=[None] * count + [False] * count,
            start_agreed_on=[None] * count + [dt.date(2019, 6, 1)] * count, **{COLUMN: texts * 2},
        ),
        "enterprises": _frame(
            middles, enterprise_id=[f"E{row:02} {text}" for row, text in enumerate(texts)], name=texts, cluster=texts,
            parcel_id=[f"P{row:02} {text}" for row, text in enumerate(texts)],
        ),
        "parks": _frame(
            plots, park_id=[f"K{row:02} {text}" for row, text in enumerate(texts)], name=texts,
            kind=["special_park"] * count, lead_cluster=texts,
        ),
        "roads": _frame(lines, road_id=[f"R{row:02} {text}" for row, text in enumerate(texts)], name=texts,
                        **{"class": texts}),
        "streets": _frame(_boxes(-1, SIDE_M + 2), street_id=[f"S{row:02} {text}" for row, text in enumerate(texts)],
                          name=texts),
        TABLE: _frame(_boxes(30, 40), **{"name": texts, COLUMN: texts}),
    }  # fmt: skip
    place = parent / FOLDER
    workspace = create_workspace(place, crs="EPSG:4547", actor=MIXED)
    change = Change(MIXED, MIXED, reason=MIXED, source=SOURCE, synthetic=True, note=MIXED)
    workspace.write(tables, change=change)
    return place
