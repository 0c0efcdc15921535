"""Two to four candidate sites on one sheet: for the page, and as a workbook or a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import parkplan
from parkplan._errors import RequestError
from parkplan.data.files import write_whole
from parkplan.i18n import current_language, language, message
from parkplan.jobs.book_tables import BOOK, Register, with_unit
from parkplan.jobs.report_scores import score_formula
from parkplan.jobs.site_books import SITE_WEIGHTS, site_weights
from parkplan.jobs.site_words import choice_words
from parkplan.jobs.title import title_of
from parkplan.model.document import Column, Document, Heading, Paragraph, Table, Worked
from parkplan.render.document import FORMATS, document_bytes
from parkplan.sites.ranking import CRITERIA
from parkplan.units import UNITS, area, day, is_unknown, money, quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.i18n import Language
    from parkplan.jobs.sites import Candidates, Site
    from parkplan.model.document import Block, Cell
    from parkplan.sites.advice import Option
    from parkplan.sites.facts import SiteFacts

FEWEST: Final = 2
MOST: Final = 4
ENDINGS: Final = (BOOK, *(ending for ending in FORMATS if ending != BOOK))
SHEET: Final = "comparison"
SHOWN_OPTIONS: Final = 3
BEST: Final = " ★"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet: its title, what it says of each site, and the sites that are best in it.

    ``amounts`` are the numbers themselves in ``unit`` (a key of `parkplan.units.UNITS`), where they are numbers.
    """

    title: str
    values: tuple[str, ...]
    best: tuple[bool, ...]
    amounts: tuple[float | None, ...] = ()
    unit: str = ""

    def marked(self) -> tuple[str, ...]:
        """Return the values with a star at the best."""
        return tuple(f"{value}{BEST}" if best else value for value, best in zip(self.values, self.best, strict=True))


def compared(found: Candidates, names: Sequence[str]) -> tuple[Site, ...]:
    """Return two to four different sites by their ids, in the order of the ranking.

    Raises:
        RequestError: a site is unknown, or there are fewer than two or more than four.

    """
    wanted = dict.fromkeys(names)
    known = [one.id for one in found.sites]
    for name in wanted:
        if name not in known:
            raise RequestError("no_such_site", site=name, known=", ".join(known) or "—")
    if not FEWEST <= len(wanted) <= MOST:
        raise RequestError("site_comparison", count=len(wanted), least=FEWEST, most=MOST)
    return tuple(one for one in found.sites if one.id in wanted)


_FIGURES: Final[dict[str, tuple[Callable[[SiteFacts], float], str, int]]] = {
    "area": (lambda one: one.area_m2, "hectare", 0),
    "parcels": (lambda one: one.parcels, "count", -1),
    "owners": (lambda one: one.owners, "count", -1),
    "flagged": (lambda one: one.flagged_share, "percent", 1),
    "compactness": (lambda one: one.compactness, "ratio", 1),
    "cost": (lambda one: one.acquisition_yuan, "wan_yuan", -1),
    "building": (lambda one: one.building_yuan, "wan_yuan", 0),
    "tax": (lambda one: one.tax_uplift_yuan, "wan_yuan", 1),
    "output": (lambda one: one.output_uplift_yuan, "wan_yuan", 1),
    "jobs": (lambda one: one.jobs_uplift, "person", 1),
    "floor": (lambda one: one.floor_uplift_m2, "m2", 1),
    "constraints": (lambda one: one.constraint_share, "percent", -1),
    "ratio": (lambda one: one.benefit_cost, "ratio", 1),
}
"""Each figure, the unit that it is shown in, and whether more (1) or less (-1) of it is better, or neither (0)."""
_WRITTEN: Final[dict[str, Callable[[float], str]]] = {"hectare": area, "wan_yuan": money, "count": "{:.0f}".format}
"""Units that are written in another way than the number and its symbol."""


