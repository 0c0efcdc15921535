"""One file, read and placed, as the rows of a table: one kind of geometry, fields in their kinds, a key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from parkplan._errors import ParkplanError, SourceFileError
from parkplan.data.geoparquet import Content, canonical_attributes
from parkplan.data.intake.advice import Advice, area_magnitude, totals_from_rates
from parkplan.data.intake.fields import Match, match_columns, open_names
from parkplan.data.intake.geometry import FAMILIES, count_types, in_family, parts_of
from parkplan.data.intake.industry import to_industry_codes
from parkplan.data.intake.land_use import to_national
from parkplan.data.intake.records import Finding, finding
from parkplan.data.intake.shapes import Shapes
from parkplan.data.intake.values import coerce
from parkplan.data.intake.years import row_findings
from parkplan.i18n import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj.crs import CRS

    from parkplan.data.intake.launch import Intake
    from parkplan.data.intake.place import Placed
    from parkplan.model.columns import Table

FREE_KEY: Final = "feature_id"
_LISTED: Final = 50
_KEPT_BESIDE: Final = {
    "unknown_code", "date_partial", "industry_unknown", "land_use_converted", "land_use_split", "year_odd",
}  # fmt: skip
"""Findings after which the original column is kept too."""
_NULLABLE: Final = {
    getattr(pa, name.lower())(): getattr(pd, f"{name}Dtype")()
    for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
} | {pa.bool_(): pd.BooleanDtype()}


@dataclass(frozen=True)
class Prepared:
    """The rows of one file as they enter the table."""

    columns: Mapping[str, pd.Series[Any]]
    shapes: Shapes
    crs: CRS
    matches: tuple[Match, ...]
    unmapped: tuple[str, ...]
    findings: tuple[Finding, ...]

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The rows as a frame."""
        return gpd.GeoDataFrame(dict(self.columns), geometry=self.shapes.geometry, crs=self.crs)

    def content(self, table: str) -> Content:
        """Return the rows as a table keeps them, without a frame where their shapes are told by their bytes.

        Raises:
            SourceFileError: as `parkplan.data.geoparquet.canonical_attributes`.
        """
        attributes = canonical_attributes(pd.DataFrame(dict(self.columns)), table)
        return Content(attributes, self.shapes.wkb, self.shapes.type_names, self.shapes.bounds, self.crs)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the rows are to become: the table (a canonical one or a free name), stated fields, kind of geometry.

    ``prefix`` stands before generated keys, so that those of several files differ;
    ``placeless`` says that no row needs a place; ``advice`` is what the user said about single columns; years after
    that of ``today`` lie ahead.
    """

    name: str
    table: Table | None
    stated: Mapping[str, str]
    only: str | None = None
    prefix: str = ""
    placeless: bool = False
    advice: Advice = field(default_factory=Advice)
    today: date = field(default_factory=date.today)


def prepare(intake: Intake, placed: Placed, crs: CRS, wish: Wish) -> Prepared:
    """Make table rows of a file.

    Raises:
        SourceFileError: kinds of geometry that the table does not take, values that do not fit their field (all of
            them at once), stated columns that do not exist, columns without which no row can be told from another,
            or no row at all.
    """
    if len(placed.shapes) == 0:
        raise SourceFileError("import_no_rows", file=intake.name)
    shapes, kept, found = _one_family(intake, placed.shapes, wish)
    source = _to_pandas(intake.attributes)
    source = source if kept.all() else source[kept].reset_index(drop=True)
    rows = intake.source_row[kept]
    matches = match_columns(wish.table, intake.report.columns, wish.stated, intake.name, kept=wish.advice.kept)
    units = wish.advice.units
    matches = tuple(
        replace(each, unit=units[each.field], sure=True) if each.field in units else each for each in matches
    )
    _require_keys(wish.table, matches, intake)
    fields, told = _fields(source, rows, matches, wish, intake.name)
    told += _cut_names(matches, open_names(wish.table, intake.report.columns, matches, wish.advice.kept))
    told += _weighed(fields, source, rows, matches, wish, shapes, crs)
    key, keyed = _key(fields, rows, wish)
    others, renamed = _others(source, matches, fields, told)
    findings = (*found, *told, *keyed, *renamed)
    return Prepared({**key, **fields, **others}, shapes, crs, matches, tuple(others), findings)


def _one_family(intake: Intake, shapes: Shapes, wish: Wish) -> tuple[Shapes, NDArray[np.bool_], list[Finding]]:
    counts = count_types(shapes.types)
    if not counts and wish.placeless:
        return shapes, np.ones(len(shapes), dtype=bool), []
    if not counts:
        raise SourceFileError("import_no_place", file=intake.name, count=len(shapes))
    family = wish.only or (wish.table.geometry if wish.table else _only_family(counts, intake.name))
    found: list[Finding] = []
    collections = np.isin(shapes.types, FAMILIES["collection"])
    if collections.any():
        shapes = Shapes.of(parts_of(shapes.geometry, family))
        title = message(f"import.family_{family}")
        found.append(finding("collection_reduced", intake.source_row[collections], family=title))
    fitting = in_family(shapes.types, family)
    wrong_kind = wish.table is not None and family != wish.table.geometry
    if wrong_kind or (wish.only is None and not fitting.all()):
        expected = message(f"import.family_{wish.table.geometry if wish.table else family}")
        raise SourceFileError(
            "import_wrong_geometry", table=wish.name, file=intake.name, expected=expected, counts=_counts_text(counts)
        )
    if not fitting.all():
        title = message(f"import.family_{family}")
        found.append(finding("left_out", intake.source_row[~fitting], family=title))
    if not fitting.any():
        raise SourceFileError("import_no_rows", file=intake.name)
    return shapes.where(fitting), fitting, found


def _only_family(counts: dict[str, int], file: str) -> str:
    families = [family for family in counts if family != "collection"]
    if len(families) != 1:
        raise SourceFileError("import_mixed_geometry", file=file, counts=_counts_text(counts))
    return families[0]


def _counts_text(counts: dict[str, int]) -> str:
    return ", ".join(f"{message(f'import.family_{family}')} {count}" for family, count in counts.items())


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    """Whole numbers and truth values with gaps keep their kind; dates stay dates."""
    gaps = {name for name in table.column_names if table.column(name).null_count}
    plain = table.drop_columns(list(gaps)).to_pandas(date_as_object=True)
    nullable = table.select(list(gaps)).to_pandas(date_as_object=True, types_mapper=_NULLABLE.get)
    whole = pd.concat([plain, nullable], axis="columns").reindex(range(table.num_rows))
    return pd.DataFrame(whole[table.column_names])


def _fields(
    source: pd.DataFrame, rows: NDArray[np.int64], matches: tuple[Match, ...], wish: Wish, file: str
) -> tuple[dict[str, pd.Series[Any]], list[Finding]]:
    made: dict[str, pd.Series[Any]] = {}
    found: list[Finding] = []
    faults: list[ParkplanError] = []
    count = 0
    for match in matches:
        field = wish.table.column(match.field) if wish.table is not None else None
        values = wish.advice.confirmed(match.field, source[match.column])
        if field is None:
            made[match.field] = values
            continue
        made[match.field], bad, told = coerce(values, field, match.unit)
        if field.name == "industry_code":
            made[match.field], more = to_industry_codes(made[match.field], match.column)
            told = [*told, *more]
        if field.name == "land_use":
            made[match.field], more = to_national(made[match.field], match.column, wish.advice.land_use_edition)
            told = [*told, *more]
        found += [_in_file_rows(each, rows) for each in told]
        if match.unit is not None:
            found.append(finding("unit_converted", (), "note", column=match.column, unit=match.unit, field=match.field))
        elif not match.sure:
            found.append(finding("unit_assumed", column=match.column, field=match.field))
        count += int(bad.sum())
        faults += _value_faults(values, bad, rows, field.kind, match.column)
    if faults:
        raise SourceFileError("import_values", file=file, count=count, details=faults)
    ordered = wish.table.columns if wish.table is not None else ()
    return {field.name: made[field.name] for field in ordered if field.name in made} | made, found


def _cut_names(matches: tuple[Match, ...], left_open: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """Say which fields were guessed from the beginning of a heading, and which names may be of several fields."""
    guessed = [
        finding("name_cut", column=match.column, field=match.field, heading=match.heading)
        for match in matches
        if match.heading is not None
    ]
    return guessed + [
        finding("name_cut_open", column=column, fields=", ".join(fields)) for column, fields in left_open.items()
    ]


def _weighed(  # noqa: PLR0913, PLR0917 -- one row at a time is not enough: figures against each other and against shapes
    fields: dict[str, pd.Series[Any]],
    source: pd.DataFrame,
    rows: NDArray[np.int64],
    matches: tuple[Match, ...],
    wish: Wish,
    shapes: Shapes,
    crs: CRS,
) -> list[Finding]:
    """Add totals that follow from figures per area, and compare registered areas with the shapes."""
    if wish.table is None:
        return []
    column_of = {match.field: match.column for match in matches}
    unused = [name for name in source.columns if name not in column_of.values()]
    made, found = totals_from_rates(fields, source, unused)
    fields.update({name: values for name, values in made.items() if wish.table.column(name) is not None})
    if "site_area_m2" in column_of:
        found += area_magnitude(fields["site_area_m2"], shapes, crs, column_of["site_area_m2"])
    return [_in_file_rows(each, rows) for each in found]


def _in_file_rows(told: Finding, rows: NDArray[np.int64]) -> Finding:
    """Rows of a filtered table become rows of the file."""
    return replace(told, rows=tuple(int(rows[row - 1]) for row in told.rows))


def _value_faults(
    values: pd.Series[Any], bad: NDArray[np.bool_], rows: NDArray[np.int64], kind: str, column: str
) -> list[ParkplanError]:
    wrong = np.flatnonzero(bad)
    title = message(f"import.kind_{kind}") if len(wrong) else ""
    faults: list[ParkplanError] = [
        SourceFileError("import_value", row=int(rows[row]), column=column, value=str(values.iloc[row])[:80], kind=title)
        for row in wrong[:_LISTED]
    ]
    if len(wrong) > _LISTED:
        faults.append(SourceFileError("import_values_more", column=column, count=len(wrong) - _LISTED))
    return faults


def _require_keys(table: Table | None, matches: tuple[Match, ...], intake: Intake) -> None:
    """Raise SourceFileError where a table needs several columns to tell its rows apart and the file lacks one."""
    needed = (table.key, *table.with_key) if table is not None and table.with_key else ()
    missing = [name for name in needed if all(match.field != name for match in matches)]
    if table is not None and missing:
        columns = ", ".join(intake.report.columns[:40])
        raise SourceFileError(
            "import_key_columns", file=intake.name, table=table.title, missing=", ".join(missing), columns=columns,
            first=missing[0],
        )  # fmt: skip


def _key(
    fields: dict[str, pd.Series[Any]], rows: NDArray[np.int64], wish: Wish
) -> tuple[dict[str, pd.Series[Any]], list[Finding]]:
    """The key of the table: as mapped, else the row number in the file."""
    name = key_name(wish.table)
    values = fields.pop(name, None)
    if values is None or (values.isna().all() and not (wish.table is not None and wish.table.with_key)):
        made = pd.Series([f"{wish.prefix}{row}" for row in rows], dtype="str")
        return {name: made}, [finding("key_generated", severity="note", column=name)]
    return {name: values}, identity_findings({name: values, **fields}, rows, wish.table, wish.today)


def key_name(table: Table | None) -> str:
    """Return the name of a table's key column."""
    return table.key if table is not None else FREE_KEY


