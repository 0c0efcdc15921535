"""The pieces of land of one option, each with its area, use, floor, output, jobs, plan and neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from parkplan._errors import RequestError
from parkplan.compare.catalogue import land_class
from parkplan.compare.district import FIGURES, Pairs, Planned, near_pairs, planned_parts, veto_shares
from parkplan.compare.streets import retied
from parkplan.metrics.network import Tied, tied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.compare.district import District
    from parkplan.compare.streets import Streets
    from parkplan.model.scenarios import ScenarioState
    from parkplan.model.typologies import ReuseAssumptions, Typology

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Texts = npt.NDArray[np.object_]

YIELDS: Final[dict[str, str]] = {
    "output_yuan": "output_yuan_per_floor_m2",
    "tax_yuan": "tax_yuan_per_floor_m2",
}
"""What new floor yields, by the figure of the typology."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """n pieces. ``kept`` holds what is there today and stays, ``new`` what is built; NaN in ``kept`` is unknown.

    ``streets`` are the roads with those that were drawn, ``ties`` where the pieces reach them, ``apart_m`` how far a
    drawn road lies from the network that it does not join (0 for all else).
    """

    state: ScenarioState
    area_m2: Numbers
    land_use: Texts
    land_class: Texts
    rebuilt: Flags
    kept: Mapping[str, Numbers]
    new: Mapping[str, Numbers]
    far: Numbers
    height_m: Numbers
    far_min: Numbers
    far_max: Numbers
    veto_share: Numbers
    points: Numbers
    streets: Streets
    ties: Tied
    apart_m: Numbers
    pairs: Pairs
    planned: Planned

    def of(self, *classes: str) -> Flags:
        """Return which pieces are of some classes of land."""
        return np.isin(self.land_class.astype(str), classes)


def pieces_of(
    district: District, state: ScenarioState, typologies: Mapping[str, Typology], assumed: ReuseAssumptions
) -> Pieces:
    """Return the pieces of an option.

    A piece with a typology is cleared and built anew with that typology's figures, at the FAR that was asked for or
    else at its own. A FAR without typology adds floor to what stands, built as the assumed typology of reuse.

    Raises:
        RequestError: the option names a typology that is not in the library.

    """
    known = {str(name) for name in state.typology if name is not None}
    if missing := sorted(known - typologies.keys()):
        raise RequestError("no_such_typology", typology=", ".join(missing), known=", ".join(typologies))
    area, own = _areas(district, state), _unaltered(district, state)
    rebuilt = np.array([name is not None for name in state.typology], dtype=bool)
    kept = {name: np.where(rebuilt, 0.0, _shared(district, state, name)) for name in FIGURES}
    chosen = [typologies.get(str(name)) if name is not None else None for name in state.typology]
    use = _land_use(district, state, chosen)
    new, far = _built(state, area, kept["floor_area_m2"], chosen, typologies[assumed.typology])
    altered = np.flatnonzero(~own)
    centres = shapely.get_coordinates(shapely.centroid(state.geometry[altered]))
    points = _with_altered(district.points, state, centres, own)
    streets, ties, apart = _roads(district, state, points, own)
    return Pieces(
        state=state,
        area_m2=area,
        land_use=use,
        land_class=_classes(use),
        rebuilt=rebuilt,
        kept=kept,
        new=new,
        far=far,
        height_m=np.array([one.storeys.value * one.floor_height_m.value if one else np.nan for one in chosen]),
        far_min=_of_source(district.far_min, state),
        far_max=_of_source(district.far_max, state),
        veto_share=_with_altered(district.veto_share, state, veto_shares(state.geometry[altered], district.veto), own),
        points=points,
        streets=streets,
        ties=ties,
        apart_m=apart,
        pairs=_pairs(district, state, own),
        planned=_planned(district, state, own),
    )


def _unaltered(district: District, state: ScenarioState) -> Flags:
    """Return which pieces have the very shape of their parcel."""
    source = np.maximum(state.source_row, 0)
    if not len(district.planar_m2):
        return np.zeros(len(state), dtype=bool)
    before = np.array(district.parcels.geometry.array, dtype=object)[source]
    return np.asarray((state.source_row >= 0) & np.equal(before, state.geometry).astype(bool), dtype=bool)


def _areas(district: District, state: ScenarioState) -> Numbers:
    """Return geodesic areas: shares of the parcels', and for drawn land the planar area on the same scale."""
    total = np.bincount(
        state.part_piece, weights=state.part_share * district.area_m2[state.part_row], minlength=len(state)
    )
    drawn = state.source_row < 0
    planar = np.nansum(district.planar_m2)
    scale = float(np.nansum(district.area_m2) / planar) if planar > 0 else 1.0
    total[drawn] = shapely.area(state.geometry[drawn]) * scale
    return np.asarray(total, dtype=np.float64)


def _shared(district: District, state: ScenarioState, name: str) -> Numbers:
    """Return what pieces have of a figure of the parcels that they are made of; drawn land has none."""
    values = district.figures[name][state.part_row] * state.part_share
    return np.bincount(state.part_piece, weights=values, minlength=len(state)).astype(np.float64)


