"""The form of a report: which one, its language and format, the day; it is made here and taken away as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan.data.reports import load_report_templates
from parkplan.i18n import LANGUAGES, Language, current_language, message
from parkplan.jobs.report import ReportForm, report_bytes
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.render.document import FORMATS
from parkplan.ui.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.render.sheet import Paper

KEY: Final = "report_made"
MIME: Final[Mapping[str, str]] = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PAPERS: Final[tuple[Paper, ...]] = ("A4", "A3")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; a file that was made for it is offered again without being made again."""

    workspace: str
    versions: tuple[str, ...]
    kind: str
    language: Language
    ending: str
    day: date
    paper: Paper


def report_form(ws: Workspace) -> None:
    """Draw the form, and the file once it is made."""
    st.subheader(message("report.page_reports"), anchor=False)
    st.caption(message("report.page_note"))
    templates = load_report_templates()
    titles = {name: each.title.to() for name, each in templates.items()}
    kind = st.selectbox(message("report.kind"), list(titles), format_func=titles.__getitem__, key="report_kind")
    st.caption(templates[kind].lead.to())
    st.caption(message("report.chapters", chapters=" · ".join(each.title.to() for each in templates[kind].sections)))
    asked = _asked(ws, kind)
    if st.button(message("report.make"), type="primary", key="report_make"):
        st.session_state[KEY] = (asked, _made(ws, asked))
    made = cast("tuple[Asked, bytes] | None", st.session_state.get(KEY))
    if made is not None and made[0] == asked:
        name = f"{ws.name}_{kind}_{asked.language}{asked.ending}"
        st.success(message("report.ready", size=f"{len(made[1]) / 1e6:.1f}"))
        st.download_button(
            message("ui.export_download", name=name),
            made[1],
            file_name=name,
            mime=MIME[asked.ending],
            key="report_take",
            on_click="ignore",
        )


def _asked(ws: Workspace, kind: str) -> Asked:
    left, middle, right = st.columns(3)
    endings = {ending: message(f"report.format_{module}") for ending, module in FORMATS.items()}
    ending = left.selectbox(
        message("report.format"), list(endings), format_func=endings.__getitem__, key="report_format"
    )
    spoken = {name: message(f"report.language_{name}") for name in LANGUAGES}
    language = middle.selectbox(
        message("report.language"),
        LANGUAGES,
        index=LANGUAGES.index(current_language()),
        format_func=spoken.__getitem__,
        key="report_language",
    )
    saved = choice_in_force(ws)
    usual = saved.choice.as_of if saved is not None and saved.choice.as_of is not None else date.today()
    day = right.date_input(message("verdicts.as_of"), usual, key="report_day")
    versions = tuple(info.version for info in ws.tables())
    paper: Paper = "A3"
    if ending == ".pdf" and load_report_templates()[kind].sheets:
        paper = st.segmented_control(message("report.paper"), PAPERS, default="A3", required=True, key="report_paper")
    return Asked(ws.address, versions, kind, language, ending, day if isinstance(day, date) else usual, paper)


def _made(ws: Workspace, asked: Asked) -> bytes:
    chapters = len(load_report_templates()[asked.kind].sections)
    with st.status(message("report.making"), expanded=True) as status:
        form = ReportForm(asked.language, asked.day, asked.paper)
        content = report_bytes(ws, asked.kind, asked.ending, form, progress=Steps(chapters + 1))
        status.update(label=message("report.made"), state="complete", expanded=False)
    return content
