"""From rows to classes: which colour each row has, and what the legend says.

The same codes drive the tiles, the overview pictures, the legend and the printed sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from parkplan._errors import DefinitionError
from parkplan.expressions import parse
from parkplan.i18n import Language, message
from parkplan.model.layers import CategoryStyle, GraduatedStyle, Palette, SingleStyle
from parkplan.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.model.layers import LayerSpec, PaletteClass

Codes = npt.NDArray[np.int16]

NOT_DRAWN: Final = -1
UNKNOWN_COLOUR: Final = "#e3e5e8"
OTHER_COLOUR: Final = "#a9a4b2"


@dataclass(frozen=True, slots=True)
class LegendClass:
    """One line of a legend; ``index`` is its place in the legend and the code of its rows."""

    index: int
    colour: str
    title: str
    count: int
    width_px: float | None = None
    glyph: str | None = None


@dataclass(frozen=True, slots=True)
class Classified:
    """The class of each row (-1: the row is not in the layer), and all classes of the style, empty ones too."""

    codes: Codes
    classes: tuple[LegendClass, ...]

    @property
    def drawn(self) -> npt.NDArray[np.bool_]:
        """Rows that belong to the layer."""
        return np.asarray(self.codes >= 0)

    @property
    def present(self) -> tuple[LegendClass, ...]:
        """Classes that have rows."""
        return tuple(entry for entry in self.classes if entry.count)

    def among(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Classified:
        """Return the same classes counted over some of the rows only."""
        codes = self.codes[rows]
        return Classified(codes, counted(self.classes, counts_of(codes, len(self.classes))))


def classify(
    frame: pd.DataFrame, spec: LayerSpec, palettes: Mapping[str, Palette], language: Language | None = None
) -> Classified:
    """Give each row of a table its class in a layer.

    Rows that do not satisfy ``where`` have the code -1. The classes are those of the palette (or of the bounds, from
    low to high) in their order; then one class for values that the palette does not list, and one for unknown values.

    >>> from parkplan.data.layers import load_layers
    >>> found = load_layers()
    >>> frame = pd.DataFrame({"status": ["idle", "in_use", None]})
    >>> result = classify(frame, found.layers["parcels_by_status"], found.palettes, "zh")
    >>> [result.classes[code].title for code in result.codes]
    ['闲置', '已供已用', '状态未知']

    Raises:
        DefinitionError: the table lacks a column that the layer needs.

    """
    match spec.style:
        case SingleStyle():
            codes = np.zeros(len(frame), dtype=np.int16)
        case CategoryStyle() as style:
            codes = _categories(_column(frame, style.column), style, palettes[style.palette])
        case GraduatedStyle() as style:
            codes = _grades(frame, style)
    if spec.where is not None:
        codes[~_selected(frame, spec.where)] = NOT_DRAWN
    classes = legend(spec, palettes, language)
    return Classified(codes, counted(classes, counts_of(codes, len(classes))))


def legend(
    spec: LayerSpec, palettes: Mapping[str, Palette], language: Language | None = None
) -> tuple[LegendClass, ...]:
    """Return all classes of a layer in their order, no row counted: what can be said without a table."""
    match spec.style:
        case SingleStyle(colour=colour):
            return (LegendClass(0, colour, spec.title.to(language), 0),)
        case CategoryStyle() as style:
            palette, listed = palettes[style.palette], _listed(palettes[style.palette])
            return (
                *(_from_palette(index, entry, language) for index, entry in enumerate(listed)),
                _remainder(len(listed), palette, language, known=True),
                _remainder(len(listed) + 1, palette, language, known=False),
            )
        case GraduatedStyle() as style:
            titles = [*_ranges(style, language), message("layers.unknown", language)]
            colours = [*style.colours, style.unknown_colour]
            pairs = enumerate(zip(colours, titles, strict=True))
            return tuple(LegendClass(index, colour, title, 0) for index, (colour, title) in pairs)


def counts_of(codes: Codes, classes: int) -> npt.NDArray[np.int64]:
    """Return how many rows each class has."""
    return np.bincount(codes[codes >= 0], minlength=classes)


def counted(classes: tuple[LegendClass, ...], counts: npt.NDArray[np.int64]) -> tuple[LegendClass, ...]:
    """Return the classes with these numbers of rows."""
    pairs = zip(classes, counts.tolist(), strict=True)
    return tuple(
        LegendClass(entry.index, entry.colour, entry.title, count, entry.width_px, entry.glyph)
        for entry, count in pairs
    )


def _selected(frame: pd.DataFrame, where: str) -> npt.NDArray[np.bool_]:
    """Rows that satisfy a condition; one over a single column is decided once for each different value."""
    condition = parse(where)
    name = next(iter(condition.names), "")
    if len(condition.names) != 1 or name not in frame.columns:
        return condition.select(frame)
    numbers, uniques = pd.factorize(frame[name], use_na_sentinel=False)
    different = pd.DataFrame({name: pd.Series(uniques, dtype=frame[name].dtype)})
    return np.asarray(condition.select(different)[numbers])


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        raise DefinitionError("layer_column", column=name)
    return frame[name]


def _listed(palette: Palette) -> list[PaletteClass]:
    """Return the classes of a palette that have a line of their own."""
    return [entry for entry in palette.classes if entry.shown_as is None]


def _categories(values: pd.Series, style: CategoryStyle, palette: Palette) -> Codes:
    listed = _listed(palette)
    index_of = {entry.value: index for index, entry in enumerate(listed)}
    other, unknown = len(listed), len(listed) + 1
    numbers, uniques = pd.factorize(values, use_na_sentinel=True)
    lookup = np.full(len(uniques) + 1, unknown, dtype=np.int16)  # the last place serves the sentinel -1
    by_value = {entry.value: index_of[entry.shown_as or entry.value] for entry in palette.classes}
    for place, value in enumerate(uniques):
        text = _as_text(value)
        lookup[place] = _index(text, by_value, style, other) if text else unknown
    return lookup[numbers]


def _as_text(value: object) -> str:
    """Write a value as palettes do: codes that a file held as numbers lose no digit, truth values are words."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _index(text: str, by_value: Mapping[str, int], style: CategoryStyle, other: int) -> int:
    if style.match == "exact":
        return by_value.get(text, other)
    return next((by_value[text[:end]] for end in range(len(text), 0, -1) if text[:end] in by_value), other)


