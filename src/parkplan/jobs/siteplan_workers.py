"""Attempts at site plans in processes beside this one: as many at a time as there are workers, in order."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parkplan.layout.siteplan import attempt
from parkplan.layout.siteplan.frame import base_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType

    from parkplan.layout.siteplan.generate import Attempt
    from parkplan.model.siteplan import Module, Site, SitePlanProfile


@dataclass
class Workers:
    """Processes that make attempts at the plans of one site; they end with the block, whatever happens in it.

    An attempt whose process has died is made in this process, so the answer never depends on the workers.
    """

    site: Site
    profile: SitePlanProfile
    modules: Mapping[str, Module]
    seed: int
    count: int = 2
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Workers:
        for _ in range(self.count):
            process = subprocess.Popen(
                [sys.executable, "-m", "parkplan.layout.siteplan.process"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._started.append(process)
            _tell(process, (self.site, self.profile, dict(self.modules), self.seed))
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        for process in self._started:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            process.wait()
        self._started.clear()

    def map(self, numbers: Iterable[int]) -> Iterator[Attempt]:
        """Yield the attempts of these numbers in their order."""
        waiting: deque[tuple[int, subprocess.Popen[bytes]]] = deque()
        for position, number in enumerate(numbers):
            process = self._started[position % self.count]
            _tell(process, number)
            waiting.append((number, process))
            if len(waiting) > 2 * self.count:
                yield self._answer(*waiting.popleft())
        while waiting:
            yield self._answer(*waiting.popleft())

    def _answer(self, number: int, process: subprocess.Popen[bytes]) -> Attempt:
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            if process.stdout is not None:
                found: Attempt = pickle.load(process.stdout)  # noqa: S301 -- written by our own process
                return found
        return attempt(self.site, base_frame(self.site), number, self.seed, self.profile, self.modules)


def _tell(process: subprocess.Popen[bytes], what: object) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            pickle.dump(what, process.stdin)
            process.stdin.flush()
