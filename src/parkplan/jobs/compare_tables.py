"""A comparison as tables: for its workbook, where sums, shares, scores and regrets are live, and for its report."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from parkplan.compare.catalogue import LAND_CLASSES, MEASURES
from parkplan.compare.memo import BASE
from parkplan.i18n import message
from parkplan.jobs.book_tables import Register, with_unit
from parkplan.jobs.report_scores import criterion_columns, score_column, weights_table
from parkplan.jobs.scenario_words import status_words
from parkplan.model.document import Column, Table, Worked
from parkplan.units import M2_PER_HECTARE, UNITS, YUAN_PER_WAN, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.compare.memo import Sentence
    from parkplan.compare.ranking import Regret
    from parkplan.jobs.compare import Comparison
    from parkplan.model.document import Cell
    from parkplan.model.options import Assumed

WEIGHTS: Final = "option_weights"
SCORES: Final = "option_scores"
VALUES: Final = "net_values"
REGRETS: Final = "regrets"


def comparison_book(found: Comparison) -> Register:
    """Return the workbook of a comparison."""
    title = message("compare.book_title", names=message("sites.comma").join(found.names))
    blocks = (*comparison_tables(found), *score_tables(found), memo_table(found))
    return Register(title, (), blocks, found.synthetic, date.today())


def comparison_tables(found: Comparison) -> Iterator[Table]:
    """Return the measures, land, differences, ranks, regret and assumptions of a comparison."""
    yield measures_table(found)
    yield _methods(found)
    yield _land(found)
    yield _differences(found)
    yield _ranking(found)
    yield _values(found)
    yield _regret(found)
    yield _assumptions(found)


def _title(name: str) -> str:
    return message(f"compare.sheet_{name}")


def _head(name: str) -> str:
    return message(f"compare.head_{name}")


def measures_table(found: Comparison) -> Table:
    """Return a row for each measure in its unit; a workbook also has limits, and differences to the first option."""
    shown = [one.measures for one in found.options]
    columns = [Column(_head("measure"), share=1.8), Column(_head("unit"), share=0.8)]
    if found.options[0].scenario.id != found.base.scenario.id:
        columns.append(Column(found.base.scenario.name, "right"))
        shown = [found.base.measures, *shown]
    for place, name in enumerate(found.names):
        columns.append(Column(name, "right", key=f"o{place}"))
    for name in found.names:
        columns.append(Column(message("compare.head_limit_of", name=name), workbook_only=True))
    for place, name in enumerate(found.names[1:], start=1):
        title = message("compare.head_difference", name=name, first=found.names[0])
        columns.append(Column(title, "right", formula=f"{{o{place}}}-{{o0}}", workbook_only=True))
    rows: list[tuple[Cell, ...]] = []
    for name, one in MEASURES.items():
        values = [_known(each.values[name] / UNITS[one.shown_in].si_per_unit) for each in shown]
        own = values[-len(found.options) :]
        limits = (status_words(each.measures.statuses.get(name, "none")).to() for each in found.options)
        changes = (None if value is None or own[0] is None else value - own[0] for value in own[1:])
        rows.append((one.title.to(), UNITS[one.shown_in].symbol.to() or "—", *values, *limits, *changes))
    return Table(tuple(columns), tuple(rows), title=_title("measures"))


def _known(value: float) -> float | None:
    return None if is_unknown(value) else float(value)


def _methods(found: Comparison) -> Table:
    columns = (Column(_head("measure")), Column(_head("formula"), share=3.0))
    rows = tuple((one.title.to(), one.formula.to()) for one in MEASURES.values())
    return Table(columns, rows, title=_title("methods"))


def _land(found: Comparison) -> Table:
    """Return the hectares of each class; their sum is the district in each option."""
    columns = [Column(with_unit(_head("land"), UNITS["hectare"].symbol.to()), share=1.6)]
    columns += [Column(name, "right", summed=True, key=f"o{place}") for place, name in enumerate(found.names)]
    columns += [
        Column(with_unit(name, "%"), "right", formula=f"100*{{o{place}}}/SUM({{o{place}:all}})", workbook_only=True)
        for place, name in enumerate(found.names)
    ]
    totals = [sum(one.measures.balance[name] for name in LAND_CLASSES) for one in found.options]
    rows: list[tuple[Cell, ...]] = []
    for name, title in LAND_CLASSES.items():
        areas = [float(one.measures.balance[name]) for one in found.options]
        shares = (100 * area / total if total else None for area, total in zip(areas, totals, strict=True))
        rows.append((title.to(), *(area / M2_PER_HECTARE for area in areas), *shares))
    return Table(tuple(columns), tuple(rows), title=_title("land"), total=message("report.total"))


def _differences(found: Comparison) -> Table:
    hectares = UNITS["hectare"].symbol.to()
    columns = (
        *(Column(_head(name), share=1.4) for name in ("from", "to")),
        Column(_head("patches"), "right"),
        *(Column(with_unit(_head(name), hectares), "right") for name in ("gained", "lost", "changed")),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            found.names[0],
            name,
            len(one),
            *(float(one.area_of(kind)) / M2_PER_HECTARE for kind in ("gained", "lost", "changed")),
        )
        for name, one in zip(found.names[1:], found.differences, strict=True)
    )
    return Table(columns, rows, title=_title("differences"))


def _ranking(found: Comparison) -> Table:
    """Return the score of each option, which a workbook takes from the table of scores, and its chances."""
    ranked, names = found.ranked, found.names
    columns = (
        Column(_head("option"), share=1.6),
        Column(_head("score"), "right"),
        Column(_head("p_first"), "right", share=1.4),
        Column(_head("p_any"), "right", share=1.4),
        Column(_head("dominated"), share=1.6),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            name,
            Worked(float(ranked.score[place]), f"{{{SCORES}.{place}.score}}"),
            float(ranked.around.p_first[place]),
            float(ranked.any_weights.p_first[place]),
            message("sites.comma").join(names[other] for other in ranked.dominated_by[place]) or "—",
        )
        for place, name in enumerate(names)
    )
    return Table(columns, rows, title=_title("ranking"))


def score_tables(found: Comparison) -> Iterator[Table]:
    """Return the weights, and how good each option is in each criterion with the score that follows."""
    titles = {name: MEASURES[name].title.to() for name in found.ranked.criteria}
    weights = dict(zip(titles.values(), found.ranked.weights.tolist(), strict=True))
    yield weights_table(WEIGHTS, weights, workbook_only=False)
    columns = (
        Column(message("report.option"), share=1.6),
        *criterion_columns(titles, workbook_only=False),
        score_column(message("report.score"), list(titles), WEIGHTS, whole=1.0),
    )
    rows = tuple(
        (name, *(_known(value) for value in utility), float(score))
        for name, utility, score in zip(found.names, found.ranked.utility, found.ranked.score, strict=True)
    )
    title, note = message("report.sheet_scores"), message("report.utility_note")
    yield Table(columns, rows, note, decimals=3, title=title, name=SCORES)


def _money_columns(found: Comparison, head: str) -> tuple[Column, ...]:
    first = Column(with_unit(_head(head), UNITS["wan_yuan"].symbol.to()), share=1.8)
    return (first, *(Column(name, "right", key=f"o{place}") for place, name in enumerate(found.names)))


def _values(found: Comparison) -> Table:
    """Return what each option is worth in each case: what regret is worked out from."""
    values = found.regret.value_yuan / YUAN_PER_WAN
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (case.to(), *map(float, values[:, place])) for place, case in enumerate(found.cases)
    )
    return Table(_money_columns(found, "net_value"), rows, title=_title("values"), name=VALUES, workbook_only=True)


def _regret(found: Comparison) -> Table:
    """Return the regret in each case, and the largest one of each option below."""
    rows: list[tuple[Cell, ...]] = [_case(found.regret, place, case.to()) for place, case in enumerate(found.cases)]
    options = range(len(found.names))
    worst = found.regret.worst / YUAN_PER_WAN
    largest = (
        Worked(float(worst[one]), f"MAX({','.join(f'{{{REGRETS}.{place}.o{one}}}' for place in range(len(rows)))})")
        for one in options
    )
    rows.append((message("compare.worst_regret"), *largest))
    return Table(_money_columns(found, "regret"), tuple(rows), title=_title("regret"), name=REGRETS)


def _case(regret: Regret, place: int, title: str) -> tuple[Cell, ...]:
    missed = regret.regret_yuan[:, place] / YUAN_PER_WAN
    cells = [f"{{{VALUES}.{place}.o{one}}}" for one in range(len(missed))]
    best = f"MAX({','.join(cells)})"
    return (title, *(Worked(float(amount), f"{best}-{own}") for amount, own in zip(missed, cells, strict=True)))


def memo_table(found: Comparison) -> Table:
    """Return what follows from the numbers, a sentence each, with the numbers that it rests on."""
    columns = (Column(_head("sentence"), share=3.0), Column(_head("rests_on"), share=2.0))
    rows = tuple((one.text.to(), rests_on(found, one)) for one in found.memo)
    return Table(columns, rows, title=_title("memo"))


def rests_on(found: Comparison, sentence: Sentence) -> str:
    """Name the numbers of a sentence by their titles, option by option."""
    by: dict[str, list[str]] = {}
    for name, what in sentence.rests_on:
        by.setdefault(found.base.scenario.name if name == BASE else name, []).append(_named(what))
    comma, also = message("sites.comma"), message("compare.rests_also")
    return also.join(message("compare.rests_of", name=name, titles=comma.join(titles)) for name, titles in by.items())


def _named(what: str) -> str:
    return MEASURES[what].title.to() if what in MEASURES else message(f"compare.result_{what}")


def used_figures(found: Comparison) -> list[Assumed]:
    """Return every figure that any of the options rests on, each once."""
    used = [one for option in found.options for one in option.measures.assumed]
    return list({(one.subject.zh, one.name): one for one in used}.values())


def _assumptions(found: Comparison) -> Table:
    columns = (
        Column(_head("subject"), share=1.4),
        Column(_head("figure"), share=2.0),
        Column(_head("value"), "right", share=0.8),
        Column(_head("source"), share=1.8),
    )
    rows = tuple(
        (one.subject.to(), message(f"scenario.figure_{one.name}"), float(one.value), one.badge.to())
        for one in used_figures(found)
    )
    return Table(columns, rows, title=_title("assumptions"))
