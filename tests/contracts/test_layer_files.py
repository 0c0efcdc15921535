"""The layer files that are delivered: complete, in step with the code lists, legible and told apart by eye."""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from parkplan.data.layer_schemas import SCHEMAS, schema_text
from parkplan.data.layers import columns_of, load_layers
from parkplan.data.targets import load_targets
from parkplan.model.derived_tables import DRAWN_TABLES
from parkplan.model.layers import CategoryStyle, Palette

LAYERS = Path(__file__).parents[2] / "layers"
REQUIRED = {
    "industrial_new_town",
    "special_parks",
    "agglomeration_area",
    "low_efficiency_land",
    "idle_land",
    "parcels_by_status",
    "current_land_use",
    "planned_land_use",
    "buildings",
    "enterprises",
    "roads",
    "water",
    "facilities",
    "ecological_redline",
    "permanent_farmland",
    "urban_growth_boundary",
    "streets",
}
THEMATIC = (
    "parcel_status",
    "typologies",
    "land_classes",
    "option_differences",
    "option_agreement",
    "service_coverage",
    "verdicts",
    "reuses",
    "clusters",
    "park_kinds",
    "constraint_kinds",
    "facility_kinds",
    "building_uses",
    "spots",
)
ONE_HUE = ("water",)  # a background, read as water whatever its kind
BY_WIDTH = ("road_classes",)  # told apart by width as well
SAME_BY_STANDARD = ("land_use",)  # colours are the standard's, not ours
DEUTERANOPIA = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
PROTANOPIA = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))

Lab = tuple[float, float, float]


def linear(colour: str) -> tuple[float, ...]:
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return tuple(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)


