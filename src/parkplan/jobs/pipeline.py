"""How far each candidate site has come, with dates: kept among what users typed in, so the journal has it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parkplan.data.workspace import Workspace

KIND: Final = "site_pipeline"
STAGES: Final[dict[str, Text]] = {
    "identified": Text("已识别", "Identified"),
    "negotiated": Text("已洽谈", "Negotiated"),
    "acquired": Text("已收储", "Acquired"),
    "cleared": Text("已腾空", "Cleared"),
    "offered": Text("已出让", "Offered"),
    "built": Text("已建成", "Built"),
    "producing": Text("已投产", "Producing"),
}
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that are not taken for one another."""
LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage of one site since a day, with who said so, and the numbers of its parcels."""

    stage: str
    since: date
    actor: str
    parcel_ids: tuple[str, ...]


def site_id(parcel_ids: Iterable[str]) -> str:
    """Return what a site is known by, whatever its rank: a short name made from the numbers of its parcels.

    The first 30 bits of the SHA-256 over the numbers in order, each on a line, in base 32.

    >>> site_id(["JH-002", "JH-001"]) == site_id(["JH-001", "JH-002"]) != site_id(["JH-001"])
    True
    """
    digest = hashlib.sha256("\n".join(sorted(parcel_ids)).encode()).digest()
    bits = int.from_bytes(digest[:4], "big") >> 2
    return "S-" + "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(LENGTH)))


def stages(ws: Workspace) -> dict[str, Stage]:
    """Return the stage of every site that has one, by its id."""
    found = {}
    for entry in ws.entered(KIND).values():
        if entry.value is not None:
            told = json.loads(str(entry.value))
            parcels = tuple(told["parcels"])
            found[site_id(parcels)] = Stage(str(told["stage"]), date.fromisoformat(told["since"]), entry.actor, parcels)
    return found


def set_stage(
    ws: Workspace, parcel_ids: Iterable[str], stage: str, *, since: date, actor: str, reason: str = ""
) -> None:
    """Keep the stage of the site of some parcels; the journal says who changed it, when and from what.

    Raises:
        RequestError: there is no such stage, or nobody is named.

    """
    if stage not in STAGES:
        raise RequestError("site_status", status=stage, known=", ".join(STAGES))
    if not actor.strip():
        raise RequestError("site_needs_name")
    parcels = sorted(parcel_ids)
    value = json.dumps({"stage": stage, "since": since.isoformat(), "parcels": parcels}, ensure_ascii=False)
    ws.enter(KIND, site_id(parcels), value, actor.strip(), reason.strip())
