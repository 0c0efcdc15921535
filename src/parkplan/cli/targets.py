"""``parkplan targets WS [--set id=value ...]``."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING

from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.targets import base_of, set_base, set_target, targets
from parkplan.jobs.targets_bridge import target_bridge
from parkplan.model.codes import CLUSTER
from parkplan.units import area, quantity

if TYPE_CHECKING:
    from parkplan.jobs.targets_bridge import TargetBridge
    from parkplan.model.targets import TargetBase

WITHDRAWN = "unknown"


@frame.command(
    "targets",
    frame.argument("workspace", metavar="WS"),
    frame.option("--set", "values", multiple=True, metavar="ID=VALUE", help="option_target_set"),
    frame.option("--base", "bases", multiple=True, metavar="ID=VALUE,DATE,SOURCE", help="option_target_base"),
    frame.option("--actor", metavar="NAME", default=None, help="option_scenario_actor"),
    frame.option("--reason", metavar="TEXT", default="", help="option_target_reason"),
)
def command(
    workspace: str, values: tuple[str, ...], bases: tuple[str, ...], actor: str | None, reason: str
) -> frame.Answer:
    """Show plan targets and what they need."""
    ws = open_workspace(workspace)
    wanted, first = [_value(text) for text in values], [_base(text) for text in bases]
    known = {state.target.id for state in targets(ws)}
    for name, _ in (*wanted, *first):
        if name not in known:
            raise RequestError("no_such_target", target=name, known=", ".join(sorted(known)))
    for name, value in wanted:
        set_target(ws, name, value, actor=actor or getpass.getuser(), reason=reason)
    for name, base in first:
        set_base(ws, name, base, actor=actor or getpass.getuser(), reason=reason)
    found = target_bridge(ws)
    return frame.Answer(_document(found), _lines(found))


def _value(text: str) -> tuple[str, float | None]:
    name, _, number = text.partition("=")
    if number.strip() == WITHDRAWN:
        return name, None
    try:
        return name, float(number)
    except ValueError as fault:
        raise RequestError("target_value", target=name, value=number) from fault


def _base(text: str) -> tuple[str, TargetBase | None]:
    """Read a base as it is typed; `WITHDRAWN` takes one back."""
    name, _, rest = text.partition("=")
    if rest.strip() == WITHDRAWN:
        return name, None
    try:
        number, day, source = rest.split(",", 2)
        value, on = float(number), date.fromisoformat(day.strip())
    except ValueError as fault:
        raise RequestError("target_base_form", text=text) from fault
    return name, base_of(name, value, on, source)


def _document(found: TargetBridge) -> dict[str, object]:
    return {
        "targets": [
            {
                "id": state.target.id, "plan": state.plan.id, "target": state.target.target, "current": state.current,
                "base": state.base, "progress": state.progress,
                "direction": state.target.direction, "reached": state.reached, "unit": state.target.unit.en,
            }
            for state in found.states
        ],
        "needs": found.needs,
        "floor_m2": found.floor_by_cluster(),
        "land_m2": found.land_by_cluster(),
        "unknown": found.unknown,
        "scenarios": [
            {"id": one.scenario.id, "name": one.scenario.name, "floor_m2": one.floor_m2, "covered": one.covered}
            for one in found.given
        ],
    }  # fmt: skip


def _lines(found: TargetBridge) -> list[str]:
    heads = tuple(message(f"targets.column_{name}") for name in ("target", "base", "aim", "current", "status"))
    rows = [
        (state.target.title.to(), state.written_base.to(), state.written_target.to(), state.written_current.to(),
         message(f"targets.status_{_status(state.reached)}"))
        for state in found.states
    ]  # fmt: skip
    lines = grid([heads, *rows])
    floor, land = found.floor_by_cluster(), found.land_by_cluster()
    if sum(floor.values()) > 0:
        names = tuple(message(f"targets.column_{name}") for name in ("cluster", "floor", "land"))
        needed = [(CLUSTER[name].to(), quantity(floor[name], "m2"), area(land[name])) for name in floor]
        lines += ["", message("targets.needs"), *grid([names, *needed])]
        lines += [message("targets.gives", name=one.scenario.name, share=f"{100 * one.covered:.0f}")
                  for one in found.given]  # fmt: skip
    return lines


def _status(reached: bool | None) -> str:
    return "unknown" if reached is None else "reached" if reached else "short"
