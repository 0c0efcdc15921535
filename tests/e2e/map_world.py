"""A small made-up district for the browser tests of the map: fake tiles, the page around them, the application."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import shapely
from PIL import Image
from pyproj import CRS, Transformer
from shapely import affinity
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import parkplan.render
from parkplan.model.layers import Label, Symbol
from parkplan.render.classes import LegendClass
from parkplan.render.map import MapLayer, MapRequest, district_map, host_data

if TYPE_CHECKING:
    from starlette.requests import Request

ASSETS = Path(next(iter(parkplan.render.__path__))) / "assets"
WORLD = 20037508.342789244
WEST, NORTH = 12590000.0, 2577000.0
HOSTILE = "{{7*7}} <script>window.hit=1</script> ${x} ` {% x %}"
TO_DEGREES = Transformer.from_crs(3857, 4326, always_xy=True)


@dataclass(frozen=True)
class Feature:
    id: int
    shape: shapely.Geometry
    index: int = 0
    name: str | None = None


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    """A rectangle in metres from the north-western corner of the world, y downwards."""
    return shapely.box(WEST + x, NORTH - y - height, WEST + x + width, NORTH - y)


def _parcels() -> list[Feature]:
    names = ["科苑地块", "高新东路产业用地", "外海科技园二期", HOSTILE]
    found = []
    for row in range(5):
        for column in range(8):
            number = row * 8 + column
            shape = box(60 + column * 200, 60 + row * 160, 180, 140)
            if number == 9:
                shape = shape.difference(shapely.buffer(shape.centroid, 45, cap_style="square"))
            name = names[number % 4] if number % 4 < 3 or number == 11 else None
            found.append(Feature(number, shape, number % 3, name))
    return found


FEATURES = {
    "parcels": _parcels(),
    "park": [Feature(0, box(40, 40, 840, 500), 0, "示例特色产业园（虚构）")],
    "roads": [
        Feature(0, shapely.LineString([(WEST - 300, NORTH - 45), (WEST + 1900, NORTH - 45)]), 0, "示例大道"),
        Feature(1, shapely.LineString([(WEST + 850, NORTH + 200), (WEST + 850, NORTH - 1100)]), 1, "科技一路"),
        Feature(2, shapely.LineString([(WEST + 700, NORTH - 880), (WEST + 300, NORTH - 1050)]), 1, "斜街"),
    ],
    "firms": [Feature(i, shapely.Point(WEST + 150 + 200 * i, NORTH - 130), i % 2, f"企业{i}") for i in range(8)],
}
PARCEL_CLASSES = (
    LegendClass(0, "#d9a441", "在用", 14),
    LegendClass(1, "#c0504d", "闲置", 13),
    LegendClass(2, "#6b9e78", HOSTILE, 13),
)


@lru_cache(4096)
def tile(layer: str, z: int, x: int, y: int, rows: frozenset[int] | None = None) -> bytes:
    """One vector tile with a buffer of 8 pixels; ``rows`` chooses features."""
    side = 2 * WORLD / 2**z
    west, south = -WORLD + x * side, WORLD - (y + 1) * side
    pad = side / 32
    near = shapely.box(west - pad, south - pad, west + side + pad, south + side + pad)
    features, labels = [], []
    for feature in FEATURES[layer]:
        if rows is not None and feature.id not in rows:
            continue
        part = shapely.intersection(feature.shape, near)
        if not part.is_empty:
            features.append({"geometry": part, "properties": {"c": feature.index}, "id": feature.id})
        place = shapely.point_on_surface(feature.shape)
        if feature.name and shapely.intersects(place, near):
            labels.append({"geometry": place, "properties": {"n": feature.name, "c": feature.index}, "id": feature.id})
    scale = 4096 / side
    for entry in (*features, *labels):
        entry["geometry"] = affinity.affine_transform(
            entry["geometry"], [scale, 0, 0, scale, -west * scale, -south * scale]
        )
    drawn = [{"name": layer, "features": features}, {"name": f"{layer}_label", "features": labels}]
    return mapbox_vector_tile.encode(drawn)


def place(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of a place in metres from the corner."""
    lng, lat = TO_DEGREES.transform(WEST + x, NORTH - y)
    return lat, lng


def bounds() -> tuple[float, float, float, float]:
    south, west = place(0, 900)
    north, east = place(1700, 0)
    return west, south, east, north


