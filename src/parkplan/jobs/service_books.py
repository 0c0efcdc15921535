"""The siting of a service as a workbook: sums and shares of demand are live."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from parkplan.i18n import message
from parkplan.jobs.book_tables import Field, Register, field_of, frame_table
from parkplan.model.codes import COVERAGE
from parkplan.model.derived_tables import SERVICE_COVERAGE, SERVICE_SITES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parkplan.jobs.services import Services
    from parkplan.model.columns import Table as DataTable
    from parkplan.model.document import Table

DEMAND: Final = frozenset({"demand", "gained", "assigned"})
UNITS_OF: Final = {"floor": "m2", "jobs": "person", "parcels": "count"}
"""In what demand is counted."""


def services_book(found: Services, notes: Sequence[str]) -> Register:
    """Return the workbook of a siting; ``notes`` say what was asked, what is proven and what it rests on."""
    title = message("services.book_title", service=found.service.title.to())
    return Register(title, tuple(notes), tuple(_tables(found)), found.synthetic, date.today())


def _tables(found: Services) -> Iterator[Table]:
    unit = UNITS_OF[found.wish.demand or "floor"]
    yield frame_table(found.sites, list(_fields(SERVICE_SITES, unit).values()), title=SERVICE_SITES.title.to())
    demand = found.coverage.groupby("state", observed=True)["demand"].agg(["sum", "size"]).reindex(list(COVERAGE))
    states = demand.dropna().reset_index().rename(columns={"sum": "demand", "size": "parcels"})
    states["share"] = states["demand"] / states["demand"].sum()
    fields = _fields(SERVICE_COVERAGE, unit)
    parcels = Field("parcels", message("services.column_parcels"), summed=True)
    share = Field("share", message("services.column_share"), "percent", formula="100*{demand}/SUM({demand:all})")
    columns = [fields["state"], parcels, fields["demand"], share]
    yield frame_table(states, columns, title=message("services.table_states"))
    yield frame_table(found.coverage, list(fields.values()), title=SERVICE_COVERAGE.title.to())


def _fields(table: DataTable, unit: str) -> dict[str, Field]:
    """Return all columns of a table by name; demand is in the unit that was asked for, and summed."""
    return {
        column.name: replace(field_of(column, summed=True), unit=unit) if column.name in DEMAND else field_of(column)
        for column in table.columns
    }
