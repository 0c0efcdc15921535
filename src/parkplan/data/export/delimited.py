"""CSV: UTF-8 with a byte order mark, geometry as WKT, text that stays text in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import shapely

from parkplan.data.export import losses
from parkplan.data.export.cells import guarded, plain_value
from parkplan.data.geoparquet import GEOMETRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from parkplan.data.export.losses import Loss
    from parkplan.data.export.part import Part

MILLIMETRES = 3
DEGREES = 9


def write_csv(parts: Sequence[Part], path: Path) -> None:
    """Write a table. Names of columns are those of the workspace; a made-up table says so in a column of its own."""
    (part,) = parts
    decimals = _decimals(part)
    wkt = shapely.to_wkt(np.asarray(part.frame.geometry), rounding_precision=decimals)
    note = " ".join(part.origin.sentences()) if part.origin.synthetic else ""
    columns = [part.frame[name] for name in part.attributes]
    shape_heads = [] if part.placeless else [f"{GEOMETRY}_wkt"]
    heads = [*map(guarded, part.attributes), *shape_heads, *(["data_note"] if note else [])]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(heads)
        for shape, *values in zip(wkt, *columns, strict=True):
            drawn = [] if part.placeless else [shape or ""]
            writer.writerow([*map(cell_text, values), *drawn, *([note] if note else [])])


def csv_losses(part: Part) -> Iterator[Loss]:
    """Tell what a CSV does not keep of a table."""
    yield losses.loss(part.name, "types_guessed")
    if not part.placeless:
        yield from losses.unstated_crs(part)
    yield from losses.rounded_coordinates(part, _decimals(part), "1e-9°" if _decimals(part) == DEGREES else "1 mm")
    yield from losses.counted(part, "empty_text", losses.empty_texts)
    yield from losses.counted(part, "formula_guarded", losses.formula_like)


def _decimals(part: Part) -> int:
    crs = part.frame.crs
    return DEGREES if crs is not None and crs.is_geographic else MILLIMETRES


def cell_text(value: object) -> str:
    """Return a value as the text of a CSV cell; what is unknown is empty."""
    known = plain_value(value)
    if known is None:
        return ""
    if isinstance(known, bool):
        return "true" if known else "false"
    if isinstance(known, dt.date):
        return known.isoformat()
    return guarded(known) if isinstance(known, str) else repr(known)
