"""The errors of the figures that a screening rests on: those of the definition file, and those that a choice sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.data.errors import load_measurement_errors
from parkplan.i18n import Text
from parkplan.jobs.judged_columns import judged_column
from parkplan.jobs.writing import text
from parkplan.metrics import METRICS
from parkplan.model.tables import PARCELS
from parkplan.screening.measurement import MeasuredErrors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from parkplan.model.measurement import ErrorChange, ErrorSource

NUMBERS: Final = frozenset({"number", "integer"})


@dataclass(frozen=True, slots=True)
class AssumedError:
    """One coefficient of variation in force: of a source or of a single column, with where it comes from (``badge``).

    ``default`` is that of the file, None for a single column; ``changed`` whether the choice sets it.
    """

    id: str
    title: Text
    cv: float
    default: float | None
    badge: Text
    changed: bool


def measured_errors(parcels: pd.DataFrame, changes: Sequence[ErrorChange], columns: frozenset[str]) -> MeasuredErrors:
    """Return the errors of the figures of judged parcels; ``columns`` are those of the data.

    Raises:
        RequestError: a change names neither a source nor a figure of the parcels.
        DefinitionError: the definition file is faulty.

    """
    errors = load_measurement_errors()
    sources = [one.id for one in errors.sources]
    for change in changes:
        if change.of not in sources and change.of not in METRICS and change.of not in parcels.columns:
            raise RequestError("error_unknown", name=change.of, known=", ".join(sources))
    return MeasuredErrors(parcels, errors, changes, frozenset(METRICS) & columns)


def assumed_errors(changes: Sequence[ErrorChange] = ()) -> tuple[AssumedError, ...]:
    """Return every coefficient in force: of the sources in the order of the file, then of single columns."""
    errors, said = load_measurement_errors(), {one.of: one.cv for one in changes}
    sources = [
        AssumedError(
            one.id,
            Text(one.title.zh, one.title.en),
            said.get(one.id, one.cv),
            one.cv,
            _badge(one, said),
            one.id in said,
        )
        for one in errors.sources
    ]
    known = {one.id for one in errors.sources}
    columns = [
        AssumedError(name, judged_column(name).title, cv, None, text("screen.error_set"), changed=True)
        for name, cv in said.items()
        if name not in known
    ]
    return (*sources, *columns)


def _badge(source: ErrorSource, said: Iterable[str]) -> Text:
    if source.id in said:
        return text("screen.error_set")
    return text("screen.error_assumed") if source.source is None else Text(source.source.zh, source.source.en)


def figures_with_errors() -> dict[str, Text]:
    """Return the columns and measures to which a coefficient of their own can be given, with their titles."""
    named = [one.column for one in load_measurement_errors().figures]
    canonical = [column.name for column in PARCELS.columns if column.kind in NUMBERS]
    return {name: judged_column(name).title for name in dict.fromkeys((*METRICS, *canonical, *named))}
