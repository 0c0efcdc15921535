"""Key figures of a district, each with the number of rows that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from parkplan.i18n import Text


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: its value in SI units (None is unknown) and how many of the rows had what it needs.

    ``unit`` is a key of `parkplan.units.UNITS`. ``basis`` says what was counted or divided.
    """

    id: str
    title: Text
    value: float | None
    unit: str
    written: Text
    known_rows: int
    rows: int
    basis: Text


@dataclass(frozen=True, slots=True)
class Share:
    """One class of a breakdown; ``code`` is None for the rows whose class is unknown."""

    code: str | None
    title: Text
    rows: int
    area_m2: float | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A whole divided into classes, the unknown ones among them."""

    id: str
    title: Text
    shares: tuple[Share, ...]

    @property
    def rows(self) -> int:
        """How many rows were divided."""
        return sum(share.rows for share in self.shares)


@dataclass(frozen=True, slots=True)
class Figures:
    """The overview of a district; a figure whose table is absent is left out, and ``absent`` names the table."""

    figures: tuple[Figure, ...]
    breakdowns: tuple[Breakdown, ...]
    absent: tuple[str, ...]

    def figure(self, name: str) -> Figure | None:
        """Return a figure by its id."""
        return next((figure for figure in self.figures if figure.id == name), None)

    def breakdown(self, name: str) -> Breakdown | None:
        """Return a breakdown by its id."""
        return next((breakdown for breakdown in self.breakdowns if breakdown.id == name), None)
