"""How far each candidate site has come, with dates: kept among what users typed in, so the journal has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.i18n import Text

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.sites import Site

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


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage of one site since a day, with who said so."""

    stage: str
    since: date
    actor: str


def key_of(site: Site) -> str:
    """Return what a site is known by whatever its rank: its parcels."""
    return ",".join(sorted(site.parcel_ids))


def stages(ws: Workspace) -> dict[str, Stage]:
    """Return the stage of every site that has one, by `key_of`."""
    found = {}
    for name, entry in ws.entered(KIND).items():
        if entry.value is not None:
            told = json.loads(str(entry.value))
            found[name] = Stage(str(told["stage"]), date.fromisoformat(told["since"]), entry.actor)
    return found


def set_stage(ws: Workspace, site: Site, stage: str, *, since: date, actor: str, reason: str = "") -> None:
    """Keep the stage of a site; the journal says who changed it, when and from what.

    Raises:
        RequestError: there is no such stage.

    """
    if stage not in STAGES:
        raise RequestError("site_status", status=stage, known=", ".join(STAGES))
    ws.enter(KIND, key_of(site), json.dumps({"stage": stage, "since": since.isoformat()}), actor, reason)