def comparison_lines(found: Candidates, sites: Sequence[Site]) -> list[Line]:
    """Return the lines of the sheet in the language of the run."""
    rows = [found.table.loc[found.table["site_id"] == one.id].iloc[0] for one in sites]
    ranks = tuple(f"{row['rank']} ({row['rank_low']}–{row['rank_high']})" for row in rows)
    score = message("sites.column_score")
    lines = [_said("column_rank", ranks), _amounts(score, [row["score"] for row in rows], 1, "{:.1f}".format)]
    for name, options in _advice(sites).items():
        lines.append(_said(name, tuple(_winner(one) for one in options)))
    for name, title in CRITERIA.items():
        lines.append(_amounts(title.to(), [float(row[name]) for row in rows], 1, unit="ratio"))
    for name, (figure, unit, sense) in _FIGURES.items():
        values = [float(figure(one.facts)) for one in sites]
        lines.append(_amounts(message(f"sites.figure_{name}"), values, sense, _WRITTEN.get(unit), unit))
    answer = {True: message("card.answer_yes"), False: message("card.answer_no")}
    lines.append(_said("figure_frontage", tuple(answer[one.facts.frontage] for one in sites)))
    lines.append(_said("figure_crossed", tuple(message("sites.comma").join(one.crossed) or "—" for one in sites)))
    return lines


def _advice(sites: Sequence[Site]) -> dict[str, list[tuple[Option, ...]]]:
    """Return for each kind of advice the options of each site."""
    return {
        "reuse_advice": [one.advice.reuses for one in sites],
        "cluster_advice": [one.advice.clusters for one in sites],
        "park_advice": [one.advice.parks for one in sites],
    }


def _winner(options: Sequence[Option]) -> str:
    if not options:
        return "—"
    margin = f" (+{options[0].fitness - options[1].fitness:.1f})" if len(options) > 1 else ""
    return f"{options[0].title.to()} {options[0].fitness:.0f}{margin}"


def _said(name: str, values: tuple[str, ...]) -> Line:
    return Line(message(f"sites.{name}"), values, (False,) * len(values))


def _amounts(
    title: str, values: Sequence[float], sense: int, write: Callable[[float], str] | None = None, unit: str = ""
) -> Line:
    """Return a line of amounts; the best of known ones is marked where they differ and one sense is better."""
    known = [sense * value for value in values if not is_unknown(value)]
    differ = sense != 0 and len(known) > 1 and max(known) > min(known)
    best = tuple(differ and not is_unknown(value) and sense * value == max(known) for value in values)
    written = write or (lambda value: quantity(value, unit))
    texts = tuple("—" if is_unknown(value) else written(value) for value in values)
    scale = UNITS[unit].si_per_unit if unit else 1.0
    amounts = (None if is_unknown(value) else float(value) / scale for value in values)
    whole = unit == "count"
    said = tuple(int(amount) if whole and amount is not None else amount for amount in amounts)
    return Line(title, texts, best, said, unit)


def comparison_bytes(
    ws: Workspace, found: Candidates, names: Sequence[str], ending: str, chosen: Language | None = None
) -> bytes:
    """Return the sheet of two to four sites as the bytes of a file; the ending is one of `ENDINGS`.

    Raises:
        RequestError: a site is unknown, or there are fewer than two or more than four.

    """
    sites, spoken = compared(found, names), chosen or current_language()
    with language(spoken):
        if ending == BOOK:
            return _book(ws, found, sites).content()
        return document_bytes(_document(ws, found, sites, spoken), ending)