def seen_by(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """Machado, Oliveira and Fernandes (2009), severity 1."""
    light = linear(colour)
    return tuple(min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in matrix)


def lab(light: tuple[float, ...]) -> Lab:
    red, green, blue = light
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def ciede2000(one: Lab, other: Lab) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1, h2 = (math.degrees(math.atan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    chroma, lightness = (c1 + c2) / 2, (l1 + l2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    dl = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / math.sqrt(20 + (lightness - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    rotation = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    rotation *= math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    return math.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_colour_difference_agrees_with_published_pairs(one: Lab, other: Lab, expected: float) -> None:
    # Sharma, Wu, Dalal (2005), pairs 1, 17, 34 and 22
    assert ciede2000(one, other) == pytest.approx(expected, abs=1e-4)


def closest(colours: dict[str, Lab]) -> tuple[float, str, str]:
    return min((ciede2000(colours[a], colours[b]), a, b) for a, b in combinations(sorted(colours), 2))


def colours_of(palette: Palette) -> dict[str, str]:
    found = {entry.value: entry.colour for entry in palette.classes if entry.shown_as is None}
    return found | ({"unknown": palette.unknown.colour} if palette.unknown else {})


@pytest.mark.parametrize("name", THEMATIC)
def test_thematic_classes_are_told_apart(name: str) -> None:
    colours = colours_of(load_layers().palettes[name])
    assert closest({value: lab(linear(colour)) for value, colour in colours.items()})[0] > 12


@pytest.mark.parametrize("name", THEMATIC)
@pytest.mark.parametrize("matrix", [DEUTERANOPIA, PROTANOPIA], ids=["deuteranopia", "protanopia"])
def test_colour_blind_readers_tell_classes_apart(name: str, matrix: tuple[tuple[float, ...], ...]) -> None:
    palette = load_layers().palettes[name]
    if all(entry.glyph for entry in palette.classes):
        assert len({entry.glyph for entry in palette.classes}) == len(palette.classes)
        return
    colours = colours_of(palette)
    assert closest({value: lab(seen_by(colour, matrix)) for value, colour in colours.items()})[0] > 4


def test_every_palette_is_examined_or_excused() -> None:
    assert set(load_layers().palettes) == {*THEMATIC, *ONE_HUE, *BY_WIDTH, *SAME_BY_STANDARD}


def test_road_classes_differ_in_width() -> None:
    widths = [entry.width_px or 0 for entry in load_layers().palettes["road_classes"].classes]
    assert all(wide >= narrow + 0.9 for wide, narrow in pairwise(widths))


def test_clusters_stand_out_on_a_light_ground() -> None:
    ground = lab(linear("#fbfaf6"))
    colours = colours_of(load_layers().palettes["clusters"])
    del colours["unknown"]
    assert min(ciede2000(lab(linear(colour)), ground) for colour in colours.values()) > 20


def test_labels_are_legible_on_white() -> None:
    for spec in load_layers().layers.values():
        if spec.label is not None:
            red, green, blue = linear(spec.label.colour)
            assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5, spec.id


def test_required_layers_are_in_the_catalogue() -> None:
    assert set(load_layers().layers) >= REQUIRED


def test_palettes_cover_exactly_the_code_lists() -> None:
    found = load_layers()
    examined = 0
    for spec in found.layers.values():
        if isinstance(spec.style, CategoryStyle):
            column = DRAWN_TABLES[spec.table].column(spec.style.column)
            if column is not None and column.codes is not None:
                examined += 1
                palette = found.palettes[spec.style.palette]
                assert [entry.value for entry in palette.classes if entry.value not in column.codes] == []
                assert set(column.codes) <= {entry.value for entry in palette.classes}, spec.id
    assert examined > 8


def test_every_column_that_a_layer_needs_is_canonical() -> None:
    for spec in load_layers().layers.values():
        known = {column.name for column in DRAWN_TABLES[spec.table].columns}
        assert known.issuperset(columns_of(spec)), spec.id


def test_titles_are_in_their_language() -> None:
    found = load_layers()
    texts = [spec.title for spec in found.layers.values()] + [spec.note for spec in found.layers.values()]
    texts += [entry.title for palette in found.palettes.values() for entry in palette.classes]
    for text in texts:
        assert any("一" <= sign <= "鿿" for sign in text.zh), text
        assert not any("一" <= sign <= "鿿" for sign in text.en), text


@pytest.mark.parametrize(
    ("code", "shown", "colour", "title"),
    [
        ("1001", None, "#bb9674", "工业用地"),
        ("100102", "1001", "#bb9674", "二类工业用地"),
        ("110101", "1101", "#8761d3", "一类物流仓储用地"),
        ("0902", "09", "#ff0000", "商务金融用地"),
        ("1402", None, "#148d4a", "防护绿地"),
        ("17", None, "#338ec0", "陆地水域"),
    ],
)
def test_national_land_use_classes(code: str, shown: str | None, colour: str, title: str) -> None:
    entry = load_layers().palettes["land_use"].find(code)
    assert entry is not None
    assert (entry.shown_as, entry.colour, entry.title.zh) == (shown, colour, title)


def test_national_land_use_is_complete_and_a_class_looks_as_what_it_is_shown_as() -> None:
    palette = load_layers().palettes["land_use"]
    levels = {length: sum(len(entry.value) == length for entry in palette.classes) for length in (2, 4, 6)}
    assert len(palette.classes) == 175
    assert levels[2] == 24
    for entry in palette.classes:
        shown = palette.find(entry.shown_as) if entry.shown_as else entry
        assert shown is not None
        assert shown.colour == entry.colour


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas_for_editors_are_in_step(name: str) -> None:
    text = (LAYERS / "schema" / f"{name}.json").read_text(encoding="utf-8")
    assert text == schema_text(name), "run: python -m parkplan.data.layer_schemas"


def test_every_definition_names_its_schema() -> None:
    for path in LAYERS.rglob("*.yaml"):
        if path.parent.name in {"layers", "styles", "targets"}:
            first = path.read_text(encoding="utf-8").splitlines()[0]
            schema = (path.parent / first.partition("$schema=")[2]).resolve()
            assert schema.is_file(), path


def test_targets_of_the_plan() -> None:
    (plan,) = load_targets()
    assert {target.id: (target.target, target.unit.zh) for target in plan.targets} == {
        "manufacturing_share_of_gdp": (51.0, "%"),
        "advanced_manufacturing_share": (70.0, "%"),
        "high_tech_manufacturing_share": (38.0, "%"),
        "high_tech_enterprises": (700.0, "家"),
        "rnd_body_coverage": (65.0, "%"),
        "high_value_patents_per_10k": (14.5, "件/万人"),
        "provincial_platforms": (112.0, "个"),
        "tech_credit": (10.0, "亿元"),
        "labour_productivity": (23.5, "万元/人"),
        "digital_transformation_firms": (300.0, "家"),
    }
    assert {target.direction for target in plan.targets} == {"at_least"}
    assert plan.year == 2025
