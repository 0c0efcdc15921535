"""What lies at a place of a layer that is shown as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyproj import Transformer

from parkplan.data.workspace import open_workspace
from parkplan.jobs.place import Place, row_at

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

TO_DEGREES = Transformer.from_crs("EPSG:4547", "EPSG:4326", always_xy=True)


@pytest.fixture(scope="module")
def ws(handmade_workspace: Path) -> Workspace:
    return open_workspace(handmade_workspace)


def place(x: float, y: float, zoom: float = 14) -> Place:
    """A place in metres from the south-western corner of the first parcel."""
    return Place(*TO_DEGREES.transform(500_000 + x, 2_500_000 + y), zoom)


@pytest.mark.parametrize(("x", "y", "row"), [(100, 50, 0), (250, 50, 1), (350, 50, 2), (50, 150, 3), (150, 150, 4)])
def test_the_parcel_that_contains_the_place_is_found(ws: Workspace, x: float, y: float, row: int) -> None:
    assert row_at(ws, "parcels_by_status", place(x, y)) == row


def test_a_place_beside_is_good_for_three_pixels_of_the_zoom(ws: Workspace) -> None:
    # 3 px at z14 are 3 * 156543.03 m * cos(22.6 deg) / 2**14 = 26.5 m on the ground
    assert row_at(ws, "parcels_by_status", place(420, 50)) == 2
    assert row_at(ws, "parcels_by_status", place(430, 50)) is None
    assert row_at(ws, "parcels_by_status", place(430, 50, zoom=13)) == 2


def test_what_is_not_drawn_is_not_found(ws: Workspace) -> None:
    assert row_at(ws, "parcels_by_status", place(250, 50), where="status == 'in_use'") is None
    assert row_at(ws, "parcels_by_status", place(201, 50), where="status == 'in_use'") == 0
    assert row_at(ws, "special_parks", place(1050, 1050)) is None


def test_classes_that_are_switched_off_are_not_found(ws: Workspace) -> None:
    from parkplan.data.layers import load_layers
    from parkplan.render.classes import classify

    found = load_layers()
    spec = found.layers["parcels_by_status"]
    code = int(classify(ws.read("parcels"), spec, found.palettes, "zh").codes[1])
    assert row_at(ws, "parcels_by_status", place(250, 50), hidden=[code]) is None


def test_the_nearest_of_several_points_is_found(ws: Workspace) -> None:
    assert row_at(ws, "enterprises", place(60, 45, zoom=12)) == 0
    assert row_at(ws, "enterprises", place(140, 30, zoom=12)) == 1
