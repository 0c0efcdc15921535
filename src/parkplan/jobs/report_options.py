"""Parts of a report that compares layout options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from parkplan.compare.catalogue import MEASURES
from parkplan.i18n import current_language, message
from parkplan.jobs.compare_files import sheets
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.report_maps import district_map
from parkplan.jobs.report_scores import criterion_columns, score_column, weights_table
from parkplan.jobs.scenario_layers import scenario_table
from parkplan.model.document import Bar, Bars, Column, Heading, Paragraph, Table
from parkplan.units import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.data.export.book import BookSheet
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.report_context import ReportContext
    from parkplan.model.document import Block, Cell

MEMO: Final = message("compare.sheet_memo", "zh"), message("compare.sheet_memo", "en")
SCORE_COLOUR: Final = "#12627a"
OPTION_WEIGHTS: Final = "option_weights"


def options_memo(report: ReportContext) -> Iterator[Block]:
    """Say what follows from the numbers, a sentence each, and the score of each option."""
    found = report.comparison
    for one in found.memo:
        yield Paragraph(one.text.to())
    scores = zip(found.names, found.ranked.score.tolist(), strict=True)
    bars = tuple(Bar(name, score, f"{score:.2f}", SCORE_COLOUR) for name, score in scores)
    yield Bars(message("report.option_scores"), bars)


def options_tables(report: ReportContext) -> Iterator[Block]:
    """List the sheets of the comparison but the memo."""
    for sheet in sheets(report.comparison, current_language()):
        if sheet.title not in MEMO:
            yield Heading(sheet.title, 2)
            yield _table(sheet)


def options_scores(report: ReportContext) -> Iterator[Block]:
    """Say how good each option is in each criterion, and the score by the weights given."""
    found = report.comparison
    titles = {name: MEASURES[name].title.to() for name in found.ranked.criteria}
    weights = dict(zip(titles.values(), found.ranked.weights.tolist(), strict=True))
    yield weights_table(OPTION_WEIGHTS, weights, workbook_only=False)
    columns = (
        Column(message("report.option"), share=1.6),
        *criterion_columns(titles, workbook_only=False),
        score_column(message("report.score"), list(titles), OPTION_WEIGHTS, whole=1.0),
    )
    rows = tuple(
        (name, *(_cell(value) for value in utility), float(score))
        for name, utility, score in zip(found.names, found.ranked.utility, found.ranked.score, strict=True)
    )
    yield Table(columns, rows, message("report.utility_note"), decimals=3, title=message("report.sheet_scores"))


def _table(sheet: BookSheet) -> Table:
    rows = tuple(tuple(_cell(cell) for cell in row) for row in sheet.rows)
    numbers = [all(isinstance(row[place], int | float | None) for row in rows) for place in range(len(sheet.headings))]
    columns = tuple(
        Column(heading, "right" if number else "left", 1.0 if place else 1.8)
        for place, (heading, number) in enumerate(zip(sheet.headings, numbers, strict=True))
    )
    return Table(columns, rows, title=sheet.title)


def _cell(value: object) -> Cell:
    if is_unknown(value):
        return None
    plain = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, str | int | float) else str(plain)


def options_maps(report: ReportContext) -> Iterator[Block]:
    """Draw each option."""
    for one in report.comparison.options:
        name = one.scenario.name
        yield Heading(name, 2)
        view = cast("Workspace", WithDerived(report.ws, scenario_table(report.ws, one)))
        yield district_map(view, report.template.layers, name, report.on)
