"""What a column and a table are, and short ways to write the columns of a table down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parkplan.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "number", "integer", "date", "boolean", "code"]
Geometry = Literal["polygon", "line", "point", "none"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, the unit it is stored in, the unit it is shown in, and its titles.

    ``unit`` and ``shown_in`` are keys of `parkplan.units.UNITS`; ``codes`` lists the values of an enumerated column.
    ``land_use`` columns hold codes of the national land-use classification, which is kept in the layer styles.
    """

    name: str
    title: Text
    kind: Kind = "text"
    unit: str | None = None
    shown_in: str | None = None
    codes: Mapping[str, Text] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its key column, geometry and columns; rows of a table of geometry ``none`` have no shape."""

    name: str
    title: Text
    key: str
    geometry: Geometry
    columns: tuple[Column, ...]
    rows_of: str | None = None
    """The table whose rows a derived table has, one for each, in the same order."""
    with_key: tuple[str, ...] = ()
    """Columns that tell rows of one key apart; a file must have them and the key."""

    def column(self, name: str) -> Column | None:
        """Return a canonical column, or None for a column that the source file brought."""
        return next((column for column in self.columns if column.name == name), None)


def text_column(name: str, zh: str, en: str) -> Column:
    """Return a column of texts."""
    return Column(name, Text(zh, en))


def code_column(name: str, zh: str, en: str, values: Mapping[str, Text]) -> Column:
    """Return a column of codes with their titles."""
    return Column(name, Text(zh, en), "code", codes=values)


def number_column(name: str, zh: str, en: str, unit: str, shown_in: str | None = None) -> Column:
    """Return a column of numbers in an SI unit, shown in another if given."""
    return Column(name, Text(zh, en), "number", unit, shown_in or unit)


def integer_column(name: str, zh: str, en: str, unit: str = "count") -> Column:
    """Return a column of whole numbers."""
    return Column(name, Text(zh, en), "integer", unit, unit)


def day_column(name: str, zh: str, en: str) -> Column:
    """Return a column of dates."""
    return Column(name, Text(zh, en), "date")


def yes_no_column(name: str, zh: str, en: str) -> Column:
    """Return a column of yes and no."""
    return Column(name, Text(zh, en), "boolean")
