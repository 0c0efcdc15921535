"""What a map layer is: strict records read from the YAML files of ``layers/``.

A layer shows the rows of one table that satisfy ``where``, in one style. Colours live in palettes, so that the same
class has the same colour on the screen, in the legend and on paper.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from parkplan.i18n import Language
from parkplan.i18n import Text as TextPair


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


def _ordered(pair: tuple[int, int]) -> tuple[int, int]:
    if pair[0] > pair[1]:
        raise ValueError("the first zoom is larger than the second")
    return pair


class PaletteClass(Record):
    """One class of a palette: the value it stands for, its colour and title."""

    value: str
    colour: Colour
    title: Text


class Palette(Record):
    """Colours by value, with the source that they were taken from."""

    id: Identifier
    title: Text
    source: str = Field(min_length=1)
    classes: tuple[PaletteClass, ...] = Field(min_length=1, strict=False)
    unknown: PaletteClass | None = None


class SingleStyle(Record):
    """Every feature looks the same."""

    kind: Literal["single"]
    colour: Colour


class CategoryStyle(Record):
    """Colour by the value of a code or text column."""

    kind: Literal["category"]
    column: str
    palette: Identifier
    match: Literal["exact", "longest_prefix"] = "exact"


class GraduatedStyle(Record):
    """Colour by a number: upper bounds of the classes in the unit of the column, one colour more than bounds."""

    kind: Literal["graduated"]
    column: str
    bounds: tuple[float, ...] = Field(min_length=1, strict=False)
    colours: tuple[Colour, ...] = Field(min_length=2, strict=False)
    unknown_colour: Colour


Style = Annotated[SingleStyle | CategoryStyle | GraduatedStyle, Field(discriminator="kind")]


class Symbol(Record):
    """How the geometry is drawn; lengths in screen pixels."""

    stroke: Colour | None = None
    stroke_width_px: float = Field(default=0.6, ge=0, le=10)
    dash_px: tuple[float, ...] | None = Field(default=None, strict=False)
    fill: bool = True
    hatch: bool = False
    radius_px: float = Field(default=4.0, gt=0, le=20)
    width_by: str | None = None
    opacity: Share = 0.75


class Label(Record):
    """A name drawn on the map."""

    column: str
    min_zoom: int = Field(ge=0, le=22)
    size_px: int = Field(default=12, ge=8, le=28)
    bold: bool = False


class LayerSpec(Record):
    """One map layer, as declared in ``layers/<id>.yaml``."""

    id: Identifier
    title: Text
    note: Text
    group: Identifier
    table: Identifier
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
