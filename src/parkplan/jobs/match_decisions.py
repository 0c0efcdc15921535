"""What persons decided on proposed matches: confirmed or rejected one by one, each a line of the journal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from parkplan._errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.model.workspace import Entered

KIND: Final = "enterprise_match"
Decision = Literal["confirm", "reject", "withdraw"]


@dataclass(frozen=True, slots=True)
class Decided:
    """Confirmed parcels by enterprise, several separated by ``;``, and rejected ones by enterprise."""

    confirmed: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def decisions(ws: Workspace) -> Decided:
    """Return what stands of the decisions."""
    kept = {firm: _read(entered) for firm, entered in ws.entered(KIND).items()}
    confirmed = {firm: ";".join(one["confirmed"]) for firm, one in kept.items() if one["confirmed"]}
    return Decided(confirmed, {firm: tuple(one["rejected"]) for firm, one in kept.items() if one["rejected"]})


def decide(ws: Workspace, enterprise: str, parcel: str, decision: Decision, *, actor: str) -> None:
    """Confirm or reject that an enterprise works on a parcel, or take back what was decided on the pair.

    Raises:
        RequestError: nobody is named, or there is no such enterprise or parcel.
        WorkspaceError: the workspace is locked or the disk is full.
    """
    if not actor.strip():
        raise RequestError("match_needs_name", enterprise=enterprise)
    if not (ws.read("enterprises", ["enterprise_id"])["enterprise_id"].astype(str) == enterprise).any():
        raise RequestError("unknown_enterprise", enterprise=enterprise)
    if not (ws.read("parcels", ["parcel_id"])["parcel_id"].astype(str) == parcel).any():
        raise RequestError("unknown_parcel", parcel=parcel)
    entered = ws.entered(KIND).get(enterprise)
    before = {"confirmed": [], "rejected": []} if entered is None else _read(entered)
    after = {name: [each for each in listed if each != parcel] for name, listed in before.items()}
    if decision != "withdraw":
        after[{"confirm": "confirmed", "reject": "rejected"}[decision]].append(parcel)
    value = json.dumps(after, ensure_ascii=False, sort_keys=True) if any(after.values()) else None
    ws.enter(KIND, enterprise, value, actor.strip(), f"{decision} {parcel}")


def _read(entered: Entered) -> dict[str, list[str]]:
    kept = json.loads(str(entered.value))
    return {name: [str(each) for each in kept.get(name, [])] for name in ("confirmed", "rejected")}
