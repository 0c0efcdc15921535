"""What is told about one thing: facts with unit and source, gathered in sections of a card (一地一档)."""

from __future__ import annotations

from dataclasses import dataclass, field

from parkplan.i18n import Text

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees of longitude and latitude."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact was read: a row of one version of a table, and the column if it is a single value."""

    table: str
    version: str
    row: int
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: title, value in SI units (None is unknown), the value as it is written, and where it comes from.

    ``method`` says how a derived value was computed; a value that was read has an ``origin`` instead.
    """

    id: str
    title: Text
    value: object
    written: Text
    origin: Origin | None = None
    method: Text | None = None

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """Another thing that belongs to this one: a building on the parcel, a firm, a constraint that touches it."""

    table: str
    row: int
    title: Text
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the card with its facts and its list; ``note`` says why the list is empty or cut."""

    id: str
    title: Text
    facts: tuple[Fact, ...] = ()
    entries: tuple[Entry, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything known about one row of a table."""

    table: str
    row: int
    kind: Text
    title: Text
    sections: tuple[Section, ...]
    bounds: Bounds | None
    source: str
    synthetic: bool
    findings: tuple[Text, ...] = field(default=())

    def fact(self, name: str) -> Fact | None:
        """Return a fact by its id, wherever it stands on the card."""
        return next((fact for section in self.sections for fact in section.facts if fact.id == name), None)

    def section(self, name: str) -> Section | None:
        """Return a section by its id."""
        return next((section for section in self.sections if section.id == name), None)
