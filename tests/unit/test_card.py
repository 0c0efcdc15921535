"""The card of a parcel against a district whose numbers are computed by hand."""

from __future__ import annotations

from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from parkplan._errors import RequestError
from parkplan.data.definitions import definitions_folder
from parkplan.data.workspace import Workspace, open_workspace
from parkplan.jobs.card import card
from parkplan.model.tables import PARCELS

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.model.facts import Card, Fact


@pytest.fixture
def ws(handmade_workspace: Path) -> Workspace:
    return open_workspace(handmade_workspace)


def the(card: Card, name: str) -> Fact:
    found = card.fact(name)
    assert found is not None, name
    return found


def test_registered_area_stands_beside_the_mapped_one_with_their_difference(ws: Workspace) -> None:
    told = card(ws, "parcels", key="JH-002")
    assert the(told, "site_area_m2").written.zh == "1.20 公顷（18.00 亩）"
    assert the(told, "geodesic_area_m2").value == pytest.approx(10_000, abs=0.01)
    assert the(told, "area_difference_m2").value == pytest.approx(2_000, abs=0.01)
    assert the(told, "area_difference_m2").written.zh == "2,000 平方米（16.7%）"
    assert [finding.zh for finding in told.findings] == [
        "登记面积与图形面积相差 16.7%，请核对。",
        "登记的所属园区“K2”与位置不符。",
    ]


def test_values_per_mu_divide_by_the_registered_area(ws: Workspace) -> None:
    told = card(ws, "parcels", row=0)
    # 2.4 million yuan on 30 mu are 80,000 yuan per mu; 30,000 m² of floor on 20,000 m² are 1.5
    assert the(told, "tax_per_mu").written.zh == "8.00 万元/亩"
    assert the(told, "output_per_mu").written.en == "166.67 10k CNY/mu"
    assert the(told, "far").value == pytest.approx(1.5)
    assert the(told, "employees_per_hectare").value == pytest.approx(50)
    assert the(told, "far").method is not None
    assert told.findings == ()


def test_unknown_stays_unknown_and_derived_values_with_it(ws: Workspace) -> None:
    told = card(ws, "parcels", key="JH-002")
    for name in ("tax_yuan", "tax_per_mu", "far", "density", "employees", "developed_area_m2", "name", "started_on"):
        assert the(told, name).value is None, name
        assert (the(told, name).written.zh, the(told, name).written.en) == ("未知", "unknown")
    assert told.title.zh == "JH-002"


def test_every_canonical_column_is_on_the_card_and_own_columns_too(ws: Workspace) -> None:
    told = card(ws, "parcels", row=0)
    assert [column.name for column in PARCELS.columns if told.fact(column.name) is None] == []
    assert the(told, "remark").written.zh == "note"
    assert the(told, "supplied_on").written.zh == "2015年6月1日"
    assert the(told, "status").written.en == "In use"
    origin = the(told, "tax_yuan").origin
    assert origin is not None
    assert (origin.table, origin.row, origin.column) == ("parcels", 0, "tax_yuan")
    assert len(origin.version) == 64


def test_buildings_and_several_firms_are_listed(ws: Workspace) -> None:
    told = card(ws, "parcels", key="JH-001")
    firms = told.section("enterprises")
    assert firms is not None
    assert [entry.title.zh for entry in firms.entries] == ["东宁电子（虚构）", "东宁塑胶（虚构）"]
    buildings = told.section("buildings")
    assert buildings is not None
    # B2 names no parcel and is found by its place
    assert [entry.title.zh for entry in buildings.entries] == ["B1", "B2"]
    assert the(told, "building_count").value == 2
    assert the(told, "building_floor_area_m2").value == pytest.approx(20_000)
    method = the(told, "building_floor_area_m2").method
    assert method is not None
    assert method.zh == "1 / 2 幢有建筑面积"


def test_constraints_state_the_overlapped_area_and_the_severity(ws: Workspace) -> None:
    constraints = card(ws, "parcels", key="JH-001").section("constraints")
    assert constraints is not None
    (water,) = constraints.entries
    facts = {fact.id: fact for fact in water.facts}
    assert water.title.zh == "麻园河蓝线"
    assert facts["overlap_m2"].value == pytest.approx(2_500, abs=0.01)
    assert facts["overlap_share"].written.zh == "12.5%"
    assert facts["severity"].written.zh == "禁止"


def test_park_and_street_come_from_the_location(ws: Workspace) -> None:
    location = card(ws, "parcels", key="JH-002").section("location")
    assert location is not None
    assert [entry.title.zh for entry in location.entries] == ["外海电子信息园", "外海街道"]
    share = next(fact for fact in location.entries[0].facts if fact.id == "overlap_share")
    assert share.value == pytest.approx(0.5, abs=1e-6)


def test_absent_tables_are_named_and_empty_lists_say_so(ws: Workspace) -> None:
    told = card(ws, "parcels", key="JH-004")
    planning, constraints = told.section("planning"), told.section("constraints")
    assert planning is not None
    assert planning.note is not None
    assert planning.note.zh == "工作区中没有“规划用地”数据。"
    assert constraints is not None
    assert constraints.note is not None
    assert constraints.note.en == "None."


@pytest.mark.parametrize(
    ("table", "row", "title", "fact"),
    [
        ("enterprises", 1, "东宁塑胶（虚构）", ("above_scale", "否")),
        ("buildings", 0, "B1", ("geodesic_area_m2", "0.80 公顷（12.00 亩）")),
        ("parks", 0, "外海电子信息园", ("kind", "特色产业园")),
        ("roads", 0, "龙溪路", ("length_m", "200.0 米")),
    ],
)
def test_other_things_have_cards_too(ws: Workspace, table: str, row: int, title: str, fact: tuple[str, str]) -> None:
    told = card(ws, table, row=row)
    assert told.title.zh == title
    assert the(told, fact[0]).written.zh == fact[1]
    assert told.bounds is not None
    assert 113.9 < told.bounds[0] <= told.bounds[2] < 114.1


def test_the_layer_file_orders_the_facts_of_its_card(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "layers"
    copytree(definitions_folder(), folder)
    roads = folder / "roads.yaml"
    listed = "popup: [road_id, name, class, width_m, lanes]"
    text = roads.read_text(encoding="utf-8")
    assert listed in text
    roads.write_text(text.replace(listed, "popup: [lanes, name]"), encoding="utf-8")
    monkeypatch.setenv("PARKPLAN_LAYERS", str(folder))
    facts = card(ws, "roads", row=0).sections[0].facts
    assert [fact.id for fact in facts] == ["lanes", "name", "road_id", "class", "width_m"]


def test_a_firm_leads_to_its_parcel(ws: Workspace) -> None:
    parcel = card(ws, "enterprises", row=2).section("parcel")
    assert parcel is not None
    assert (parcel.entries[0].table, parcel.entries[0].row) == ("parcels", 2)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"table": "nothing", "row": 0}, "no_such_table"),
        ({"table": "parcels", "row": 5}, "no_such_row"),
        ({"table": "parcels", "row": -1}, "no_such_row"),
        ({"table": "parcels", "key": "JH-999"}, "no_such_key"),
        ({"table": "parcels"}, "no_such_key"),
    ],
)
def test_what_is_not_there_is_one_sentence(ws: Workspace, arguments: dict[str, object], key: str) -> None:
    with pytest.raises(RequestError) as caught:
        card(ws, **arguments)  # type: ignore[arg-type]
    assert caught.value.key == key
    assert caught.value.sentence("zh")
    assert caught.value.sentence("en")
