"""From the outcomes of all rules to one verdict for each parcel."""

from __future__ import annotations

from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.expressions import Truth
from parkplan.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.model.rules import Flag
    from parkplan.screening.rules import RuleOutcome


class Verdict(StrEnum):
    """What is said of a parcel."""

    IDLE = "idle"
    LOW_EFFICIENCY = "low_efficiency"
    NOT_LOW_EFFICIENCY = "not_low_efficiency"
    TO_CHECK = "to_check"
    EXEMPT = "exempt"


VERDICT_TITLES: Final[dict[Verdict, Text]] = {
    Verdict.IDLE: Text("闲置", "Idle"),
    Verdict.LOW_EFFICIENCY: Text("低效", "Low-efficiency"),
    Verdict.NOT_LOW_EFFICIENCY: Text("非低效", "Not low-efficiency"),
    Verdict.TO_CHECK: Text("待核查", "To be checked"),
    Verdict.EXEMPT: Text("豁免", "Exempt"),
}


def flagged(outcomes: Sequence[RuleOutcome], flag: Flag, rows: int) -> Truth:
    """Return whether any rule with a flag holds."""
    nowhere = Truth(np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool))
    return reduce(Truth.__or__, (outcome.truth for outcome in outcomes if outcome.rule.flag == flag), nowhere)


def verdicts(outcomes: Sequence[RuleOutcome], index: pd.Index) -> pd.Series:
    """Return the verdict of each parcel: the one that every completion of the unknown values would give.

    A parcel that no rule flags is not low-efficiency, whatever its exemption. A flagged parcel is exempt where an
    exemption holds, else idle, else low-efficiency. Where unknown values leave more than one of these open, the
    parcel is to be checked; so more data can settle a parcel that is to be checked, but never overturn another verdict.

    Args:
        outcomes: from `apply_rules`, n rows each.
        index: the index of the parcels.

    Returns:
        A series named ``verdict`` of `Verdict` values.

    """
    idle = flagged(outcomes, "idle", len(index))
    low = flagged(outcomes, "low_efficiency", len(index))
    exempt = flagged(outcomes, "exempt", len(index))
    any_flag = idle | low
    verdict = np.select(
        [
            any_flag.false,
            any_flag.true & exempt.true,
            exempt.false & idle.true,
            exempt.false & idle.false & low.true,
        ],
        [Verdict.NOT_LOW_EFFICIENCY, Verdict.EXEMPT, Verdict.IDLE, Verdict.LOW_EFFICIENCY],
        default=Verdict.TO_CHECK,
    )
    return pd.Series(verdict, index=index, name="verdict", dtype="str")
