"""Printed sheets: what stands on the page, read back from the files."""

from __future__ import annotations

import datetime as dt
import io
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pypdf
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle
from PIL import Image
from pyproj import CRS, Geod, Transformer

from parkplan._errors import RequestError
from parkplan.data.layers import load_layers
from parkplan.i18n import language
from parkplan.render.classes import classify
from parkplan.render.sheet import SheetLayer, SheetRequest, draw_sheet, map_sheet
from parkplan.render.sheet.instruments import bar_length
from parkplan.render.sheet.layout import page_of, view_of
from parkplan.render.sheet.lettering import NO_GLYPH, printable, width_mm, wrapped
from parkplan.render.sheet.shapes import line_paths, polygon_paths

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

TM = CRS("EPSG:4547")
X, Y = 410_000.0, 2_495_000.0
HOSTILE = "<script>`${x}` {{7*7}} {% raw $a_1$ \\alpha"


def parcels(side: int = 6, names: list[str] | None = None) -> SheetLayer:
    """Squares of 80 m, 100 m apart; the first row of them idle, the others in use."""
    spec = load_layers().layers["parcels_by_status"]
    squares = [
        shapely.box(X + 100 * i, Y + 100 * j, X + 100 * i + 80, Y + 100 * j + 80)
        for j in range(side)
        for i in range(side)
    ]
    status = ["idle" if number < side else "in_use" for number in range(side * side)]
    frame = pd.DataFrame({"status": status})
    return SheetLayer(
        spec,
        np.array(squares, dtype=object),
        classify(frame, spec, load_layers().palettes),
        np.array(names, dtype=object) if names else None,
        unit="宗",
    )


def layer(name: str, geometry: list[Any], column: str, values: list[Any], names: list[str] | None = None) -> SheetLayer:
    spec = load_layers().layers[name]
    classified = classify(pd.DataFrame({column: values}), spec, load_layers().palettes)
    return SheetLayer(
        spec,
        np.array(geometry, dtype=object),
        classified,
        np.array(names, dtype=object) if names is not None else None,
    )


def request(**changed: Any) -> SheetRequest:
    given: dict[str, Any] = {
        "title": "江海示范区产业用地现状图",
        "layers": (parcels(),),
        "bounds": (X, Y, X + 600, Y + 600),
        "crs": TM,
        "date": dt.date(2026, 11, 23),
        "source": "地块登记册",
        "author": "规划科",
        "paper": "A4",
    }
    return SheetRequest(**(given | changed))


def page(data: bytes) -> pypdf.PageObject:
    (only,) = pypdf.PdfReader(io.BytesIO(data)).pages
    return only


@cache
def plain_pdf() -> bytes:
    return map_sheet(request())


def words(sheet: SheetRequest) -> list[str]:
    return [text.get_text() for text in texts_of(drawn(sheet))]


def text_of(data: bytes) -> str:
    return page(data).extract_text()


def drawn(sheet: SheetRequest) -> Figure:
    with language(sheet.language):
        return draw_sheet(sheet)


def texts_of(figure: Figure) -> list[Text]:
    return [text for axes in figure.axes for text in axes.texts if text.get_text()]


def test_pdf_says_what_the_map_is() -> None:
    text = text_of(map_sheet(request(subtitle="现状", synthetic=True)))
    for part in (
        "江海示范区产业用地现状图",
        "图例",
        "地块（按状态）",
        "闲置",
        "已供已用",
        "比例尺 1:4 000",
        "北",
        "2026年11月23日",
        "数据来源：地块登记册",
        "制图：规划科",
        "EPSG:4547",
        "中央经线114°E",
        "虚构演示数据",
    ):
        assert part in text, part


def test_a_sheet_in_english() -> None:
    text = text_of(map_sheet(request(language="en", title="Land in use", author="Planning")))
    for part in ("Land in use", "Legend", "Scale 1:4 000", "2026-11-23", "Source:", "Made by Planning", "m"):
        assert part in text, part
    assert "Fictional" not in text


