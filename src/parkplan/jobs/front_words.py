"""The trade-offs of two objectives in words: what each costs in the other, and what is proven of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.i18n import message
from parkplan.jobs.allocation_terms import TERMS, measure_of
from parkplan.jobs.scenario_words import change
from parkplan.model.allocation import OBJECTIVES

if TYPE_CHECKING:
    from parkplan.jobs.optimise import Optimised
    from parkplan.model.options import Measure


def front_terms(found: Optimised) -> tuple[Measure, ...]:
    """Return the two objectives whose trade-offs were asked for; none where none were."""
    return tuple(TERMS[measure_of(name)] for name in found.wish.front or ())


def front_points(found: Optimised) -> list[dict[str, float | bool]]:
    """Return what each trade-off changes by the name of the objective, and whether it is ``proven``."""
    names = [measure_of(name) for name in found.wish.front or ()]
    points = () if found.front is None else found.front.points
    values = [(one.first, one.second) for one in points]
    return [
        {**{name: OBJECTIVES[name] * value for name, value in zip(names, both, strict=True)}, "proven": one.proven}
        for one, both in zip(points, values, strict=True)
    ]


def front_words(found: Optimised) -> tuple[str, list[tuple[str, ...]]]:
    """Say how many trade-offs there are and whether these are all, with a row for each: both changes and a mark."""
    if found.front is None:
        return "", []
    first, second = front_terms(found)
    points = front_points(found)
    key = "front_complete" if found.front.complete else "front_partial"
    head = message(f"optimise.{key}", None, first=first.title.to(), second=second.title.to(), count=len(points))
    marks = [message("optimise.front_proven" if point["proven"] else "optimise.front_unproven") for point in points]
    rows = [
        (*(change(term, 0.0, point[term.id]) for term in (first, second)), mark)
        for point, mark in zip(points, marks, strict=True)
    ]
    return head, rows
