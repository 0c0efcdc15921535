"""``parkplan compare WS SCENARIO SCENARIO...``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.compare.catalogue import MEASURES
from parkplan.i18n import message
from parkplan.jobs.compare import compare
from parkplan.jobs.compare_files import document, export_comparison
from parkplan.jobs.scenario_words import figure

if TYPE_CHECKING:
    from parkplan.jobs.compare import Comparison


@frame.command(
    "compare",
    frame.argument("workspace", metavar="WS"),
    frame.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO SCENARIO..."),
    frame.option("--weight", "weights", multiple=True, metavar="MEASURE=W", help="option_compare_weight"),
    frame.option("--out", metavar="FILE", help="option_compare_out"),
)
def command(workspace: str, scenarios: tuple[str, ...], weights: tuple[str, ...], out: str | None) -> frame.Answer:
    """Compare scenarios."""
    found = compare(workspace, scenarios, dict(_weight(text) for text in weights) or None)
    lines = _lines(found)
    answer: dict[str, Any] = document(found)
    if out is not None:
        path = export_comparison(found, out)
        lines += ["", message("cli.compare_written", path=visible(str(path)))]
        answer["out"] = str(path)
    return frame.Answer(answer, lines)


def _weight(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError as fault:
        raise RequestError("compare_weight", name=name, weight=number, known=", ".join(MEASURES)) from fault


def _lines(found: Comparison) -> list[str]:
    heads = (message("compare.head_measure"), *(visible(name) for name in found.names))
    rows = [
        (one.title.to(), *(figure(one, option.measures.values[name]) for option in found.options))
        for name, one in MEASURES.items()
    ]
    lines = [message("cli.info_fictional")] if found.synthetic else []
    lines += grid([heads, *rows], frozenset(range(1, len(heads))))
    return [*lines, "", *(one.text.to() for one in found.memo)]
