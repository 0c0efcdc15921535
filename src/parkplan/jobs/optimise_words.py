"""What the solver found of an allocation, in words: proof, rules, prices, collisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from parkplan.data.typologies import load_typologies
from parkplan.i18n import message
from parkplan.jobs.allocation_terms import TERMS, measure_of
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.jobs.scenario_words import change, figure
from parkplan.layout.allocation import Allocated
from parkplan.model.allocation import KEEP, Wish
from parkplan.model.codes import CLUSTER, FACILITY_KIND
from parkplan.units import UNITS, area, money, quantity

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.optimise import Drawn, Optimised
    from parkplan.layout.allocation_study import Collision, Price
    from parkplan.model.scenarios import Scenario
    from parkplan.sites.engine import Progress


def option_name(ws: Workspace, parent: Scenario) -> str:
    """Return a name for the next branch that a solver makes of a scenario."""
    used, number = {one.name for one in all_scenarios(ws)}, 1
    while (name := message("optimise.option_name", parent=parent.name[:60], number=number)) in used:
        number += 1
    return name


def objective_words(name: str) -> str:
    """Say what an objective is: formula, unit, and whether more is better."""
    term = TERMS[name]
    unit = UNITS[term.shown_in].symbol.to() or message("optimise.no_unit")
    return message(f"optimise.objective_{term.direction}", None, formula=term.formula.to(), unit=unit)


def rate_words(rates: Mapping[str, float]) -> str:
    """Say what a point is worth in the unit of each objective."""
    parts = [
        message("optimise.rate", measure=TERMS[name].title.to(), amount=figure(TERMS[name], 1.0 / abs(points)))
        for name, points in rates.items()
        if points
    ]
    return message("optimise.rates", rates=message("sites.semicolon").join(parts))


def progress_words(progress: Progress | None) -> dict[str, str]:
    """Return by title how far the solver is: seconds, best so far, bound, and the gap between them."""
    value, bound = (None, None) if progress is None else (progress.value, progress.bound)
    gap = Allocated(None if value is None else (), value, bound).gap
    said = {
        "seconds": f"{0.0 if progress is None else progress.seconds:.0f} s",
        "value": "—" if value is None else f"{value:.2f}",
        "bound": "—" if bound is None else f"{bound:.2f}",
        "gap": "—" if gap is None else f"{100 * gap:.2f}%",
    }
    return {message(f"optimise.now_{name}"): text for name, text in said.items()}


def note_words(answer: Allocated, place: int = 0) -> str:
    """Say what is proven of an answer; it is called the best only where that is proven.

    Those after the first (``place`` above 0) are the best of what differs enough from those before.
    """
    gap = message("optimise.gap_unknown") if answer.gap is None else f"{100 * answer.gap:.2f}%"
    points = "—" if answer.value is None else f"{answer.value:.2f}"
    bound = "—" if answer.bound is None else f"{answer.bound:.2f}"
    said = message(f"optimise.proof_{answer.status}", None, points=points, bound=bound, gap=gap)
    return message("optimise.next", said=said) if place else said


def use_words(use: str) -> str:
    """Return the title of a typology, a cluster, or both with a plus; or that the land is kept."""
    if use == KEEP:
        return message("optimise.keep")
    known = load_typologies()
    return " · ".join(
        known[word].title.to() if word in known else CLUSTER[word].to() if word in CLUSTER else word
        for word in use.split("+")
    )


def clause_words(clause: str, wish: Wish) -> str:
    """Return a clause as a phrase with its limit."""
    kind, _, subject = clause.partition(":")
    told = _LIMITS.get(kind)
    return message(f"optimise.clause_{kind}", None, **({} if told is None else told(clause, subject, wish)))


def _budget(_clause: str, _subject: str, wish: Wish) -> dict[str, str]:
    return {"limit": money(wish.budget_yuan)}


def _share(clause: str, subject: str, wish: Wish) -> dict[str, str]:
    share = next(one for one in wish.shares if one.typology == subject)
    limit = share.least if clause.startswith("share_least") else share.most
    return {"typology": use_words(subject), "limit": f"{100 * limit:g}%"}


def _at_least(_clause: str, subject: str, wish: Wish) -> dict[str, str]:
    least = next(value for name, value in wish.at_least.items() if measure_of(name) == subject)
    return {"measure": TERMS[subject].title.to(), "limit": figure(TERMS[subject], least)}


def _pin(_clause: str, subject: str, _wish: Wish) -> dict[str, str]:
    parcel, _, use = subject.rpartition("=")
    return {"parcel": parcel, "use": use_words(use)}


def _period(clause: str, subject: str, wish: Wish) -> dict[str, str]:
    period = wish.periods[int(subject) - 1]
    limit = money(period.budget_yuan) if clause.startswith("period_budget") else area(period.area_m2)
    return {"number": subject, "limit": limit}


def _service(clause: str, _subject: str, wish: Wish) -> dict[str, str]:
    asked = next(one for one in wish.services if one.id == clause)
    kind = asked.service
    title = FACILITY_KIND[kind].to() if kind in FACILITY_KIND else use_words(kind)
    reach = quantity(asked.reach_m, "m", decimals=0)
    return {"typology": use_words(asked.typology), "service": title, "reach": reach}


def _core(_clause: str, subject: str, _wish: Wish) -> dict[str, str]:
    return {"subject": CLUSTER[subject].to() if subject in CLUSTER else subject}


_LIMITS: Final[Mapping[str, Callable[[str, str, Wish], dict[str, str]]]] = {
    "budget": _budget, "share_least": _share, "share_most": _share, "at_least": _at_least, "pin": _pin, "forbid": _pin,
    "period_budget": _period, "period_area": _period, "service": _service, "core": _core,
}  # fmt: skip
"""What fills the phrase of a clause, by its kind."""


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
    return {name: change(TERMS[name], 0.0, value) for name, value in drawn.change.items()}


def drawn_words(drawn: Drawn, place: int) -> list[str]:
    """Return an answer in two lines: its name with what is proven, and what it changes."""
    name = message("optimise.unchanged") if drawn.scenario is None else drawn.scenario.name
    parts = [f"{TERMS[measure].title.to()} {said}" for measure, said in change_words(drawn).items()]
    return [f"{name}: {note_words(drawn.answer, place)}", message("optimise.comma").join(parts)]


def summary_words(found: Optimised) -> list[str]:
    """Say what was asked, what came of it, and what the rules cost."""
    land = found.land
    said = [
        message(
            "optimise.asked",
            parcels=len(land.names),
            uses=len(land.typologies),
            clusters=len({one.cluster for one in land.uses} - {None}),
            scenario=found.parent.name,
        )
    ]
    if land.unknown:
        said.append(message("optimise.unknown", count=land.unknown))
    if found.stopped:
        said.append(message("optimise.stopped"))
    elif 0 < len(found.options) < found.wish.options:
        said.append(message("optimise.fewer", count=len(found.options), asked=found.wish.options))
    key = "ways_line" if land.around.roads is None else "ways_road"
    said += [rate_words(found.rates), message(f"optimise.{key}", None, detour=f"{land.around.detour:g}")]
    if found.prices:
        said.append(message("optimise.prices"))
        said += [price_words(one, found.wish) for one in found.prices]
    return said
