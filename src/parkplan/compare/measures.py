"""The measures of one option: land balance, building, yield, cost, contiguity, coverage, conflicts, plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parkplan.compare.breaches import breaches_of, conflicting, zone_agrees
from parkplan.compare.catalogue import LAND_CLASSES, MEASURES
from parkplan.compare.district import TOUCH_M, way_m
from parkplan.compare.pieces import pieces_of
from parkplan.i18n import Text
from parkplan.metrics.network import ways_to_road_m
from parkplan.model.options import Assumed, OptionMeasures
from parkplan.units import M2_PER_MU

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from parkplan.compare.district import District, Pairs
    from parkplan.compare.pieces import Pieces
    from parkplan.model.options import OptionAssumptions, Status
    from parkplan.model.scenarios import ScenarioState
    from parkplan.model.typologies import ReuseAssumptions, Typology

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

INDUSTRY: Final = ("industry", "logistics")
SERVICE_TYPOLOGY: Final = "shared_services"
_KNOWN: Final[dict[str, str]] = {
    "floor_area_m2": "floor_area_m2",
    "industrial_far": "floor_area_m2",
    "building_coefficient": "footprint_m2",
    "output_yuan": "output_yuan",
    "tax_yuan": "tax_yuan",
    "jobs": "employees",
    "demolition_m2": "floor_area_m2",
    "emissions_kgco2": "energy_tce",
}
"""The figure of the parcels on which a measure rests."""


@dataclass(frozen=True, slots=True)
class Library:
    """What measures rest on beside the district: typologies by id, and the figures behind cost and comparison."""

    typologies: Mapping[str, Typology]
    reuse: ReuseAssumptions
    options: OptionAssumptions


def measure(district: District, state: ScenarioState, library: Library) -> OptionMeasures:
    """Return the measures of an option.

    Sums leave out what is unknown, and ``known`` says how much of the land with that figure is known. The same function
    judges what was drawn by hand, what a solver found, and the district as it is.

    Raises:
        RequestError: the option names a typology that is not in the library.

    """
    pieces = pieces_of(district, state, library.typologies, library.reuse)
    values = {
        **_land(district, pieces),
        **_yields(district, pieces, library),
        **_contiguity(pieces, library.options),
        **_coverage(district, pieces, library.options),
        **_keeping(district, pieces, library.options),
    }
    return OptionMeasures(
        values={name: values[name] for name in MEASURES},
        known={name: _known(pieces, figure) for name, figure in _KNOWN.items()},
        balance=balance(district, pieces),
        district_m2=district.district_m2,
        breaches=breaches_of(district, pieces, library.options),
        assumed=_assumed(pieces, library),
        statuses=statuses(values, library.options),
    )


def balance(district: District, pieces: Pieces) -> dict[str, float]:
    """Return the land of the district by class in m²; it sums to the district, whatever was drawn where."""
    found = {name: float(pieces.area_m2[pieces.of(name)].sum()) for name in LAND_CLASSES}
    found["road"] += district.road_m2
    found["outside"] = district.district_m2 - district.road_m2 - float(np.nansum(pieces.area_m2))
    return found


def _land(district: District, pieces: Pieces) -> dict[str, float]:
    open_land = pieces.of("road", "green")
    free = pieces.area_m2 * (1.0 - np.clip(pieces.veto_share, 0.0, 1.0))
    whole = district.district_m2
    road = float(pieces.area_m2[pieces.of("road")].sum()) + district.road_m2
    return {
        "changed_m2": float(pieces.area_m2[pieces.state.changed].sum()),
        "developable_share": _rate(float(free[~open_land].sum()), whole),
        "road_share": _rate(road, whole),
        "green_share": _rate(float(pieces.area_m2[pieces.of("green")].sum()), whole),
        "median_block_m2": _median_block(pieces, ~open_land),
    }


def _yields(district: District, pieces: Pieces, library: Library) -> dict[str, float]:
    kept, new, reuse = pieces.kept, pieces.new, library.reuse
    total = {name: kept[name] + new[name] for name in ("floor_area_m2", "footprint_m2")}
    industry = pieces.of(*INDUSTRY)
    demolished = max(0.0, _sum(district.figures["floor_area_m2"]) - _sum(kept["floor_area_m2"]))
    moved = max(0.0, _sum(district.figures["employees"]) - _sum(kept["employees"]))
    built = float(new["investment_yuan"].sum())
    clearing = (
        demolished * (reuse.buildings_yuan_per_floor_m2.value + reuse.clearing_yuan_per_floor_m2.value)
        + moved * reuse.relocation_yuan_per_job.value
        + float(pieces.area_m2[pieces.rebuilt].sum()) * reuse.land_yuan_per_m2.value
    )
    factor = library.options.emissions_kgco2_per_kgce.value * 1000.0
    return {
        "floor_area_m2": _sum(total["floor_area_m2"]),
        "industrial_far": _per_area(total["floor_area_m2"], pieces.area_m2, industry),
        "building_coefficient": _per_area(total["footprint_m2"], pieces.area_m2, industry),
        "output_yuan": _sum(kept["output_yuan"]) + _sum(new["output_yuan"]),
        "tax_yuan": _sum(kept["tax_yuan"]) + _sum(new["tax_yuan"]),
        "jobs": _sum(kept["employees"]) + _sum(new["employees"]),
        "investment_yuan": built,
        "cost_yuan": built + clearing,
        "demolition_m2": demolished,
        "emissions_kgco2": _sum(kept["energy_tce"]) * factor + _sum(new["emissions_kgco2"]),
    }


def _contiguity(pieces: Pieces, options: OptionAssumptions) -> dict[str, float]:
    """Count contiguous industrial blocks within one park by size."""
    chosen = pieces.of(*INDUSTRY) & np.array([park is not None for park in pieces.state.park_id], dtype=bool)
    near = pieces.pairs.where(pieces.pairs.distance_m <= options.contiguity_gap_m.value)
    park = pieces.state.park_id
    area = _block_areas(pieces, near.where(np.equal(park[near.left], park[near.right]).astype(bool)), chosen)
    return {f"blocks_{mu}": float((area >= mu * M2_PER_MU).sum()) for mu in (50, 100, 500)}


def _median_block(pieces: Pieces, chosen: Flags) -> float:
    area = _block_areas(pieces, pieces.pairs.where(pieces.pairs.distance_m <= TOUCH_M), chosen)
    return float(np.median(area)) if len(area) else np.nan


def _block_areas(pieces: Pieces, pairs: Pairs, chosen: Flags) -> Numbers:
    """Return the areas of the groups that the chosen pieces form."""
    inside = chosen[pairs.left] & chosen[pairs.right]
    rows = len(pieces.area_m2)
    links = coo_array((np.ones(int(inside.sum())), (pairs.left[inside], pairs.right[inside])), shape=(rows, rows))
    _, label = connected_components(links, directed=False)
    area = np.bincount(label[chosen], weights=pieces.area_m2[chosen], minlength=rows)
    return np.asarray(area[area > 0])


def _coverage(district: District, pieces: Pieces, options: OptionAssumptions) -> dict[str, float]:
    floor = np.nan_to_num(pieces.kept["floor_area_m2"]) + pieces.new["floor_area_m2"]
    jobs = np.nan_to_num(pieces.kept["employees"]) + pieces.new["employees"]
    shared = pieces.points[pieces.state.typology == SERVICE_TYPOLOGY]
    origins, detour = (pieces.points, pieces.ties), options.detour_factor.value
    to_fire = way_m(pieces.streets, origins, district.fire, detour)
    to_services = way_m(pieces.streets, origins, np.concatenate([district.services, shared]), detour)
    return {
        "fire_coverage": _rate(float(floor[to_fire <= options.fire_reach_m.value].sum()), float(floor.sum())),
        "service_coverage": _rate(float(jobs[to_services <= options.service_reach_m.value].sum()), float(jobs.sum())),
        "main_road_way_m": _main_road_way(pieces),
    }


def _main_road_way(pieces: Pieces) -> float:
    """Return the mean way of industrial land to an arterial or expressway; unknown where none is known or reached."""
    way = ways_to_road_m(pieces.streets.graph, pieces.ties, pieces.streets.main)
    reached = pieces.of(*INDUSTRY) & np.isfinite(way)
    area = pieces.area_m2[reached]
    return _rate(float((area * way[reached]).sum()), float(area.sum()))


def _keeping(district: District, pieces: Pieces, options: OptionAssumptions) -> dict[str, float]:
    built = ~pieces.of("road", "green")
    planned = pieces.planned
    agree = zone_agrees(district, pieces)
    return {
        "conflicts": float(conflicting(pieces, options).sum()),
        "veto_land_m2": float((pieces.area_m2 * np.clip(pieces.veto_share, 0.0, 1.0))[built].sum()),
        "plan_conformity": _rate(float(planned.area_m2[agree].sum()), float(planned.area_m2.sum())),
    }


def statuses(values: Mapping[str, float], options: OptionAssumptions) -> dict[str, Status]:
    """Say of each measure whether it keeps its limit."""
    found: dict[str, Status] = dict.fromkeys(MEASURES, "none")
    for limit in options.limits:
        value = values.get(limit.metric, np.nan)
        less = MEASURES[limit.metric].direction == "less"
        kept = value <= limit.value if less else value >= limit.value
        found[limit.metric] = "unknown" if np.isnan(value) else "met" if kept else "missed"
    return found


def _known(pieces: Pieces, figure: str) -> float:
    """Return the share of the land kept or built whose figure is known; yields are asked of industrial land."""
    known = np.isfinite(pieces.kept[figure])
    built = ~pieces.of("road", "green") if figure in {"floor_area_m2", "footprint_m2"} else pieces.of(*INDUSTRY)
    return _rate(float(pieces.area_m2[known & built].sum()), float(pieces.area_m2[built].sum()))


def _assumed(pieces: Pieces, library: Library) -> tuple[Assumed, ...]:
    """List every figure that was used: those of the typologies that occur, and those of the measures."""
    found: list[Assumed] = []
    for name in sorted({str(one) for one in pieces.state.typology if one is not None}):
        record = library.typologies[name]
        for field in type(record).model_fields:
            figure = getattr(record, field)
            if hasattr(figure, "badge"):
                found.append(Assumed(Text(record.title.zh, record.title.en), field, figure.value, figure.badge))
    wanted = {name for one in MEASURES.values() for name in one.assumes}
    for general in (library.reuse, library.options):
        title = Text(general.title.zh, general.title.en)
        for field in type(general).model_fields:
            if field in wanted:
                figure = getattr(general, field)
                found.append(Assumed(title, field, figure.value, figure.badge))
    return tuple(found)


def _sum(values: Numbers) -> float:
    return float(np.nansum(values))


def _rate(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _per_area(values: Numbers, area: Numbers, chosen: Flags) -> float:
    known = chosen & np.isfinite(values)
    return _rate(float(values[known].sum()), float(area[known].sum()))
