"""What a map layer is: strict records read from the YAML files of ``layers/``.

A layer shows the rows of one table that satisfy ``where``, in one style. Colours live in palettes, so that the same
class has the same colour on the screen, in the legend and on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from parkplan.i18n import Language
from parkplan.i18n import Text as TextPair

if TYPE_CHECKING:
    from collections.abc import Mapping


class Record(BaseModel):
    """A strict frozen record: an unknown field is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Text(Record):
    """A title in both languages, as written in YAML."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def to(self, chosen: Language | None = None) -> str:
        """Return the title in the chosen language, or in the current one."""
        return TextPair(self.zh, self.en).to(chosen)


Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Match = Literal["exact", "longest_prefix"]


def _ordered(pair: tuple[int, int]) -> tuple[int, int]:
    if pair[0] > pair[1]:
        raise ValueError("zoom_order")
    return pair


class PaletteClass(Record):
    """One class of a palette: the value it stands for, its colour and title.

    ``shown_as`` names another value of the palette as which this one is drawn and listed: the national colours do not
    tell 商业用地 from 商务金融用地. ``width_px`` is the width of lines of this class; ``glyph`` is one character drawn
    into points of this class, so that they can be told apart without their colour.
    """

    value: str = Field(min_length=1)
    colour: Colour
    title: Text
    shown_as: str | None = None
    width_px: float | None = Field(default=None, gt=0, le=20)
    glyph: str | None = Field(default=None, min_length=1, max_length=2)


class Remainder(Record):
    """The class of values that are unknown, or that the palette does not list."""

    colour: Colour
    title: Text


class Palette(Record):
    """Colours by value, with the source that they were taken from."""

    id: Identifier
    title: Text
    source: str = Field(min_length=1)
    classes: tuple[PaletteClass, ...] = Field(min_length=1, strict=False)
    unknown: Remainder | None = None
    other: Remainder | None = None

    @model_validator(mode="after")
    def _values_are_consistent(self) -> Self:
        values = [entry.value for entry in self.classes]
        if len(values) != len(set(values)):
            raise ValueError("palette_value_twice")
        listed = {entry.value for entry in self.classes if entry.shown_as is None}
        if any(entry.shown_as is not None and entry.shown_as not in listed for entry in self.classes):
            raise ValueError("palette_shown_as")
        return self

    def find(self, value: str, match: Match = "exact") -> PaletteClass | None:
        """Return the class of a value: its own, or that of its longest listed beginning.

        Codes of a hierarchy (用地用海 100102 under 1001) match by their longest beginning.
        """
        by_value = {entry.value: entry for entry in self.classes}
        if match == "exact":
            return by_value.get(value)
        return next((by_value[value[:end]] for end in range(len(value), 0, -1) if value[:end] in by_value), None)


class SingleStyle(Record):
    """Every feature looks the same."""

    kind: Literal["single"]
    colour: Colour


class CategoryStyle(Record):
    """Colour by the value of a code or text column."""

    kind: Literal["category"]
    column: str
    palette: Identifier
    match: Match = "exact"


class GraduatedStyle(Record):
    """Colour by a number: a column or a formula over columns, as ``tax_yuan / site_area_m2``.

    ``bounds`` are the upper bounds of the classes, written in ``unit`` (a key of `parkplan.units.UNITS`); a value on a
    bound belongs to the class above it. There is one colour more than there are bounds.
    """

    kind: Literal["graduated"]
    value: str = Field(min_length=1)
    unit: str
    bounds: tuple[float, ...] = Field(min_length=1, strict=False)
    colours: tuple[Colour, ...] = Field(min_length=2, strict=False)
    unknown_colour: Colour

    @model_validator(mode="after")
    def _bounds_fit_colours(self) -> Self:
        if any(low >= high for low, high in zip(self.bounds, self.bounds[1:], strict=False)):
            raise ValueError("bounds_order")
        if len(self.colours) != len(self.bounds) + 1:
            raise ValueError("bounds_colours")
        return self


Style = Annotated[SingleStyle | CategoryStyle | GraduatedStyle, Field(discriminator="kind")]


class Symbol(Record):
    """How the geometry is drawn; lengths in screen pixels, of which 96 make an inch.

    Polygons are filled with the colour of their class, or hatched with it, and outlined by ``stroke`` (``None``: the
    colour of the class) in ``stroke_width_px``. Lines have the colour of their class and the width of their class, else
    ``stroke_width_px``; ``casing`` is the colour of an edge of one pixel along both sides. Points are discs of
    ``radius_px`` outlined by ``stroke``. ``opacity`` is that of the whole layer; fills are fainter still by the factor
    ``fill_opacity``.
    """

    stroke: Colour | None = None
    stroke_width_px: float = Field(default=0.6, ge=0, le=10)
    dash_px: tuple[float, ...] | None = Field(default=None, strict=False)
    casing: Colour | None = None
    fill: bool = True
    hatch: bool = False
    radius_px: float = Field(default=4.0, gt=0, le=20)
    opacity: Share = 0.75
    fill_opacity: Share = 1.0


class Label(Record):
    """A name drawn on the map; with ``inside``, only in areas that are wide enough for it."""

    column: str
    min_zoom: int = Field(ge=0, le=22)
    size_px: int = Field(default=12, ge=8, le=28)
    bold: bool = False
    inside: bool = False
    colour: Colour = "#1f2933"


class LayerSpec(Record):
    """One map layer, as declared in ``layers/<id>.yaml``."""

    id: Identifier
    title: Text
    note: Text
    group: Identifier
    table: str = Field(min_length=1)
    where: str | None = None
    style: Style
    symbol: Symbol = Symbol()
    label: Label | None = None
    popup: tuple[str, ...] = Field(min_length=1, strict=False)
    filters: tuple[str, ...] = Field(default=(), strict=False)
    visible: bool = False
    zoom: Annotated[tuple[int, int], AfterValidator(_ordered), Field(strict=False)] = (0, 22)


class LayerGroup(Record):
    """A heading in the layer tree and its layers, from top to bottom of the map."""

    id: Identifier
    title: Text
    layers: tuple[Identifier, ...] = Field(min_length=1, strict=False)


class Catalogue(Record):
    """``layers/catalog.yaml``: the groups in the order of the tree."""

    groups: tuple[LayerGroup, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True, slots=True)
class LayerSet:
    """All layers of the product: the tree, the layers by id and the palettes by id."""

    groups: tuple[LayerGroup, ...]
    layers: Mapping[str, LayerSpec]
    palettes: Mapping[str, Palette]

    def ordered(self) -> tuple[LayerSpec, ...]:
        """Return the layers from top to bottom of the map."""
        return tuple(self.layers[name] for group in self.groups for name in group.layers)
