"""Building modules are forms of typologies: a figure that a planner edits, or sets in a workspace, changes the plan."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from bench.sites.shapes import site
from shapely import box

from parkplan._errors import DefinitionError
from parkplan.data.definitions import CHECKOUT
from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.data.typologies import load_typologies
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.assumptions import set_assumption
from parkplan.jobs.siteplan import modules_in
from parkplan.layout.siteplan import attempt
from parkplan.layout.siteplan.frame import base_frame
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from parkplan.model.siteplan import Module, SitePlan

PROFILE = choose_profile("cn_industrial")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(CHECKOUT, tmp_path / "layers")


def edit(folder: Path, typology: str, old: str, new: str) -> None:
    path = folder / "typologies" / f"{typology}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def plan_of(modules: Mapping[str, Module], name: str) -> SitePlan:
    """The first plan that has buildings of one module only, whatever rules it keeps."""
    land = site("rectangle_12")
    kept = {key: module for key, module in modules.items() if module.administrative or key == name}
    found = (attempt(land, base_frame(land), number, 1, PROFILE, kept)[0] for number in range(5))
    return next(plan for plan in found if plan is not None)


def test_modules_have_the_figures_of_their_typologies_unless_a_form_says_its_own() -> None:
    typologies, modules = load_typologies(), load_modules()
    factory, heavy = modules["standard_factory"], modules["double_storey_plant"]
    figures = typologies["standard_factory"]
    assert factory.usual_storeys == figures.storeys.value
    assert factory.storey_height_m == figures.floor_height_m.value
    assert factory.cost_yuan_per_m2 == figures.cost_yuan_per_floor_m2.value
    assert (heavy.typology, heavy.usual_storeys, heavy.storey_height_m) == ("standard_factory", 2, 7.5)
    assert all(module.storeys[0] <= module.usual_storeys <= module.storeys[1] for module in modules.values())


def test_an_edited_typology_changes_the_plan(folder: Path) -> None:
    edit(folder, "single_storey_plant", "floor_height_m: {value: 9.0}", "floor_height_m: {value: 7.0}")
    edit(folder, "single_storey_plant", "storeys: {value: 1.0}", "storeys: {value: 3.0}")
    edit(folder, "single_storey_plant", "depths_m: [36, 48, 54, 60, 72]", "depths_m: [24]")
    modules = load_modules(folder)
    assert modules["single_storey_plant"].storeys == (1, 3)
    before = plan_of(load_modules(), "single_storey_plant").of_kind("building")
    after = plan_of(modules, "single_storey_plant").of_kind("building")
    assert {piece.storeys for piece in before} == {1}
    assert {piece.storeys for piece in after} == {3}
    assert {piece.height_m for piece in after} == {21.0}
    depths = {round(min(side(piece.geometry.bounds))) for piece in after}
    assert depths == {24}


def side(bounds: tuple[float, float, float, float]) -> tuple[float, float]:
    west, south, east, north = bounds
    return east - west, north - south


def test_a_figure_set_in_a_workspace_holds_there(tmp_path: Path) -> None:
    made = create_workspace(tmp_path / "one.parkplan", crs="EPSG:4547", actor="t")
    shape = box(500_000, 2_500_000, 500_300, 2_500_220)
    parcels = gpd.GeoDataFrame({"parcel_id": ["A"]}, geometry=[shape], crs="EPSG:4547")
    made.write({"parcels": parcels}, change=Change("t", "import"))
    ws = open_workspace(made.address)
    set_assumption(ws, "standard_factory.storeys", 3.0, actor="t", reason="r")
    set_assumption(ws, "standard_factory.cost_yuan_per_floor_m2", 2500.0, actor="t", reason="r")
    here = modules_in(ws)
    assert (here["standard_factory"].usual_storeys, here["standard_factory"].cost_yuan_per_m2) == (3, 2500.0)
    assert replace(here["logistics_hall"]) == load_modules()["logistics_hall"]


def test_an_id_of_a_form_that_stands_twice_is_a_fault_with_its_line(folder: Path) -> None:
    edit(folder, "logistics", "id: logistics_hall", "id: dormitory")
    with pytest.raises(DefinitionError) as caught:
        load_modules(folder)
    assert [fault.key for fault in caught.value.details] == ["definition_form_twice"]
    assert caught.value.details[0].values["other"] == "dormitory"
