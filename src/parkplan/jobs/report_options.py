"""Parts of a report that compares layout options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from parkplan.i18n import message
from parkplan.jobs.compare_tables import comparison_tables, score_tables
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.report_maps import district_map
from parkplan.jobs.scenario_layers import scenario_table
from parkplan.model.document import Bar, Bars, Heading, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.report_context import ReportContext
    from parkplan.model.document import Block

SCORE_COLOUR: Final = "#12627a"


def options_memo(report: ReportContext) -> Iterator[Block]:
    """Say what follows from the numbers, a sentence each, and the score of each option."""
    found = report.comparison
    for one in found.memo:
        yield Paragraph(one.text.to())
    scores = zip(found.names, found.ranked.score.tolist(), strict=True)
    bars = tuple(Bar(name, score, f"{score:.2f}", SCORE_COLOUR) for name, score in scores)
    yield Bars(message("report.option_scores"), bars)


def options_tables(report: ReportContext) -> Iterator[Block]:
    """List the tables of the comparison."""
    for table in comparison_tables(report.comparison):
        if not table.workbook_only:
            yield Heading(table.title, 2)
        yield table


def options_scores(report: ReportContext) -> Iterator[Block]:
    """Say how good each option is in each criterion, and the score by the weights given."""
    yield from score_tables(report.comparison)


def options_maps(report: ReportContext) -> Iterator[Block]:
    """Draw each option."""
    for one in report.comparison.options:
        name = one.scenario.name
        yield Heading(name, 2)
        view = cast("Workspace", WithDerived(report.ws, scenario_table(report.ws, one)))
        yield district_map(view, report.template.layers, name, report.on)