def export_comparison(
    ws: Workspace, found: Candidates, names: Sequence[str], out: str | Path, chosen: Language | None = None
) -> Path:
    """Write the sheet of two to four sites: .xlsx, .docx, .pdf or .html.

    Raises:
        RequestError: the ending is another one, a site is unknown, or there are fewer than two or more than four.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    path = Path(out)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise RequestError("output_ending", path=path, known=" ".join(ENDINGS))
    write_whole(path, comparison_bytes(ws, found, names, ending, chosen))
    return path


def _book(ws: Workspace, found: Candidates, sites: Sequence[Site]) -> Register:
    """Return the sheet as a workbook: numbers are numbers, and the score follows from the criteria and weights."""
    names = tuple(one.id for one in sites)
    columns = (
        Column(message("sites.column_figure")),
        *(Column(one, "right", key=f"s{place}") for place, one in enumerate(names)),
        Column(message("report.best_in")),
    )
    lines = comparison_lines(found, sites)
    rows = tuple(
        (
            with_unit(line.title, UNITS[line.unit].symbol.to() if line.unit else ""),
            *_cells(lines, line),
            message("sites.comma").join(name for name, best in zip(names, line.best, strict=True) if best),
        )
        for line in lines
    )
    figures = Table(columns, rows, title=message("sites.compare_sheet"), name=SHEET)
    title = message("sites.compare_title", district=title_of(ws).to())
    blocks = (figures, _advice_table(sites), site_weights())
    notes = (choice_words(found.choice), message("sites.compare_assumed", assumed=found.assumed.written()))
    return Register(title, notes, blocks, found.synthetic, date.today())


def _cells(lines: Sequence[Line], line: Line) -> tuple[Cell, ...]:
    """Return what stands in a line of the workbook; the line of scores is worked out there."""
    if line.title != message("sites.column_score"):
        return line.amounts or line.values
    titles = [each.title for each in lines]
    criteria = [titles.index(title.to()) for title in CRITERIA.values()]
    count = len(line.values)
    formulas = (score_formula([f"{SHEET}.{row}.s{place}" for row in criteria], SITE_WEIGHTS) for place in range(count))
    return tuple(map(Worked, line.amounts, formulas))


def _advice_table(sites: Sequence[Site]) -> Table:
    columns = tuple(Column(message(f"sites.column_{name}")) for name in ("site", "option"))
    columns += (Column(message("sites.column_fitness"), "right"),)
    columns += tuple(Column(message(f"sites.column_{name}")) for name in ("for", "against"))
    rows = tuple(
        (one.id, option.title.to(), option.fitness, _joined(option.reasons), _joined(option.against))
        for place, one in enumerate(sites)
        for options in _advice(sites).values()
        for option in options[place][:SHOWN_OPTIONS]
    )
    return Table(columns, rows, title=message("sites.compare_advice"), decimals=0)


def _joined(reasons: Sequence[object]) -> str:
    return message("sites.semicolon").join(str(reason) for reason in reasons)


def _notes(found: Candidates) -> list[str]:
    """Return what a reader must know: fictional data, what was asked, and the figures that costs rest on."""
    return [
        *([message("cli.info_fictional")] if found.synthetic else []),
        message("sites.compare_best"),
        choice_words(found.choice),
        message("sites.compare_assumed", assumed=found.assumed.written()),
    ]


def _document(ws: Workspace, found: Candidates, sites: Sequence[Site], chosen: Language) -> Document:
    title = title_of(ws).to()
    names = message("sites.comma").join(one.id for one in sites)
    foot = message("report.foot", title=title, day=day(date.today()), version=parkplan.__version__)
    return Document(
        title=message("sites.compare_title", district=title),
        subtitle=message("sites.compare_subtitle", count=len(sites), sites=names),
        foot=foot,
        language=chosen,
        blocks=tuple(_blocks(found, sites)),
        synthetic=found.synthetic,
    )


def _blocks(found: Candidates, sites: Sequence[Site]) -> Iterator[Block]:
    fictional = message("cli.info_fictional")
    for note in _notes(found):
        yield Paragraph(note, "warning" if note == fictional else "note")
    columns = (Column(message("sites.column_figure"), share=1.2), *(Column(one.id, share=1.4) for one in sites))
    yield Table(columns, tuple((line.title, *line.marked()) for line in comparison_lines(found, sites)))
    heads = ("option", "fitness", "for", "against")
    for place, one in enumerate(sites):
        yield Heading(message("sites.site_head", site=one.id), 2)
        options = [option for kind in _advice(sites).values() for option in kind[place][:SHOWN_OPTIONS]]
        rows = tuple(
            (option.title.to(), f"{option.fitness:.0f}", _joined(option.reasons) or "—", _joined(option.against) or "—")
            for option in options
        )
        shares = (1.2, 0.6, 2.0, 2.0)
        yield Table(
            tuple(
                Column(message(f"sites.column_{name}"), share=share) for name, share in zip(heads, shares, strict=True)
            ),
            rows,
        )
