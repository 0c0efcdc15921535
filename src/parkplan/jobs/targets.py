"""The targets of the plans in force and where the district stands; current values are typed in by users."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.data.targets import load_targets
from parkplan.i18n import Text
from parkplan.jobs.writing import UNKNOWN, number, text
from parkplan.model.layers import Text as SourceText
from parkplan.model.results import TargetState
from parkplan.model.targets import TargetBase

if TYPE_CHECKING:
    from datetime import date

    from parkplan.data.workspace import Workspace
    from parkplan.model.targets import Target

KIND: Final = "targets"
BASES: Final = "target_bases"


def targets(ws: Workspace) -> tuple[TargetState, ...]:
    """Return every target of every plan with the values that were entered, unknown where none were.

    A base that was entered counts before that of the plan.
    """
    entered, bases = ws.entered(KIND), ws.entered(BASES)
    states = []
    for plan in load_targets():
        for target in plan.targets:
            kept = entered.get(target.id)
            current = number(kept.value) if kept is not None else None
            said = bases[target.id].value if target.id in bases else None
            base = target.base if said is None else TargetBase.model_validate_json(str(said))
            state = TargetState(
                plan, target, current, _target(target), _current(target, current), base, _base(target, base)
            )
            states.append(state if kept is None else replace(state, actor=kept.actor, at=kept.at, reason=kept.reason))
    return tuple(states)


def set_target(ws: Workspace, target: str, value: float | None, *, actor: str, reason: str = "") -> TargetState:
    """Keep the current value of a target, in the unit of the plan; None makes it unknown again.

    Raises:
        RequestError: there is no such target, or the value is no number of at least 0.

    """
    _check_known(ws, target)
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise RequestError("target_value", target=target, value=value)
    ws.enter(KIND, target, value, actor, reason)
    return next(state for state in targets(ws) if state.target.id == target)


def set_base(ws: Workspace, target: str, base: TargetBase | None, *, actor: str, reason: str = "") -> TargetState:
    """Keep where a target stood at first; None leaves what the plan says.

    Raises:
        RequestError: there is no such target.

    """
    _check_known(ws, target)
    ws.enter(BASES, target, None if base is None else base.model_dump_json(), actor, reason)
    return next(state for state in targets(ws) if state.target.id == target)


def base_of(target: str, value: float, on: date, source: str, *, verified: bool = False) -> TargetBase:
    """Return a base value with the day that it is of and its source.

    Raises:
        RequestError: the value is no number of at least 0, or the source is missing.

    """
    if not (math.isfinite(value) and value >= 0):
        raise RequestError("target_value", target=target, value=value)
    said = source.strip()
    if not said:
        raise RequestError("target_base_source", target=target)
    return TargetBase(value=value, on=on, source=SourceText(zh=said, en=said), verified=verified)


def _check_known(ws: Workspace, target: str) -> None:
    known = {state.target.id for state in targets(ws)}
    if target not in known:
        raise RequestError("no_such_target", target=target, known=", ".join(sorted(known)))


def _base(target: Target, base: TargetBase | None) -> Text:
    if base is None:
        return UNKNOWN
    mark = text("targets.verified" if base.verified else "targets.unverified")
    return text(
        "targets.base", number=f"{base.value:,.{target.decimals}f}", unit=_unit(target), on=f"{base.on:%Y-%m-%d}",
        source=Text(base.source.zh, base.source.en), mark=mark,
    )  # fmt: skip


def _target(target: Target) -> Text:
    return text(f"targets.{target.direction}", number=f"{target.target:,.{target.decimals}f}", unit=_unit(target))


def _current(target: Target, value: float | None) -> Text:
    if value is None:
        return UNKNOWN
    return text("targets.current", number=f"{value:,.{target.decimals}f}", unit=_unit(target))


def _unit(target: Target) -> Text:
    return Text(target.unit.zh, target.unit.en)
