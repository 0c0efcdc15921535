"""Fits to control points against transformations made by hand, and points of the real world through an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.control_points import fit_four, fit_seven, geocentric, geodetic
from parkplan.data.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

GRS80 = (6_378_137.0, 1 / 298.257222101)
KRASSOWSKY = (6_378_245.0, 1 / 298.3)
PLANE = np.array([[409_000.0, 2_497_000.0], [412_000.0, 2_497_100.0], [410_500.0, 2_499_900.0], [411_000, 2_496_000]])


@given(st.floats(-np.pi, np.pi), st.floats(0.9, 1.1), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_four_parameters_come_back(angle: float, scale: float, east: float, north: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    fit = fit_four(PLANE, scale * PLANE @ turn.T + [east, north])
    assert fit.scale == pytest.approx(scale, abs=1e-9)
    assert fit.residuals_m.max() < 1e-6
    probe = np.array([[409_777.0, 2_498_123.0]])
    assert fit.apply(probe) == pytest.approx(scale * probe @ turn.T + [east, north], abs=1e-5)


def test_residuals_name_the_bad_point() -> None:
    around = np.vstack([PLANE, PLANE + np.array([900.0, 400.0]), PLANE - np.array([700.0, 900.0])])
    target = around + np.array([100.0, -50.0])
    target[2, 0] += 0.3
    fit = fit_four(around, target)
    assert int(fit.residuals_m.argmax()) == 2
    east, north, one = around[:, 0] - 4e5, around[:, 1] - 2.5e6, np.ones(len(around))
    rows = np.vstack([np.column_stack([east, -north, one, 0 * one]), np.column_stack([north, east, 0 * one, one])])
    by_hand = np.linalg.lstsq(rows, np.concatenate([target[:, 0], target[:, 1]]), rcond=None)[0]
    assert fit.scale == pytest.approx(float(np.hypot(by_hand[0], by_hand[1])), abs=1e-9)
    assert fit.rms_m == pytest.approx(float(np.sqrt((fit.residuals_m**2).sum() / (2 * len(around) - 4))))


def test_seven_parameters_are_those_of_proj() -> None:
    longitude, latitude = np.array([112.5, 113.5, 113.0, 112.8, 113.3]), np.array([22.2, 22.3, 22.9, 22.6, 22.7])
    source = geocentric(longitude, latitude, *KRASSOWSKY)
    helmert = (
        "+proj=helmert +x=-12.6 +y=148.3 +z=87.1 +rx=-1.2 +ry=0.7 +rz=2.3 +s=4.5 +convention=position_vector +exact"
    )
    target = np.column_stack(Transformer.from_pipeline(helmert).transform(*source.T))
    fit = fit_seven(source, target)
    assert fit.scale - 1 == pytest.approx(4.5e-6, abs=1e-10)
    assert fit.residuals_m.max() < 1e-5
    probe = geocentric(np.array([113.12]), np.array([22.57]), *KRASSOWSKY)
    expected = np.column_stack(Transformer.from_pipeline(helmert).transform(*probe.T))
    assert fit.apply(probe) == pytest.approx(expected, abs=1e-4)


def test_geocentric_is_that_of_proj_and_comes_back() -> None:
    longitude, latitude = np.array([113.12, 75.0]), np.array([22.57, 53.0])
    there = Transformer.from_pipeline("+proj=cart +ellps=GRS80").transform(
        np.radians(longitude), np.radians(latitude), np.zeros(2), radians=True)  # fmt: skip
    xyz = geocentric(longitude, latitude, *GRS80)
    assert xyz == pytest.approx(np.column_stack(there), abs=1e-6)
    back = geodetic(xyz, *GRS80)
    assert np.abs(back[0] - longitude).max() < 1e-11
    assert np.abs(back[1] - latitude).max() < 1e-11


@pytest.mark.parametrize("points", [PLANE[:1], np.repeat(PLANE[:1], 3, axis=0)])
def test_too_little_is_refused(points: np.ndarray) -> None:
    with pytest.raises(RequestError):
        fit_four(points, points)


def test_a_line_gives_no_seven_parameters() -> None:
    line = np.outer(np.arange(4.0), [1.0, 2.0, 3.0]) * 1000
    with pytest.raises(RequestError) as caught:
        fit_seven(line, line)
    assert caught.value.key == "control_points_line"


@pytest.mark.parametrize(
    ("parameters", "datum"), [("4", (2383, "IAU76")), ("7", (2383, "IAU76")), ("7", (2435, "krass"))]
)
def test_an_old_datum_comes_into_the_new_one_by_control_points(
    tmp_path: Path, parameters: str, datum: tuple[int, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """True points move by the parameters of PROJ's own Helmert; the import never sees these parameters.

    Xian 80 and Beijing 54, both in the three-degree zone of 114 E.
    """
    crs, ellipsoid = datum
    old = np.array([[400_000.0 + 5_000 * (n % 3), 2_490_000.0 + 5_000 * (n // 3)] for n in range(9)])
    helmert = (
        f"+proj=pipeline +step +inv +proj=tmerc +lon_0=114 +x_0=500000 +ellps={ellipsoid} "
        f"+step +proj=cart +ellps={ellipsoid} "
        "+step +proj=helmert +x=100 +y=-50 +z=30 +rx=0.3 +ry=-0.2 +rz=0.5 +s=2 +convention=position_vector "
        "+step +inv +proj=cart +ellps=GRS80 +step +proj=tmerc +lon_0=114 +x_0=500000 +ellps=GRS80"
    )
    new = np.column_stack(Transformer.from_pipeline(helmert).transform(old[:, 0], old[:, 1]))
    table = "from_x,from_y,to_x,to_y\n" + "".join(f"{a},{b},{c},{d}\n" for (a, b), (c, d) in zip(old, new, strict=True))
    (tmp_path / "points.csv").write_text(table, "utf-8")
    probe = [407_321.0, 2_496_123.0]
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(probe)], crs=crs).to_file(tmp_path / "a.gpkg")
    call = [
        "import",
        str(tmp_path / "a.gpkg"),
        "--to",
        str(tmp_path / "ws"),
        "--as",
        "spots",
        "--parameters",
        parameters,
    ]
    assert main([*call, "--control-points", str(tmp_path / "points.csv"), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "root mean square" in said
    assert "EPSG:4547" in said
    expected = Transformer.from_pipeline(helmert).transform(*probe)
    point = open_workspace(tmp_path / "ws").read("spots").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx(expected, abs=0.02)