@pytest.mark.parametrize(
    ("paper", "landscape", "size"),
    [
        ("A4", True, (297, 210)),
        ("A4", False, (210, 297)),
        ("A3", True, (420, 297)),
        ("A3", False, (297, 420)),
    ],
)
def test_page_size_in_both_formats(paper: str, landscape: bool, size: tuple[int, int]) -> None:
    sheet = request(paper=paper, landscape=landscape)
    box = page(map_sheet(sheet)).mediabox
    assert (float(box.width) / 72 * 25.4, float(box.height) / 72 * 25.4) == pytest.approx(size, abs=0.2)
    picture = Image.open(io.BytesIO(map_sheet(request(paper=paper, landscape=landscape, format="png"))))
    assert picture.size == pytest.approx((size[0] / 25.4 * 200, size[1] / 25.4 * 200), abs=2)


def test_chinese_fonts_are_embedded_as_truetype() -> None:
    fonts = page(plain_pdf())["/Resources"]["/Font"]
    assert len(fonts) >= 2
    for font in fonts.values():
        below = font.get_object()["/DescendantFonts"][0].get_object()
        assert "NotoSansSC" in below["/BaseFont"]
        assert "/FontFile2" in below["/FontDescriptor"].get_object()


def test_the_same_request_gives_the_same_file() -> None:
    assert map_sheet(request()) == plain_pdf()


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_hostile_text_is_printed_verbatim(kind: str) -> None:
    names = [HOSTILE] * 36
    sheet = request(
        title=HOSTILE, subtitle=HOSTILE, source=HOSTILE, author="$x", layers=(parcels(names=names),), format=kind,
        bounds=(X, Y, X + 180, Y + 180), paper="A3",
    )  # fmt: skip
    data = map_sheet(sheet)
    if kind == "pdf":
        assert text_of(data).replace("\n", "").count(HOSTILE) >= 3
    assert {text.get_parse_math() for text in texts_of(drawn(sheet))} == {False}


def test_missing_sorts_are_marked_and_lines_stay_one() -> None:
    assert printable("a\n\tb  c") == "a b c"
    assert printable("企业😀") == f"企业{NO_GLYPH}"
    assert printable("镕滘") == "镕滘"
    assert f"{NO_GLYPH * 3}标题" in words(request(title="😀\u202e\x00标题"))


def test_width_of_text_is_what_is_drawn() -> None:
    figure = drawn(request(title="产业 Title 123"))
    renderer = FigureCanvasAgg(figure).get_renderer()
    (title,) = (text for text in texts_of(figure) if text.get_text() == "产业 Title 123")
    width_px = title.get_window_extent(renderer).width
    assert width_mm("产业 Title 123", title.get_fontsize(), bold=True) == pytest.approx(
        width_px / figure.dpi * 25.4, rel=0.04
    )


