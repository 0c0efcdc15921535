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
from parkplan.jobs.report_context import ReportContext
from parkplan.jobs.report_parts import PARTS
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.jobs.title import title_of
from parkplan.model.document import Document, Heading, Paragraph
from parkplan.model.screening import ScreeningChoice
from parkplan.render.document import FORMATS, document_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress
    from parkplan.model.document import Block
    from parkplan.model.reports import ReportTemplate


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


def report(
    workspace: str | Path,
    *,
    kind: str,
    out: str | Path,
    chosen: Language | None = None,
    as_of: date | None = None,
    progress: Progress = silent,
) -> Reported:
    """Write a report of a district to a file whose ending names the format: .docx, .pdf or .html.

    Args:
        workspace: its address.
        kind: a template of ``layers/reports``.
        out: the file.
        chosen: the language of the report; without one, the current language.
        as_of: the day of judgement; without one, that in force in the workspace, else today.
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
    spoken = chosen or current_language()
    made = report_document(open_workspace(workspace), kind, spoken, as_of=as_of, progress=progress)
    progress(message("report.progress_writing", path=target))
    content = document_bytes(made, ending)
    write_whole(target.absolute(), content)
    return Reported(str(target.absolute()), kind, spoken, len(content), made.synthetic)


def report_document(
    ws: Workspace, kind: str, chosen: Language, *, as_of: date | None = None, progress: Progress = silent
) -> Document:
    """Return a report before it becomes a file; see `report`."""
    known = load_report_templates()
    if kind not in known:
        raise RequestError("unknown_report", kind=kind, known=", ".join(known))
    saved = choice_in_force(ws)
    choice = saved.choice if saved is not None else ScreeningChoice()
    day = as_of or choice.as_of or date.today()
    with language(chosen):
        context = ReportContext(ws, known[kind], choice.model_copy(update={"as_of": day}), day, progress)
        name = title_of(ws).to()
        foot = message("report.foot", title=name, day=units.day(day), version=parkplan.__version__)
        return Document(
            title=f"{name} {known[kind].title.to()}",
            subtitle=message("report.subtitle", day=units.day(day)),
            foot=f"{message('report.synthetic')} {foot}" if ws.synthetic else foot,
            language=chosen,
            blocks=tuple(_blocks(context, known[kind])),
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
