"""Tables of yearly figures: what is a year, columns of single years as rows, and rows that are there twice."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from parkplan._errors import SourceFileError
from parkplan.data.intake.fields import match_columns
from parkplan.data.intake.records import finding
from parkplan.data.intake.shapes import Shapes
from parkplan.model.tables import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parkplan.data.intake.launch import Intake
    from parkplan.data.intake.records import Finding
    from parkplan.model.columns import Table

    Bad = NDArray[np.bool_]
    Wide = dict[str, dict[int, str]]

YEAR: Final = "year"
_WHOLE_YEAR: Final = re.compile(r"^(?:fy)?(\d{4})(?:\.0+)?(?:年度?)?$")
_DAY_OF_YEAR: Final = re.compile(r"^(\d{4})[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T].*)?$")
_YEAR_IN_NAME: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)\s*(?:年度|年)?")
_LISTED: Final = 12


def year_of(text: str) -> int | None:
    """Return the year that a text names, by itself or by a day in it; None where it names none.

    >>> [year_of(text) for text in ("2022", "2022年度", "2022-12-31", "20223", "1.5", "22", "2022-05")]
    [2022, 2022, 2022, None, None, None, None]
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    match = _WHOLE_YEAR.match(plain) or _DAY_OF_YEAR.match(plain)
    year = int(match[1]) if match else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def to_years(values: pd.Series[Any]) -> tuple[pd.Series[Any], Bad, list[Finding]]:
    """Return a column of years; what is no year is unknown and is told, and no row is refused for it."""
    texts = values.map(as_written, na_action="ignore")
    known = (texts.notna() & (texts != "")).to_numpy(dtype=bool, na_value=False)
    made = [year_of(str(text)) if there else None for text, there in zip(texts, known, strict=True)]
    odd = np.flatnonzero(known & np.array([year is None for year in made], dtype=bool))
    column = str(values.name)
    found = [finding("year_odd", odd + 1, column=column, value=str(texts.iloc[odd[0]])[:80])] if len(odd) else []
    if not known.all():
        found.append(finding("year_missing", np.flatnonzero(~known) + 1, column=column))
    years = pd.Series(made, index=values.index, name=values.name, dtype="Int64")
    return years, np.zeros(len(values), dtype=bool), found


def as_written(value: object) -> str:
    """Return a cell as it was written: a whole number has no point, whatever the column holds beside it."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def row_findings(
    parcels: pd.Series[Any], years: pd.Series[Any], rows: NDArray[np.int64], this_year: int
) -> list[Finding]:
    """Report rows without a parcel, rows of one parcel and year, and years that lie ahead."""
    found: list[Finding] = []
    nameless = parcels.isna().to_numpy(dtype=bool)
    if nameless.any():
        found.append(finding("key_missing", rows[nameless]))
    pairs = pd.DataFrame({"parcel": parcels.to_numpy(), YEAR: years.to_numpy()})
    double = (pairs.duplicated(keep=False) & pairs.notna().all(axis=1)).to_numpy(dtype=bool)
    if double.any():
        first = pairs[double].iloc[0]
        found.append(finding("pair_double", rows[double], parcel=str(first["parcel"])[:80], year=int(first[YEAR])))
    ahead = (years > this_year).fillna(False).to_numpy(dtype=bool)
    if ahead.any():
        found.append(finding("year_ahead", rows[ahead], year=int(years[ahead].iloc[0])))
    return found


def in_rows(intake: Intake, table: Table, stated: Mapping[str, str]) -> Intake:
    """Turn columns of single years (``2022年产值``) into rows; a file with a column of years stays as it is.

    Years in which a row has no figure at all give no row.

    Raises:
        SourceFileError: the columns of one field differ in more than the year, for example in their unit.
    """
    columns = intake.report.columns
    named = {*stated, *(match.field for match in match_columns(table, columns, {}, intake.name))}
    wide = {} if YEAR in named else wide_columns(table, columns, intake.name)
    if not wide:
        return intake
    years = sorted({year for by_year in wide.values() for year in by_year})
    attributes, rows = _turned(intake.attributes, wide, years)
    listed = [column for by_year in wide.values() for column in by_year.values()]
    told = finding("years_turned", (), "note", columns=", ".join(listed[:_LISTED]), number=len(rows))
    report = replace(intake.report, columns=tuple(attributes.column_names), findings=(*intake.report.findings, told))
    return replace(
        intake,
        report=report,
        attributes=attributes,
        source_row=intake.source_row[rows],
        shapes=Shapes.of(intake.geometry[rows]),
        original=intake.original[rows],
    )


def wide_columns(table: Table, columns: Sequence[str], file: str) -> Wide:
    """Return the columns that hold one field in one year: by their name without the year, the column of each year.

    Raises:
        SourceFileError: the columns of one field have several names beside the year.

    >>> from parkplan.model.tables import PARCEL_YEARS
    >>> wide_columns(PARCEL_YEARS, ["宗地编号", "2022年税收（万元）", "2023年税收（万元）", "2020年人口"], "a.csv")
    {'税收（万元）': {2022: '2022年税收（万元）', 2023: '2023年税收（万元）'}}
    """
    found: Wide = {}
    names: dict[str, set[str]] = {}
    for column in columns:
        match = _YEAR_IN_NAME.search(column)
        bare = _YEAR_IN_NAME.sub("", column, count=1).strip(" _-") if match else ""
        fields = [each.field for each in match_columns(table, [bare], {}, file)] if bare else []
        if match and fields and fields[0] not in (table.key, *table.with_key):
            found.setdefault(bare, {})[int(match[1])] = column
            names.setdefault(fields[0], set()).add(bare)
    for field, several in names.items():
        if len(several) > 1:
            known = table.column(field)
            title = field if known is None else known.title
            raise SourceFileError("import_wide_names", file=file, field=title, names=", ".join(sorted(several)))
    return found


def _turned(table: pa.Table, wide: Wide, years: Sequence[int]) -> tuple[pa.Table, NDArray[np.int64]]:
    """Return one row for each row and year with a figure, by row and then by year, and the rows that they come from."""
    count = table.num_rows
    rows, order = np.tile(np.arange(count), len(years)), np.repeat(np.arange(len(years)), count)
    figures = {bare: _stacked(table, by_year, years) for bare, by_year in wide.items()}
    known = np.any([column.is_valid().to_numpy(zero_copy_only=False) for column in figures.values()], axis=0)
    places = np.lexsort((order, rows))
    places = places[known[places]]
    others = table.drop_columns([column for by_year in wide.values() for column in by_year.values()])
    made = others.take(pa.array(rows[places])).append_column(YEAR, pa.array(np.asarray(years)[order[places]]))
    for bare, column in figures.items():
        made = made.append_column(bare, pc.take(column, pa.array(places)))
    return made, rows[places]


def _stacked(table: pa.Table, by_year: Mapping[int, str], years: Sequence[int]) -> pa.Array:
    """Put the columns of one field below each other; numbers stay numbers where all of them are."""
    kinds = {table.column(column).type for column in by_year.values()}
    plain = all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in kinds)
    kind = pa.float64() if plain else pa.string()
    parts = [
        table.column(by_year[year]).combine_chunks().cast(kind) if year in by_year else pa.nulls(table.num_rows, kind)
        for year in years
    ]
    return pa.concat_arrays(parts)
