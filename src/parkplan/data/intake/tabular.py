"""Tables of separated values: their heading, their separator, their lines that do not fit."""

from __future__ import annotations

import csv
import itertools
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.csv

from parkplan.data.intake import places
from parkplan.data.intake.columns import usable_names
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.headers import ROWS_LOOKED_AT, find_heading
from parkplan.data.intake.records import finding
from parkplan.data.intake.sheets import heading_findings
from parkplan.data.intake.texts import text_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from parkplan.data.intake.records import Finding
    from parkplan.data.intake.vector import Progress, Raw, Source

_BLOCK_BYTES: Final = 16 << 20
_LINE_BYTES: Final = 1 << 20
_SEPARATORS: Final = ",;\t|"


def read_csv(source: Source, progress: Progress) -> Raw:
    """Read a table of text; raises FileFaultError when no column says where a row lies."""
    encoding, _ = text_encoding(source.path, source.encoding, source.name)
    head = _head(source, encoding)
    table, ragged = _read_text(source, encoding, head)
    progress("read", table.num_rows, table.num_rows)
    raw = places.located(table, source)
    raw.encoding = encoding
    guessed = [finding("encoding_detected", encoding=encoding)] if encoding == "cp1252" and not source.encoding else []
    raw.findings = [*guessed, *heading_findings(head.titles, head.rows), *ragged, *raw.findings]
    return raw


class _Head:
    """The heading of a file: names, separator, how many rows are no data, and how many lines they take."""

    def __init__(self, names: tuple[str, ...], delimiter: str, titles: int, rows: int, lines: int) -> None:
        self.names, self.delimiter, self.titles, self.rows, self.lines = names, delimiter, titles, rows, lines


def _head(source: Source, encoding: str) -> _Head:
    with source.path.open(encoding=encoding, newline="") as stream:
        start = list(itertools.islice(_lines(stream, source.name), 40))
    telling = next((line for line in start if any(sign in line for sign in _SEPARATORS)), "")
    delimiter = max(_SEPARATORS, key=telling.count)
    reader = csv.reader(start, delimiter=delimiter)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in itertools.islice(reader, ROWS_LOOKED_AT):
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error:
        rows, ends = rows[:1], ends[:1]
    heading = find_heading(rows)
    names = rows[0] if heading.rows == 1 and rows else heading.names
    if len(names) > source.limits.columns:
        raise FileFaultError("import_too_many_columns", file=source.name, limit=source.limits.columns)
    return _Head(tuple(names), delimiter, heading.titles, heading.rows, ends[heading.rows - 1] if ends else 1)


def _lines(stream: TextIO, name: str) -> Iterator[str]:
    while line := stream.readline(_LINE_BYTES):
        if len(line) >= _LINE_BYTES:
            raise FileFaultError("import_csv_line", file=name)
        yield line


def _read_text(source: Source, encoding: str, head: _Head) -> tuple[pa.Table, list[Finding]]:
    """Read all values as text; lines that have not the columns of the heading are left out and listed."""
    header = list(head.names)
    names = [name if name.strip() else made for name, made in zip(header, usable_names(header), strict=True)]
    names = names if len(set(names)) == len(names) else usable_names(header)
    read = pa.csv.ReadOptions(column_names=names, skip_rows=head.lines, encoding=_arrow_name(encoding),
                              block_size=_BLOCK_BYTES, use_threads=False)  # fmt: skip
    ragged: list[int] = []

    def leave_out(row: pa.csv.InvalidRow) -> str:
        ragged.append(int(row.number or 0))
        return "skip"

    parse = pa.csv.ParseOptions(delimiter=head.delimiter, newlines_in_values=True, invalid_row_handler=leave_out)
    convert = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True,
                                    null_values=[""], quoted_strings_can_be_null=True)  # fmt: skip
    batches, rows = [], 0
    with pa.csv.open_csv(source.path, read, parse, convert) as reader:
        for batch in reader:
            rows += batch.num_rows
            if rows > source.limits.rows:
                raise FileFaultError("import_too_many_rows", file=source.name, limit=source.limits.rows)
            batches.append(batch)
        table = pa.Table.from_batches(batches, reader.schema)
    return table, [finding("ragged_rows", ragged)] if ragged else []


def _arrow_name(encoding: str) -> str:
    return "utf-8" if encoding == "utf-8-sig" else encoding
