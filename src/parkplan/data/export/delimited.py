"""CSV: UTF-8 with a byte order mark, geometry as WKT, text that stays text in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import shapely

from parkplan.data.export.cells import guarded, plain_value
from parkplan.data.geoparquet import GEOMETRY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parkplan.data.export.part import Part

MILLIMETRES = 3
DEGREES = 9


def write_csv(parts: Sequence[Part], path: Path) -> None:
    """Write a table. Names of columns are those of the workspace; a made-up table says so in a column of its own."""
    (part,) = parts
    crs = part.frame.crs
    decimals = DEGREES if crs is not None and crs.is_geographic else MILLIMETRES
    wkt = shapely.to_wkt(np.asarray(part.frame.geometry), rounding_precision=decimals)
    note = " ".join(part.origin.sentences()) if part.origin.synthetic else ""
    columns = [part.frame[name] for name in part.attributes]
    heads = [*map(guarded, part.attributes), f"{GEOMETRY}_wkt", *(["data_note"] if note else [])]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(heads)
        for shape, *values in zip(wkt, *columns, strict=True):
            writer.writerow([*map(_cell, values), shape or "", *([note] if note else [])])


def _cell(value: object) -> str:
    known = plain_value(value)
    if known is None:
        return ""
    if isinstance(known, bool):
        return "true" if known else "false"
    if isinstance(known, dt.date):
        return known.isoformat()
    return guarded(known) if isinstance(known, str) else repr(known)
