"""Verdicts as files: tables and map files, a workbook whose scores are live formulas, the official survey table."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from parkplan.data.export import Origin, write_table
from parkplan.data.export.book import BookSheet, Formula, book_bytes
from parkplan.data.export.part import Origin as PartOrigin
from parkplan.i18n import Language, language, message
from parkplan.jobs.official_table import official_gaps, official_rows
from parkplan.model import codes
from parkplan.screening.scores import CRITERIA

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening

FileKind = Literal["scores", "official", "map"]
SCREENING_FILES: Final[dict[FileKind, str]] = {"scores": ".xlsx", "official": ".xlsx", "map": ".gpkg"}
_LETTERS: Final = ("F", "G", "H")
"""Columns of need, potential and feasibility on the sheet of scores."""


def export_screening(found: Screening, out: str | Path) -> Path:
    """Write the verdicts with all indicators to a file whose ending names the format.

    Raises:
        RequestError: the ending is unknown.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    return write_table(found.parcels, "parcels", out, origin=origin_of(found))


def origin_of(found: Screening) -> PartOrigin:
    """Return where the verdicts come from, as a sentence that travels with the file."""
    source = f"parkplan screen --as-of {found.as_of} {' '.join(found.profiles)}"
    return Origin(source=source, synthetic=found.synthetic)


def screening_file(found: Screening, kind: FileKind, chosen: Language = "zh") -> bytes:
    """Return a file of the verdicts.

    ``scores``: a workbook where score, its range and rank are formulas over the weights of another sheet. ``official``:
    the survey table of low-efficiency land. ``map``: a GeoPackage with every indicator.
    """
    if kind == "map":
        with TemporaryDirectory(prefix="parkplan-verdicts-") as folder:
            return export_screening(found, Path(folder) / "verdicts.gpkg").read_bytes()
    with language(chosen):
        return book_bytes(_scores(found, chosen) if kind == "scores" else official_sheets(found, chosen))


def official_sheets(found: Screening, chosen: Language) -> list[BookSheet]:
    """Return the survey table of low-efficiency land, and the sheet about it."""
    headings, rows = official_rows(found, chosen)
    names = ("code", "title", "filled", "rows", "reason")
    gaps = BookSheet(
        message("verdicts.sheet_official_gaps"),
        tuple(message(f"verdicts.official_column_{name}") for name in names),
        official_gaps(found, chosen),
        (14, 28, 10, 10, 80),
    )
    return [BookSheet(message("verdicts.sheet_official"), headings, rows, (8,) + (16,) * 38), gaps, _about(found)]


def _scores(found: Screening, chosen: Language) -> list[BookSheet]:
    weights, total = message("verdicts.sheet_weights"), sum(found.weights.used)
    first = [
        [message(f"verdicts.criterion_{name}"), weight, Formula(f"=B{row}/SUM($B$2:$B$4)", weight / total)]
        for row, (name, weight) in enumerate(zip(CRITERIA, found.weights.used, strict=True), start=2)
    ]
    heads = tuple(message(f"verdicts.sheet_{name}") for name in ("criterion", "weight", "share"))
    listed = found.parcels[found.parcels["rank"].notna()].sort_values("rank", kind="stable")
    names = (
        "parcel_id", "name", "verdict", "stage", "area_mu", "need", "potential", "feasibility", "score", "score_low",
        "score_high", "rank", "rank_low", "rank_high", "p_top10", "reliability", "closeness", "flags",
    )  # fmt: skip
    rows = [
        _score_row(values, row, (weights, len(listed)), chosen)
        for row, (_, values) in enumerate(listed.iterrows(), start=2)
    ]
    headings = tuple(message(f"verdicts.sheet_column_{name}") for name in names)
    return [
        BookSheet(weights, heads, first, (28, 12, 12), input_columns=(1,)),
        BookSheet(message("verdicts.sheet_scores"), headings, rows, (16, 24, 12, 14)),
        _rules(found, chosen),
        _about(found),
    ]


def _score_row(values: pd.Series, row: int, sheet: tuple[str, int], chosen: Language) -> list[object]:
    weights, count = sheet

    def score(unknown: float, now: float) -> Formula:
        parts = (
            f"IF(ISNUMBER({letter}{row}),{letter}{row},{unknown:g})*'{weights}'!$C${place}"
            for place, letter in enumerate(_LETTERS, start=2)
        )
        return Formula(f"=100*({'+'.join(parts)})", float(now))

    return [
        values["parcel_id"],
        values["name"],
        codes.VERDICT[str(values["verdict"])].to(chosen),
        None if pd.isna(values["stage"]) else codes.PARCEL_STATUS[str(values["stage"])].to(chosen),
        float(values["site_area_m2"]) * 3 / 2000,
        *(float(values[name]) for name in CRITERIA),
        score(0.5, values["score"]),
        score(0.0, values["score_low"]),
        score(1.0, values["score_high"]),
        Formula(f"=RANK(I{row},$I$2:$I${count + 1})", float(values["rank"])),
        *(float(values[name]) for name in ("rank_low", "rank_high", "p_top10", "reliability", "closeness")),
        values["flags"],
    ]


def _rules(found: Screening, chosen: Language) -> BookSheet:
    names = ("pack", "rule", "document", "number", "clause", "verified", "flag", "expression")
    rows = [
        [
            outcome.pack_id,
            outcome.rule.title.to(chosen),
            outcome.rule.clause.document,
            outcome.rule.clause.number,
            outcome.rule.clause.clause,
            message("verdicts.verified" if outcome.rule.clause.verified else "verdicts.not_verified"),
            message(f"verdicts.flag_{outcome.rule.flag}"),
            "; ".join(item.condition.expression for item in outcome.conditions),
        ]
        for outcome in found.outcomes
    ]
    headings = tuple(message(f"verdicts.sheet_rule_{name}") for name in names)
    return BookSheet(message("verdicts.sheet_rules"), headings, rows, (20, 32, 32, 20, 20, 10, 14, 60))


def _about(found: Screening) -> BookSheet:
    lines = [
        message("verdicts.about_day", day=found.as_of, profiles=", ".join(found.profiles)),
        message("verdicts.about_scores"),
        message("verdicts.about_official"),
        message("export.source", source=found.source.source or "—"),
    ]
    if found.synthetic:
        lines = [message("export.fictional", one) for one in ("zh", "en")] + lines
    return BookSheet(
        message("verdicts.sheet_about"), (message("verdicts.sheet_about"),), [[line] for line in lines], (120,)
    )
