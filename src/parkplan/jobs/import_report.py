"""The report of an import as a file: for programs as JSON, for people as a workbook; and the recipe beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from parkplan.data.export.book import BookSheet, book_bytes
from parkplan.data.intake.recipe import recipe_text
from parkplan.i18n import LANGUAGES, message
from parkplan.jobs.import_recipe import recipe_of
from parkplan.jobs.json_values import plain
from parkplan.model.tables import TABLES, is_without_places, table_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.jobs.import_desk import Examined
    from parkplan.jobs.import_result import ImportResult

ReportFormat = Literal["json", "xlsx"]


def import_report(done: ImportResult, seen: Examined, form: ReportFormat) -> bytes:
    """Return the report of an import with everything that was found before it."""
    return _json(done, seen) if form == "json" else _workbook(done, seen)


def import_recipe(done: ImportResult, seen: Examined) -> bytes:
    """Return the recipe with which next year's file is imported in the same way."""
    return recipe_text(recipe_of(done, seen.wanted.reading())).encode()


def _json(done: ImportResult, seen: Examined) -> bytes:
    found = () if seen.incoming is None else seen.incoming.findings
    document = {
        **done.told(),
        "columns": seen.columns,
        "candidates": [each.candidates for each in seen.crs],
        "check": [
            {"code": each.code, "severity": each.severity, "table": each.table, "row": each.row, "key": each.key,
             "lon": each.lon, "lat": each.lat,
             "text": {name: each.text(name) for name in LANGUAGES},
             "remedy": {name: each.remedy(name) for name in LANGUAGES}}
            for each in found
        ],
        "gate": None if seen.incoming is None else seen.incoming.gate,
    }  # fmt: skip
    return json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False).encode()


def _workbook(done: ImportResult, seen: Examined) -> bytes:
    return book_bytes([
        BookSheet(message("desk.report_summary"), _heads("item", "value"), _summary(done), (24, 90)),
        BookSheet(message("desk.report_columns"), _heads("column", "field", "unit", "why", "samples", "known"),
                  _columns(seen), (24, 22, 10, 24, 44, 10)),
        BookSheet(message("desk.report_notes"), _heads("file", "severity", "count", "text"), _notes(done),
                  (24, 10, 10, 100)),
        BookSheet(message("desk.report_check"), _heads("row", "key", "severity", "text", "remedy", "place"),
                  _check(seen), (8, 22, 10, 70, 60, 26)),
    ])  # fmt: skip


def _heads(*names: str) -> tuple[str, ...]:
    return tuple(message(f"desk.column_{name}") for name in names)


def _summary(done: ImportResult) -> Sequence[Sequence[object]]:
    lines: list[tuple[str, object]] = [
        (message("desk.report_table"), table_title(done.table)),
        (message("desk.report_rows"), done.rows),
    ]
    if not is_without_places(done.table):
        lines += [
            (message("desk.report_crs_source"), done.crs.source),
            (message("desk.report_crs_workspace"), done.crs.workspace),
        ]
    lines += [
        *((message("desk.report_reason"), reason) for reason in done.crs.reasons),
    ]
    for file in done.files:
        lines += [(message("desk.report_file"), file.name), (message("desk.report_layer"), file.layer),
                  (message("desk.report_sha"), file.sha256)]  # fmt: skip
    return lines


def _columns(seen: Examined) -> Sequence[Sequence[object]]:
    return [
        (line.column, _field(line.field, seen.wanted.table), line.unit or "", line.reason(), " | ".join(line.samples),
         f"{line.known}/{line.rows}")
        for line in seen.columns
    ]  # fmt: skip


def _field(name: str | None, table: str) -> str:
    """Return what a field is called, with the name by which a recipe calls it."""
    canonical = TABLES.get(table)
    column = canonical.column(name) if canonical is not None and name is not None else None
    return (name or "") if column is None else f"{column.title.to()} · {name}"


def _notes(done: ImportResult) -> Sequence[Sequence[object]]:
    return [(each.file, message(f"desk.severity_{each.severity}"), each.count, each.text) for each in done.findings]


def _check(seen: Examined) -> Sequence[Sequence[object]]:
    found = () if seen.incoming is None else seen.incoming.findings
    return [
        (each.row, each.key, message(f"desk.severity_{each.severity}"), each.text(), each.remedy(),
         "" if each.lon is None else f"{each.lon:.6f}, {each.lat:.6f}")
        for each in found
    ]  # fmt: skip
