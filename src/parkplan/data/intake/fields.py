"""Which column of a file fills which field of a table: as stated, by name, by a known heading or by its beginning."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

import yaml

from parkplan._errors import ParkplanError, RequestError, SourceFileError
from parkplan.data.intake.cut_names import cut_twins, full_headings
from parkplan.data.intake.units import FACTORS, normal_name, split_unit
from parkplan.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.model.columns import Column, Table

_FREE_FIELD: Final = re.compile(r"^[^\W\d]\w*$")


@dataclass(frozen=True, slots=True)
class Match:
    """A field, the column that fills it, and the unit in the column's name (None: no unit is said).

    ``heading`` is the known heading of which a cut column name is only the beginning: then the match is a guess.
    """

    field: str
    column: str
    unit: str | None
    sure: bool
    heading: str | None = None


@cache
def aliases() -> dict[str, tuple[str, ...]]:
    """Known headings of each field, normalised."""
    text = files("parkplan.data.intake").joinpath("aliases.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read = cast("dict[str, list[str]]", yaml.load(text, Loader=loader))  # noqa: S506 -- a safe one
    return {field: tuple(normal_name(str(name)) for name in names) for field, names in read.items()}


def match_columns(
    table: Table | None, columns: Sequence[str], stated: Mapping[str, str], file: str, *, kept: Sequence[str] = ()
) -> tuple[Match, ...]:
    """Match the columns of a file to the fields of a table, each at most once; what is stated comes first.

    ``table`` is None for a table beyond the canonical ones: then only what is stated is matched. Columns that are
    ``kept`` are matched only where that is stated. A cut name that can be of one field alone is matched as a guess.

    Raises:
        SourceFileError, RequestError: a stated column or field does not exist; all of these at once.
    """
    matches = _stated(table, columns, stated, file)
    taken = {match.column for match in matches} | set(kept)
    own = {field.name for field in table.columns} if table is not None else set()
    unsure = {name for name in cut_twins(columns) if normal_name(name) not in own}
    for field in table.columns if table is not None else ():
        if any(match.field == field.name for match in matches):
            continue
        found = _find(field, [name for name in columns if name not in taken | unsure])
        if found is not None:
            matches.append(found)
            taken.add(found.column)
    for column, fields in _cut(table, columns, matches, kept).items():
        (name, heading), *others = fields.items()
        canonical = table.column(name) if table is not None else None
        if not others and canonical is not None:
            matches.append(Match(name, column, None, canonical.unit not in FACTORS, heading))
    claims = Counter(match.field for match in matches)
    return tuple(match for match in matches if claims[match.field] == 1)


def open_names(
    table: Table | None, columns: Sequence[str], matches: Sequence[Match], kept: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Return the cut names that match nothing because they may be of several fields, or several of one."""
    cut = _cut(table, columns, matches, kept)
    fields = {field.name for field in table.columns} if table is not None else set()
    read = {column: tuple(name for name in found if name in fields) for column, found in cut.items()}
    return {column: names for column, names in read.items() if names}


def _cut(
    table: Table | None, columns: Sequence[str], matches: Sequence[Match], kept: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return for each unmatched cut name the open fields that it may be of, with the heading that it begins."""
    if table is None:
        return {}
    filled, taken = {match.field for match in matches}, {match.column for match in matches} | set(kept)
    rates = {name: known for name, known in aliases().items() if table.column(name) is None}
    headings = rates | {field.name: _headings(field) for field in table.columns if field.name not in filled}
    read = {column: full_headings(column, headings) for column in columns if column not in taken}
    return {column: fields for column, fields in read.items() if fields}


def _headings(field: Column) -> list[str]:
    titles = [normal_name(field.title.zh), normal_name(field.title.en)]
    return [field.name, *titles, *aliases().get(field.name, ())]


def _stated(table: Table | None, columns: Sequence[str], stated: Mapping[str, str], file: str) -> list[Match]:
    faults: list[ParkplanError] = []
    known = ", ".join(column.name for column in table.columns) if table is not None else ""
    for field, column in stated.items():
        if column not in columns:
            listed = ", ".join(columns[:40])
            faults.append(SourceFileError("import_mapping_column", file=file, column=column, columns=listed))
        if table is not None and table.column(field) is None:
            faults.append(RequestError("import_mapping_field", table=table.name, field=field, known=known))
        if table is None and not _FREE_FIELD.match(field):
            faults.append(RequestError("import_mapping_form", given=f"{field}={column}"))
    if faults:
        first, rest = faults[0], faults[1:]
        raise type(first)(first.key, details=rest, **first.values)
    return [Match(field, column, _unit(table, field, column), True) for field, column in stated.items()]


def _unit(table: Table | None, field: str, column: str) -> str | None:
    canonical = table.column(field) if table is not None else None
    unit = split_unit(column)[1]
    known = FACTORS.get(canonical.unit or "", {}) if canonical is not None else {}
    return unit if unit in known else None


def _find(field: Column, columns: Sequence[str]) -> Match | None:
    """Find the column of a field: its own name, its name in another unit, its title, a known heading."""
    plain = {normal_name(name): name for name in reversed(columns)}
    if field.name in plain:
        column = plain[field.name]
        return Match(field.name, column, split_unit(column)[1] if field.unit in FACTORS else None, True)
    headings = [split_unit(field.name)[0], normal_name(field.title.zh), *aliases().get(field.name, ())]
    headings += [normal_name(field.title.en)] if field.name.endswith("_id") or field.unit else []
    units = FACTORS.get(field.unit or "", {})
    for heading in headings:
        for name, said in [(each, said) for each in columns for said in _readings(each)]:
            base, unit = split_unit(said)
            if normal_name(said) == heading and field.unit in (None, "ratio"):
                return Match(field.name, name, None, True)
            if base == heading and units and (unit is None or unit in units):
                return Match(field.name, name, unit, unit is not None or field.unit == "ratio")
            if not units and (normal_name(said) == heading or (base == heading and _in_own_unit(said, field))):
                return Match(field.name, name, None, True)
    return None


def _in_own_unit(name: str, field: Column) -> bool:
    """Say whether a column name ends with the sign of the unit of its field in brackets, as ``年份（年）`` does."""
    symbol = UNITS[field.unit].symbol if field.unit in UNITS else None
    signs = () if symbol is None else (symbol.zh, symbol.en)
    return normal_name(name).endswith(tuple(f"({normal_name(sign)})" for sign in signs if sign))


@cache
def _readings(name: str) -> tuple[str, ...]:
    """Return a heading, and where a code stands before its title, its title too.

    >>> _readings("ZDBH 宗地编号"), _readings("Parcel ID")
    (('ZDBH 宗地编号', '宗地编号'), ('Parcel ID',))
    """
    code, _, title = name.partition(" ")
    return (name, title) if code.isascii() and title and not title.isascii() else (name,)
