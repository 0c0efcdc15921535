"""Figures and targets as tiles: the number, its second unit, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from parkplan import units
from parkplan.i18n import message

if TYPE_CHECKING:
    from parkplan.model.figures import Figure
    from parkplan.model.results import TargetState

TONES: Final = {"low_efficiency_share": "warn", "idle_share": "idle"}


def figure_tile(figure: Figure) -> dict[str, Any]:
    """Return a key figure as a tile; areas in hectares with 亩 below."""
    value, unit, second = _parts(figure)
    counted = figure.known_rows == figure.rows
    note = "ui.counted" if counted else "ui.known_of"
    return {
        "title": figure.title.to(),
        "value": value,
        "unit": unit,
        "second": second,
        "known": figure.value is not None,
        "note": message(note, known=f"{figure.known_rows:,}", rows=f"{figure.rows:,}"),
        "hint": figure.basis.to(),
        "tone": TONES.get(figure.id, ""),
    }


def _parts(figure: Figure) -> tuple[str, str, str]:
    if figure.value is None:
        return units.UNKNOWN.to(), "", ""
    if figure.unit == "hectare":
        number = f"{figure.value / units.M2_PER_HECTARE:,.1f}"
        return number, units.UNITS["hectare"].symbol.to(), units.quantity(figure.value, "mu", decimals=0)
    number, _, unit = figure.written.to().partition(" ")
    return number, unit, ""


def target_tile(state: TargetState) -> dict[str, Any]:
    """Return a target as a tile: the current value, the target, and how far it is reached."""
    if state.current is None:
        number, unit = units.UNKNOWN.to(), ""
    else:
        number, _, unit = state.written_current.to().partition(" ")
    return {
        "title": state.target.title.to(),
        "value": number,
        "unit": unit,
        "second": f"{message('ui.target_is', target=state.written_target.to())} · {_from(state)}",
        "known": state.current is not None,
        "share": _share(state),
        "note": _note(state),
        "hint": state.reason or (message("ui.target_unverified") if state.current is not None else ""),
        "tone": "reached" if state.reached else "",
    }


def _from(state: TargetState) -> str:
    """Return the base, and how much of the way from it to the target is done where that is known."""
    base = message("ui.target_base", base=state.written_base.to())
    if state.progress is None:
        return base
    return f"{base} · {message('ui.target_progress', share=units.quantity(state.progress, 'percent', decimals=0))}"


def _share(state: TargetState) -> float:
    if state.current is None or state.target.target <= 0:
        return 0.0
    if state.target.direction == "at_least":
        return state.current / state.target.target
    return 1.0 if state.current == 0 else state.target.target / state.current


def _note(state: TargetState) -> str:
    if state.reached is None:
        return message("ui.target_unknown")
    verdict = message("ui.target_reached" if state.reached else "ui.target_open")
    date = units.day(state.at.date()) if state.at is not None else units.UNKNOWN.to()
    return f"{verdict} · {message('ui.target_by', actor=state.actor, date=date)}"
