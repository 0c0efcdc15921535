"""Scores in reports: criteria and weights beside them, so that a workbook works each score out itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.i18n import message
from parkplan.model.document import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEUTRAL: Final = 0.5
"""What an unknown criterion counts."""


def weights_table(name: str, weights: Mapping[str, float], *, workbook_only: bool = True) -> Table:
    """Return weights by the title of their criterion, each with its share of them all."""
    columns = (
        Column(message("report.criterion"), share=2.0, key="title"),
        Column(message("report.weight"), "right", key="weight"),
        Column(message("report.weight_share"), "right", key="share", formula="{weight}/SUM({weight:all})"),
    )
    total = sum(weights.values())
    rows = tuple((title, float(weight), weight / total) for title, weight in weights.items())
    title = message("report.sheet_weights")
    return Table(columns, rows, title=title, decimals=3, name=name, workbook_only=workbook_only)


def criterion_columns(titles: Mapping[str, str], *, workbook_only: bool = True) -> tuple[Column, ...]:
    """Return a column for each criterion by its key."""
    return tuple(
        Column(title, "right", share=0.7, key=key, workbook_only=workbook_only) for key, title in titles.items()
    )


def score_column(title: str, keys: Sequence[str], weights: str, *, whole: float = 100.0, share: float = 0.8) -> Column:
    """Return a column of scores by `score_formula`."""
    return Column(title, "right", share=share, key="score", formula=score_formula(keys, weights, whole=whole))


def score_formula(cells: Sequence[str], weights: str, *, whole: float = 100.0) -> str:
    """Return the sum over criteria of share x criterion, unknown ones counting one half.

    >>> score_formula(["need"], "w")
    '100*(IF(ISNUMBER({need}),{need},0.5)*{w.0.share})'
    """
    parts = (
        f"IF(ISNUMBER({{{cell}}}),{{{cell}}},{NEUTRAL:g})*{{{weights}.{place}.share}}"
        for place, cell in enumerate(cells)
    )
    return f"{whole:g}*({'+'.join(parts)})"
