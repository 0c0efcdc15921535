"""Long work beside a page: in a thread, with what it is doing and how far it is, and a way to stop it."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan._errors import ParkplanError
    from parkplan.sites.engine import Progress

T = TypeVar("T")


class BackgroundWork(Generic[T]):
    """One piece of work; ``result`` or ``fault`` is there when it is not ``running`` any more.

    ``said`` are the sentences that it told, the last is its stage; ``progress`` is how far the solver of that stage is.
    It speaks the language of the session that waits. Solvers leave the interpreter free while they work.

    Args:
        work: what is to be done; it gets this object, to tell (`tell`, `effort`) and to ask whether to stop.
        cancelled: raised from `tell` once the work is to stop, where it may not go on: each stage begins by telling,
            the writing too, so what was stopped leaves nothing. Without it stopping means the best so far.

    >>> work = BackgroundWork(lambda one: one.tell("adding") or 1 + 1)
    >>> work.wait(10.0)
    >>> work.running, work.result, work.stage
    (False, 2, 'adding')

    """

    def __init__(self, work: Callable[[BackgroundWork[T]], T], *, cancelled: ParkplanError | None = None) -> None:
        self.said: tuple[str, ...] = ()
        self.progress: Progress | None = None
        self.result: T | None = None
        self.fault: Exception | None = None
        self._work, self._cancelled = work, cancelled
        self._stop = threading.Event()
        spoken = contextvars.copy_context()  # the language of the session that waits
        self._thread = threading.Thread(target=spoken.run, args=(self._run,), daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the answer is still to come."""
        return self._thread.is_alive()

    @property
    def stage(self) -> str:
        """What is being done now; empty before the first word."""
        return self.said[-1] if self.said else ""

    @property
    def effort(self) -> Effort:
        """What a solver needs to tell how far it is, and to know whether to stop."""
        return Effort(progress=self._heard, cancelled=self._stop.is_set)

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask it to stop."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the answer, at most so long."""
        self._thread.join(seconds)

    def tell(self, sentence: str) -> None:
        """Say what begins now.

        Raises:
            ParkplanError: that given as ``cancelled``, once the work is to stop.

        """
        if self._cancelled is not None and self._stop.is_set():
            raise self._cancelled
        self.said, self.progress = (*self.said, sentence), None

    def _heard(self, progress: Progress) -> None:
        self.progress = progress

    def _run(self) -> None:
        try:
            self.result = self._work(self)
        except Exception as fault:  # shown on the page that waits
            self.fault = fault
