"""An option of a site plan as a step of a scenario: roads and green as drawn land, typology and FAR of the rest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal

import shapely

from parkplan._errors import RequestError
from parkplan.data.scenarios import scenario_store
from parkplan.data.siteplans import load_modules
from parkplan.jobs.options import shared_district
from parkplan.jobs.scenario import edit_scenario, new_scenario
from parkplan.jobs.scenario_drawing import parcels_in
from parkplan.jobs.scenario_state import all_scenarios, base_scenario, edits_of, find_scenario
from parkplan.layout.scenario import apply_edits
from parkplan.model.scenarios import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.model.scenarios import Scenario, ScenarioState
    from parkplan.model.siteplan import SitePlan

Laid = Literal["road", "green"]
LAID: Final[tuple[Laid, ...]] = ("road", "green")
ROUND_M: Final = 0.001


def siteplan_to_scenario(ws: Workspace, plan: SitePlan, scenario: str, *, actor: str, note: str = "") -> Scenario:
    """Put an option of a site plan, in the CRS of the workspace, into a scenario as one step that can be undone.

    Its roads and green become drawn land. The parcels of which more than half lies in the site take the typology of
    the buildings with most floor, and the FAR at which the land that is left to them holds the floor of the plan.
    Another option of the same site takes the place of the one that was put there before. A scenario of a new name
    begins as a branch of the district as it is.

    Args:
        ws: the workspace.
        plan: an option of one of its sites.
        scenario: an id or name.
        actor: who does it.
        note: why.

    Raises:
        RequestError: the site lies on no parcel, a parcel is locked, or the scenario is the district as it is.
        ConflictError: somebody else touched the same parcels at the same moment.

    """
    known = any(scenario in {one.id, one.name} for one in all_scenarios(ws))
    before = edits_of(scenario_store(ws), find_scenario(ws, scenario) if known else base_scenario(ws))
    names = {kind: f"{plan.site.name}/{kind}" for kind in LAID}
    others = [edit for edit in before if edit.id not in names.values()]
    state = apply_edits(shared_district(ws).parcels, others)
    edits = _edits(plan, state, names)
    gone = {edit.id for edit in before} - {edit.id for edit in edits}
    edits += [Edit(kind, id=names[kind]) for kind in LAID if names[kind] in gone]
    if not known:
        return new_scenario(ws, scenario, actor=actor, note=note, edits=edits)
    edit_scenario(ws, scenario, edits, actor=actor, note=note)
    return find_scenario(ws, scenario)


def _edits(plan: SitePlan, state: ScenarioState, names: dict[Laid, str]) -> list[Edit]:
    parcels = parcels_in(state, plan.site.boundary)
    if not parcels:
        raise RequestError("siteplan_no_parcels", site=plan.site.name)
    shapes = {
        kind: shapely.set_precision(shapely.union_all([piece.geometry for piece in plan.of_kind(kind)]), ROUND_M)
        for kind in LAID
    }
    land_m2 = _left(state, parcels, shapely.union_all(list(shapes.values())))
    floor_m2 = sum(piece.floor_area_m2 for piece in plan.buildings)
    found = [Edit("typology", parcels, typology_of(plan))]
    if land_m2 > 0:
        found.append(Edit("far", parcels, round(floor_m2 / land_m2, 4)))
    return found + [
        Edit(kind, shape=shapely.to_wkt(shape, rounding_precision=3), id=names[kind])
        for kind, shape in shapes.items()
        if not shape.is_empty
    ]


def _left(state: ScenarioState, parcels: Sequence[str], laid: shapely.Geometry) -> float:
    """Return the area that parcels keep beside roads and green."""
    chosen = set(parcels)
    shapes = [shape for name, shape in zip(state.parcel_id, state.geometry, strict=True) if name in chosen]
    return float(shapely.area(shapely.difference(shapes, laid)).sum())


def typology_of(plan: SitePlan) -> str:
    """Return the typology of the buildings with most floor area."""
    modules = load_modules()
    floor: Counter[str] = Counter()
    for piece in plan.buildings:
        floor[modules[piece.module].typology] += round(piece.floor_area_m2)
    return max(sorted(floor), key=floor.__getitem__)
