"""Rows of a layer that satisfy a condition, the fields of its filter form, and the rows as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from parkplan import units
from parkplan._errors import RequestError
from parkplan.data.export import Origin, write_table
from parkplan.data.geoparquet import GEOMETRY
from parkplan.expressions import parse
from parkplan.expressions.syntax import KEYWORDS
from parkplan.jobs.card import title_of
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.frames import Loaded, load, require
from parkplan.jobs.kept import Kept
from parkplan.jobs.prepared import kept_record, worth
from parkplan.jobs.writing import column_of, raw, written
from parkplan.model.results import Choice, FilterField, FilterForm, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from parkplan.data.workspace import Workspace
    from parkplan.model.columns import Column
    from parkplan.model.layers import LayerSpec

CHOICES_MOST: Final = 40
"""A text column with more values than this is searched by a part of the text instead of chosen from a list."""

REVISION: Final = 1
"""Raised when the same tables give other fields."""
_forms: Final = Kept[tuple[str, ...], FilterForm](limit=64)


def layer_of(ws: Workspace, layer: str) -> LayerSpec:
    """Return a layer of a workspace.

    Raises:
        RequestError: there is no such layer.

    """
    layers = layers_of(ws).layers
    if layer not in layers:
        raise RequestError("unknown_layer", layer=layer, known=", ".join(layers))
    return layers[layer]


def rows(ws: Workspace, layer: str, where: str | None = None, columns: Sequence[str] | None = None) -> Rows:
    """Return the rows of a layer for which a condition is true; a row for which it is unknown is left out.

    Args:
        ws: the workspace.
        layer: id of a layer of the workspace; its own condition holds too.
        where: an expression over the columns of the layer's table.
        columns: the columns wanted, all where it is None.

    Raises:
        RequestError: there is no such layer, table or column.
        DefinitionError: the condition is faulty.

    """
    spec = layer_of(ws, layer)
    loaded = require(ws, spec.table)
    wanted = None if columns is None else [*_present(loaded, columns), GEOMETRY]
    positions = _positions(loaded, (spec.where, where))

    def take() -> gpd.GeoDataFrame:
        frame = loaded.frame.iloc[positions].reset_index(drop=True)
        return frame if wanted is None else frame[wanted]

    return Rows(layer, spec.table, where, positions, loaded.info.rows, take)


def _positions(loaded: Loaded, conditions: Sequence[str | None]) -> NDArray[np.intp]:
    """Return the rows that satisfy conditions; without one, no row has to be read for it."""
    stated = [parse(one) for one in conditions if one is not None and one.strip()]
    if not stated:
        return np.arange(loaded.info.rows)
    return np.flatnonzero(np.all([one.select(loaded.frame) for one in stated], axis=0))


def _present(loaded: Loaded, columns: Sequence[str]) -> list[str]:
    for name in columns:
        if name not in loaded.columns:
            known = ", ".join(loaded.info.columns)
            raise RequestError("no_such_column", table=loaded.name, column=name, known=known)
    return list(columns)


def rows_file(ws: Workspace, selection: Rows, ending: str, *, crs: str | None = None) -> bytes:
    """Return chosen rows as a file: ``.xlsx``, ``.csv``, ``.geojson``, ``.gpkg`` or another ending that exports know.

    Raises:
        RequestError: the ending or the CRS is unknown, or the rows do not fit into the format.
        WorkspaceError: the disk is full.

    """
    info = ws.info(selection.table)
    with TemporaryDirectory(prefix="parkplan-rows-") as folder:
        target = Path(folder) / f"{selection.layer}{ending}"
        write_table(selection.frame, selection.table, target, crs=crs, origin=Origin.of(info))
        return target.read_bytes()


def filter_fields(ws: Workspace, layer: str) -> tuple[FilterField, ...]:
    """Return the columns by which a layer is filtered, as far as its table has them."""
    spec = layer_of(ws, layer)
    loaded = load(ws, spec.table)
    if loaded is None:
        return ()
    parks = load(ws, "parks")
    content = (loaded.name, loaded.info.version, "" if parks is None else parks.info.version, *spec.filters)

    def make() -> FilterForm:
        return FilterForm(tuple(_field(ws, loaded, name) for name in spec.filters if name in loaded.columns))

    def found() -> FilterForm:
        return kept_record(ws, FilterForm, (REVISION, *content), make, keep=worth(loaded.info))

    return _forms.get((ws.address, *content), found).fields


def _field(ws: Workspace, loaded: Loaded, name: str) -> FilterField:
    column, values = column_of(loaded, name), loaded.frame[name]
    unknown = int(values.isna().sum())
    if column.kind in {"number", "integer"}:
        unit = column.shown_in or column.unit or "count"
        known = pd.to_numeric(values, errors="coerce").dropna() / units.UNITS[unit].si_per_unit
        least, most = (float(known.min()), float(known.max())) if len(known) else (None, None)
        return FilterField(name, column.title, "number", unit=unit, least=least, most=most, unknown_rows=unknown)
    if column.kind in {"boolean", "date"}:
        return FilterField(name, column.title, column.kind, unknown_rows=unknown)
    counts = values.value_counts()
    if len(counts) > CHOICES_MOST:
        return FilterField(name, column.title, "text", unknown_rows=unknown)
    choices = tuple(_choice(ws, column, value, int(count)) for value, count in counts.items() if raw(value) is not None)
    return FilterField(name, column.title, "choice", _ordered(column, choices), unknown_rows=unknown)


def _choice(ws: Workspace, column: Column, value: object, count: int) -> Choice:
    title = written(column, raw(value))
    if column.name == "park_id":
        parks = load(ws, "parks")
        found = [] if parks is None else parks.rows_where("park_id", value).tolist()
        if parks is not None and found:
            title = title_of(parks, found[0])
    return Choice(str(value), title, count)


def _ordered(column: Column, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Codes in the order of their list, other values by their text."""
    order = list(column.codes or ())
    return tuple(
        sorted(choices, key=lambda one: (order.index(one.value) if one.value in order else len(order), one.value))
    )


