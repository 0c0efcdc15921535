"""From the outcomes of all rules to one verdict for each parcel."""

from __future__ import annotations

from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.expressions import Truth
from parkplan.model import codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.i18n import Text
    from parkplan.model.rules import Flag
    from parkplan.screening.rules import RuleOutcome


class Verdict(StrEnum):
    """What is said of a parcel."""

    IDLE = "idle"
    LOW_EFFICIENCY = "low_efficiency"
    NOT_LOW_EFFICIENCY = "not_low_efficiency"
    TO_CHECK = "to_check"
    EXEMPT = "exempt"


VERDICT_TITLES: Final[dict[Verdict, Text]] = {verdict: codes.VERDICT[verdict] for verdict in Verdict}


def verdicts(outcomes: Sequence[RuleOutcome], index: pd.Index) -> pd.Series:
    """Return the verdict of each parcel: the one that every completion of the unknown values would give.

    A parcel is idle where an idle rule holds and no exemption from it, else low-efficiency where such a rule holds
    and no exemption, else exempt if any of these rules holds, else not low-efficiency. Where unknown values leave
    more than one of these open, the parcel is to be checked; so more data can settle a parcel that is to be checked,
    but never overturn another verdict.

    Args:
        outcomes: from `apply_rules`, n rows each.
        index: the index of the parcels.

    Returns:
        A series named ``verdict`` of `Verdict` values.

    """
    rows = len(index)
    idle, low = (_any(outcomes, rows, flag) for flag in ("idle", "low_efficiency"))
    idle_stands = idle & ~_any(outcomes, rows, "exempt", "idle")
    low_stands = low & ~_any(outcomes, rows, "exempt", "low_efficiency")
    none_stands = idle_stands.false & low_stands.false
    touched = idle | low
    verdict = np.select(
        [
            idle_stands.true,
            idle_stands.false & low_stands.true,
            none_stands & touched.true,
            none_stands & touched.false,
        ],
        [Verdict.IDLE, Verdict.LOW_EFFICIENCY, Verdict.EXEMPT, Verdict.NOT_LOW_EFFICIENCY],
        default=Verdict.TO_CHECK,
    )
    return pd.Series(verdict, index=index, name="verdict", dtype="str")


def _any(outcomes: Sequence[RuleOutcome], rows: int, flag: Flag, exempted: Flag | None = None) -> Truth:
    nowhere = Truth(np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool))
    chosen = (
        outcome.truth
        for outcome in outcomes
        if outcome.rule.flag == flag and (exempted is None or exempted in outcome.rule.exempts)
    )
    return reduce(Truth.__or__, chosen, nowhere)
