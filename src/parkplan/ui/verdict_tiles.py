"""Counts and hectares by verdict, as tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from parkplan import units
from parkplan.i18n import message
from parkplan.screening.verdicts import VERDICT_TITLES, Verdict
from parkplan.ui import panels

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening, VerdictTotal

TONES: Final = {Verdict.LOW_EFFICIENCY: "warn", Verdict.IDLE: "idle"}


def verdict_tiles(found: Screening) -> None:
    """Draw a tile for each verdict."""
    whole = sum(total.parcels for total in found.totals)
    panels.tiles("verdict_tiles", [_tile(total, whole) for total in found.totals], columns=5)


def _tile(total: VerdictTotal, whole: int) -> dict[str, Any]:
    return {
        "title": VERDICT_TITLES[total.verdict].to(),
        "value": f"{total.parcels:,}",
        "unit": message("verdicts.parcels"),
        "second": units.area(total.area_m2),
        "known": True,
        "share": total.parcels / whole if whole else 0.0,
        "note": message("verdicts.of_all", share=f"{100 * total.parcels / max(whole, 1):.1f}%"),
        "hint": message(f"verdicts.meaning_{total.verdict.value}"),
        "tone": TONES.get(total.verdict, ""),
    }
