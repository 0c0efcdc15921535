"""The columns of files as a planner checks them: samples, the field that each fills, its unit, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import pyarrow as pa

from parkplan.data.intake.fields import match_columns, open_names
from parkplan.data.intake.units import FACTORS, normal_name
from parkplan.i18n import message
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.data.intake.advice import Advice
    from parkplan.data.intake.fields import Match
    from parkplan.data.intake.launch import Intake

Why = Literal["stated", "name", "heading", "assumed", "cut", "open", "kept", "none"]
"""Why a column fills a field: it was said, it has its name, its heading is known, its unit is guessed, its name is the
beginning of a known heading; else it fills none, because its cut name may be of several fields (``open``), because
somebody said so (``kept``) or because nothing fits."""
SAMPLES: Final = 3
SAMPLE_LENGTH: Final = 40
ENCODINGS: Final = ("utf-8", "gb18030", "big5", "cp1252")
"""Encodings that are offered where a file does not say its own."""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the files: ``known`` of ``rows`` cells hold something; ``unit`` is the one that is read."""

    column: str
    samples: tuple[str, ...]
    rows: int
    known: int
    field: str | None
    unit: str | None
    why: Why
    hint: str = ""

    def reason(self) -> str:
        """Return why in words; ``hint`` is the heading or the fields that a cut name may be of."""
        return message(f"desk.why_{self.why}", hint=self.hint)


@dataclass(frozen=True, slots=True)
class EncodingSample:
    """Some words of a file as they read in an encoding."""

    encoding: str
    text: str


def column_lines(
    intakes: Sequence[Intake], table: str, mapping: Mapping[str, str], advice: Advice
) -> tuple[ColumnLine, ...]:
    """Return the columns of files in their order.

    Raises:
        SourceFileError, RequestError: what is stated of a column or field does not exist.
    """
    matches: dict[str, Match] = {}
    left_open: dict[str, tuple[str, ...]] = {}
    for intake in intakes:
        columns = intake.report.columns
        found = match_columns(TABLES.get(table), columns, mapping, intake.name, kept=advice.kept)
        matches = {match.column: match for match in found} | matches
        left_open |= open_names(TABLES.get(table), columns, found, advice.kept)
    names = dict.fromkeys(name for intake in intakes for name in intake.report.columns)
    lines = (_line(name, intakes, matches.get(name), (mapping, advice)) for name in names)
    return tuple(
        replace(line, why="open", hint=", ".join(left_open[line.column]))
        if line.why == "none" and line.column in left_open
        else line
        for line in lines
    )


def units_of(field: str, table: str) -> tuple[str, ...]:
    """Return the units that a field may be stated in, none where it has no unit.

    >>> units_of("site_area_m2", "parcels")[:2], units_of("name", "parcels")
    (('m2', 'ha'), ())
    """
    canonical = TABLES.get(table)
    column = canonical.column(field) if canonical is not None else None
    first: dict[float, str] = {}
    for unit, factor in FACTORS.get((column.unit if column is not None else None) or "", {}).items():
        if unit not in ("sqm", "hectare", "hectares"):
            first.setdefault(factor, unit)
    return tuple(first.values())


def _line(
    name: str, intakes: Sequence[Intake], match: Match | None, said: tuple[Mapping[str, str], Advice]
) -> ColumnLine:
    mapping, advice = said
    parts = [intake.attributes.column(name) for intake in intakes if name in intake.report.columns]
    rows, known = sum(len(part) for part in parts), sum(len(part) - part.null_count for part in parts)
    unit = None if match is None else advice.units.get(match.field, match.unit)
    field = None if match is None else match.field
    why = _why(name, match, mapping, advice)
    hint = match.heading or "" if match is not None and why == "cut" else ""
    return ColumnLine(name, _samples(parts), rows, known, field, unit, why, hint)


def _why(name: str, match: Match | None, mapping: Mapping[str, str], advice: Advice) -> Why:
    if match is None:
        return "kept" if name in advice.kept else "none"
    if mapping.get(match.field) == name:
        return "stated"
    if match.heading is not None:
        return "cut"
    if not match.sure and match.field not in advice.units:
        return "assumed"
    return "name" if normal_name(name) == match.field else "heading"


def _samples(parts: Sequence[pa.ChunkedArray]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in parts:
        for value in part.slice(0, 200).drop_null().to_pylist():
            text = str(value).strip()
            if text:
                found.setdefault(text if len(text) <= SAMPLE_LENGTH else f"{text[:SAMPLE_LENGTH]}…")
            if len(found) == SAMPLES:
                return tuple(found)
    return tuple(found)


def encoding_samples(intake: Intake) -> tuple[EncodingSample, ...]:
    """Return how the words of a file read in several encodings; nothing where the file has none of its own.

    The bytes are made again from the words, so words that were lost when the file was read are not there.
    """
    read = intake.report.encoding
    if read is None:
        return ()
    words = " ".join(_words(intake))[:120]
    try:
        raw = words.encode(read)
    except (UnicodeError, LookupError):
        return ()
    return tuple(EncodingSample(name, raw.decode(name, errors="replace")) for name in dict.fromkeys((read, *ENCODINGS)))


def _words(intake: Intake) -> list[str]:
    """The names and texts that are more than ASCII, else the first names."""
    found = [name for name in intake.report.columns if not name.isascii()]
    for name in intake.report.columns:
        column = intake.attributes.column(name)
        if pa.types.is_string(column.type):
            found += [text for text in column.slice(0, 50).drop_null().to_pylist() if not text.isascii()][:2]
    return list(dict.fromkeys(found)) or list(intake.report.columns[:4])