def _from_palette(index: int, entry: PaletteClass, language: Language | None) -> LegendClass:
    return LegendClass(index, entry.colour, entry.title.to(language), 0, entry.width_px, entry.glyph)


def _remainder(index: int, palette: Palette, language: Language | None, *, known: bool) -> LegendClass:
    given = palette.other if known else palette.unknown
    if given is not None:
        return LegendClass(index, given.colour, given.title.to(language), 0)
    title = message("layers.other" if known else "layers.unknown", language)
    return LegendClass(index, OTHER_COLOUR if known else UNKNOWN_COLOUR, title, 0)


def _grades(frame: pd.DataFrame, style: GraduatedStyle) -> Codes:
    with np.errstate(invalid="ignore"):
        values = parse(style.value).numbers(frame) / UNITS[style.unit].si_per_unit
    codes = np.searchsorted(np.asarray(style.bounds), values, side="right").astype(np.int16)
    codes[~np.isfinite(values)] = len(style.colours)
    return codes


def _ranges(style: GraduatedStyle, language: Language | None) -> list[str]:
    """Write the classes: ``< 5 万元/亩``, ``5–10 万元/亩``, ``≥ 10 万元/亩``."""
    symbol = UNITS[style.unit].symbol.to(language)
    tail = symbol if symbol in ("", "%") else f" {symbol}"
    bounds = [f"{bound:,g}" for bound in style.bounds]
    middle = [f"{low}–{high}{tail}" for low, high in pairwise(bounds)]
    return [f"< {bounds[0]}{tail}", *middle, f"≥ {bounds[-1]}{tail}"]