def test_long_texts_are_broken_at_words_and_cut_with_an_ellipsis() -> None:
    lines = wrapped("Permanent farmland and orchards", 10, 25)
    assert lines[0] == "Permanent"
    assert all(width_mm(line, 10) <= 25 for line in lines)
    assert wrapped("永久基本农田", 10, 8, lines=1)[0].endswith("…")
    assert wrapped("短", 10, 50) == ["短"]


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_scale_bar_is_as_long_as_it_says(paper: str) -> None:
    sheet = request(paper=paper, bounds=(X, Y, X + 9_000, Y + 9_000))
    figure = drawn(sheet)
    ground, furniture = figure.axes
    bars = [patch for patch in furniture.patches if isinstance(patch, Rectangle) and patch.get_gid() == "scale_bar"]
    on_paper = max(bar.get_x() + bar.get_width() for bar in bars) - min(bar.get_x() for bar in bars)
    place = page_of(sheet)
    metres = bar_length(view_of(sheet.bounds, TM, place.frame).denominator, 50 * place.k)[0]
    (x_min, x_max), (y_min, y_max) = ground.get_xlim(), ground.get_ylim()
    middle, width = (y_min + y_max) / 2, on_paper / place.frame.width * (x_max - x_min)
    to_degrees = Transformer.from_crs(TM, TM.geodetic_crs, always_xy=True)
    start, end = (
        to_degrees.transform((x_min + x_max) / 2, middle),
        to_degrees.transform((x_min + x_max) / 2 + width, middle),
    )
    assert Geod(ellps="GRS80").inv(*start, *end)[2] == pytest.approx(metres, rel=2e-4)
    labels = [text.get_text() for text in furniture.texts]
    assert f"{metres / 1000:g} 公里" in labels or f"{metres:g} 米" in labels


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("landscape", [True, False])
def test_grid_labels_and_crosses_lie_where_the_drawn_parcels_have_these_coordinates(
    paper: str, landscape: bool
) -> None:
    """Each square has its lower left corner at a multiple of 100 m: the ink of the map itself is the yardstick."""
    figure = drawn(request(layers=(parcels(20),), bounds=(X, Y, X + 2000, Y + 2000), paper=paper, landscape=landscape))
    ground, furniture = figure.axes
    page = furniture.transData
    ink = np.concatenate([ground.transData.transform(patch.get_path().vertices) for patch in ground.patches])
    labels = {
        (text.get_rotation(), float(text.get_text().replace(" ", ""))): page.transform(text.get_position())
        for text in furniture.texts
        if text.get_text().replace(" ", "").isdigit() and len(text.get_text()) > 6
    }
    columns = {value: place[0] for (turn, value), place in labels.items() if turn == 0 and X <= value < X + 2000}
    rows = {value: place[1] for (turn, value), place in labels.items() if turn == 90 and Y <= value < Y + 2000}
    assert min(len(columns), len(rows)) >= 3
    crosses = {
        tuple(np.round(page.transform(np.mean(line.get_xydata(), axis=0)), 3))
        for line in furniture.lines
        if line.get_gid() == "grid"
    }
    for east, x in columns.items():
        for north, y in rows.items():
            corner = ground.transData.transform((east, north))
            assert np.abs(ink - corner).max(axis=1).min() < 1e-3
            assert (x, y) == pytest.approx(tuple(corner), abs=1e-3)
            assert min(np.hypot(cx - x, cy - y) for cx, cy in crosses) < 2e-3


@pytest.mark.parametrize("code", ["EPSG:4547", "EPSG:3857", "EPSG:2272", "EPSG:32649"])
def test_the_ratio_holds_on_the_ellipsoid_in_any_projection(code: str) -> None:
    crs = CRS(code)
    lon, lat = (-75.16, 39.95) if code == "EPSG:2272" else (113.13, 22.55)
    x, y = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(lon, lat)
    frame = page_of(request(paper="A3")).frame
    view = view_of((x - 1000, y - 1000, x + 1000, y + 1000), crs, frame)
    back = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    west, east = back.transform(view.bounds[0], y), back.transform(view.bounds[2], y)
    across_m = Geod(ellps="GRS80").inv(*west, *east)[2]
    assert across_m / (frame.width / 1000) == pytest.approx(view.denominator, rel=1e-3)
    assert view.bounds[0] <= x - 1000
    assert view.bounds[3] >= y + 1000


def test_north_arrow_turns_by_the_convergence_of_meridians() -> None:
    view = view_of((X, Y, X + 1000, Y + 1000), TM, page_of(request()).frame)
    lon, lat = Transformer.from_crs(TM, "EPSG:4490", always_xy=True).transform(X + 500, Y + 500)
    # meridians lean towards the central one: clockwise west of it, by the difference of longitude times sin(latitude)
    assert view.north_degrees == pytest.approx((lon - 114) * np.sin(np.radians(lat)), abs=1e-3)
    assert view.north_degrees < 0


