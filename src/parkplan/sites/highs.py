"""HiGHS, made silent from its first moment: its own constructor greets on standard output."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import highspy

    from parkplan.sites.engine import Effort


def quiet_highs(effort: Effort, gap: float) -> highspy.Highs:
    """Return a solver with threads, seed and relative gap set, that prints nothing."""
    import highspy

    class Quiet(highspy.Highs):
        """The solver without its callbacks, whose setting up prints."""

        def __init__(self) -> None:
            super(highspy.Highs, self).__init__()
            self.setOptionValue("output_flag", False)

    solver = Quiet()
    solver.setOptionValue("threads", effort.threads)
    solver.setOptionValue("random_seed", effort.seed)
    solver.setOptionValue("mip_rel_gap", gap)
    return solver


def finite(value: float) -> float | None:
    """Return a value or bound of the solver; None where it has none yet.

    >>> finite(2.5), finite(float("inf")), finite(-1e31)
    (2.5, None, None)
    """
    return value if math.isfinite(value) and abs(value) < 1e30 else None
