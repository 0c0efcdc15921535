"""Plan targets, what they need in floor and hectares by cluster, and which scenario gives how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parkplan.data.typologies import load_option_assumptions, load_typologies
from parkplan.jobs.compare import option_pieces
from parkplan.jobs.scenario_state import all_scenarios, option
from parkplan.jobs.targets import targets
from parkplan.model.codes import CLUSTER
from parkplan.targets.bridge import cluster_shares, covered, needs, supply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.results import TargetState
    from parkplan.model.scenarios import Scenario
    from parkplan.targets.bridge import Need

CLUSTERS = tuple(name for name in CLUSTER if name != "other")


@dataclass(frozen=True, slots=True)
class Given:
    """What one scenario gives: new industrial floor by cluster ("" open to any), and the share of the need covered."""

    scenario: Scenario
    floor_m2: Mapping[str, float]
    covered: float


@dataclass(frozen=True, slots=True)
class TargetBridge:
    """Targets, their needs by cluster, and what scenarios give; ``unknown`` are targets without current value."""

    states: tuple[TargetState, ...]
    needs: tuple[Need, ...]
    given: tuple[Given, ...]
    unknown: tuple[str, ...]

    def floor_by_cluster(self) -> dict[str, float]:
        """Return the floor needed by cluster over all targets, those that are unknown left out."""
        found = dict.fromkeys(CLUSTERS, 0.0)
        for need in self.needs:
            if np.isfinite(need.floor_m2):
                found[need.cluster] += need.floor_m2
        return found

    def land_by_cluster(self) -> dict[str, float]:
        """Return the land needed by cluster over all targets, those that are unknown left out."""
        found = dict.fromkeys(CLUSTERS, 0.0)
        for need in self.needs:
            if np.isfinite(need.land_m2):
                found[need.cluster] += need.land_m2
        return found


def target_bridge(ws: Workspace) -> TargetBridge:
    """Return targets, needs and what the scenarios of a workspace give."""
    states = targets(ws)
    assumed = load_option_assumptions()
    gaps = {state.target.id: None if state.current is None else state.target.target - state.current for state in states}
    found = needs(gaps, assumed.bridges, _shares(ws), load_typologies())
    unknown = tuple(bridge.target for bridge in assumed.bridges if gaps.get(bridge.target) is None)
    there = any(info.name == "parcels" and "parcel_id" in info.columns for info in ws.tables())
    bridge = TargetBridge(states, tuple(found), (), unknown)
    if not there:
        return bridge
    wanted = bridge.floor_by_cluster()
    every = [option(ws, one) for one in all_scenarios(ws)]
    given = tuple(Given(one.scenario, _floor(one), covered(wanted, _floor(one))) for one in every)
    return TargetBridge(states, tuple(found), given, unknown)


def _shares(ws: Workspace) -> dict[str, float]:
    info = next((info for info in ws.tables() if info.name == "enterprises"), None)
    if info is None or "cluster" not in info.columns:
        return cluster_shares(np.empty(0, dtype=object), CLUSTERS)
    return cluster_shares(ws.read("enterprises", ["cluster"])["cluster"].to_numpy(dtype=object), CLUSTERS)


def _floor(one: Option) -> dict[str, float]:
    """Return the new floor for industry by cluster."""
    kinds = {name: typology.kind for name, typology in load_typologies().items()}
    pieces = option_pieces(one)
    industrial = np.array([kinds.get(str(name)) == "industry" for name in one.state.typology], dtype=bool)
    return supply(one.state.cluster, np.where(industrial, pieces.new["floor_area_m2"], 0.0), CLUSTERS)
