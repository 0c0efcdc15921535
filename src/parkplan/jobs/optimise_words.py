"""What the solver found of an allocation, in words: proof, rules, prices, collisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.compare.catalogue import MEASURES
from parkplan.data.typologies import load_typologies
from parkplan.i18n import message
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.jobs.scenario_words import change, figure
from parkplan.model.allocation import KEEP
from parkplan.units import money

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.optimise import Drawn, Optimised
    from parkplan.layout.allocation import Allocated
    from parkplan.layout.allocation_study import Collision, Price
    from parkplan.model.allocation import Wish
    from parkplan.model.scenarios import Scenario


def option_name(ws: Workspace, parent: Scenario) -> str:
    """Return a name for the next branch that a solver makes of a scenario."""
    used, number = {one.name for one in all_scenarios(ws)}, 1
    while (name := message("optimise.option_name", parent=parent.name[:60], number=number)) in used:
        number += 1
    return name


def note_words(answer: Allocated, place: int = 0) -> str:
    """Say what is proven of an answer; it is called the best only where that is proven.

    Those after the first (``place`` above 0) are the best of what differs enough from those before.
    """
    gap = message("optimise.gap_unknown") if answer.gap is None else f"{100 * answer.gap:.2f} %"
    points = "—" if answer.value is None else f"{answer.value:.2f}"
    bound = "—" if answer.bound is None else f"{answer.bound:.2f}"
    said = message(f"optimise.proof_{answer.status}", None, points=points, bound=bound, gap=gap)
    return message("optimise.next", said=said) if place else said


def use_words(use: str) -> str:
    """Return the title of a typology, or that the land is kept."""
    known = load_typologies()
    if use == KEEP or use not in known:
        return message("optimise.keep") if use == KEEP else use
    return known[use].title.to()


def clause_words(clause: str, wish: Wish) -> str:
    """Return a clause as a phrase with its limit."""
    kind, _, subject = clause.partition(":")
    if kind == "budget":
        return message("optimise.clause_budget", limit=money(wish.budget_yuan))
    if kind in {"share_least", "share_most"}:
        share = next(one for one in wish.shares if one.typology == subject)
        limit = share.least if kind == "share_least" else share.most
        return message(f"optimise.clause_{kind}", None, typology=use_words(subject), limit=f"{100 * limit:g} %")
    if kind == "at_least":
        least = next(value for name, value in wish.at_least.items() if subject.startswith(name))
        measure = MEASURES[subject]
        return message("optimise.clause_at_least", measure=measure.title.to(), limit=figure(measure, least))
    if kind in {"pin", "forbid"}:
        parcel, _, use = subject.rpartition("=")
        return message(f"optimise.clause_{kind}", None, parcel=parcel, use=use_words(use))
    return message(f"optimise.clause_{kind}", None)


def price_words(price: Price, wish: Wish) -> str:
    """Say what the optimum gains without a rule."""
    rule = clause_words(price.clause, wish)
    key = "price_exact" if price.exact else "price_range"
    return message(f"optimise.{key}", None, rule=rule, gain=f"{price.gain:.2f}", most=f"{price.most:.2f}")


def collision_words(collision: Collision, wish: Wish) -> str:
    """Say which rules collide."""
    rules = message("sites.semicolon").join(clause_words(one, wish) for one in collision.clauses)
    key = "collision" if collision.minimal else "collision_loose"
    return message(f"optimise.{key}", None, rules=rules, count=len(collision.clauses))


def change_words(drawn: Drawn) -> dict[str, str]:
    """Return what an answer changes by objective, with sign and unit."""
    return {name: change(MEASURES[name], 0.0, value) for name, value in drawn.change.items()}


def drawn_words(drawn: Drawn, place: int) -> list[str]:
    """Return an answer in two lines: its name with what is proven, and what it changes."""
    name = message("optimise.unchanged") if drawn.scenario is None else drawn.scenario.name
    parts = [f"{MEASURES[measure].title.to()} {said}" for measure, said in change_words(drawn).items()]
    return [f"{name}: {note_words(drawn.answer, place)}", message("optimise.comma").join(parts)]


def summary_words(found: Optimised) -> list[str]:
    """Say what was asked, what came of it, and what the rules cost."""
    land = found.land
    said = [message("optimise.asked", parcels=len(land.names), uses=len(land.uses) - 1, scenario=found.parent.name)]
    if land.unknown:
        said.append(message("optimise.unknown", count=land.unknown))
    if found.stopped:
        said.append(message("optimise.stopped"))
    elif 0 < len(found.options) < found.wish.options:
        said.append(message("optimise.fewer", count=len(found.options), asked=found.wish.options))
    if found.prices:
        said.append(message("optimise.prices"))
        said += [price_words(one, found.wish) for one in found.prices]
    return said
