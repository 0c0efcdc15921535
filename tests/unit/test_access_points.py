"""Gates and other facilities as candidates of a siting and as points of access, by hand."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

import parkplan as pp
from parkplan._errors import RequestError
from parkplan.jobs.allocation_around import around
from parkplan.jobs.allocation_land import access_of
from parkplan.jobs.allocation_wish import checked
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.jobs.service_files import sites_as_edits
from parkplan.jobs.services import services
from parkplan.model.allocation import Wish
from parkplan.model.services import ServiceWish
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace


@pytest.fixture
def ws(handmade_workspace: Path, tmp_path: Path) -> Workspace:
    """The district with two gates and a school on its road, at x = 100, 300 and 0."""
    place = tmp_path / "own.parkplan"
    shutil.copytree(handmade_workspace, place)
    found = pp.open(place)
    points = [shapely.Point(500_000 + x, 2_500_210) for x in (100, 300, 0)]
    table = gpd.GeoDataFrame(
        {"facility_id": ["F1", "F2", "F3"], "kind": ["gate", "gate", "school"]}, geometry=points, crs="EPSG:4547"
    )
    found.write({"facilities": table}, change=Change("t", "gates", source="made by hand", synthetic=True))
    return found


def test_a_service_is_sited_at_a_gate(ws: Workspace) -> None:
    """JH-001 (100 jobs) is 160 m off the road at x = 100, JH-003 (20 jobs) 160 m off it at x = 350."""
    found = services(ws, ServiceWish(service="canteen", model="p_median", at=("gate",)))
    assert (found.candidates, found.sites["parcel_id"].tolist()) == (2, ["F1"])
    assert found.sited.value == pytest.approx(100 * 160 + 20 * (160 + 250))
    with pytest.raises(RequestError, match="食堂"):  # a gate is no land that could be built on
        sites_as_edits(ws, found, "x", actor="t")
    both = services(ws, ServiceWish(service="canteen", model="p_median", count=2, at=("gate",), parcels=("JH-005",)))
    assert (both.candidates, both.sites["parcel_id"].tolist()) == (3, ["F1", "F2"])
    with pytest.raises(RequestError, match="castle"):
        services(ws, ServiceWish(service="canteen", at=("castle",)))


def test_access_counts_to_the_gates_where_they_are_asked_for(ws: Workspace) -> None:
    """JH-001 is 160 m from F1, JH-002 (middle at 250) 160 + 50 m from F2, JH-004 (50, 150) 60 + 50 m from F1."""
    at = option(ws, find_scenario(ws, "base"))
    nearby = around(ws, at, 20.0, 1.3)
    to_gates = access_of(nearby, checked(Wish(access_to=("gate",), access_reach_m=400.0)))
    assert to_gates[[0, 1, 3]].tolist() == pytest.approx([1 - 160 / 400, 1 - 210 / 400, 1 - 110 / 400])
    either = access_of(nearby, Wish(access_to=("gate", "school"), access_reach_m=400.0))
    assert (either >= to_gates).all()
    assert either[3] == pytest.approx(1 - 110 / 400)  # F3 is as near as F1: 60 + 50 m
    np.testing.assert_equal(access_of(nearby, Wish()), np.zeros(5))  # no class of road is known here
    np.testing.assert_equal(access_of(nearby, Wish(access_to=("hospital",))), np.zeros(5))
    with pytest.raises(RequestError, match="castle"):
        checked(Wish(access_to=("castle",)))