def quoted(value: str) -> str:
    """Write a text as a literal of an expression.

    >>> quoted("O'Neill")
    "'O''Neill'"
    """
    return "'" + value.replace("'", "''") + "'"


def named(column: str) -> str:
    """Write a column name in an expression, between backticks where it is no plain word."""
    return column if column.isidentifier() and column not in KEYWORDS else f"`{column}`"


def condition(field: FilterField, value: Any) -> str | None:  # noqa: ANN401 (what a widget of this kind holds)
    """Write what was chosen in a filter form as an expression, None where nothing was chosen.

    A choice takes a list of values, a number a pair (least, most) in the unit of display, a date a pair of dates,
    a boolean True or False, a text the part that it must contain.

    >>> from parkplan.i18n import Text
    >>> field = FilterField("site_area_m2", Text("登记面积", "Registered area"), "number", unit="mu")
    >>> condition(field, (3.0, None))
    'site_area_m2 >= 2000.0'
    """
    name = named(field.column)
    if field.kind == "choice":
        return f"{name} in ({', '.join(quoted(str(one)) for one in value)})" if value else None
    if field.kind == "boolean":
        return None if value is None else f"{name} == {'true' if value else 'false'}"
    if field.kind == "text":
        return f"contains({name}, {quoted(value.strip())})" if value and value.strip() else None
    least, most = (_bound(field, one) for one in value)
    limits = [f"{name} {sign} {bound}" for sign, bound in ((">=", least), ("<=", most)) if bound is not None]
    return " and ".join(limits) or None


def _bound(field: FilterField, value: float | date | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, date):
        return value.isoformat()
    return repr(float(f"{value * units.UNITS[field.unit or 'count'].si_per_unit:.12g}"))


def conjunction(conditions: Sequence[str | None]) -> str | None:
    """Join conditions that must all hold; None where there is none.

    >>> conjunction(["far < 1", None, "a == 1 or b == 2"])
    '(far < 1) and (a == 1 or b == 2)'
    """
    kept = [one.strip() for one in conditions if one is not None and one.strip()]
    if len(kept) < 2:
        return kept[0] if kept else None
    return " and ".join(f"({one})" for one in kept)
