"""Two screenings side by side: another rule, another pack, another day. Pure: nothing is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parkplan.i18n import message
from parkplan.jobs.verdict_table import screening
from parkplan.screening import Verdict
from parkplan.screening.verdicts import VERDICT_TITLES
from parkplan.units import area

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.screen import Screening
    from parkplan.model.screening import ScreeningChoice


@dataclass(frozen=True, slots=True)
class Flip:
    """How many parcels go from one verdict to another, and their site area."""

    before: Verdict
    after: Verdict
    parcels: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes from one screening to another.

    ``flips`` by kind, the largest area first; ``parcels`` has one row for each parcel that flips, in the order of the
    table: parcel_id, name, site_area_m2, before, after, flags_before, flags_after, rank_before, rank_after, and
    ``row``, its position.
    """

    before: Screening
    after: Screening
    flips: tuple[Flip, ...]
    parcels: pd.DataFrame

    @property
    def area_m2(self) -> float:
        """Site area of all parcels that flip."""
        return float(self.parcels["site_area_m2"].sum())


def compare_screenings(before: Screening, after: Screening) -> Comparison:
    """Return which parcels get another verdict, and how much land that is.

    Raises:
        ValueError: the two do not judge the same parcels.

    """
    one, two = before.parcels, after.parcels
    if not one["parcel_id"].equals(two["parcel_id"]):
        raise ValueError("two screenings can be compared only over the same parcels")
    rows = np.flatnonzero((one["verdict"] != two["verdict"]).to_numpy())
    changed = pd.DataFrame(
        {
            "row": rows,
            **{name: one[name].to_numpy()[rows] for name in ("parcel_id", "name", "site_area_m2")},
            **{
                f"{name}{ending}": frame[column].to_numpy()[rows]
                for ending, frame in (("before", one), ("after", two))
                for name, column in (("", "verdict"), ("flags_", "flags"), ("rank_", "rank"))
            },
        }
    )
    groups = changed.groupby(["before", "after"])["site_area_m2"]
    flips = [
        Flip(Verdict(str(pair[0])), Verdict(str(pair[1])), len(areas), float(areas.sum())) for pair, areas in groups
    ]
    return Comparison(before, after, tuple(sorted(flips, key=lambda flip: -flip.area_m2)), changed)


def flips_in_words(told: Comparison) -> tuple[str, ...]:
    """Say how many parcels flip and how much land that is, then each kind of flip, in the language of the user."""
    if not told.flips:
        return (message("verdicts.whatif_same"),)
    total = message("verdicts.whatif_total", parcels=f"{len(told.parcels):,}", area=area(told.area_m2))
    kinds = (
        message(
            "verdicts.whatif_flip", before=VERDICT_TITLES[flip.before], after=VERDICT_TITLES[flip.after],
            parcels=f"{flip.parcels:,}", area=area(flip.area_m2),
        )
        for flip in told.flips
    )  # fmt: skip
    return (total, *kinds)


def whatif(ws: Workspace, choice: ScreeningChoice, other: ScreeningChoice) -> Comparison:
    """Return what another choice (limits moved, other packs, another day) would change; nothing is saved.

    Raises:
        ParkplanError: as `parkplan.jobs.screen.judge`.

    """
    return compare_screenings(screening(ws, choice), screening(ws, other))
