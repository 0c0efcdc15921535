"""What plan targets need in floor and land, by hand."""

from __future__ import annotations

import json
import math
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from parkplan.cli import main
from parkplan.data.typologies import load_option_assumptions, load_typologies
from parkplan.data.workspace import open_workspace
from parkplan.jobs import scenario as work
from parkplan.jobs.targets_bridge import target_bridge
from parkplan.model.scenarios import Edit
from parkplan.targets.bridge import covered, needs, supply

if TYPE_CHECKING:
    from pathlib import Path

BRIDGES = load_option_assumptions().bridges


def test_needs_by_hand() -> None:
    """100 firms x 5,000 m², 3/4 electronics, at the FAR of 2.0 of a standard factory."""
    found = needs(
        {"high_tech_enterprises": 100.0, "provincial_platforms": -3.0}, BRIDGES, {"electronics": 0.75, "safety": 0.25},
        load_typologies(),
    )  # fmt: skip
    by = {(one.target, one.cluster): one for one in found}
    assert by["high_tech_enterprises", "electronics"].floor_m2 == 375_000
    assert by["high_tech_enterprises", "electronics"].land_m2 == 187_500
    assert by["provincial_platforms", "safety"].floor_m2 == 0
    assert math.isnan(by["digital_transformation_firms", "safety"].floor_m2)


def test_supply_and_cover_by_hand() -> None:
    clusters = np.array(["electronics", None, "other", "electronics"], dtype=object)
    given = supply(clusters, np.array([10.0, 20.0, 5.0, 40.0]), ["electronics", "safety"])
    assert given == {"electronics": 50.0, "safety": 0.0, "": 25.0}
    assert covered({"electronics": 40.0, "safety": 60.0}, given) == pytest.approx(0.65)
    assert covered({"electronics": 0.0}, given) == 1.0


def test_targets_and_scenarios_from_the_command_line(
    handmade_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "copy.parkplan"
    shutil.copytree(handmade_workspace, place)
    ws = open_workspace(place)
    assert len(target_bridge(ws).unknown) == len(BRIDGES)
    work.new_scenario(ws, "A", actor="张工")
    edits = [Edit("typology", ("JH-002",), "standard_factory"), Edit("cluster", ("JH-002",), "electronics")]
    work.edit_scenario(ws, "A", edits, actor="张工")
    assert main(["targets", str(place), "--set", "high_tech_enterprises=696", "--actor", "张工", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    # four firms short: 20,000 m², all in electronics as both firms of known cluster are
    assert told["floor_m2"]["electronics"] == pytest.approx(20_000)
    assert told["land_m2"]["electronics"] == pytest.approx(10_000)
    covered_by = {one["name"]: one["covered"] for one in told["scenarios"]}
    assert covered_by == pytest.approx({"现状": 0.0, "A": 1.0})
    assert next(one for one in told["targets"] if one["id"] == "high_tech_enterprises")["reached"] is False
    assert main(["targets", str(place), "--lang", "en"]) == 0
    assert "“A” gives 100 % of it." in capsys.readouterr().out
    assert main(["targets", str(place), "--set", "high_tech_enterprises=unknown"]) == 0
    for wrong in ("nothing=1", "high_tech_enterprises=many", "high_tech_enterprises=-1"):
        assert main(["targets", str(place), "--set", wrong]) == 2
