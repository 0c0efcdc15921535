"""The targets of the plans in force and where the district stands; current values are typed in by users."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from parkplan._errors import RequestError
from parkplan.data.targets import load_targets
from parkplan.i18n import Text
from parkplan.jobs.writing import UNKNOWN, number, text
from parkplan.model.results import TargetState

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.targets import Target

KIND = "targets"


def targets(ws: Workspace) -> tuple[TargetState, ...]:
    """Return every target of every plan with the current value that was entered, unknown where none was."""
    entered = ws.entered(KIND)
    states = []
    for plan in load_targets():
        for target in plan.targets:
            kept = entered.get(target.id)
            current = number(kept.value) if kept is not None else None
            state = TargetState(plan, target, current, _target(target), _current(target, current))
            states.append(state if kept is None else replace(state, actor=kept.actor, at=kept.at, reason=kept.reason))
    return tuple(states)


def set_target(ws: Workspace, target: str, value: float | None, *, actor: str, reason: str = "") -> TargetState:
    """Keep the current value of a target, in the unit of the plan; None makes it unknown again.

    Raises:
        RequestError: there is no such target, or the value is no number of at least 0.

    """
    known = {state.target.id: state for state in targets(ws)}
    if target not in known:
        raise RequestError("no_such_target", target=target, known=", ".join(known))
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise RequestError("target_value", target=target, value=value)
    ws.enter(KIND, target, value, actor, reason)
    return next(state for state in targets(ws) if state.target.id == target)


def _target(target: Target) -> Text:
    return text(f"targets.{target.direction}", number=f"{target.target:,.{target.decimals}f}", unit=_unit(target))


def _current(target: Target, value: float | None) -> Text:
    if value is None:
        return UNKNOWN
    return text("targets.current", number=f"{value:,.{target.decimals}f}", unit=_unit(target))


def _unit(target: Target) -> Text:
    return Text(target.unit.zh, target.unit.en)
