"""Candidate sites for a page: the quick answer is kept, the exact one is searched for beside the page."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from parkplan.jobs.assumptions import assumptions
from parkplan.jobs.kept import Kept
from parkplan.jobs.portfolio import fund
from parkplan.jobs.sites import Candidates, candidates
from parkplan.jobs.verdict_table import screening, screening_version
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.portfolio import Funded
    from parkplan.jobs.site_question import SiteChoice
    from parkplan.model.screening import ScreeningChoice
    from parkplan.sites.engine import Progress
    from parkplan.sites.portfolio import Programme

QUICK_S: Final = 8.0
FUND_S: Final = 10.0
_quick: Final = Kept[tuple[str, str, str, "SiteChoice"], Candidates](limit=12)
_funded: Final = Kept[tuple[str, str, "Programme"], "Funded"](limit=12)


def quick_candidates(ws: Workspace, judged: ScreeningChoice, choice: SiteChoice) -> Candidates:
    """Return the candidates of a choice, assembled once while data and rules stay the same."""

    def make() -> Candidates:
        return candidates(ws.address, screening(ws, judged), choice, effort=Effort(seconds=QUICK_S))

    return _quick.get((ws.address, screening_version(ws, judged), assumptions(ws).version, choice), make)


def funded_now(ws: Workspace, found: Candidates, programme: Programme) -> Funded:
    """Return the programme over candidates, solved once for the same sites and limits."""
    key = (ws.address, found.version, programme)
    return _funded.get(key, lambda: fund(found, programme, Effort(seconds=FUND_S)))


@dataclass(frozen=True)
class Asked:
    """What an exact search was asked: where, by which rules, within which limits, and for how long."""

    ws: Workspace
    judged: ScreeningChoice
    choice: SiteChoice
    effort: Effort


class ExactSearch:
    """An exact search in a thread; it tells how far it is, and stops when it is told to."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.progress: Progress | None = None
        self.result: Candidates | None = None
        self.fault: Exception | None = None
        self._question = self._version(asked.judged, asked.choice)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the answer is still to come."""
        return self._thread.is_alive()

    def holds(self, judged: ScreeningChoice, choice: SiteChoice) -> bool:
        """Whether the answer is still that of a question: same rules, limits, data and assumptions."""
        return self._question == self._version(judged, choice)

    def _version(self, judged: ScreeningChoice, choice: SiteChoice) -> tuple[str, str, SiteChoice]:
        ws = self.asked.ws
        return screening_version(ws, judged), assumptions(ws).version, choice

    def stop(self) -> None:
        """Ask for what is there."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the answer, at most so long."""
        self._thread.join(seconds)

    def _work(self) -> None:
        asked = self.asked
        effort = replace(asked.effort, progress=self._tell, cancelled=self._stop.is_set)
        try:
            found = screening(asked.ws, asked.judged)
            self.result = candidates(asked.ws.address, found, asked.choice, exact=True, effort=effort)
        except Exception as fault:  # shown on the page that waits
            self.fault = fault

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