def request() -> MapRequest:
    """The map of the made-up district."""

    def layer(name: str, title: str, group: str, **fields: Any) -> MapLayer:
        return MapLayer(id=name, title=title, group=group, tile_url=f"/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt", **fields)

    roads = (LegendClass(0, "#ffe08a", "主干路", 1, 6.0), LegendClass(1, "#ffffff", "支路", 1, 3.0))
    firms = (LegendClass(0, "#4267b2", "电子信息", 4, glyph="电"), LegendClass(1, "#8e4ea8", "新材料", 4, glyph="材"))
    return MapRequest(
        layers=(
            layer("park", "特色产业园", "园区", geometry="polygon", order=40, visible=True,
                  classes=(LegendClass(0, "#1f6fb5", "电子信息", 1),),
                  symbol=Symbol(fill_opacity=0.1, stroke_width_px=2.2),
                  label=Label(column="name", min_zoom=10, size_px=15, bold=True)),
            layer("farmland", "永久基本农田", "园区", geometry="polygon", order=35, has_data=False, classes=(),
                  reason="工作区中没有控制线数据"),
            layer("firms", "企业（按集群）", "企业", geometry="point", order=30, classes=firms,
                  symbol=Symbol(radius_px=7, stroke="#ffffff", stroke_width_px=1.2, opacity=1),
                  label=Label(column="name", min_zoom=15, size_px=11)),
            layer("roads", "道路", "底图", geometry="line", order=20, classes=roads,
                  symbol=Symbol(casing="#b8a98f", opacity=1), label=Label(column="name", min_zoom=10, size_px=11)),
            layer("parcels", f"地块 {HOSTILE}", "底图", geometry="polygon", order=10, classes=PARCEL_CLASSES,
                  symbol=Symbol(stroke="#6b645a", stroke_width_px=0.5, opacity=1.0, fill_opacity=1.0),
                  label=Label(column="name", min_zoom=10, size_px=12), bounds=bounds(), note=HOSTILE),
        ),
        bounds=bounds(), crs=CRS.from_epsg(4547), crs_name="EPSG:4547", synthetic=True,
    )  # fmt: skip


def with_layer(base: MapRequest, name: str, **fields: Any) -> MapRequest:
    """The same map with one layer changed."""
    return replace(base, layers=tuple(replace(each, **fields) if each.id == name else each for each in base.layers))


def data(shown: MapRequest, **fields: Any) -> dict[str, Any]:
    """What the page gives to ``parkplan.mount``."""
    return {**host_data([district_map(shown)], height=680, chosen="zh"), "base": "", **fields}


PAGE = """<!doctype html><meta charset="utf-8"><title>map</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/leaflet/leaflet.css"><link rel="stylesheet" href="/assets/map.css">
<script src="/assets/leaflet/leaflet.js"></script><script src="/assets/map.js"></script>
<body style="margin:12px"><div id="host" class="pp-host"></div>
<script>
window.events = [];
window.show = (data) => parkplan.mount(host, data, (name, value) => events.push([name, value]));
window.view = () => parkplan.hostOf(host).views[0];
</script>"""


class Application:
    """Serves the page, the assets and the tiles; ``asked`` lists tile addresses, ``failing`` layers answer 500."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing: set[str] = set()
        self.app = Starlette(routes=self.routes())

    def routes(self) -> list[Route | Mount]:
        """The page itself, tiles, assets."""
        return [
            Route("/", lambda _: HTMLResponse(PAGE)),
            Route("/tiles/{layer}/{z:int}/{x:int}/{y:int}.mvt", self._tile),
            Route("/overview/{layer}/{z:int}/{x:int}/{y:int}.png", self._overview),
            Mount("/assets", StaticFiles(directory=ASSETS)),
        ]

    async def _tile(self, request: Request) -> Response:
        layer = request.path_params["layer"]
        self.asked.append(str(request.url.path) + ("?" + request.url.query if request.url.query else ""))
        if layer in self.failing:
            return JSONResponse({"error": HOSTILE}, status_code=400)
        chosen = request.query_params.get("rows")
        rows = frozenset(map(int, chosen.split(","))) if chosen else None
        z, x, y = (request.path_params[name] for name in "zxy")
        return Response(tile(layer, z, x, y, rows), media_type="application/vnd.mapbox-vector-tile")

    async def _overview(self, request: Request) -> Response:
        """A picture whose western half has the colour of class 0 and whose eastern half that of class 1."""
        self.asked.append(request.url.path)
        hidden = request.query_params.get("hidden", "").split(",")
        picture = Image.new("RGBA", (512, 512))
        for index, half in enumerate([(0, 0, 256, 512), (256, 0, 512, 512)]):
            if str(index) not in hidden:
                picture.paste(PARCEL_CLASSES[index].colour, half)
        packed = BytesIO()
        picture.save(packed, "PNG")
        return Response(packed.getvalue(), media_type="image/png")
