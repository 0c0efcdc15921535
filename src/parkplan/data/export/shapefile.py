"""Shapefile in a zip: UTF-8 with its .cpg, and a table that says which short field name stands for which column."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from parkplan._errors import RequestError
from parkplan.data.export import losses
from parkplan.data.export.geofiles import arrow_rows, write_arrow
from parkplan.data.geoparquet import GEOMETRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parkplan.data.export.losses import Loss
    from parkplan.data.export.part import Part

LONGEST_NAME: Final = 10
LONGEST_TEXT_BYTES: Final = 254
MOST_COLUMNS: Final = 255
MOST_BYTES: Final = 2**31 - 1
WIDEST_INTEGER: Final = 10**18 - 1
_NUMBER_BYTES: Final = 24


def write_zip(parts: Sequence[Part], path: Path) -> None:
    """Write a table as a zipped Shapefile.

    Raises:
        RequestError: points, lines and areas are mixed, there are too many columns, or the file would be too large.
    """
    (part,) = parts
    table, kind = arrow_rows(part)
    if kind == "Unknown":
        raise RequestError("output_mixed", table=part.name)
    if len(part.attributes) > MOST_COLUMNS:
        raise RequestError("output_columns", table=part.name, count=len(part.attributes), most=MOST_COLUMNS)
    names = field_names(part.attributes)
    columns = {names[name]: _fitting(table.column(name)) for name in part.attributes}
    _require_size(part, table.column(GEOMETRY), columns)
    table = pa.table({**columns, GEOMETRY: table.column(GEOMETRY)})
    with tempfile.TemporaryDirectory() as folder:
        stem = Path(folder) / "table.shp"
        write_arrow(table, stem, kind, part, driver="ESRI Shapefile", encoding="UTF-8")
        name = "".join(letter if letter.isalnum() else "_" for letter in part.name)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).iterdir()):
                archive.write(file, f"{name}{file.suffix}")
            archive.writestr(f"{name}_fields.csv", _field_table(part, names))
            archive.writestr(f"{name}_note.txt", "\n".join(part.origin.sentences()).encode("utf-8-sig"))


def field_names(columns: Sequence[str]) -> dict[str, str]:
    """Return a field name of at most ten ASCII characters for each column, no two alike.

    >>> field_names(["investment_yuan", "investment_agreed_yuan", "名称"])
    {'investment_yuan': 'investment', 'investment_agreed_yuan': 'investme_2', '名称': 'field'}
    """
    chosen: dict[str, str] = {}
    used: set[str] = set()
    for column in columns:
        short = "".join(letter for letter in column if letter.isascii() and (letter.isalnum() or letter == "_"))
        base = short[:LONGEST_NAME] or "field"
        name, number = base, 1
        while name.lower() in used:
            number += 1
            name = f"{base[: LONGEST_NAME - 1 - len(str(number))]}_{number}"
        used.add(name.lower())
        chosen[column] = name
    return chosen


def zip_losses(part: Part) -> Iterator[Loss]:
    """Tell what a Shapefile does not keep of a table."""
    short = [name for name, field in field_names(part.attributes).items() if field != name]
    if short:
        yield losses.loss(part.name, "names_shortened", short, most=LONGEST_NAME)
    yield from losses.counted(part, "text_cut", _too_long, most=LONGEST_TEXT_BYTES)
    yield from losses.counted(part, "empty_text", losses.empty_texts)
    yield from losses.counted(part, "truth_as_number", _truths)
    yield from losses.counted(part, "moments_as_text", losses.moments)
    yield from losses.counted(part, "integers_rounded", lambda values: losses.wide_integers(values, WIDEST_INTEGER))
    yield from losses.counted(part, "numbers_rounded", lambda values: losses.rounded_numbers(values, _as_written))
    yield from losses.empty_geometries(part)


def _too_long(values: pd.Series) -> int:
    if not losses.is_text(values):
        return 0
    return sum(len(str(text).encode()) > LONGEST_TEXT_BYTES for text in values.dropna())


def _truths(values: pd.Series) -> int:
    return int(values.notna().sum()) if pd.api.types.is_bool_dtype(values.dtype) else 0


def _as_written(number: float) -> str:
    """Write a number as its field of 24 characters does: 15 decimals, cut where there is no room."""
    return f"{number:.15f}"[:_NUMBER_BYTES]


def _cut(text: str | None) -> str | None:
    if text is None or len(text) * 4 <= LONGEST_TEXT_BYTES:
        return text
    return text.encode()[:LONGEST_TEXT_BYTES].decode(errors="ignore")


def _fitting(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as a Shapefile can hold it: truth values as 0 and 1, moments as text, texts of 254 bytes."""
    if pt.is_boolean(values.type):
        return values.cast(pa.int16())
    if pt.is_timestamp(values.type):
        moments = pd.Series(values.to_pandas())
        texts = [None if pd.isna(moment) else moment.isoformat() for moment in moments]
        return pa.chunked_array([pa.array(texts, type=pa.string())])
    if pt.is_string(values.type) or pt.is_large_string(values.type):
        return pa.chunked_array([pa.array(map(_cut, values.to_pylist()), type=pa.string())])
    return values


def _require_size(part: Part, geometry: pa.ChunkedArray, columns: dict[str, pa.ChunkedArray]) -> None:
    """Refuse what would be larger than two gigabytes, behind which readers lose their way."""
    texts = [column for column in columns.values() if pt.is_string(column.type)]
    width = _NUMBER_BYTES * (len(columns) - len(texts)) + sum(_longest(column) for column in texts)
    if max(geometry.nbytes, width * len(geometry)) > MOST_BYTES:
        raise RequestError("output_too_large", table=part.name, most=2)


def _longest(texts: pa.ChunkedArray) -> int:
    return int(pc.max(pc.binary_length(texts)).as_py() or 0)


def _field_table(part: Part, names: dict[str, str]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["field", "column", "zh", "en"])
    writer.writerows([short, name, part.heading(name, "zh"), part.heading(name, "en")] for name, short in names.items())
    return stream.getvalue().encode("utf-8-sig")
