"""From a column and a raw value to a fact that can be read: codes become titles, SI values get their unit."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from parkplan import units
from parkplan.data.layers import load_layers
from parkplan.i18n import LANGUAGES, Language, Text, catalogue, message
from parkplan.model.columns import Column
from parkplan.model.derived_tables import DRAWN_TABLES
from parkplan.model.facts import Fact, Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from parkplan.jobs.frames import Loaded

LAND_USE_PALETTE = "land_use"
UNKNOWN = units.UNKNOWN


def text(key: str, **values: object) -> Text:
    """Return a message in both languages; a `Text` among the values speaks the language of its side."""
    if not values:
        return catalogue()[key]

    def side(chosen: Language) -> str:
        filled = {name: value.to(chosen) if isinstance(value, Text) else value for name, value in values.items()}
        return message(key, chosen, **filled)

    return Text(*(side(chosen) for chosen in LANGUAGES))


def both(write: Callable[[Language], str]) -> Text:
    """Write something once in each language.

    >>> both(lambda chosen: units.quantity(20000.0, "mu", chosen))
    Text(zh='30.00 亩', en='30.00 mu')
    """
    return Text(*(write(chosen) for chosen in LANGUAGES))


def raw(value: object) -> object:
    """Return a cell as plain Python, None where it is unknown; a blank text is unknown.

    >>> raw(float("nan")), raw(pd.Timestamp("2024-05-01")), raw("  ")
    (None, datetime.date(2024, 5, 1), None)
    """
    if units.is_unknown(value) or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def number(value: object) -> float | None:
    """Return a raw value as a number, or None where it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def column_of(loaded: Loaded, name: str) -> Column:
    """Return how a column of a table is called and written; a column of the source file goes by its own name."""
    table = DRAWN_TABLES.get(loaded.name)
    canonical = table.column(name) if table is not None else None
    return canonical or own_column(name, loaded.frame[name] if name in loaded.frame.columns else None)


def own_column(name: str, values: pd.Series[Any] | None) -> Column:
    """Describe a column that is not canonical by what it holds."""
    title = Text(name, name)
    if values is None:
        return Column(name, title)
    if pd.api.types.is_bool_dtype(values.dtype):
        return Column(name, title, "boolean")
    if pd.api.types.is_numeric_dtype(values.dtype):
        return Column(name, title, "number")
    return Column(name, title, "date" if pd.api.types.is_datetime64_any_dtype(values.dtype) else "text")


def written(column: Column, value: object) -> Text:
    """Write a raw value of a column with its unit, in both languages.

    >>> from parkplan.model.tables import PARCELS
    >>> written(PARCELS.column("site_area_m2"), 20000.0).zh
    '2.00 公顷（30.00 亩）'
    """
    if value is None:
        return UNKNOWN
    if column.codes is not None:
        return column.codes.get(str(value), Text(str(value), str(value)))
    if isinstance(value, bool):
        return text("card.answer_yes" if value else "card.answer_no")
    if isinstance(value, date):
        return both(lambda chosen: units.day(value, chosen))
    amount = number(value)
    if amount is not None:
        return both(lambda chosen: _quantity(column, amount, chosen))
    if column.name == "land_use":
        return land_use(str(value))
    return Text(str(value), str(value))


def _quantity(column: Column, value: float, chosen: Language) -> str:
    if column.unit is None:
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    if column.unit == "yuan":
        return units.money(value, chosen)
    if column.unit == "m2" and column.shown_in in {"mu", "hectare"}:
        return units.area(value, chosen)
    return units.quantity(value, column.shown_in or column.unit, chosen)


@cache
def land_use_titles() -> Mapping[str, Text]:
    """Titles of the national land-use codes, from the palette of the layers."""
    palette = load_layers().palettes.get(LAND_USE_PALETTE)
    classes = palette.classes if palette is not None else ()
    return {entry.value: Text(entry.title.zh, entry.title.en) for entry in classes}


def land_use(code: str) -> Text:
    """Write a land-use code with its title, that of the nearest class above where the code has none of its own."""
    titles = land_use_titles()
    title = next((titles[code[:length]] for length in range(len(code), 1, -1) if code[:length] in titles), None)
    return Text(code, code) if title is None else Text(f"{title.zh}（{code}）", f"{title.en} ({code})")


def fact(loaded: Loaded, row: int, name: str) -> Fact:
    """Return one cell of a table as a fact; a column that the table lacks is unknown."""
    column = column_of(loaded, name)
    value = raw(loaded.frame[name].iat[row]) if name in loaded.frame.columns else None
    origin = Origin(loaded.name, loaded.info.version, row, name)
    return Fact(name, column.title, value, written(column, value), origin)


def derived(name: str, value: float | None, write: Callable[[float, Language], str], **values: object) -> Fact:
    """Return a computed fact; its title is ``card.<name>`` and its method ``card.<name>_method``."""
    shown = UNKNOWN if value is None else both(lambda chosen: write(value, chosen))
    return Fact(name, text(f"card.{name}"), value, shown, method=text(f"card.{name}_method", **values))
