"""Overrides and appeals: a named person sets a verdict aside, or contests it, for a reason and until a day."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan._errors import RequestError
from parkplan.screening import Verdict
from parkplan.screening.overrides import Override

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.workspace import Entered

KIND: Final = "overrides"


def overrides(ws: Workspace) -> tuple[Override, ...]:
    """Return all overrides and appeals that were entered and not withdrawn, expired ones among them."""
    return tuple(_override(entered) for entered in ws.entered(KIND).values())


def _override(entered: Entered) -> Override:
    kept = json.loads(str(entered.value))
    verdict = None if kept["verdict"] is None else Verdict(kept["verdict"])
    on = entered.at.astimezone().date()
    return Override(entered.id, verdict, entered.actor, entered.reason, on, date.fromisoformat(kept["expires_on"]))


def enter_override(
    ws: Workspace, parcel: str, verdict: Verdict | None, *, actor: str, reason: str, expires_on: date
) -> Override:
    """Set the verdict of a parcel aside until a day, or note an appeal (no verdict); the journal keeps it for good.

    Raises:
        RequestError: there is no such parcel, nobody is named, no reason is given, or the day has passed.

    """
    if not actor.strip() or not reason.strip():
        raise RequestError("override_needs_name", parcel=parcel)
    if expires_on < date.today():
        raise RequestError("override_expired", parcel=parcel, day=expires_on)
    if not np.any(ws.read("parcels", ["parcel_id"])["parcel_id"] == parcel):
        raise RequestError("unknown_parcel", parcel=parcel)
    value = json.dumps({"verdict": verdict, "expires_on": expires_on.isoformat()})
    return _override(ws.enter(KIND, parcel, value, actor.strip(), reason.strip()))


def withdraw_override(ws: Workspace, parcel: str, *, actor: str, reason: str) -> None:
    """Take an override or appeal back; the verdict is that of the rules again, and the journal keeps both entries.

    Raises:
        RequestError: the parcel has none, nobody is named, or no reason is given.

    """
    if not actor.strip() or not reason.strip():
        raise RequestError("override_needs_name", parcel=parcel)
    if parcel not in ws.entered(KIND):
        raise RequestError("no_override", parcel=parcel)
    ws.enter(KIND, parcel, None, actor.strip(), reason.strip())
