"""Scenarios as a user works on them: branches, copies, checks before saving, the command line."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
import shapely
from pyproj import Transformer

from parkplan._errors import ConflictError, DefinitionError, RequestError
from parkplan.cli import main
from parkplan.data.definitions import definitions_folder
from parkplan.data.layers import load_layers
from parkplan.data.typologies import load_typologies
from parkplan.data.workspace import open_workspace
from parkplan.jobs import scenario as work
from parkplan.jobs.scenario_drawing import drawings, from_degrees, parcels_in, removed, rings_in_degrees, shifted
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.jobs.scenario_words import edit_words, history_words
from parkplan.model.scenarios import BASE, Edit

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

ME = "张工"


@pytest.fixture
def ws(handmade_workspace: Path, tmp_path: Path) -> Workspace:
    place = tmp_path / "copy.parkplan"
    shutil.copytree(handmade_workspace, place)
    return open_workspace(place)


def test_a_branch_rests_on_its_parent_as_it_was_and_a_copy_has_its_own(ws: Workspace) -> None:
    work.new_scenario(ws, "A", actor=ME)
    work.edit_scenario(ws, "A", [Edit("typology", ("JH-001",), "logistics")], actor=ME)
    work.new_scenario(ws, "A1", actor=ME, parent="A")
    work.copy_scenario(ws, "A", "B", actor=ME)
    work.edit_scenario(ws, "A1", [Edit("typology", ("JH-002",), "dormitory")], actor=ME)
    work.undo_scenario(ws, "A", actor=ME)
    work.delete_scenario(ws, "A", actor=ME)
    painted = {
        one.name: [name for name in work.show_scenario(ws, one.id).state.typology if name] for one in all_scenarios(ws)
    }
    assert painted == {"现状": [], "A1": ["logistics", "dormitory"], "B": ["logistics"]}


def test_undo_and_redo_lead_back_and_forth(ws: Workspace) -> None:
    work.new_scenario(ws, "A", actor=ME)
    before = work.show_scenario(ws, BASE).measures
    work.edit_scenario(ws, "A", [Edit("typology", ("JH-001",), "high_rise_industry")], actor=ME)
    after = work.show_scenario(ws, "A").measures
    work.undo_scenario(ws, "A", actor=ME)
    assert work.show_scenario(ws, "A").measures == before
    work.redo_scenario(ws, "A", actor=ME)
    assert work.show_scenario(ws, "A").measures == after
    with pytest.raises(RequestError):
        work.redo_scenario(ws, "A", actor=ME)


def test_a_drawn_road_is_named_and_lists_the_parcels_that_it_cuts(ws: Workspace) -> None:
    work.new_scenario(ws, "A", actor=ME)
    road = shapely.box(500_050, 2_499_990, 500_060, 2_500_210).wkt
    step = work.edit_scenario(ws, "A", [Edit("road", shape=road)], actor=ME)
    assert (step.edits[0].id, step.edits[0].parcels) == ("road-1", ("JH-001", "JH-004"))
    again = work.edit_scenario(ws, "A", [Edit("road", shape=road.replace("500060", "500055"))], actor=ME)
    assert again.edits[0].id == "road-2"


@pytest.mark.parametrize(
    ("edits", "key"),
    [
        ([], "scenario_nothing"),
        ([Edit("typology", ("JH-001",), "castle")], "scenario_value"),
        ([Edit("use", ("JH-001",), "9999")], "scenario_value"),
        ([Edit("far", ("JH-001",), -1)], "scenario_value"),
        ([Edit("far", ("JH-001",), float("nan"))], "scenario_value"),
        ([Edit("phase", ("JH-001",), 0)], "scenario_value"),
        ([Edit("cluster", ("JH-001",), "x")], "scenario_value"),
        ([Edit("park", ("JH-001",), "x")], "scenario_value"),
        ([Edit("typology", (), "logistics")], "scenario_no_parcels"),
        ([Edit("typology", ("OTHER-1",), "logistics")], "scenario_parcel_missing"),
        ([Edit("road", shape="POINT (1 1)")], "scenario_shape"),
        ([Edit("split", ("JH-001",), shape="nonsense")], "scenario_shape"),
        ([Edit("split", ("JH-001",), shape="LINESTRING (0 0, 1 1)")], "scenario_split_misses"),
        ([Edit("merge", ("JH-001", "JH-003"))], "scenario_merge_apart"),
        ([Edit("use", ("JH-001",), "1001"), Edit("use", ("JH-001", "JH-002"), "1101")], "scenario_two_values"),
        ([Edit("typology", ("JH-001",), "castle"), Edit("far", ("JH-001",), 99)], "scenario_faults"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_nothing_is_saved(ws: Workspace, edits: list[Edit], key: str) -> None:
    work.new_scenario(ws, "A", actor=ME)
    with pytest.raises(RequestError) as told:
        work.edit_scenario(ws, "A", edits, actor=ME)
    assert told.value.key == key
    assert work.show_scenario(ws, "A").history.steps == ()


def test_the_district_as_it_is_is_not_edited_and_somebody_must_be_named(ws: Workspace) -> None:
    with pytest.raises(RequestError, match="现状"):
        work.edit_scenario(ws, BASE, [Edit("far", ("JH-001",), 1.0)], actor=ME)
    with pytest.raises(RequestError):
        work.new_scenario(ws, "A", actor=" ")


def test_a_stale_save_is_told_and_can_be_made_again(ws: Workspace) -> None:
    seen = work.new_scenario(ws, "A", actor=ME).head
    theirs = work.edit_scenario(ws, "A", [Edit("far", ("JH-001",), 1.0)], actor="李工", seen=seen)
    with pytest.raises(ConflictError, match="李工"):
        work.edit_scenario(ws, "A", [Edit("far", ("JH-001",), 2.0)], actor=ME, seen=seen)
    work.edit_scenario(ws, "A", [Edit("far", ("JH-002",), 2.0)], actor=ME, seen=seen)
    work.edit_scenario(ws, "A", [Edit("far", ("JH-001",), 2.0)], actor=ME, seen=theirs.number)
    assert work.show_scenario(ws, "A").state.far[:2].tolist() == [2.0, 2.0]


def test_a_step_on_which_others_rest_cannot_be_taken_back_alone(ws: Workspace) -> None:
    work.new_scenario(ws, "A", actor=ME)
    line = "LINESTRING (500050 2499990, 500050 2500110)"
    split = work.edit_scenario(ws, "A", [Edit("split", ("JH-001",), shape=line)], actor=ME)
    painted = work.edit_scenario(ws, "A", [Edit("typology", ("JH-001/2",), "road")], actor=ME)
    with pytest.raises(RequestError, match="JH-001/2"):
        work.revert_step(ws, "A", split.number, actor=ME)
    work.revert_step(ws, "A", painted.number, actor=ME)
    work.revert_step(ws, "A", split.number, actor=ME)
    assert work.show_scenario(ws, "A").edits == ()


def test_a_lasso_on_the_map_chooses_the_parcels_within(ws: Workspace) -> None:
    state = work.show_scenario(ws, BASE).state
    lasso = from_degrees(
        [(114.0 + east / 102_900, lat) for east, lat in ((-10, 22.5), (210, 22.5), (210, 22.7), (-10, 22.7))],
        "polygon", ws.crs.to_wkt(),
    )  # fmt: skip
    assert set(parcels_in(state, lasso)) == {"JH-001", "JH-004", "JH-005"}
    with pytest.raises(RequestError):
        from_degrees([(114.0, 22.5)], "line", ws.crs.to_wkt())


def test_what_was_drawn_is_pulled_elsewhere_taken_back_and_removed(ws: Workspace) -> None:
    work.new_scenario(ws, "A", actor=ME)
    work.edit_scenario(ws, "A", [Edit("road", shape=shapely.box(500_050, 2_499_990, 500_060, 2_500_210).wkt)], actor=ME)
    to_degrees = Transformer.from_crs(4547, 4326, always_xy=True).transform
    start, end = to_degrees(500_055, 2_500_100), to_degrees(500_155, 2_500_100)
    drawn = work.show_scenario(ws, "A")
    assert list(drawings(drawn)) == ["road-1"]
    ((ring,),) = rings_in_degrees(drawings(drawn)["road-1"], ws.crs.to_wkt())
    assert shapely.Polygon(ring).distance(shapely.Point(to_degrees(500_050, 2_499_990))) == pytest.approx(0, abs=1e-9)
    step = work.edit_scenario(ws, "A", [shifted(drawn, "road-1", start, end, ws.crs.to_wkt())], actor=ME)
    assert (step.edits[0].id, step.edits[0].parcels) == ("road-1", ("JH-001", "JH-005"))

    def areas() -> list[float]:
        state = work.show_scenario(ws, "A").state
        return [round(float(area), 3) for area in shapely.area(state.geometry[[0, 3, 4, 5]])]

    assert areas() == [19_000.0, 10_000.0, 9_000.0, 2_200.0]
    work.undo_scenario(ws, "A", actor=ME)
    assert areas() == [19_000.0, 9_000.0, 10_000.0, 2_200.0]
    work.redo_scenario(ws, "A", actor=ME)
    assert areas() == [19_000.0, 10_000.0, 9_000.0, 2_200.0]
    work.edit_scenario(ws, "A", [removed(work.show_scenario(ws, "A"), "road-1")], actor=ME)
    gone = work.show_scenario(ws, "A")
    assert gone.state.parcel_id.tolist() == ["JH-001", "JH-002", "JH-003", "JH-004", "JH-005"]
    words = [one.en.split(":")[0] for one in history_words(gone)]
    assert words == ["New road → road-1", "Move (New road) → road-1", "#3", "#3", "Remove (New road) → road-1"]
    work.undo_scenario(ws, "A", actor=ME)
    work.new_scenario(ws, "B", actor=ME, parent="A")
    branch = work.show_scenario(ws, "B")
    work.edit_scenario(ws, "B", [shifted(branch, "road-1", end, start, ws.crs.to_wkt())], actor=ME)
    assert [one.en.split(":")[0] for one in history_words(work.show_scenario(ws, "B"))] == ["Move (New road) → road-1"]
    with pytest.raises(RequestError, match="road-1"):
        shifted(gone, "road-1", start, end, ws.crs.to_wkt())


def test_edits_in_words() -> None:
    edit = Edit("typology", tuple("ABCDE"), "logistics")
    assert (edit_words(edit).zh, edit_words(edit).en) == (
        "建设类型 → 物流仓储: A、B、C 等 5 宗",
        "Typology → Logistics: A, B, C and others, 5 in all",
    )
    assert edit_words(Edit("lock", ("A",), True)).en == "Lock → locked: A"
    assert edit_words(Edit("use", ("A",), "1001")).zh.startswith("用地 → 工业用地 1001")
    assert edit_words(Edit("merge", ("A", "B"), id="M")).en == "Merge → M: A, B"


def test_the_command_line(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> dict[str, object]:
        code = main(["scenario", words[0], ws.address, *words[1:], "--json"])
        said = capsys.readouterr()
        assert code == 0, said.err
        found = json.loads(said.out)
        assert isinstance(found, dict)
        return found

    assert run("new", "方案一", "--actor", ME)["id"] == "s1"
    edited = run("edit", "方案一", "--where", "status == 'idle'", "--typology", "logistics", "--far", "1.5")
    assert edited["step"]["edits"][1] == {  # type: ignore[index]
        "kind": "far", "parcels": ["JH-002"], "value": 1.5, "shape": None, "id": "",
    }  # fmt: skip
    run("edit", "s1", "--road", "LINESTRING (500000 2500205, 500100 2500205)", "--width-m", "8")
    drawn = run("edit", "s1", "--move", "road-1", "12.5", "-1")["step"]["edits"]  # type: ignore[index]
    assert shapely.from_wkt(drawn[0]["shape"]).equals(shapely.box(500_012.5, 2_500_200, 500_112.5, 2_500_208))
    assert main(["scenario", "edit", ws.address, "s1", "--move", "road-1", "nan", "0"]) == 2
    assert "向东 nan" in capsys.readouterr().err
    run("edit", "s1", "--remove", "road-1")
    assert main(["scenario", "edit", ws.address, "s1", "--move", "road-1", "1", "1"]) == 2
    assert "road-1" in capsys.readouterr().err
    run("undo", "s1")
    run("redo", "s1")
    run("copy", "s1", "--name", "方案二")
    shown = run("show", "方案二")
    assert shown["measures"]["investment_yuan"] > 0  # type: ignore[index]
    assert sum(shown["land_m2"].values()) == pytest.approx(shown["district_m2"])  # type: ignore[attr-defined]
    run("delete", "s1")
    assert [one["name"] for one in run("list")["scenarios"]] == ["现状", "方案二"]  # type: ignore[attr-defined, index]
    assert main(["scenario", "edit", ws.address, "方案二", "--parcel", "X", "--far", "1"]) == 2
    assert "X" in capsys.readouterr().err
    assert main(["scenario", "show", ws.address, "nobody"]) == 2
    assert main(["scenario", "show", ws.address]) == 2


def test_a_typology_with_a_missing_figure_is_told_by_file_and_field(tmp_path: Path) -> None:
    shutil.copytree(definitions_folder(None), tmp_path / "layers")
    broken = tmp_path / "layers" / "typologies" / "logistics.yaml"
    text = broken.read_text(encoding="utf-8").replace("far: {value: 1.2}\n", "")
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as told:
        load_typologies(tmp_path / "layers")
    assert ["logistics.yaml" in line and "far" in line for line in told.value.sentences("en")[1:]] == [True]


def test_every_typology_has_its_class_in_the_palette() -> None:
    listed = {entry.value for entry in load_layers().palettes["typologies"].classes}
    assert listed == set(load_typologies())