def parks() -> SheetLayer:
    spec = load_layers().layers["special_parks"]
    frame = pd.DataFrame({"lead_cluster": ["equipment"], "kind": ["special_park"]})
    outline = np.array([shapely.box(X, Y, X + 50, Y + 50)], dtype=object)
    return SheetLayer(spec, outline, classify(frame, spec, load_layers().palettes), np.array(["园"], dtype=object))


def test_legend_counts_only_what_is_in_the_frame() -> None:
    whole = [text.get_text() for text in drawn(request(layers=(parks(), parcels()))).axes[1].texts]
    assert whole[whole.index("闲置") + 1] == "6"
    assert whole[whole.index("已供已用") + 1] == "30"
    assert "高端装备制造" in whole
    assert "在建" not in whole
    far = (X + 50_000, Y, X + 50_100, Y + 100)
    empty = [text.get_text() for text in drawn(request(layers=(parks(), parcels()), bounds=far)).axes[1].texts]
    assert "图例" in empty
    assert "闲置" not in empty
    assert "地块（按状态）" not in empty


def test_legend_counts_a_part() -> None:
    # at 1:100 an A4 frame is less than 23 m wide: only the first square is in it
    texts = [text.get_text() for text in drawn(request(bounds=(X + 40, Y + 40, X + 41, Y + 41))).axes[1].texts]
    assert texts[texts.index("闲置") + 1] == "1"
    assert "已供已用" not in texts


def crowd() -> SheetRequest:
    """All that can stand on a sheet at once: many classes, many names, many signs."""
    random = np.random.default_rng(4)
    uses = [entry.value for entry in load_layers().palettes["land_use"].classes if entry.shown_as is None]
    zones = [shapely.box(X + 40 * i, Y, X + 40 * i + 40, Y + 900) for i in range(len(uses))]
    kinds = [entry.value for entry in load_layers().palettes["facility_kinds"].classes] * 5
    spots = [shapely.Point(X + a, Y + b) for a, b in random.uniform(0, 1500, (len(kinds), 2))]
    lines = [shapely.LineString([(X, Y + b), (X + 1700, Y + b + c)]) for b, c in random.uniform(0, 900, (30, 2))]
    return request(
        layers=(
            layer("facilities", spots, "kind", kinds, [f"设施{number}" for number in range(len(kinds))]),
            layer("planned_land_use", zones, "land_use", uses, uses),
            layer(
                "roads", lines, "class", ["arterial", "minor", "expressway"] * 10, [f"大道{n % 20}" for n in range(30)]
            ),
        ),
        bounds=(X, Y, X + 1700, Y + 900),
        title="题" * 80,
        subtitle="副题" * 90,
        source="来源" * 200,
        author="作者" * 60,
        synthetic=True,
    )


@pytest.mark.parametrize(("paper", "landscape"), [("A4", True), ("A4", False), ("A3", True), ("A3", False)])
def test_no_two_texts_overlap_and_none_leaves_the_page(paper: str, landscape: bool) -> None:
    crowded = crowd()
    sheet = request(**{name: getattr(crowded, name) for name in ("layers", "bounds", "title", "subtitle", "source")},
                    author=crowded.author, synthetic=True, paper=paper, landscape=landscape)  # fmt: skip
    figure = drawn(sheet)
    renderer = FigureCanvasAgg(figure).get_renderer()
    signs = {entry.glyph for entry in load_layers().palettes["facility_kinds"].classes}
    outlines: dict[str, shapely.Polygon] = {}
    for number, text in enumerate(texts_of(figure)):
        if text.get_text() in signs or text.get_path_effects():
            continue  # signs stand inside their points; a halo lies under its own text
        box = text.get_window_extent(renderer)
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width, text.get_text()
        assert 0 <= box.y0 < box.y1 <= figure.bbox.height, text.get_text()
        if text.get_rotation() in (0.0, 90.0):
            outlines[f"{number} {text.get_text()}"] = shapely.box(box.x0, box.y0, box.x1, box.y1).buffer(-1.0)
    assert len(outlines) > 60
    clashes = [(a, b) for a, b in combinations(outlines, 2) if outlines[a].intersects(outlines[b])]
    assert clashes == []


