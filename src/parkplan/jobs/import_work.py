"""Long work of the import desk in a thread: it says what it is doing, and stops before anything is written."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from parkplan._errors import SourceFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.jobs.progress import Progress

T = TypeVar("T")


class ImportWork(Generic[T]):
    """One piece of work; ``result`` or ``fault`` is there when it is not ``running`` any more.

    ``work`` gets a progress to tell and a question whether to stop. Telling the progress of work that is to stop raises
    ``import_cancelled``: every stage begins by telling, the writing too, so what was stopped leaves nothing.
    """

    def __init__(self, subject: str, work: Callable[[Progress, Callable[[], bool]], T]) -> None:
        self.said: tuple[str, ...] = ()
        self.result: T | None = None
        self.fault: Exception | None = None
        self._subject = subject
        self._work = work
        self._stop = threading.Event()
        spoken = contextvars.copy_context()  # the language of the session that waits
        self._thread = threading.Thread(target=spoken.run, args=(self._run,), daemon=True)
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
        """Ask it to stop; reading ends within a moment, computing at its next stage."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the answer, at most so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.result = self._work(self._tell, self._stop.is_set)
        except Exception as fault:  # shown on the page that waits
            self.fault = fault

    def _tell(self, sentence: str) -> None:
        if self._stop.is_set():
            raise SourceFileError("import_cancelled", file=self._subject)
        self.said = (*self.said, sentence)
