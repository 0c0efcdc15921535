"""The solver beside a page: it runs in a thread, tells value and bound, and stops with the best so far when told to."""

from __future__ import annotations

import contextvars
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parkplan.jobs.optimise import optimise
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.optimise import Optimised
    from parkplan.model.allocation import Wish
    from parkplan.sites.engine import Progress


@dataclass(frozen=True)
class Asked:
    """What the solver was asked: where, from which scenario, under which wish, and in whose name it draws."""

    ws: Workspace
    scenario: str
    wish: Wish
    actor: str


class AllocationSearch:
    """One question in a thread; HiGHS leaves the interpreter free while it works.

    ``stage`` says what is being solved, ``progress`` how far that is; ``result`` or ``fault`` is there when it is not
    ``running`` any more.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.stage = ""
        self.progress: Progress | None = None
        self.result: Optimised | None = None
        self.fault: Exception | None = None
        self._stop = threading.Event()
        spoken = contextvars.copy_context()  # the language of the session that waits
        self._thread = threading.Thread(target=spoken.run, args=(self._work,), daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the answer is still to come."""
        return self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask for the best so far; it becomes a branch as any answer does."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the answer, at most so long."""
        self._thread.join(seconds)

    def _work(self) -> None:
        asked = self.asked
        effort = Effort(progress=self._heard, cancelled=self._stop.is_set)
        try:
            self.result = optimise(
                asked.ws, scenario=asked.scenario, wish=asked.wish, actor=asked.actor, effort=effort, tell=self._begun
            )
        except Exception as fault:  # shown on the page that waits
            self.fault = fault

    def _begun(self, stage: str) -> None:
        self.stage, self.progress = stage, None

    def _heard(self, progress: Progress) -> None:
        self.progress = progress
