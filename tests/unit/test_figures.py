"""Key figures of the hand-made district: each number and the rows that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely import Point, box

from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.figures import figures
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.model.figures import Figures


@pytest.fixture
def told(handmade_workspace: Path) -> Figures:
    return figures(open_workspace(handmade_workspace))


@pytest.mark.parametrize(
    ("name", "value", "known", "rows"),
    [
        ("parcels", 5, 5, 5),
        ("parcel_area", 60_000, 5, 5),
        ("industrial_area", 40_000, 4, 5),
        ("low_efficiency_share", 10_000 / 40_000, 3, 3),
        ("idle_share", 10_000 / 40_000, 3, 3),
        ("output", 51e6, 2, 3),
        ("tax", 2.5e6, 2, 3),
        ("employees", 120, 2, 3),
        ("tax_per_mu", 2.5e6 / 30_000, 2, 3),
        ("far", 35_000 / 30_000, 2, 3),
        ("special_park_area", 25_000, 2, 2),
        ("industrial_new_town_area", 10_000, 2, 2),
        ("enterprises", 3, 3, 3),
        ("above_scale", 1, 2, 3),
    ],
)
def test_each_figure_states_what_it_rests_on(told: Figures, name: str, value: float, known: int, rows: int) -> None:
    figure = told.figure(name)
    assert figure is not None
    assert figure.value == pytest.approx(value, rel=1e-6)
    assert (figure.known_rows, figure.rows) == (known, rows)


def test_figures_are_written_in_the_planners_units(told: Figures) -> None:
    written = {figure.id: figure.written for figure in told.figures}
    assert written["industrial_area"].zh == "4.00 公顷（60.00 亩）"
    assert written["tax_per_mu"].zh == "5.56 万元/亩"
    assert written["low_efficiency_share"].en == "25.0%"
    assert written["output"].zh == "5,100.0 万元"


def test_a_column_that_nobody_filled_is_unknown_and_not_zero(told: Figures) -> None:
    high_tech = told.figure("high_tech")
    assert high_tech is not None
    assert high_tech.value is None
    assert high_tech.written.zh == "未知"
    assert (high_tech.known_rows, high_tech.rows) == (0, 3)


def test_breakdowns_show_the_unknown_class(told: Figures) -> None:
    clusters = told.breakdown("enterprises_by_cluster")
    assert clusters is not None
    assert [(share.code, share.rows) for share in clusters.shares] == [("electronics", 2), (None, 1)]
    status = told.breakdown("area_by_status")
    assert status is not None
    areas = {share.code: share.area_m2 for share in status.shares}
    assert areas == {
        "in_use": pytest.approx(20_000, rel=1e-6),
        "low_efficiency": pytest.approx(10_000, rel=1e-6),
        "idle": pytest.approx(10_000, rel=1e-6),
    }


def test_a_workspace_without_the_columns_shows_unknown_everywhere(tmp_path: Path) -> None:
    ws = create_workspace(tmp_path / "bare.parkplan", crs="EPSG:4547", actor="test")
    plain = gpd.GeoDataFrame({"parcel_id": ["1"]}, geometry=[box(500_000, 2_500_000, 500_100, 2_500_100)], crs=4547)
    ws.write({"parcels": plain}, change=Change("test", "make"))
    told = figures(ws)
    values = {figure.id: figure.value for figure in told.figures}
    assert values.pop("parcels") == 1
    assert values.pop("parcel_area") == pytest.approx(10_000, rel=1e-6)
    assert set(values.values()) == {None}
    assert told.absent == ("enterprises", "parks")


def test_no_industrial_parcel_among_coded_ones_is_a_known_zero(tmp_path: Path) -> None:
    ws = create_workspace(tmp_path / "homes.parkplan", crs="EPSG:4547", actor="test")
    homes = gpd.GeoDataFrame({"parcel_id": ["1"], "land_use": ["0701"]}, geometry=[box(0, 0, 9, 9)], crs=4547)
    ws.write({"parcels": homes.set_geometry(homes.translate(500_000, 2_500_000))}, change=Change("test", "make"))
    industrial = figures(ws).figure("industrial_area")
    assert industrial is not None
    assert industrial.value == 0.0


def test_a_new_version_of_a_table_gives_new_figures(tmp_path: Path) -> None:
    ws = create_workspace(tmp_path / "new.parkplan", crs="EPSG:4547", actor="test")
    for rows in (1, 2):
        points = gpd.GeoDataFrame({"enterprise_id": list("ab")[:rows]}, geometry=[Point(5e5, 25e5)] * rows, crs=4547)
        ws.write({"enterprises": points}, change=Change("test", "make"))
        figure = figures(ws).figure("enterprises")
        assert figure is not None
        assert figure.value == rows
