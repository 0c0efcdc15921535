"""Siting of services on the handmade district: ways, choices, files, edits and bad questions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import parkplan as pp
from parkplan._errors import DefinitionError, RequestError
from parkplan.data.typologies import load_services
from parkplan.i18n import language
from parkplan.jobs.scenario import new_scenario
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.jobs.service_files import export_services, proof_words, service_document, sites_as_edits, uncovered
from parkplan.jobs.services import services
from parkplan.model.scenarios import Edit
from parkplan.model.services import ServiceWish

NORTH = ("JH-004", "JH-005")


def canteen(model: str, **asked: object) -> ServiceWish:
    return ServiceWish(service="canteen", model=model, parcels=NORTH, **asked)  # type: ignore[arg-type]


def test_ways_and_sites_by_hand(handmade_workspace: Path) -> None:
    """The road runs at y = 210; JH-001 (100 jobs) is in the middle at (100, 50), JH-003 (20 jobs) at (350, 50).

    JH-004 at (50, 150) is 160 + 50 + 60 = 270 m and 160 + 300 + 60 = 520 m from them, JH-005 at (150, 150) 270 m and
    420 m.
    """
    found = services(handmade_workspace, canteen("p_median"))
    assert found.sites["parcel_id"].tolist() == ["JH-005"]
    assert found.sited.value == pytest.approx(100 * 270 + 20 * 420)
    assert (found.sited.status, found.facilities, found.road_parts) == ("optimal", 0, 1)
    way = found.coverage.set_index("parcel_id")["way_after_m"]
    assert way[["JH-001", "JH-003", "JH-005"]].tolist() == pytest.approx([270, 420, 0])
    assert (found.before, found.after) == (0.0, 1.0)  # both ways are within the 1,000 m of a 15-minute walk


def test_each_model_by_hand(handmade_workspace: Path) -> None:
    near = services(handmade_workspace, canteen("cover_most", reach_m=300.0))
    assert (near.sited.value, near.after, uncovered(near)) == (100, pytest.approx(100 / 120), ["JH-003"])
    far = services(handmade_workspace, canteen("cover_most", reach_m=430.0))
    assert (far.sites["parcel_id"].tolist(), far.sited.value, far.after) == (["JH-005"], 120, 1.0)
    assert far.sites.loc[0, ["gained", "assigned", "longest_m"]].tolist() == pytest.approx([120, 120, 420])
    assert services(handmade_workspace, canteen("p_centre")).sited.value == pytest.approx(420)
    assert services(handmade_workspace, canteen("cover_all", reach_m=430.0)).sited.value == 1


def test_the_reach_of_a_service_is_time_at_a_speed_and_both_are_shown_as_what_they_are() -> None:
    known = {one.id: one for one in load_services().services}
    assert known["fire_station"].reach_m == pytest.approx(4 / 60 * 30_000)
    assert known["canteen"].reach_m == pytest.approx(15 / 60 * 4_000)
    assert known["fire_station"].speed_kmh is not None
    assert known["fire_station"].speed_kmh.badge.zh == "假设"
    assert known["fire_station"].minutes is not None
    assert known["fire_station"].minutes.badge.zh.startswith("未核实")


def test_files_hold_sites_and_coverage_and_the_document_what_it_rests_on(
    handmade_workspace: Path, tmp_path: Path
) -> None:
    found = services(handmade_workspace, canteen("cover_most", reach_m=300.0))
    path = export_services(found, tmp_path / "s.gpkg")
    assert gpd.read_file(path, layer="service_sites")["parcel_id"].tolist() == found.sites["parcel_id"].tolist()
    assert len(gpd.read_file(path, layer="service_coverage")) == 5
    told = json.loads(export_services(found, tmp_path / "s.json").read_text(encoding="utf-8"))
    assert told["uncovered"] == ["JH-003"]
    assert told["coverage_after"] == pytest.approx(100 / 120)
    assert [one["figure"] for one in service_document(found)["assumptions"]] == ["minutes", "speed_kmh"]
    with pytest.raises(RequestError, match="pdf"):
        export_services(found, tmp_path / "s.pdf")
    with language("en"):
        assert "proven the best" in proof_words(found)


def test_sites_become_one_step_of_an_option_and_count_as_services_there(
    handmade_workspace: Path, tmp_path: Path
) -> None:
    place = tmp_path / "own.parkplan"
    shutil.copytree(handmade_workspace, place)
    ws = pp.open(place)
    found = services(ws, canteen("cover_most", reach_m=430.0))
    made = option(ws, find_scenario(ws, sites_as_edits(ws, found, "食堂", actor="t")))
    assert [(edit.kind, edit.parcels, edit.value) for edit in made.edits] == [
        ("typology", ("JH-005",), "shared_services")
    ]
    again = services(ws, canteen("cover_all", reach_m=430.0), scenario="食堂")
    assert (again.facilities, again.before) == (1, 1.0)
    assert len(again.sites) == 0
    with pytest.raises(RequestError):
        sites_as_edits(ws, again, "x", actor="t")


def test_ways_lead_along_a_road_that_is_drawn_and_one_that_joins_nothing_is_told(
    handmade_workspace: Path, tmp_path: Path
) -> None:
    """A road at y = 95 to 105: what is left of JH-001, JH-003 and JH-005 lies 52.5 m from its axis.

    The surface of the road at y = 210 begins at 190, 85 m north of it.
    """
    place = tmp_path / "own.parkplan"
    shutil.copytree(handmade_workspace, place)
    ws = pp.open(place)
    road = shapely.box(500_000, 2_500_095, 500_400, 2_500_105).wkt
    new_scenario(ws, "A", actor="t", edits=[Edit("road", shape=road)])
    found = services(ws, ServiceWish(service="canteen", model="p_median", parcels=("JH-005",)), scenario="A")
    way = found.coverage.set_index("parcel_id")["way_after_m"]
    assert way[["JH-001", "JH-003"]].tolist() == pytest.approx([155, 305], abs=0.5)
    breaches = option(ws, find_scenario(ws, "A")).measures.breaches
    assert [(one.parcel, one.value) for one in breaches if one.rule == "road_apart"] == [("road-1", pytest.approx(85))]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (ServiceWish(service="castle"), "castle"),
        (ServiceWish(service="canteen", model="magic"), "magic"),
        (ServiceWish(service="canteen", demand="love"), "love"),  # type: ignore[arg-type]
        (ServiceWish(service="canteen", count=0), "0"),
        (ServiceWish(service="canteen", reach_m=float("nan")), "nan"),
        (ServiceWish(service="canteen", time_limit=0.0), "0"),
        (ServiceWish(service="canteen", parcels=("nowhere",)), "nowhere"),
        (ServiceWish(service="canteen", where="site_area_m2 > 1e9"), "0"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_word(
    handmade_workspace: Path, wish: ServiceWish, said: str
) -> None:
    with pytest.raises((RequestError, DefinitionError), match=said):
        services(handmade_workspace, wish)
