"""The style of a layer as a QGIS renderer: one rule for each class, inside the condition of the layer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement

from parkplan.data.export.qgis_expression import column, quoted, to_qgis
from parkplan.expressions import parse
from parkplan.i18n import message
from parkplan.model.layers import CategoryStyle, GraduatedStyle, SingleStyle
from parkplan.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from parkplan.model.layers import LayerSpec, Palette, Symbol
    from parkplan.model.workspace import GeometryType

ELSE: Final = "ELSE"
_OTHER_COLOUR: Final = "#a9a4b2"
_HATCH_DISTANCE_PX: Final = 7.0


class Rule(NamedTuple):
    """One class: which rows, its title, its colour and, for lines, its width."""

    condition: str
    title: str
    colour: str
    width_px: float | None = None


def renderer(spec: LayerSpec, frame: pd.DataFrame, palettes: Mapping[str, Palette], kind: GeometryType) -> Element:
    """Return the renderer of a layer for the rows that are exported."""
    found = Element("renderer-v2", type="RuleRenderer", forceraster="0", symbollevels="0", enableorderby="0")
    inside = SubElement(found, "rules", key="root")
    if spec.where is not None:
        inside = SubElement(inside, "rule", key="where", filter=to_qgis(spec.where), label=spec.title.to())
        frame = frame[parse(spec.where).select(frame)]
    symbols = SubElement(found, "symbols")
    for index, rule in enumerate(_rules(spec, frame, palettes)):
        attributes = {"symbol": str(index)}
        if isinstance(spec.style, SingleStyle) and spec.where is not None:
            inside.attrib.update(attributes)
        else:
            condition = {"filter": rule.condition} if rule.condition else {}
            SubElement(inside, "rule", {"key": f"class{index}", "label": rule.title} | attributes | condition)
        symbols.append(_symbol(str(index), spec.symbol, rule, kind))
    return found


def _rules(spec: LayerSpec, frame: pd.DataFrame, palettes: Mapping[str, Palette]) -> Iterator[Rule]:
    style = spec.style
    if isinstance(style, CategoryStyle):
        yield from _categories(style, frame, palettes[style.palette])
    elif isinstance(style, GraduatedStyle):
        yield from _grades(style)
    else:
        yield Rule("", spec.title.to(), style.colour)


def _categories(style: CategoryStyle, frame: pd.DataFrame, palette: Palette) -> Iterator[Rule]:
    """List the values that occur under the class that each is drawn as."""
    values: dict[str, list[str]] = {entry.value: [] for entry in palette.classes if entry.shown_as is None}
    present = frame[style.column].dropna().unique().tolist() if style.column in frame.columns else []
    for value in sorted(map(str, present)):
        entry = palette.find(value.strip(), style.match)
        if entry is not None and value.isprintable():
            values[entry.shown_as or entry.value].append(value)
    for entry in palette.classes:
        if values.get(entry.value):
            listed = ", ".join(map(quoted, values[entry.value]))
            yield Rule(f"{column(style.column)} IN ({listed})", entry.title.to(), entry.colour, entry.width_px)
    colour = palette.unknown.colour if palette.unknown is not None else _OTHER_COLOUR
    title = palette.unknown.title.to() if palette.unknown is not None else message("export.unknown")
    yield Rule(f"{column(style.column)} IS NULL", title, colour)
    yield Rule(ELSE, message("export.other"), palette.other.colour if palette.other is not None else _OTHER_COLOUR)


def _grades(style: GraduatedStyle) -> Iterator[Rule]:
    unit = UNITS[style.unit]
    value = to_qgis(style.value)
    bounds = [f"{bound * unit.si_per_unit!r}" for bound in style.bounds]
    shown = [f"{bound:,g}" for bound in style.bounds]
    symbol = f" {unit.symbol.to()}".rstrip()
    yield Rule(f"{value} < {bounds[0]}", f"< {shown[0]}{symbol}", style.colours[0])
    middles = zip(pairwise(bounds), pairwise(shown), style.colours[1:-1], strict=True)
    for (low, high), (low_shown, high_shown), colour in middles:
        yield Rule(f"{value} >= {low} AND {value} < {high}", f"{low_shown}–{high_shown}{symbol}", colour)
    yield Rule(f"{value} >= {bounds[-1]}", f"≥ {shown[-1]}{symbol}", style.colours[-1])
    yield Rule(ELSE, message("export.unknown"), style.unknown_colour)


def _symbol(name: str, symbol: Symbol, rule: Rule, kind: GeometryType) -> Element:
    if kind == "line":
        found = _symbol_element(name, "line", symbol.opacity)
        width = rule.width_px or symbol.stroke_width_px
        if symbol.casing is not None:
            _line(found, symbol.casing, width + 1.2, None)
        _line(found, rule.colour, width, symbol.dash_px)
    elif kind == "point":
        found = _symbol_element(name, "marker", symbol.opacity)
        _layer(
            found,
            "SimpleMarker",
            name="circle",
            color=_rgba(rule.colour),
            outline_color=_rgba(symbol.stroke or rule.colour),
            outline_width=str(symbol.stroke_width_px),
            outline_width_unit="Pixel",
            size=str(2 * symbol.radius_px),
            size_unit="Pixel",
        )
    else:
        found = _symbol_element(name, "fill", symbol.opacity)
        _area(found, symbol, rule)
    return found


def _area(found: Element, symbol: Symbol, rule: Rule) -> None:
    if symbol.hatch:
        hatch = _layer(
            found,
            "LinePatternFill",
            angle="45",
            distance=str(_HATCH_DISTANCE_PX),
            distance_unit="Pixel",
            line_width="1",
            line_width_unit="Pixel",
        )
        lines = SubElement(hatch, "symbol", name=f"@{found.get('name')}@0", type="line", alpha="1", force_rhr="0")
        _line(lines, rule.colour, 1.0, None)
    if symbol.fill:
        _layer(found, "SimpleFill", style="solid", outline_style="no", color=_rgba(rule.colour, symbol.fill_opacity))
    _line(found, symbol.stroke or rule.colour, symbol.stroke_width_px, symbol.dash_px)


def _symbol_element(name: str, kind: str, opacity: float) -> Element:
    return Element("symbol", name=name, type=kind, alpha=str(opacity), force_rhr="0", clip_to_extent="1")


def _line(parent: Element, colour: str, width_px: float, dash_px: tuple[float, ...] | None) -> None:
    dashes = {} if dash_px is None else {"use_custom_dash": "1", "customdash": ";".join(map(str, dash_px))}
    _layer(
        parent,
        "SimpleLine",
        line_color=_rgba(colour),
        line_width=str(width_px),
        line_width_unit="Pixel",
        customdash_unit="Pixel",
        joinstyle="round",
        capstyle="round",
        **dashes,
    )


def _layer(parent: Element, kind: str, **values: str) -> Element:
    layer = SubElement(parent, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    options = SubElement(layer, "Option", type="Map")
    for name, value in values.items():
        SubElement(options, "Option", name=name, type="QString", value=value)
        SubElement(layer, "prop", k=name, v=value)
    return layer


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"
