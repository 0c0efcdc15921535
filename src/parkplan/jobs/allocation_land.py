"""The free land of a scenario as a question to the solver: what each typology gives, costs and breaks on each parcel.

Figures and rules are those by which options are compared (`parkplan.compare`): each typology is tried on all free land
at once, so that an answer is judged afterwards by the very numbers that it was found with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.compare.breaches import breaches_of, protective_m
from parkplan.compare.pieces import pieces_of
from parkplan.layout.allocation import Clause, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from parkplan.compare.district import District
    from parkplan.compare.measures import Library
    from parkplan.compare.pieces import Pieces
    from parkplan.model.scenarios import ScenarioState

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

OF_BREACH: Final = {
    "far_above": "far", "far_below": "far", "height_above": "height", "off_plan": "plan", "veto": "veto",
    "near_housing": "housing",
}  # fmt: skip
"""The rule that a breach belongs to."""


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """n free parcels and k uses, the land as it is first.

    ``places`` are the positions of the parcels in the state; ``change`` (n, k) by objective is what a use changes
    against the land as it is, unknown figures left out; ``banned`` (n, k) by rule; ``apart`` rows of choices that would
    come too close to housing together; ``unknown`` parcels of which a figure of today is unknown.
    """

    places: Rows
    names: tuple[str, ...]
    uses: tuple[str, ...]
    area_m2: Numbers
    change: Mapping[str, Numbers]
    banned: Mapping[str, Flags]
    apart: tuple[Row, ...]
    unknown: int

    def column(self, parcel: int, use: int) -> int:
        """Return the column of a choice."""
        return parcel * len(self.uses) + use


def land_of(district: District, state: ScenarioState, free: Flags, uses: Sequence[str], library: Library) -> Land:
    """Try every use on all free parcels of a state; the first of ``uses`` stands for the land as it is."""
    places = np.flatnonzero(free)
    bare = _tried(district, _painted(state, np.ones(len(state), dtype=bool), None), library)
    tried = [_tried(district, state, library)]
    tried += [_tried(district, _painted(state, free, name), library) for name in uses[1:]]
    figures = [_figures(one, bare, library) for one in tried]
    change = {
        name: np.column_stack([np.nan_to_num(one[name][places] - figures[0][name][places]) for one in figures])
        for name in figures[0]
    }
    unknown = np.zeros(len(places), dtype=bool)
    for name in ("output_yuan", "tax_yuan", "employees", "floor_area_m2", "energy_tce"):
        unknown |= np.isnan(tried[0].kept[name][places])
    banned, apart = _rules(district, tried, places, library)
    banned["same"] = np.column_stack([_is(state.typology[places], name) for name in uses])
    names = tuple(str(name) for name in state.parcel_id[places])
    return Land(places, names, tuple(uses), tried[0].area_m2[places], change, banned, apart, int(unknown.sum()))


def _is(values: npt.NDArray[np.object_], name: str) -> Flags:
    return np.array([value == name for value in values.tolist()], dtype=bool)


def _painted(state: ScenarioState, where: Flags, typology: str | None) -> ScenarioState:
    """Return a state with a typology on some pieces; without one they stand as they are built today."""
    painted = state.typology.copy()
    painted[where] = typology
    return replace(state, typology=painted, changed=state.changed | where)


def _tried(district: District, state: ScenarioState, library: Library) -> Pieces:
    return pieces_of(district, state, library.typologies, library.reuse)


def _figures(pieces: Pieces, bare: Pieces, library: Library) -> dict[str, Numbers]:
    """Return the objectives by piece, by the formulas of `parkplan.compare.measures`; unknown counts nothing."""
    kept = {name: np.nan_to_num(values) for name, values in pieces.kept.items()}
    was = {name: np.nan_to_num(values) for name, values in bare.kept.items()}
    new, reuse = pieces.new, library.reuse
    demolished = was["floor_area_m2"] - kept["floor_area_m2"]
    cost = (
        new["investment_yuan"]
        + demolished * (reuse.buildings_yuan_per_floor_m2.value + reuse.clearing_yuan_per_floor_m2.value)
        + (was["employees"] - kept["employees"]) * reuse.relocation_yuan_per_job.value
        + np.where(pieces.rebuilt, pieces.area_m2, 0.0) * reuse.land_yuan_per_m2.value
    )
    factor = library.options.emissions_kgco2_per_kgce.value * 1000.0
    return {
        "output_yuan": kept["output_yuan"] + new["output_yuan"],
        "tax_yuan": kept["tax_yuan"] + new["tax_yuan"],
        "jobs": kept["employees"] + new["employees"],
        "cost_yuan": cost,
        "emissions_kgco2": kept["energy_tce"] * factor + new["emissions_kgco2"],
    }


def _rules(
    district: District, tried: Sequence[Pieces], places: Rows, library: Library
) -> tuple[dict[str, Flags], tuple[Row, ...]]:
    """Return the choices that each rule forbids, and rows of those that two parcels may not make together."""
    shape = (len(places), len(tried))
    banned = {rule: np.zeros(shape, dtype=bool) for rule in dict.fromkeys(OF_BREACH.values())}
    row_of = {str(tried[0].state.parcel_id[place]): row for row, place in enumerate(places.tolist())}
    for use, pieces in enumerate(tried[1:], start=1):
        for one in breaches_of(district, pieces, library.options):
            if one.rule != "near_housing" and one.parcel in row_of:
                banned[OF_BREACH[one.rule]][row_of[one.parcel], use] = True
    least = np.column_stack([protective_m(pieces.land_use, library.options) for pieces in tried])
    housing = np.column_stack([pieces.of("housing") for pieces in tried])
    apart = tuple(_apart(tried[0], places, least, housing, banned["housing"]))
    return banned, apart


def _apart(now: Pieces, places: Rows, least: Numbers, housing: Flags, banned: Flags) -> Iterator[Row]:
    """Mark choices too close to fixed neighbours, and yield a row for two free parcels that may not both choose so."""
    row = np.full(len(now.area_m2), -1, dtype=np.int64)
    row[places] = np.arange(len(places))
    pairs, uses = now.pairs, least.shape[1]
    dirty: Numbers = least.max(axis=1)
    home: Flags = np.asarray(housing.any(axis=1))
    for left, right in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
        near = (pairs.distance_m < dirty[left]) & home[right] & ((row[left] >= 0) | (row[right] >= 0))
        for plant, dwelling, distance in zip(left[near], right[near], pairs.distance_m[near], strict=True):
            one, other = int(row[plant]), int(row[dwelling])
            dirties, homes = np.flatnonzero(least[plant] > distance), np.flatnonzero(housing[dwelling])
            if one < 0 or other < 0:
                _ban(banned, (one, dirties), (other, homes))
                continue
            for some, others in _changes(dirties, homes):
                columns = np.concatenate([one * uses + some, other * uses + others])
                yield Row(columns, np.ones(len(columns)), high=1.0)


def _ban(banned: Flags, plant: tuple[int, Rows], dwelling: tuple[int, Rows]) -> None:
    """Forbid the changes of a free parcel that collide with a neighbour that stays as it is (column 0)."""
    for (row, uses), (other, fixed) in ((plant, dwelling), (dwelling, plant)):
        if row >= 0 and other < 0 and 0 in fixed:
            banned[row, uses[uses > 0]] = True


def _changes(dirties: Rows, homes: Rows) -> list[tuple[Rows, Rows]]:
    """Return the pairs of choices that collide; two parcels that collide as they are may stay so."""
    if not (0 in dirties and 0 in homes):
        return [(dirties, homes)]
    return [pair for pair in ((dirties[dirties > 0], homes), (dirties, homes[homes > 0])) if all(map(len, pair))]


def rule_clauses(land: Land, relaxed: Sequence[str]) -> list[Clause]:
    """Return the rules that forbid anything as clauses; what a parcel has already is no choice beside keeping it."""
    found = [Clause("same", np.flatnonzero(land.banned["same"]), fixed=True)]
    for rule, flags in land.banned.items():
        rows = land.apart if rule == "housing" else ()
        if rule not in {"same", *relaxed} and (flags.any() or rows):
            found.append(Clause(rule, np.flatnonzero(flags), rows))
    return found
