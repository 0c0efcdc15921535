"""Reports: a template, filled from a workspace, as Word, PDF or one HTML file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import parkplan
from parkplan import units
from parkplan._errors import RequestError
from parkplan.data.files import write_whole
from parkplan.data.reports import load_report_templates
from parkplan.data.workspace import open_workspace
from parkplan.i18n import Language, current_language, language, message
from parkplan.jobs.progress import silent
from parkplan.jobs.report_atlas import atlas
from parkplan.jobs.report_context import ReportContext
from parkplan.jobs.report_parts import PARTS
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.jobs.title import title_of
from parkplan.model.document import Document, Heading, Paragraph
from parkplan.model.screening import ScreeningChoice
from parkplan.render.document import FORMATS, document_bytes
from parkplan.render.sheet import PAPER_MM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress
    from parkplan.model.document import Block
    from parkplan.model.reports import ReportTemplate
    from parkplan.render.sheet import Paper


PAGED: Final = frozenset({"parcel_pages", "site_pages"})
"""Parts whose chapter starts a page, for they fill a page each time."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that was written."""

    path: str
    kind: str
    language: Language
    bytes: int
    synthetic: bool


def report(  # noqa: PLR0913 -- the options of the command, by keyword
    workspace: str | Path,
    *,
    kind: str,
    out: str | Path,
    chosen: Language | None = None,
    as_of: date | None = None,
    paper: Paper = "A3",
    progress: Progress = silent,
) -> Reported:
    """Write a report of a district to a file whose ending names the format: .docx, .pdf, .html or .xlsx.

    Args:
        workspace: its address.
        kind: a template of ``layers/reports``.
        out: the file.
        chosen: the language of the report; without one, the current language.
        as_of: the day of judgement; without one, that in force in the workspace, else today.
        paper: A4 or A3, of a report that is a set of map sheets as PDF.
        progress: told what is being done.

    Raises:
        WorkspaceError: the workspace is missing or broken, or the disk is full or read-only.
        RequestError: the kind or the ending is unknown, or the workspace lacks what the report is about.
        DefinitionError: a template is faulty.

    """
    target = Path(out)
    ending = target.suffix.lower()
    if ending not in FORMATS:
        raise RequestError("output_ending", path=target, known=" ".join(FORMATS))
    ws, spoken = open_workspace(workspace), chosen or current_language()
    content = report_bytes(ws, kind, ending, ReportForm(spoken, as_of, paper), progress=progress)
    progress(message("report.progress_writing", path=target))
    write_whole(target.absolute(), content)
    return Reported(str(target.absolute()), kind, spoken, len(content), ws.synthetic)


@dataclass(frozen=True, slots=True)
class ReportForm:
    """How a report is made: its language, the day of judgement (that in force without one), the size of map sheets."""

    language: Language
    as_of: date | None = None
    paper: Paper = "A3"


def report_bytes(ws: Workspace, kind: str, ending: str, form: ReportForm, *, progress: Progress = silent) -> bytes:
    """Return a report as the bytes of a file; see `report`."""
    template = _template(kind)
    if template.sheets and ending == ".pdf":
        if form.paper not in PAPER_MM:
            raise RequestError("sheet_options", formats="pdf", papers=", ".join(PAPER_MM))
        with language(form.language):
            return atlas(_context(ws, template, form.as_of, progress), form.paper)
    made = report_document(ws, kind, form.language, as_of=form.as_of, progress=progress)
    progress(message("report.typesetting"))
    return document_bytes(made, ending)


def _template(kind: str) -> ReportTemplate:
    known = load_report_templates()
    if kind not in known:
        raise RequestError("unknown_report", kind=kind, known=", ".join(known))
    return known[kind]


def _context(ws: Workspace, template: ReportTemplate, as_of: date | None, progress: Progress) -> ReportContext:
    saved = choice_in_force(ws)
    choice = saved.choice if saved is not None else ScreeningChoice()
    day = as_of or choice.as_of or date.today()
    return ReportContext(ws, template, choice.model_copy(update={"as_of": day}), day, progress)


def report_document(
    ws: Workspace, kind: str, chosen: Language, *, as_of: date | None = None, progress: Progress = silent
) -> Document:
    """Return a report before it becomes a file; see `report`."""
    template = _template(kind)
    with language(chosen):
        context = _context(ws, template, as_of, progress)
        name, day = title_of(ws).to(), units.day(context.on)
        foot = message("report.foot", title=name, day=day, version=parkplan.__version__)
        return Document(
            title=message("report.title", district=name, report=template.title.to()),
            subtitle=message("report.subtitle", day=day),
            foot=f"{message('report.synthetic')} {foot}" if ws.synthetic else foot,
            language=chosen,
            blocks=tuple(_blocks(context, template)),
            synthetic=ws.synthetic,
        )


def _blocks(context: ReportContext, template: ReportTemplate) -> Iterator[Block]:
    if context.ws.synthetic:
        yield Paragraph(message("report.synthetic"), "warning")
    yield Paragraph(template.lead.to())
    for section in template.sections:
        context.progress(message("report.progress_section", section=section.title.to()))
        yield Heading(section.title.to(), new_page=not PAGED.isdisjoint(section.parts))
        if section.text is not None:
            yield Paragraph(section.text.to(), "note")
        for part in section.parts:
            yield from PARTS[part](context)
