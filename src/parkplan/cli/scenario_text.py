"""Scenarios in words: the tree, the steps, the measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.compare.breaches import RULES
from parkplan.compare.catalogue import LAND_CLASSES, MEASURES
from parkplan.data.scenarios import scenario_store
from parkplan.i18n import message
from parkplan.jobs.scenario_words import figure, history_words, status_words
from parkplan.units import area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.scenarios import Scenario

SHOWN_BREACHES = 12


def listed(ws: Workspace, scenarios: Sequence[Scenario]) -> frame.Answer:
    """Return the scenarios of a workspace."""
    store = scenario_store(ws)
    names = {one.id: one.name for one in scenarios}
    rows = [
        (one.id, visible(one.name), names.get(one.parent, "—"), len(store.history(one.id).standing), one.actor,
         f"{one.at.astimezone():%Y-%m-%d %H:%M}", visible(one.note))
        for one in scenarios
    ]  # fmt: skip
    heads = tuple(
        message(f"scenario.column_{name}") for name in ("id", "name", "parent", "steps", "actor", "at", "note")
    )
    return frame.Answer({"scenarios": scenarios}, grid([heads, *rows], frozenset({3})))


def _step_lines(found: Option) -> list[str]:
    """Return steps, a line each."""
    return [
        message(
            "scenario.step_line", number=step.number, action=message(f"scenario.action_{step.action}"),
            what=what.to(), actor=visible(step.actor), at=f"{step.at.astimezone():%Y-%m-%d %H:%M:%S}",
        )
        for step, what in zip(found.history.steps, history_words(found), strict=True)
    ]  # fmt: skip


def shown(found: Option) -> frame.Answer:
    """Return a scenario with its steps, measures, land balance and breaches."""
    measures = found.measures
    rows = [
        (one.title.to(), figure(one, measures.values[name]), status_words(measures.statuses.get(name, "none")).to())
        for name, one in MEASURES.items()
    ]
    heads = tuple(message(f"scenario.column_{name}") for name in ("measure", "value", "status"))
    land = [(LAND_CLASSES[name].to(), area(value)) for name, value in measures.balance.items() if value > 0]
    breaches = [
        (one.parcel, RULES[one.rule].to(), f"{one.value:.2f}", f"{one.limit:.2f}")
        for one in measures.breaches[:SHOWN_BREACHES]
    ]
    lines = [f"{found.scenario.name} ({found.scenario.id})", *_step_lines(found), ""]
    lines += [*grid([heads, *rows], frozenset({1})), "", *grid([(message("scenario.balance"), ""), *land])]
    if breaches:
        lines += ["", message("scenario.breaches", count=len(measures.breaches)), *grid(breaches)]
    document = {
        "scenario": found.scenario, "steps": found.history.steps, "head": found.scenario.head,
        "measures": measures.values, "known": measures.known, "status": measures.statuses, "land_m2": measures.balance,
        "district_m2": measures.district_m2, "breaches": measures.breaches, "refused": found.state.refused,
        "assumptions": measures.assumed,
    }  # fmt: skip
    return frame.Answer(document, lines)