def identity_findings(
    rows_of: Mapping[str, pd.Series[Any]] | pd.DataFrame, rows: NDArray[np.int64], table: Table | None, today: date
) -> list[Finding]:
    """Report rows that cannot be told from others, by the key of their table alone or with the columns beside it."""
    name = key_name(table)
    if table is None or not table.with_key:
        return key_findings(rows_of[name], rows, name)
    return row_findings(rows_of[name], rows_of[table.with_key[0]], rows, today.year)


def key_findings(values: pd.Series[Any], rows: NDArray[np.int64], name: str) -> list[Finding]:
    """Report rows without a key, and rows whose key is not theirs alone."""
    found: list[Finding] = []
    missing = values.isna().to_numpy(dtype=bool)
    if missing.any():
        found.append(finding("key_missing", rows[missing]))
    doubled = _doubled(values) & ~missing
    if doubled.any():
        example = str(values[doubled].iloc[0])[:80]
        found.append(finding("key_duplicate", rows[doubled], column=name, value=example))
    return found


def _doubled(values: pd.Series[Any]) -> NDArray[np.bool_]:
    """Say which values are there more than once; texts in ascending order need no comparison of all with all."""
    if _ascending(values) or values.is_unique:
        return np.zeros(len(values), dtype=bool)
    return values.duplicated(keep=False).to_numpy(dtype=bool)


def _ascending(values: pd.Series[Any]) -> bool:
    if not isinstance(values.dtype, pd.StringDtype):
        return False
    texts = pa.array(values)
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return bool(pc.all(pc.less(texts[:-1], texts[1:]), skip_nulls=False).as_py())


def _others(
    source: pd.DataFrame, matches: tuple[Match, ...], fields: dict[str, pd.Series[Any]], told: list[Finding]
) -> tuple[dict[str, pd.Series[Any]], list[Finding]]:
    """Columns of the file that fill no field keep their names, unless a field has that name already.

    A column whose values were not all understood is kept beside its field, so that nothing is lost.
    """
    misread = {str(each.values["column"]) for each in told if each.code in _KEPT_BESIDE}
    used = {match.column for match in matches} - misread
    taken = {name.lower() for name in (*fields, "geometry", FREE_KEY)}
    others: dict[str, pd.Series[Any]] = {}
    found = []
    for name in source.columns:
        if name in used:
            continue
        kept = name
        while kept.lower() in taken:
            kept = f"{kept}_source"
        if kept != name:
            found.append(finding("name_taken", severity="note", column=name, field=name, renamed=kept))
        taken.add(kept.lower())
        others[kept] = source[name]
    return others, found
