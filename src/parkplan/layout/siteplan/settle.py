"""Choices fitted to the ground: cross streets where the rows hold most, all closer where that is too little."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from parkplan.layout.siteplan.buildings import free_cells, grid_step, stand_rows
from parkplan.layout.siteplan.roads import blocks_between, moved_streets, network
from parkplan.layout.siteplan.shapes import UnbuildableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.layout.siteplan.buildings import Block, Cells, Hall
    from parkplan.layout.siteplan.frame import Ground
    from parkplan.layout.siteplan.roads import Network
    from parkplan.model.siteplan import Choices, Module

SHIFTS: Final = (-0.05, 0.05)
LONGEST_ON_STRIP_M: Final = 99.0


@dataclass(frozen=True, slots=True)
class Stand:
    """Roads and rows that follow from choices; ``cells`` is the lattice that the rows were found on."""

    choices: Choices
    net: Network
    cells: Cells
    blocks: Sequence[Block]

    @property
    def halls(self) -> list[Hall]:
        """All halls."""
        return [hall for block in self.blocks for row in block.halls for hall in row]

    @property
    def footprint_m2(self) -> float:
        """Land under the halls, rounded so that floating-point noise decides nothing."""
        return round(sum(hall.area_m2 for hall in self.halls), 1)


def stand(place: Ground, choices: Choices, modules: Mapping[str, Module], limits: Mapping[str, float]) -> Stand:
    """Return roads and rows; raises UnbuildableError where no building fits."""
    net = network(place, choices)
    cells = free_cells(net, grid_step(place.area_m2))
    return Stand(choices, net, cells, stand_rows(net, choices, modules, cells, limits))


def settled(place: Ground, choices: Choices, modules: Mapping[str, Module], limits: Mapping[str, float]) -> Stand:
    """Return the rows with most land under halls among a few positions of the cross streets.

    The streets are moved together, by a share of the width; then a street beside a block that holds no hall is left
    out where nothing is lost by it. Where the halls cover less than the building coefficient asks for, belt, roads,
    courts and gaps become as narrow as the rules let them. Raises UnbuildableError where no building fits.
    """
    best = _on_best_streets(place, choices, modules, limits)
    if best.footprint_m2 >= limits.get("coefficient_min", 0.0) * place.area_m2:
        return best
    dense = _on_best_streets(place, closer(choices), modules, limits)
    return max(best, dense, key=lambda one: one.footprint_m2)


def closer(choices: Choices) -> Choices:
    """Return choices with belt, roads, courts and gaps as narrow as the usual rules let them be."""
    if choices.pattern == "strip":
        return replace(choices, longest_m=LONGEST_ON_STRIP_M)
    return replace(
        choices, belt_m=3.0, front_m=4.0, ring_m=6.0, street_m=7.0, median_m=0.0, court_m=min(choices.court_m, 30.0),
        gap_m=13.0 if choices.gap_m >= 13.0 else 10.0, admin_share=min(choices.admin_share, 0.035),
    )  # fmt: skip


def _on_best_streets(
    place: Ground, choices: Choices, modules: Mapping[str, Module], limits: Mapping[str, float]
) -> Stand:
    first = stand(place, choices, modules, limits)
    if choices.pattern == "strip":
        return first
    variants = [_shifted(choices, shift) for shift in SHIFTS] if choices.streets else []
    best = max([first, *_moved(first, place, variants, modules, limits)], key=lambda one: one.footprint_m2)
    fewer = _moved(best, place, _without_empty_blocks(best), modules, limits)
    return max([best, *fewer], key=lambda one: (one.footprint_m2, -len(one.choices.streets)))


def _moved(
    one: Stand, place: Ground, variants: Sequence[Choices], modules: Mapping[str, Module], limits: Mapping[str, float]
) -> list[Stand]:
    """Return the rows of choices that differ in the streets alone, those without a building left out."""
    found = []
    for choices in variants:
        net = moved_streets(one.net, place, choices)
        try:
            found.append(Stand(choices, net, one.cells, stand_rows(net, choices, modules, one.cells, limits)))
        except UnbuildableError:
            continue
    return found


def _shifted(choices: Choices, shift: float) -> Choices:
    return replace(choices, streets=tuple(round(share + shift, 4) for share in choices.streets))


def _without_empty_blocks(one: Stand) -> list[Choices]:
    """Return choices without one of the streets beside the first block that holds no hall."""
    streets = one.choices.streets
    if len(streets) < 2 or len(streets) != len(one.net.streets):
        return []
    middles = [(hall.sides[0] + hall.sides[2]) / 2 for hall in one.halls]
    for number, (west, east) in enumerate(blocks_between(one.net)):
        if not any(west < middle < east for middle in middles):
            beside = [index for index in (number - 1, number) if 0 <= index < len(streets)]
            return [replace(one.choices, streets=streets[:index] + streets[index + 1 :]) for index in beside]
    return []
