"""``parkplan check WS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.screen import day_of
from parkplan.cli.text import grid, visible
from parkplan.i18n import LANGUAGES, message
from parkplan.jobs.judged_columns import judged_column
from parkplan.units import area

if TYPE_CHECKING:
    from datetime import datetime

    from parkplan.jobs.check import Check
    from parkplan.quality import FieldNeed, Finding, Gate

LINES_PER_KIND: Final = 5
FIELDS_SHOWN: Final = 12


@frame.command(
    "check",
    frame.argument("workspace", metavar="WS"),
    frame.option("--profile", "profiles", multiple=True, metavar="NAME|FILE", help="option_profile"),
    frame.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_as_of"),
    frame.option("--out", metavar="FILE", help="option_check_out"),
)
def command(workspace: str, profiles: tuple[str, ...], as_of: datetime | None, out: str | None) -> frame.Answer:
    """Examine a workspace."""
    found = jobs.check(
        workspace, profiles=profiles or jobs.DEFAULT_PROFILES, as_of=day_of(as_of), progress=frame.progress
    )
    lines = _lines(found)
    if out is not None:
        path = jobs.export_findings(found, out)
        lines.append(message("check.written", path=visible(str(path)), count=f"{len(found.findings):,}"))
    return frame.Answer(_document(found, out), lines, findings=bool(found.findings))


def _document(found: Check, out: str | None) -> dict[str, object]:
    return {
        "address": found.address,
        "as_of": found.as_of,
        "profiles": found.profiles,
        "synthetic": found.synthetic,
        "rows": found.rows,
        "counts": found.counts,
        "findings": [_finding(finding) for finding in found.findings],
        "gate": None if found.gate is None else _gate(found.gate),
        "out": out,
    }


def _finding(finding: Finding) -> dict[str, object]:
    names = ("code", "severity", "table", "row", "key", "other", "lon", "lat", "measure", "unit")
    texts = {"text": {each: finding.text(each) for each in LANGUAGES}}
    remedies = {"remedy": {each: finding.remedy(each) for each in LANGUAGES}}
    return {name: getattr(finding, name) for name in names} | texts | remedies


def _gate(gate: Gate) -> dict[str, object]:
    names = ("fitness", "parcels", "area_m2", "undecided_parcels", "undecided_area_m2", "faulty_parcels",
             "faulty_area_m2")  # fmt: skip
    fields = [
        {"column": need.column, "rows": need.rows, "known_rows": need.known_rows, "area_m2": need.area_m2,
         "known_area_m2": need.known_area_m2, "known_share": need.known_share,
         "known_area_share": need.known_area_share}
        for need in gate.fields
    ]  # fmt: skip
    return {name: getattr(gate, name) for name in names} | {"fields": fields}


def _lines(found: Check) -> list[str]:
    rows = f"{sum(found.rows.values()):,}"
    lines = [message("check.head", tables=len(found.rows), rows=rows, count=f"{len(found.findings):,}")]
    if found.synthetic:
        lines.append(message("cli.info_fictional"))
    for code, count in found.counts.items():
        of_kind = [finding for finding in found.findings if finding.code == code]
        title = message(f"check.{code}_title")
        lines += ["", message("check.kind", title=title, count=f"{count:,}", remedy=of_kind[0].remedy())]
        lines += [f"  {_line(finding)}" for finding in of_kind[:LINES_PER_KIND]]
        if count > LINES_PER_KIND:
            lines.append(f"  {message('check.more', count=f'{count - LINES_PER_KIND:,}')}")
    return [*lines, "", *(_gate_lines(found.gate) if found.gate is not None else [message("check.no_parcels")])]


def _line(finding: Finding) -> str:
    place = "" if finding.lon is None else f" ({finding.lon:.6f}, {finding.lat:.6f})"
    return visible(f"{finding.table} {finding.row}: {finding.text()}{place}")


def _gate_lines(gate: Gate) -> list[str]:
    parcels, undecided = f"{gate.undecided_parcels:,}", area(gate.undecided_area_m2)
    lines = [
        message(f"check.gate_{gate.fitness}"),
        message(
            "check.gate_undecided", all=f"{gate.parcels:,}", whole=area(gate.area_m2), parcels=parcels, area=undecided
        ),
    ]
    lacking = [need for need in gate.fields if need.known_rows < need.rows]
    if not lacking:
        return lines
    heads = tuple(message(f"check.gate_{name}") for name in ("column", "rows", "known", "known_area", "missing_area"))
    return [*lines, "", *grid([heads, *map(_field, lacking[:FIELDS_SHOWN])], frozenset({1, 2, 3}))]


def _field(need: FieldNeed) -> tuple[str, ...]:
    known, by_area = f"{need.known_share:.1%}", f"{need.known_area_share:.1%}"
    missing = area(need.area_m2 - need.known_area_m2)
    return (judged_column(need.column).title.to(), f"{need.rows:,}", known, by_area, missing)
