"""``parkplan services WS --service fire_station``."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.service_files import (
    answer_words,
    export_services,
    proof_words,
    service_document,
    sites_as_edits,
    uncovered,
)
from parkplan.model.services import ServiceWish
from parkplan.units import quantity

if TYPE_CHECKING:
    from parkplan.jobs.services import Services

NAMED = 20


@frame.command(
    "services",
    frame.argument("workspace", metavar="WS"),
    frame.option("--service", required=True, metavar="ID", help="option_services_service"),
    frame.option("--scenario", default="base", show_default=True, metavar="SCENARIO", help="option_services_scenario"),
    frame.option("--model", default="cover_most", show_default=True, metavar="MODEL", help="option_services_model"),
    frame.option("--count", type=int, default=1, show_default=True, metavar="N", help="option_services_count"),
    frame.option("--reach-m", type=float, metavar="M", help="option_services_reach"),
    frame.option("--demand", metavar="NAME", help="option_services_demand"),
    frame.option("--where", metavar="EXPRESSION", help="option_services_where"),
    frame.option("--parcel", "parcels", multiple=True, metavar="PARCEL", help="option_services_parcel"),
    frame.option("--at", multiple=True, metavar="KIND", help="option_services_at"),
    frame.option("--existing/--no-existing", default=True, help="option_services_existing"),
    frame.option("--time-limit", type=float, default=20.0, show_default=True, metavar="S", help="option_services_time"),
    frame.option("--seed", type=int, default=0, show_default=True, help="option_optimise_seed"),
    frame.option("--save-as", metavar="NAME", help="option_services_save"),
    frame.option("--actor", default=None, metavar="NAME", help="option_scenario_actor"),
    frame.option("--out", metavar="FILE", help="option_services_out"),
)
def command(workspace: str, out: str | None, **asked: Any) -> frame.Answer:  # noqa: ANN401  # of the options
    """Site a service."""
    scenario, save_as, actor = (asked.pop(name) for name in ("scenario", "save_as", "actor"))
    ws = open_workspace(workspace)
    found = jobs.services(ws, ServiceWish(**asked), scenario=scenario)
    document, lines = service_document(found), _lines(found)
    if save_as is not None and found.sited.chosen:
        document["saved"] = sites_as_edits(ws, found, save_as, actor=actor or getpass.getuser())
    if out is not None:
        path = export_services(found, out)
        document["out"] = str(path)
        lines += ["", message("cli.compare_written", path=visible(str(path)))]
    fault = None
    if found.sited.chosen is None:
        fault = RequestError("services_none", said=proof_words(found))
    return frame.Answer(document, lines, fault=fault)


def _lines(found: Services) -> list[str]:
    heads = tuple(message(f"services.column_{name}") for name in ("site", "parcel", "gained", "assigned", "longest"))
    rows = [
        (one["site"], visible(one["parcel_id"]), f"{one['gained']:,.0f}", f"{one['assigned']:,.0f}",
         quantity(one["longest_m"], "m"))
        for one in found.sites.to_dict("records")
    ]  # fmt: skip
    left = uncovered(found)
    lines = [message("cli.info_fictional")] if found.synthetic else []
    lines += answer_words(found)
    lines += grid([heads, *rows], frozenset({2, 3, 4})) if rows else []
    named = message("sites.comma").join(visible(name) for name in left[:NAMED])
    return [*lines, message("services.left", count=len(left), names=named)] if left else lines
