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
import pyarrow.types as pt

from parkplan._errors import RequestError
from parkplan.data.export.geofiles import arrow_rows, write_arrow
from parkplan.data.geoparquet import GEOMETRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.export.part import Part

LONGEST_NAME: Final = 10
LONGEST_TEXT_BYTES: Final = 254


def write_zip(parts: Sequence[Part], path: Path) -> None:
    """Write a table as a zipped Shapefile.

    Raises:
        RequestError: points, lines and areas are mixed, or a text is longer than a Shapefile can hold.
    """
    (part,) = parts
    table, kind = arrow_rows(part)
    if kind == "Unknown":
        raise RequestError("output_mixed", table=part.name)
    names = field_names(part.attributes)
    columns = {names[name]: _fitting(table.column(name), name, part) for name in part.attributes}
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


def _fitting(values: pa.ChunkedArray, name: str, part: Part) -> pa.ChunkedArray:
    """Return a column in a type that a Shapefile has: truth values as 0 and 1, moments as text."""
    if pt.is_boolean(values.type):
        return values.cast(pa.int16())
    if pt.is_timestamp(values.type):
        moments = pd.Series(values.to_pandas())
        texts = [None if pd.isna(moment) else moment.isoformat() for moment in moments]
        return pa.chunked_array([pa.array(texts, type=pa.string())])
    if pt.is_string(values.type) or pt.is_large_string(values.type):
        longest = max((len(text.encode()) for text in values.to_pylist() if text is not None), default=0)
        if longest > LONGEST_TEXT_BYTES:
            raise RequestError("output_text_shapefile", table=part.name, column=name, most=LONGEST_TEXT_BYTES)
    return values


def _field_table(part: Part, names: dict[str, str]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["field", "column", "zh", "en"])
    writer.writerows([short, name, part.heading(name, "zh"), part.heading(name, "en")] for name, short in names.items())
    return stream.getvalue().encode("utf-8-sig")
