"""Attribute columns of any reader made plain: text, numbers, truth values, dates; each name once."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from parkplan.data.intake.records import GEOMETRY, ORIGINAL, SOURCE_ROW, Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME_LENGTH: Final = 200
_RESERVED: Final = frozenset({GEOMETRY, SOURCE_ROW, ORIGINAL})
_NAMES_SHOWN: Final = 10


def plain_columns(table: pa.Table) -> tuple[pa.Table, list[Finding]]:
    """Return the table with plain types and usable names, and what had to be changed.

    Bytes are left out; lists and records become JSON text; times of day become text; decimals become numbers.
    """
    kept, names, dropped, marred = [], [], [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        made = plain(column)
        if made is None:
            dropped.append(name)
            continue
        readable = readable_text(made)
        if readable is not made:
            marred.append(name)
        kept.append(readable)
        names.append(name)
    usable = usable_names(names)
    changed = [f"{old!r} → {new}" for old, new in zip(names, usable, strict=True) if old != new]
    found = [finding("columns_dropped", names=", ".join(dropped[:_NAMES_SHOWN]))] if dropped else []
    if marred:
        found.append(finding("text_undecodable", names=", ".join(marred[:_NAMES_SHOWN])))
    if changed:
        found.append(finding("columns_renamed", severity="note", names=", ".join(changed[:_NAMES_SHOWN])))
    return pa.table(dict(zip(usable, kept, strict=True))) if kept else table.select([]), found


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a column in a plain type, or None when it holds bytes."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain(column.cast(kind.value_type))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return None
    if pa.types.is_nested(kind):
        values = [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in column.to_pylist()
        ]
        return pa.chunked_array([pa.array(values, type=pa.string())])
    if pa.types.is_null(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind) or kind == pa.float16():
        return column.cast(pa.float64())
    if pa.types.is_timestamp(kind):
        return _timestamp(column)
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())])
    return column.cast(pa.date32()) if pa.types.is_date64(kind) else column


def readable_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a text column as it is, or with a mark in place of each byte that is no UTF-8.

    >>> broken = pa.chunked_array([pa.array([b"a", bytes([255])]).view(pa.string())])
    >>> readable_text(broken).to_pylist() == ["a", chr(0xFFFD)]
    True
    """
    if not pa.types.is_string(column.type):
        return column
    try:
        column.validate(full=True)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        values = column.cast(pa.binary(), safe=False).to_pylist()
        texts = [None if value is None else value.decode("utf-8", errors="replace") for value in values]
        return pa.chunked_array([pa.array(texts, pa.string())])
    return column


def _timestamp(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times are kept to the millisecond, in UTC where the zone is known."""
    bare = column.cast(pa.timestamp("ms", tz=column.type.tz), safe=False)
    return bare.cast(pa.timestamp("ms")) if column.type.tz else bare


def usable_names(names: Iterable[str]) -> list[str]:
    """Return each name once, never empty, without control characters, and none that the product uses itself.

    >>> usable_names(["name", "", "name", "geometry"])
    ['name', 'column_2', 'name_2', 'geometry_2']
    """
    taken = {*_RESERVED}
    made: list[str] = []
    for position, name in enumerate(names, start=1):
        one_line = " ".join(str(name).split())
        kept = (each for each in one_line if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
        plain_name = "".join(kept).strip()[:NAME_LENGTH] or f"column_{position}"
        candidate, number = plain_name, 2
        while candidate.lower() in taken:
            candidate, number = f"{plain_name}_{number}", number + 1
        taken.add(candidate.lower())
        made.append(candidate)
    return made