def test_legend_that_does_not_fit_says_how_many_classes_are_missing() -> None:
    found = load_layers()
    spec = found.layers["planned_land_use"]
    uses = [entry.value for entry in found.palettes["land_use"].classes if entry.shown_as is None]
    squares = [shapely.box(X + 10 * i, Y, X + 10 * i + 10, Y + 10) for i in range(len(uses))]
    classified = classify(pd.DataFrame({"land_use": uses}), spec, found.palettes, "zh")
    many = tuple(SheetLayer(spec, np.array(squares, dtype=object), classified) for _ in range(6))
    figure = drawn(request(layers=many, bounds=(X, Y, X + 500, Y + 500)))
    listed = sum(text.get_text() == "工业用地" for text in figure.axes[1].texts)
    said = [text.get_text() for text in figure.axes[1].texts if text.get_text().startswith("……另有")]
    assert 0 < listed < 6
    assert len(said) == 1
    rows = sum(text.get_text() in {entry.title for entry in classified.classes} for text in figure.axes[1].texts)
    assert said == [f"……另有 {6 * len(uses) - rows} 类未列出"]


def test_opacity_of_the_screen_is_that_of_the_sheet() -> None:
    plain = parcels()
    faint = SheetLayer(plain.spec, plain.geometry, plain.classified, opacity=0.25)
    (patch, *_) = drawn(request(layers=(faint,))).axes[0].patches
    assert patch.get_facecolor()[3] == pytest.approx(0.25)


def test_upper_layers_lie_above_lower_ones() -> None:
    figure = drawn(request(layers=(parks(), parcels())))
    heights = [patch.get_zorder() for patch in figure.axes[0].patches]
    colours = [patch.get_edgecolor()[:3] for patch in figure.axes[0].patches]
    park = colours.index(pytest.approx((0x56 / 255, 0xB4 / 255, 0xE9 / 255)))
    assert heights[park] == max(heights)


def test_the_colour_on_paper_is_that_of_the_palette() -> None:
    picture = Image.open(io.BytesIO(map_sheet(request(format="png", bounds=(X + 10, Y + 10, X + 60, Y + 60)))))
    pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    opacity, ground, idle = 0.9, np.array([0xFB, 0xFA, 0xF6]), np.array([0xC8, 0x10, 0x2E])
    expected = opacity * idle + (1 - opacity) * ground
    assert (np.abs(pixels - expected).max(axis=1) <= 2).mean() > 0.2


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        ((X, Y, X - 1, Y), "EPSG:4547"),
        ((float("nan"), Y, X, Y), "EPSG:4547"),
        ((113.0, 22.0, 113.1, 22.1), "EPSG:4490"),
    ],
)
def test_views_that_cannot_be_printed(bounds: tuple[float, float, float, float], code: str) -> None:
    with pytest.raises(RequestError):
        map_sheet(request(bounds=bounds, crs=CRS(code)))


def test_a_point_is_a_view() -> None:
    assert "比例尺 1:100" in words(request(bounds=(X, Y, X, Y)))


def test_empty_geometry_and_layers_without_rows() -> None:
    spec = load_layers().layers["parcels_by_status"]
    classified = classify(pd.DataFrame({"status": ["idle", "idle"]}), spec, load_layers().palettes)
    nothing = SheetLayer(spec, np.array([None, shapely.Polygon()], dtype=object), classified)
    none = SheetLayer(
        spec, np.array([], dtype=object), classify(pd.DataFrame({"status": []}), spec, load_layers().palettes)
    )
    assert "图例" in words(request(layers=(nothing, none)))


