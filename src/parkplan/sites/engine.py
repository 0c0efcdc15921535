"""What solvers are asked and what they answer, whichever solver it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

GAP: Final = 1e-4
"""Value and bound this near (as a share of the value) count as equal."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solver is: best value and bound so far, seconds gone."""

    seconds: float
    value: float | None
    bound: float | None


def _silent(progress: Progress) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a solver may work (CPU seconds), its seed, who listens, and whether it shall stop."""

    seconds: float = 60.0
    seed: int = 0
    threads: int = 1
    progress: Callable[[Progress], None] = _silent
    cancelled: Callable[[], bool] = _never


@dataclass(frozen=True, slots=True)
class Solved:
    """``site`` is the best found, None where none was; ``bound`` is proven; ``infeasible`` that there is none."""

    site: tuple[int, ...] | None
    value: float | None
    bound: float | None
    infeasible: bool = False
    cuts: int = 0
    nodes: int = 0
    log: tuple[str, ...] = field(default=())

    @property
    def optimal(self) -> bool:
        """Whether the bound meets the value."""
        if self.value is None or self.bound is None:
            return False
        return self.bound - self.value <= GAP * max(1.0, abs(self.value)) * 1.01


class Clock:
    """CPU seconds of this process since the start, and what is left of a budget."""

    def __init__(self, seconds: float) -> None:
        self._begin = time.process_time()
        self._seconds = seconds

    def gone(self) -> float:
        """Seconds used."""
        return time.process_time() - self._begin

    def left(self) -> float:
        """Seconds left."""
        return self._seconds - self.gone()