def _land_use(district: District, state: ScenarioState, chosen: list[Typology | None]) -> Texts:
    """Return the use of each piece: what an edit said, else that of its typology, else today's."""
    use = state.land_use.copy()
    table = district.parcels["land_use"] if "land_use" in district.parcels.columns else None
    for place in np.flatnonzero([one is not None for one in chosen]):
        one, source = chosen[place], int(state.source_row[place])
        before = table.iloc[source] if table is not None and source >= 0 else None
        said = use[place] is not None and use[place] != before
        if one is not None and not said:
            use[place] = one.land_use
    return use


def _classes(use: Texts) -> Texts:
    known = {code: land_class(code) for code in set(use.tolist())}
    return np.array([known[code] for code in use.tolist()], dtype=object)


def _built(
    state: ScenarioState, area: Numbers, kept_floor: Numbers, chosen: list[Typology | None], added: Typology
) -> tuple[dict[str, Numbers], Numbers]:
    """Return what is built on each piece, and its FAR after that (NaN where the floor that stays is unknown)."""

    def figure(name: str, other: float) -> Numbers:
        return np.array([other if one is None else getattr(one, name).value for one in chosen], dtype=np.float64)

    rebuilt = np.array([one is not None for one in chosen], dtype=bool)
    asked = np.isfinite(state.far)
    floor = np.where(rebuilt, area * np.where(asked, state.far, figure("far", 0.0)), 0.0)
    floor = np.where(~rebuilt & asked, np.maximum(state.far * area - np.nan_to_num(kept_floor), 0.0), floor)
    per_job = np.array(
        [np.inf if one is None or one.floor_m2_per_job is None else one.floor_m2_per_job.value for one in chosen]
    )
    new = {name: np.where(rebuilt, floor * figure(of, 0.0), 0.0) for name, of in YIELDS.items()}
    new |= {
        "floor_area_m2": floor,
        "footprint_m2": np.where(rebuilt, area * figure("density", 0.0), 0.0),
        "employees": floor / per_job,
        "energy_tce": floor * figure("energy_kgce_per_floor_m2", 0.0) / 1000.0,
        "emissions_kgco2": floor * figure("emissions_kgco2_per_floor_m2", 0.0),
        "investment_yuan": floor * figure("cost_yuan_per_floor_m2", added.cost_yuan_per_floor_m2.value)
        + np.where(rebuilt, area * figure("land_cost_yuan_per_m2", 0.0), 0.0),
    }
    far = np.divide(kept_floor + floor, area, out=np.full(len(area), np.nan), where=area > 0)
    return new, far


def _of_source(values: Numbers, state: ScenarioState) -> Numbers:
    found = np.full(len(state), np.nan)
    known = state.source_row >= 0
    found[known] = values[state.source_row[known]]
    return found


def _roads(district: District, state: ScenarioState, points: Numbers, own: Flags) -> tuple[Streets, Tied, Numbers]:
    """Return the roads with those that were drawn, where the pieces reach them, and what does not join them."""
    ties = _ties(district, state, tied(district.streets.graph, points[~own]), own)
    apart, roads = np.zeros(len(state)), np.flatnonzero(state.drawn == "road")
    drawn = district.with_drawn(state.geometry[roads])
    if drawn is None:
        return district.streets, ties, apart
    apart[roads] = drawn.apart_m
    return drawn.streets, retied(drawn, points, ties), apart


def _ties(district: District, state: ScenarioState, altered: Tied, own: Flags) -> Tied:
    """Return where the pieces reach the roads."""
    base = district.ties
    return Tied(
        _with_altered(base.edge, state, altered.edge, own).astype(np.int64),
        _with_altered(base.along_m, state, altered.along_m, own),
        _with_altered(base.off_m, state, altered.off_m, own),
    )


def _with_altered(values: npt.NDArray[Any], state: ScenarioState, altered: npt.NDArray[Any], own: Flags) -> Numbers:
    found = np.empty((len(state), *values.shape[1:]))
    found[own] = values[state.source_row[own]]
    found[~own] = altered
    return found


def _piece_of_row(district: District, state: ScenarioState, own: Flags) -> npt.NDArray[np.int64]:
    """Return the piece that each parcel is unaltered, -1 where there is none."""
    found = np.full(len(district.parcels), -1, dtype=np.int64)
    found[state.source_row[own]] = np.flatnonzero(own)
    return found


def _pairs(district: District, state: ScenarioState, own: Flags) -> Pairs:
    """Return who lies near whom; only pieces of another shape are measured anew."""
    to = _piece_of_row(district, state, own)
    base = district.pairs
    left, right = to[base.left], to[base.right]
    there = (left >= 0) & (right >= 0)
    altered = np.flatnonzero(~own)
    if not len(altered):
        return Pairs(left[there], right[there], base.distance_m[there])
    more = near_pairs(state.geometry, altered, district.reach_m)
    return Pairs(
        np.concatenate([left[there], more.left]),
        np.concatenate([right[there], more.right]),
        np.concatenate([base.distance_m[there], more.distance_m]),
    )


def _planned(district: District, state: ScenarioState, own: Flags) -> Planned:
    to = _piece_of_row(district, state, own)
    base = district.planned
    piece = to[base.piece]
    there = piece >= 0
    more = planned_parts(state.geometry, np.flatnonzero(~own), district.zones)
    return Planned(
        np.concatenate([piece[there], more.piece]),
        np.concatenate([base.zone[there], more.zone]),
        np.concatenate([base.area_m2[there], more.area_m2]),
    )
