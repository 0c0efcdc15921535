"""The free land of a scenario as a question to the solver: what each use gives, costs and breaks on each parcel.

Figures and rules are those by which options are compared (`parkplan.compare`): each typology is tried on all free land
at once, so that an answer is judged afterwards by the very numbers that it was found with. Uses of one typology differ
in their cluster and period.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.compare.measures import INDUSTRY
from parkplan.compare.pieces import pieces_of
from parkplan.jobs.allocation_apart import apart_of, breaches_by_rule
from parkplan.jobs.allocation_ties import conflict_ties, like_ties
from parkplan.model.allocation import KEEP, OBJECTIVES, TIED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from parkplan.compare.district import District
    from parkplan.compare.measures import Library
    from parkplan.compare.pieces import Pieces
    from parkplan.jobs.allocation_around import Around
    from parkplan.jobs.scenario_state import Option
    from parkplan.layout.allocation import Row
    from parkplan.layout.allocation_bonds import Bonds
    from parkplan.model.allocation import Use, Wish
    from parkplan.model.scenarios import ScenarioState

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

TODAY: Final = ("output_yuan", "tax_yuan", "employees", "floor_area_m2", "energy_tce")
"""Figures of today that every use is compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """n free parcels and k uses, the land as it is first.

    ``places`` are the positions of the parcels in the state; ``change`` (n, k) by objective is what a use changes
    against the land as it is, unknown figures left out, and ``ties`` what two free neighbours bring together;
    ``banned`` (n, k) by rule; ``apart`` rows of choices that would come too close to housing together; ``unknown``
    parcels of which a figure of today is unknown; ``here`` the cluster of each piece of the state that is industrial;
    ``discount`` (k) what a yearly value counts by the period that it begins in.
    """

    places: Rows
    names: tuple[str, ...]
    uses: tuple[Use, ...]
    area_m2: Numbers
    change: Mapping[str, Numbers]
    ties: Mapping[str, Bonds]
    banned: Mapping[str, Flags]
    apart: tuple[Row, ...]
    unknown: int
    state: ScenarioState
    around: Around
    here: npt.NDArray[np.object_]
    discount: Numbers

    def column(self, parcel: int, use: int) -> int:
        """Return the column of a choice."""
        return parcel * len(self.uses) + use

    @property
    def typologies(self) -> tuple[str, ...]:
        """The typologies that may be built."""
        return tuple(dict.fromkeys(use.typology for use in self.uses[1:]))

    def uses_of(self, *, typology: str | None = None, cluster: str | None = None) -> Flags:
        """Return which uses (k) are of a typology or a cluster."""
        return np.array([typology == use.typology or (cluster and cluster == use.cluster) for use in self.uses], bool)

    def value(self, objective: str) -> Numbers:
        """Return an objective as a value of all columns: choices, then the ties of all objectives."""
        ties = [
            one.points if name == objective else np.zeros(len(one))
            for name, one in ((name, self.ties[name]) for name in TIED)
        ]
        return np.concatenate([self.change[objective].ravel(), *ties])


