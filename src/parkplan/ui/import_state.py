"""What one session has on its import desk: files, wishes, what the doctor said, and the work that is under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan._errors import ParkplanError, SourceFileError
from parkplan.jobs.background import BackgroundWork
from parkplan.jobs.import_desk import Brought, Examined, Wanted, bring, confirm, examine
from parkplan.ui.boundary import show_fault, show_unexpected
from parkplan.ui.finding_list import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from parkplan.data.intake.uploads import Uploads
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.import_result import ImportResult
    from parkplan.jobs.progress import Progress

    Stopped = Callable[[], bool]

KEY: Final = "parkplan.desk"


@dataclass(slots=True)
class Answer:
    """What a piece of work brought: files, what the doctor says, or the result of writing."""

    brought: Brought | None = None
    seen: Examined | None = None
    done: ImportResult | None = None


@dataclass(slots=True)
class Desk:
    """The desk. ``round`` counts the files that were brought, so that widgets start anew with each.

    ``reads`` counts how often files were read: the field that sent them is empty afterwards, however long that took.
    """

    wanted: Wanted = field(default_factory=Wanted)
    uploads: Uploads | None = None
    points: Uploads | None = None
    paths: tuple[Path, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seen: Examined | None = None
    done: ImportResult | None = None
    work: BackgroundWork[Answer] | None = None
    fault: Exception | None = None
    finding: Choice = field(default_factory=Choice)
    round: int = 0
    reads: int = 0
    looks: int = 0

    def read(self, ws: Workspace) -> None:
        """Begin to read the files and to examine them."""
        wanted, paths = self.wanted, self.paths
        self.reads += 1

        def work(progress: Progress, cancelled: Stopped) -> Answer:
            brought = bring(ws, paths, wanted, progress=progress, cancelled=cancelled)
            seen = examine(ws, brought.intakes, wanted, progress=progress) if brought.intakes else None
            return Answer(brought, seen)

        self._begin(work)

    def examine(self, ws: Workspace, wanted: Wanted) -> None:
        """Begin to examine the same files with other wishes."""
        self.wanted = wanted
        intakes = self.seen.intakes if self.seen is not None else ()
        self._begin(lambda progress, _: Answer(seen=examine(ws, intakes, wanted, progress=progress)))

    def write(self, ws: Workspace, actor: str) -> None:
        """Begin to write what was examined."""
        seen = cast("Examined", self.seen)
        self._begin(lambda progress, _: Answer(done=confirm(ws, seen, actor=actor, progress=progress)))

    def _begin(self, work: Callable[[Progress, Stopped], Answer]) -> None:
        self.fault = None
        cancelled = SourceFileError("import_cancelled", file=", ".join(path.name for path in self.paths)[:80])
        self.work = BackgroundWork(lambda one: work(one.tell, one.effort.cancelled), cancelled=cancelled)

    def settle(self) -> None:
        """Take over what finished work has brought."""
        work = self.work
        if work is None or work.running:
            return
        self.work, self.fault = None, work.fault
        answer = work.result
        if answer is None:
            return
        if answer.brought is not None:
            self.choices, self.seen = answer.brought.choices, None
        if answer.seen is not None:
            self.seen, self.finding = answer.seen, Choice()
            self.looks += 1
        self.done = answer.done

    def clear(self) -> None:
        """Begin with other files; the uploaded ones are removed."""
        for kept in (self.uploads, self.points):
            if kept is not None:
                kept.discard()
        self.points = None
        self.uploads, self.paths, self.choices, self.seen, self.done, self.fault = None, (), {}, None, None, None
        self.wanted = Wanted(table=self.wanted.table)
        self.round += 1


def desk() -> Desk:
    """Return the desk of this session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Desk()
    return cast("Desk", st.session_state[KEY])


def show(fault: Exception) -> None:
    """Show what went wrong: a sentence with the way out, or that it is ours."""
    if isinstance(fault, ParkplanError):
        show_fault(fault)
    else:
        show_unexpected(fault)
