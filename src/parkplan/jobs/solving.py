"""The exact search for a site, in a process of its own: time limit, progress, and a way to stop it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from parkplan.sites.assembly import Answer, improved
from parkplan.sites.engine import Effort, Progress
from parkplan.sites.process import answer_of, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.sites.problem import Assembly

STOP: Final = "stop"
GRACE_S: Final = 20.0
"""Wall seconds beyond the limit until a process that does not answer is ended."""
_POLL_S: Final = 0.1


def proven_apart(problem: Assembly, effort: Effort) -> Answer:
    """Search for the best site with proof in another process.

    When it is cancelled, or the process dies or hangs, the answer is that of the quick search, which is not proven.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "parkplan.sites.process"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    )  # fmt: skip
    lines: list[str] = []
    reader = threading.Thread(target=_listen, args=(process, lines, effort.progress), daemon=True)
    reader.start()
    try:
        _say(process, written(problem, effort))
        _wait(process, effort)
    finally:
        process.kill()
        process.wait()
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
        reader.join(timeout=5.0)
    if not lines:
        return improved(problem, Effort(seconds=5.0, seed=effort.seed))
    return answer_of(json.loads(lines[-1]))


def _say(process: subprocess.Popen[str], line: str) -> None:
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.write(line + "\n")
            process.stdin.flush()


def _wait(process: subprocess.Popen[str], effort: Effort) -> None:
    """Wait for the answer; ask for what is there when that takes too long or is cancelled, and then wait no longer."""
    # the limit counts CPU seconds, and on a busy machine these take longer
    until = time.monotonic() + 2.0 * effort.seconds + GRACE_S
    while process.poll() is None and time.monotonic() < until and not effort.cancelled():
        time.sleep(_POLL_S)
    if process.poll() is None:
        _say(process, STOP)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)


def _listen(process: subprocess.Popen[str], lines: list[str], tell: Callable[[Progress], None]) -> None:
    if process.stdout is None:
        return
    with process.stdout as source:
        for line in source:
            if line.startswith('{"progress"'):
                tell(Progress(**json.loads(line)["progress"]))
            elif line.startswith('{"proof"'):
                lines.append(line)