def land_of(at: Option, around: Around, free: Flags, uses: Sequence[Use], library: Library, nearness: Numbers) -> Land:
    """Try every use on all free parcels of a scenario; the first of ``uses`` is the land as it is.

    Args:
        at: the scenario.
        around: what lies around its pieces.
        free: the pieces that are to be decided.
        uses: what each may become.
        library: typologies and assumptions.
        nearness: access of each piece, from 1 at a main road or an access point to 0 at the reach (see `access_of`).

    """
    district, state, places = at.district, at.state, np.flatnonzero(free)
    typologies = list(dict.fromkeys(use.typology for use in uses))
    of_use = np.array([typologies.index(use.typology) for use in uses])
    tried = [_tried(district, state, library)]
    tried += [_tried(district, _painted(state, free, name), library) for name in typologies[1:]]
    bare = _tried(district, _painted(state, np.ones(len(state), dtype=bool), None), library)
    figures = [_figures(one, bare, library, nearness) for one in tried]
    change = {
        name: np.column_stack([np.nan_to_num(one[name][places] - figures[0][name][places]) for one in figures])[
            :, of_use
        ]
        for name in figures[0]
    }
    here = state.cluster.copy()
    here[~tried[0].of("industry")] = None
    lead = around.lead[places]
    fits = np.column_stack([_is(here[places], lead), *(_equal(lead, use.cluster) for use in uses[1:])])
    area = tried[0].area_m2[places]
    change["park_fit_m2"] = area[:, None] * (fits.astype(np.float64) - fits[:, :1])
    by_use = [tried[place] for place in of_use]
    ties = like_ties(state, around.graph, places, uses, here)
    conflicts = conflict_ties(district, by_use, places, uses, library)
    change |= {name: tie.change for name, tie in {**ties, **conflicts}.items()}
    banned = breaches_by_rule(district, tried, places, of_use, library)
    banned["housing"], apart = apart_of(district, by_use, places, uses, library)
    banned["hazard"] = around.hazard[places, None] & _sheltering(uses, library)
    banned["same"] = np.column_stack([_same(state, here, places, use) for use in uses])
    unknown = np.isnan(np.column_stack([tried[0].kept[name][places] for name in TODAY])).any(axis=1)
    names = tuple(str(name) for name in state.parcel_id[places])
    return Land(
        places=places, names=names, uses=tuple(uses), area_m2=area,
        change={name: change[name] for name in OBJECTIVES},
        ties={name: tie.bonds for name, tie in {**ties, **conflicts}.items()}, banned=banned, apart=apart,
        unknown=int(unknown.sum()), state=state, around=around, here=here,
        discount=np.array([(1.0 + library.reuse.discount_rate.value) ** -max(use.period - 1, 0) for use in uses]),
    )  # fmt: skip


def access_of(around: Around, wish: Wish) -> Numbers:
    """Return the access of each piece: 1 at what it is to reach, falling in a straight line to 0 at the reach."""
    way = around.access_m(wish.access_to, wish.access_reach_m)
    return np.asarray(np.nan_to_num(np.clip(1.0 - way / wish.access_reach_m, 0.0, 1.0)))


def _equal(values: npt.NDArray[np.object_], wanted: str | None) -> Flags:
    return np.array([value is not None and value == wanted for value in values.tolist()], dtype=bool)


def _is(values: npt.NDArray[np.object_], others: npt.NDArray[np.object_]) -> Flags:
    return np.array([one is not None and one == two for one, two in zip(values, others, strict=True)], dtype=bool)


def _same(state: ScenarioState, here: npt.NDArray[np.object_], places: Rows, use: Use) -> Flags:
    """Return the parcels that a use would leave as they are."""
    found = _equal(state.typology[places], use.typology)
    return found if use.cluster is None else found & _equal(here[places], use.cluster)


def _sheltering(uses: Sequence[Use], library: Library) -> Flags:
    """Return which uses bring people that live or gather on the land."""
    kinds = {name: one.kind for name, one in library.typologies.items()}
    return np.array([use.typology != KEEP and kinds[use.typology] == "service" for use in uses], dtype=bool)


def _painted(state: ScenarioState, where: Flags, typology: str | None) -> ScenarioState:
    """Return a state with a typology on some pieces; without one they stand as they are built today."""
    painted = state.typology.copy()
    painted[where] = typology
    return replace(state, typology=painted, changed=state.changed | where)


def _tried(district: District, state: ScenarioState, library: Library) -> Pieces:
    return pieces_of(district, state, library.typologies, library.reuse)


def _figures(pieces: Pieces, bare: Pieces, library: Library, nearness: Numbers) -> dict[str, Numbers]:
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
        "access_m2": (kept["floor_area_m2"] + new["floor_area_m2"]) * nearness * pieces.of(*INDUSTRY),
    }
