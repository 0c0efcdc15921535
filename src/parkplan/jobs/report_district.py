"""Parts of a report about the whole district: figures, charts, map, clusters, targets, and what all that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from parkplan import units
from parkplan._errors import ParkplanError
from parkplan.i18n import current_language, message
from parkplan.jobs.chart_colours import colour_of
from parkplan.jobs.cluster_rows import refusal_line
from parkplan.jobs.report_maps import district_map
from parkplan.jobs.targets import targets as target_states
from parkplan.jobs.title import title_of
from parkplan.model.codes import CLUSTER
from parkplan.model.document import Bar, Bars, Column, Paragraph, Table
from parkplan.model.tables import TABLES
from parkplan.render.sheet.instruments import crs_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.jobs.report_context import ReportContext
    from parkplan.model.document import Block
    from parkplan.model.figures import Breakdown

SHORT_VERSION: Final = 12
LOOKED_AT: Final = ("parcels", "enterprises", "buildings")
"""Tables whose gaps are listed."""


def figures(report: ReportContext) -> Iterator[Block]:
    """List the key figures, each with the rows that it rests on."""
    columns = (
        Column(message("report.figure"), share=1.2),
        Column(message("report.value"), share=1.4),
        Column(message("report.known"), "right", share=0.9),
        Column(message("report.basis"), share=2.4),
    )
    rows = tuple(
        (each.title.to(), each.written.to(), f"{each.known_rows:,} / {each.rows:,}", each.basis.to())
        for each in report.figures.figures
    )
    yield Table(columns, rows, title=message("report.sheet_figures"))


def map_(report: ReportContext) -> Iterator[Block]:
    """Show the layers of the template, the verdicts among them those of this report."""
    yield district_map(report.seen, report.template.layers, title_of(report.ws).to(), report.on)


def charts(report: ReportContext) -> Iterator[Block]:
    """Draw each breakdown of the overview as bars."""
    for breakdown in report.figures.breakdowns:
        if breakdown.shares:
            yield _bars(breakdown)


def _bars(breakdown: Breakdown) -> Bars:
    by_area = all(share.area_m2 is not None for share in breakdown.shares)
    bars = tuple(
        Bar(
            share.title.to(),
            (share.area_m2 or 0.0) if by_area else float(share.rows),
            units.area(share.area_m2) if by_area else f"{share.rows:,}",
            colour_of(breakdown.id, share.code),
        )
        for share in breakdown.shares
    )
    return Bars(breakdown.title.to(), bars)


def clusters(report: ReportContext) -> Iterator[Block]:
    """List the clusters by area with their location quotients, and say what was not computed and why."""
    try:
        found = report.clusters
    except ParkplanError as fault:
        yield Paragraph(fault.sentence(), "note")
        return
    frame = found.by_cluster
    columns = (
        Column(message("report.area_name"), share=1.6),
        Column(message("report.cluster"), share=1.6),
        Column(message("report.firms"), "right", summed=True),
        Column(message("report.output_wan"), "right", share=1.2),
        Column(message("report.quotient"), "right"),
    )
    rows = tuple(
        (
            _area_name(report, row["area"]),
            CLUSTER[row["cluster"]].to() if row["cluster"] in CLUSTER else str(row["cluster"]),
            int(row["firms"]),
            None if pd.isna(row["output_yuan"]) else float(row["output_yuan"]) / units.YUAN_PER_WAN,
            None if pd.isna(row["lq_firms"]) else float(row["lq_firms"]),
        )
        for _, row in frame.iterrows()
    )
    yield Table(columns, rows, message("report.clusters_note"), total=message("report.total"))
    for statement in found.statements:
        yield Paragraph(statement.sentence(), "note")
    for refusal in found.refusals:
        yield Paragraph(refusal_line(refusal), "note")


def _area_name(report: ReportContext, area: object) -> str | None:
    """Return the name of a park, its number where it has none, unknown for firms outside all."""
    if units.is_unknown(area):
        return None
    areas = report.clusters.areas
    names = areas.loc[areas["area"] == area, "name"] if "name" in areas else areas["area"][:0]
    return str(area) if names.empty or pd.isna(names.iloc[0]) else str(names.iloc[0])


def targets(report: ReportContext) -> Iterator[Block]:
    """List the targets of the plans and where the district stands."""
    columns = (
        Column(message("report.target"), share=2.4),
        Column(message("report.aim"), share=1.0),
        Column(message("targets.column_base"), share=1.4),
        Column(message("report.current"), share=1.0),
        Column(message("report.status"), share=0.8),
        Column(message("report.plan"), share=2.0),
    )
    status = {True: "report.reached", False: "report.not_reached", None: "report.unknown"}
    rows = tuple(
        (
            state.target.title.to(),
            state.written_target.to(),
            state.written_base.to(),
            state.written_current.to(),
            message(status[state.reached]),
            state.plan.title.to(),
        )
        for state in target_states(report.ws)
    )
    yield Table(columns, rows)


def unknowns(report: ReportContext) -> Iterator[Block]:
    """List for each field how many rows have no value; what is unknown is no zero."""
    columns = (
        Column(message("report.table"), share=1.0),
        Column(message("report.field"), share=2.0),
        Column(message("report.rows"), "right", key="rows"),
        Column(message("report.without"), "right", key="gap"),
        Column(message("report.share_percent"), "right", formula="100*{gap}/{rows}"),
    )
    rows = []
    for info in report.ws.tables():
        if info.name not in LOOKED_AT:
            continue
        frame = report.ws.read(info.name)
        for column in TABLES[info.name].columns:
            known = int(frame[column.name].notna().sum()) if column.name in frame else 0
            if known < info.rows:
                gap = info.rows - known
                share = 100 * gap / info.rows
                rows.append((TABLES[info.name].title.to(), column.title.to(), info.rows, gap, share))
    yield Table(columns, tuple(rows), message("report.unknowns_note"), title=message("report.sheet_unknowns"))


def sources(report: ReportContext) -> Iterator[Block]:
    """List the tables with their version, source and date."""
    columns = (
        Column(message("report.table"), share=1.2),
        Column(message("report.rows"), "right", share=0.8),
        Column(message("report.read_from"), share=2.4),
        Column(message("report.entered_on"), share=1.1),
        Column(message("report.version"), share=1.3),
        Column(message("report.made_up"), share=0.7),
    )
    rows = tuple(
        (
            TABLES[info.name].title.to() if info.name in TABLES else info.name,
            info.rows,
            info.source or "—",
            units.day(info.created_at.astimezone().date()),
            info.version[:SHORT_VERSION],
            message("report.yes" if info.synthetic else "report.no"),
        )
        for info in report.ws.tables()
    )
    note = message("report.sources_note", crs=crs_title(report.ws.crs, current_language()))
    yield Table(columns, rows, note, title=message("report.sheet_sources"))
