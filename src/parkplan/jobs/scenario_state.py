"""What a scenario leads to: its chain of edits, the state of the land, its measures; kept by the last step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.compare.measures import measure
from parkplan.data.scenarios import scenario_store
from parkplan.i18n import message
from parkplan.jobs.kept import Kept
from parkplan.jobs.options import library, shared_district
from parkplan.layout.scenario import apply_edits
from parkplan.model.scenarios import BASE, History, Scenario

if TYPE_CHECKING:
    from parkplan.compare.district import District
    from parkplan.data.scenarios import Scenarios
    from parkplan.data.workspace import Workspace
    from parkplan.model.options import OptionMeasures
    from parkplan.model.scenarios import Edit, ScenarioState

_states: Final = Kept[tuple[object, ...], "ScenarioState"](limit=24)
_measured: Final = Kept[tuple[object, ...], "OptionMeasures"](limit=64)


@dataclass(frozen=True, slots=True)
class Option:
    """A scenario as it stands: its history, all edits that hold (those of its ancestors first), land and measures."""

    scenario: Scenario
    history: History
    edits: tuple[Edit, ...]
    district: District
    state: ScenarioState
    measures: OptionMeasures


def all_scenarios(ws: Workspace) -> tuple[Scenario, ...]:
    """Return the district as it is, and every scenario."""
    return (base_scenario(ws), *scenario_store(ws).scenarios())


def base_scenario(ws: Workspace) -> Scenario:
    """Return the root of the tree: the district as it is."""
    info = next((info for info in ws.tables() if info.name == "parcels"), None)
    at = datetime.now(UTC) if info is None else info.created_at
    version = "" if info is None else info.version
    return Scenario(BASE, message("scenario.base"), "", 0, "base", 0, version, "", at)


def find_scenario(ws: Workspace, name: str) -> Scenario:
    """Return a scenario by its id or name.

    Raises:
        RequestError: there is none.

    """
    known = all_scenarios(ws)
    for one in known:
        if name in (one.id, one.name):
            return one
    raise RequestError("no_such_scenario", scenario=name, known=", ".join(one.name for one in known))


def edits_of(store: Scenarios, scenario: Scenario) -> tuple[Edit, ...]:
    """Return the edits that hold in a scenario: those of its ancestors as they stood when it began, then its own."""
    parents = {one.id: one for one in store.scenarios(deleted=True)}
    chain: list[Edit] = []
    here, until = scenario, scenario.head
    while here.id != BASE:
        chain[:0] = store.history(here.id).until(until).edits
        here, until = parents.get(here.parent, _ROOT), here.since
    return tuple(chain)


_ROOT: Final = Scenario(BASE, "", "", 0, "base", 0, "", "", datetime.fromtimestamp(0, UTC))


def option(ws: Workspace, scenario: Scenario) -> Option:
    """Return a scenario as it stands, worked out once for the same steps, data and figures.

    Raises:
        RequestError: the workspace has no parcels, or an edit names a typology that is no longer there.

    """
    store = scenario_store(ws)
    history = History(()) if scenario.id == BASE else store.history(scenario.id)
    edits = edits_of(store, scenario)
    district = shared_district(ws)
    place = (district, edits)
    state = _states.get(place, lambda: apply_edits(district.parcels, edits))
    shown = library()
    figures = tuple(one.model_dump_json() for one in (*shown.typologies.values(), shown.reuse, shown.options))
    measures = _measured.get((*place, *figures), lambda: measure(district, state, shown))
    return Option(scenario, history, edits, district, state, measures)