def test_holes_stay_open_in_compound_paths() -> None:
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(3, 3, 7, 7))
    (path,) = polygon_paths(np.array([ring, shapely.box(20, 0, 30, 10)], dtype=object))
    assert path.codes.tolist().count(path.MOVETO) == 3
    outer, inner = path.vertices[:5], path.vertices[5:10]
    area = [np.sum(r[:-1, 0] * r[1:, 1] - r[1:, 0] * r[:-1, 1]) / 2 for r in (outer, inner)]
    assert area == [100.0, -16.0]


def test_many_features_become_few_paths() -> None:
    squares = shapely.box(np.arange(50_000.0), 0, np.arange(50_000.0) + 1, 1)
    paths = list(polygon_paths(squares))
    assert len(paths) == -(-250_000 // 8_000)
    assert sum(len(path.vertices) for path in paths) == 250_000
    lines = list(line_paths(np.array([shapely.LineString([(0, 0), (1, 1), (2, 0)])] * 3, dtype=object)))
    assert [path.codes.tolist() for path in lines] == [[1, 2, 2] * 3]


def test_roads_are_named_once_along_their_course() -> None:
    road = shapely.LineString([(X, Y), (X + 600, Y + 600)])
    sheet = request(layers=(layer("roads", [road, road], "class", ["arterial", "minor"], ["龙溪路", "龙溪路"]),))
    named = [text for text in drawn(sheet).axes[0].texts if text.get_text() == "龙溪路" and not text.get_path_effects()]
    assert [round(text.get_rotation()) for text in named] == [45]


def test_layers_and_names_follow_their_zoom() -> None:
    wide, near = (X, Y, X + 90_000, Y + 90_000), (X, Y, X + 600, Y + 600)
    buildings = layer("buildings", [shapely.box(X, Y, X + 60, Y + 20)], "use", ["workshop"])
    assert "厂房" not in words(request(layers=(buildings,), bounds=wide))
    assert "厂房" in words(request(layers=(buildings,), bounds=near))
    assert view_of(near, TM, page_of(request()).frame).zoom == pytest.approx(
        np.log2(156_543.034 * np.cos(np.radians(22.55)) / (4_000 * 25.4 / 96 / 1000)), abs=0.01
    )


def test_legend_leaves_out_what_only_its_rectangle_touches() -> None:
    bow = shapely.Polygon([(X - 100, Y - 100), (X + 900, Y - 100), (X - 100, Y + 900), (X - 90, Y - 90)])
    water = layer("water", [bow], "kind", ["river"])
    assert "河流" in words(request(layers=(water,), bounds=(X, Y - 90, X + 10, Y - 80)))
    assert "河流" not in words(request(layers=(water,), bounds=(X + 700, Y + 700, X + 720, Y + 720)))


def test_names_of_parcels_stay_inside_and_those_of_points_beside_them() -> None:
    names = ["一号" if number else "一个放不下的非常非常长的地块名称" * 3 for number in range(4)]
    shown = words(request(layers=(parcels(2, names),), bounds=(X, Y, X + 180, Y + 180)))
    assert "一号" in shown
    assert names[0] not in shown
    spot = shapely.Point(X + 90, Y + 90)
    sheet = request(
        layers=(layer("facilities", [spot], "kind", ["school"], ["一中"]),), bounds=(X, Y, X + 180, Y + 180)
    )
    figure = drawn(sheet)
    (name,) = (text for text in texts_of(figure) if text.get_text() == "一中" and not text.get_path_effects())
    box = name.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    to_screen = figure.axes[0].transData.transform
    assert box.x0 > to_screen((spot.x, spot.y))[0]
    assert box.y0 < to_screen((spot.x, spot.y))[1] < box.y1
