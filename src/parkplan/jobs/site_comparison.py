"""Two to four candidate sites on one sheet: for the page, and as a workbook or a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import parkplan
from parkplan._errors import RequestError
from parkplan.data.export.book import BookSheet, book_bytes
from parkplan.data.files import write_whole
from parkplan.i18n import current_language, language, message
from parkplan.jobs.site_words import choice_words
from parkplan.jobs.title import title_of
from parkplan.model.document import Column, Document, Heading, Paragraph, Table
from parkplan.render.document import FORMATS, document_bytes
from parkplan.sites.ranking import CRITERIA
from parkplan.units import area, day, is_unknown, money, quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.i18n import Language
    from parkplan.jobs.sites import Candidates, Site
    from parkplan.model.document import Block
    from parkplan.sites.advice import Option
    from parkplan.sites.facts import SiteFacts

FEWEST: Final = 2
MOST: Final = 4
BOOK: Final = ".xlsx"
ENDINGS: Final = (BOOK, *FORMATS)
SHOWN_OPTIONS: Final = 3
BEST: Final = " ★"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet: its title, what it says of each site, and the sites that are best in it."""

    title: str
    values: tuple[str, ...]
    best: tuple[bool, ...]

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


_FIGURES: Final[dict[str, tuple[Callable[[SiteFacts], float], Callable[[float], str], int]]] = {
    "area": (lambda one: one.area_m2, area, 0),
    "parcels": (lambda one: one.parcels, "{:.0f}".format, -1),
    "owners": (lambda one: one.owners, "{:.0f}".format, -1),
    "flagged": (lambda one: one.flagged_share, lambda value: quantity(value, "percent"), 1),
    "compactness": (lambda one: one.compactness, lambda value: quantity(value, "ratio"), 1),
    "cost": (lambda one: one.acquisition_yuan, money, -1),
    "building": (lambda one: one.building_yuan, money, 0),
    "tax": (lambda one: one.tax_uplift_yuan, money, 1),
    "output": (lambda one: one.output_uplift_yuan, money, 1),
    "jobs": (lambda one: one.jobs_uplift, lambda value: quantity(value, "person"), 1),
    "floor": (lambda one: one.floor_uplift_m2, lambda value: quantity(value, "m2"), 1),
    "constraints": (lambda one: one.constraint_share, lambda value: quantity(value, "percent"), -1),
    "ratio": (lambda one: one.benefit_cost, lambda value: quantity(value, "ratio"), 1),
}
"""Each figure, how it is written, and whether more (1) or less (-1) of it is better, or neither (0)."""


def comparison_lines(found: Candidates, sites: Sequence[Site]) -> list[Line]:
    """Return the lines of the sheet in the language of the run."""
    rows = [found.table.loc[found.table["site_id"] == one.id].iloc[0] for one in sites]
    ranks = tuple(f"{row['rank']} ({row['rank_low']}–{row['rank_high']})" for row in rows)
    lines = [_said("column_rank", ranks), _amounts(message("sites.column_score"), [row["score"] for row in rows], 1)]
    for name, options in _advice(sites).items():
        lines.append(_said(name, tuple(_winner(one) for one in options)))
    for name, title in CRITERIA.items():
        lines.append(
            _amounts(title.to(), [float(row[name]) for row in rows], 1, lambda value: quantity(value, "ratio"))
        )
    for name, (figure, written, sense) in _FIGURES.items():
        values = [float(figure(one.facts)) for one in sites]
        lines.append(_amounts(message(f"sites.figure_{name}"), values, sense, written))
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
    title: str, values: Sequence[float], sense: int, written: Callable[[float], str] = "{:.1f}".format
) -> Line:
    """Return a line of amounts; the best of known ones is marked where they differ and one sense is better."""
    known = [sense * value for value in values if not is_unknown(value)]
    differ = sense != 0 and len(known) > 1 and max(known) > min(known)
    best = tuple(differ and not is_unknown(value) and sense * value == max(known) for value in values)
    return Line(title, tuple("—" if is_unknown(value) else written(value) for value in values), best)


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
            return book_bytes(_book(found, sites))
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


def _book(found: Candidates, sites: Sequence[Site]) -> list[BookSheet]:
    names = tuple(one.id for one in sites)
    lines = [(line.title, *line.marked()) for line in comparison_lines(found, sites)]
    notes = [("", *("" for _ in names)), *((note, *("" for _ in names)) for note in _notes(found))]
    heads = ("site", "option", "fitness", "for", "against")
    rows = [
        (one.id, option.title.to(), option.fitness, _joined(option.reasons), _joined(option.against))
        for place, one in enumerate(sites)
        for options in _advice(sites).values()
        for option in options[place][:SHOWN_OPTIONS]
    ]
    return [
        BookSheet(
            message("sites.compare_sheet"), (message("sites.column_figure"), *names), [*lines, *notes],
            (24, *(28 for _ in names)),
        ),
        BookSheet(
            message("sites.compare_advice"), tuple(message(f"sites.column_{name}") for name in heads), rows,
            (12, 28, 10, 60, 60),
        ),
    ]  # fmt: skip


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
