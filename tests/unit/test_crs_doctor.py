"""The CRS doctor: zones, prefixes, datums, swapped axes, units and web maps, each from numbers made by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from parkplan._errors import SourceFileError
from parkplan.cli import main
from parkplan.data.crs import SourceCrs, parse_crs, reproject
from parkplan.data.crs_doctor import Diagnosis, diagnose
from parkplan.data.gcj import wgs84_to_gcj02
from parkplan.jobs import Reading, import_file

if TYPE_CHECKING:
    from pathlib import Path

HOME = (113.12, 22.57)
NEAR = (113.0, 22.4, 113.3, 22.7)
ZONED, PLAIN = (38_409_494.401, 2_497_185.717), (409_494.401, 2_497_185.717)


def at(x: float, y: float) -> Any:
    return np.array([shapely.Point(x, y), shapely.Point(x + 1e-6 * abs(x), y)], dtype=object)


def told(place: tuple[float, float], declared: str | None = None, **how: Any) -> Diagnosis:
    return diagnose(at(*place), parse_crs(declared) if declared else None, **how)


def statements(found: Diagnosis) -> list[str]:
    return [each.source.statement for each in found.candidates]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (ZONED, ["EPSG:4526", "EPSG:2362", "EPSG:2414"]),
        ((19_718_146.0, 2_498_000.0), ["EPSG:4497", "EPSG:2333", "EPSG:21419"]),
    ],
)
def test_a_zone_in_the_easting_leaves_three_datums(place: Any, expected: list[str], swapped: bool) -> None:
    found = told(place[::-1] if swapped else place)
    assert found.chosen is None
    wanted = [f"{each}/yx" for each in expected] if swapped else expected
    assert [each for each in statements(found) if "3857" not in each] == wanted


def test_without_a_zone_the_workspace_decides_the_order_and_the_user_the_datum() -> None:
    assert told(PLAIN).chosen is None
    assert {"EPSG:4546", "EPSG:4547", "EPSG:4548"} <= set(statements(told(PLAIN)))
    near = told(PLAIN, near=NEAR)
    assert near.chosen is None
    assert statements(near)[:3] == ["EPSG:4547", "EPSG:2383", "EPSG:2435"]


def test_a_six_degree_easting_is_too_wide_for_three_degrees() -> None:
    found = told((718_146.0, 2_498_000.0), near=NEAR)
    assert statements(found)[:3] == ["EPSG:4508", "EPSG:2344", "EPSG:21459"]


@pytest.mark.parametrize(
    ("place", "declared", "chosen"),
    [
        (PLAIN, "EPSG:4547", "EPSG:4547"),
        (ZONED, "EPSG:4526", "EPSG:4526"),
        (PLAIN[::-1], "EPSG:4547", "EPSG:4547/yx"),
        (ZONED, "EPSG:4547", "EPSG:4526"),
        (ZONED[::-1], "EPSG:4547", "EPSG:4526/yx"),
        (PLAIN, "EPSG:4526", "EPSG:4547"),
        (ZONED, "EPSG:2383", "EPSG:2362"),
        (PLAIN, "EPSG:2414", "EPSG:2435"),
        (HOME, "EPSG:4547", "EPSG:4490"),
        (ZONED, "EPSG:4490", "EPSG:4526"),
        (ZONED, "EPSG:4610", "EPSG:2362"),
        (HOME, "EPSG:4326", "EPSG:4326"),
        (HOME[::-1], "EPSG:4326", "EPSG:4326/yx"),
        ((51.23, -0.33), "EPSG:4258", "EPSG:4258/yx"),
        ((2_693_000.0, 240_000.0), "EPSG:2272", "EPSG:2272"),
        ((12_592_460.0, 2_580_000.0), "EPSG:3857", "EPSG:3857"),
        ((717_000.0, 2_497_000.0), "EPSG:32649", "EPSG:32649"),
    ],
)
def test_what_is_certain(place: Any, declared: str, chosen: str) -> None:
    found = told(place, declared)
    assert found.chosen is not None
    assert found.chosen.statement == chosen
    assert found.changed is (chosen != declared)
    assert all(reason.sentence("zh") != reason.sentence("en") for reason in found.reasons)


@pytest.mark.parametrize(
    ("place", "declared", "best"),
    [
        ((559_044.0, 146_792.0), "EPSG:4326", "EPSG:27700"),
        (ZONED, "EPSG:4326", "EPSG:4526"),
        ((820_900.0, 73_100.0), "EPSG:2272", "EPSG:2272/m"),
        ((37_409_494.0, 2_497_185.0), "EPSG:4547", "EPSG:4525"),
        ((12_592_460.0, 2_580_000.0), "EPSG:4490", "EPSG:3857"),
        ((-2.7, 53.7), None, "EPSG:4326"),
        (HOME, None, "EPSG:4490"),
    ],
)
def test_what_the_user_decides(place: Any, declared: str | None, best: str) -> None:
    found = told(place, declared)
    assert found.chosen is None
    assert statements(found)[0] == best
    assert [each.score for each in found.candidates] == sorted((each.score for each in found.candidates), reverse=True)


def test_feet_declared_as_metres_are_offered() -> None:
    found = told((2_693_000.0, 240_000.0), "EPSG:32129")
    assert found.chosen is None
    assert "EPSG:32129/ft" in statements(found)


def test_degrees_in_china_may_come_from_a_web_map() -> None:
    assert statements(told(HOME))[:3] == ["EPSG:4490", "gcj02", "bd09"]
    hinted = told(HOME, "EPSG:4326", names=("district.geojson", "adcode"))
    assert hinted.chosen is None
    assert statements(hinted)[:2] == ["gcj02", "bd09"]


def test_far_from_the_workspace_is_asked() -> None:
    found = told((37_409_494.0 - 37e6, 2_497_185.0), "EPSG:4546", near=NEAR)
    assert found.chosen is None
    assert statements(found)[0] == "EPSG:4547"


def test_one_slip_of_the_pen_decides_nothing() -> None:
    points = [shapely.Point(389_547 + 10 * n, 412_564 + 7 * n) for n in range(200)]
    points[3] = shapely.Point(389_547, 41_255_400)
    found = diagnose(np.array(points, dtype=object), parse_crs("EPSG:27700"))
    assert found.chosen == parse_crs("EPSG:27700")


@pytest.mark.parametrize("statement", ["EPSG:4526", "EPSG:4547/yx", "EPSG:4490", "gcj02", "EPSG:32649"])
def test_each_reading_leads_to_the_same_place(statement: str) -> None:
    source = parse_crs(statement)
    x, y = HOME
    if source.shifted:
        (x,), (y,) = wgs84_to_gcj02(np.array([x]), np.array([y]))
    else:
        x, y = Transformer.from_crs(4490, source.crs, always_xy=True).transform(x, y)
    written = (y, x) if source.swapped else (x, y)
    moved, _ = reproject(np.array([shapely.Point(written)], dtype=object), source, parse_crs("EPSG:4547").crs)
    assert (moved[0].x, moved[0].y) == pytest.approx(PLAIN, abs=0.01)


def test_units_of_length_are_exchanged() -> None:
    metres = SourceCrs(parse_crs("EPSG:2272").crs, scale=1 / 0.3048)
    assert parse_crs("EPSG:2272/m") == metres
    feet = np.array([shapely.Point(2_693_000.0, 240_000.0)], dtype=object)
    as_metres = shapely.transform(feet, lambda xy: xy * 0.3048)
    target = parse_crs("EPSG:4269").crs
    one, _ = reproject(feet, parse_crs("EPSG:2272"), target)
    other, _ = reproject(as_metres, metres, target)
    assert one[0].distance(other[0]) < 1e-9


def points_file(path: Path, place: tuple[float, float], crs: int) -> Path:
    gpd.GeoDataFrame({"n": ["a"]}, geometry=[shapely.Point(place)], crs=crs).to_file(path)
    return path


def table(path: Path, place: tuple[float, float]) -> Path:
    path.write_text(f"name,x,y\na,{place[0]},{place[1]}\n", encoding="utf-8")
    return path


def test_import_asks_with_candidates_and_takes_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(tmp_path / "a.csv", ZONED)
    assert main(["import", str(path), "--to", str(tmp_path / "ws"), "--as", "spots", "--crs", "auto"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert any("--crs EPSG:4526" in line and "113.12" in line for line in lines)
    assert any("--crs EPSG:2362" in line for line in lines)
    done = import_file(path, to=tmp_path / "ws", table="spots", reading=Reading(crs="EPSG:4526"))
    assert done.crs.workspace.startswith("EPSG:4526")


def test_import_reads_swapped_columns_and_says_so(tmp_path: Path) -> None:
    path = points_file(tmp_path / "a.gpkg", PLAIN[::-1], 4547)
    done = import_file(path, to=tmp_path / "ws", table="spots", reading=Reading(crs="auto"), dry_run=True)
    point = done.frame.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx(PLAIN, abs=1e-6)
    assert "crs_changed" in {each.code for each in done.findings}


def test_the_command_tells_and_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sure = points_file(tmp_path / "sure.gpkg", PLAIN, 4547)
    assert main(["crs", str(sure), "--json", "--lang", "en"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["statement"], said["rows"]) == ("EPSG:4547", 1)
    assert said["reasons"]
    open_one = table(tmp_path / "open.csv", ZONED)
    assert main(["crs", str(open_one), "--lang", "zh"]) == 1
    text = capsys.readouterr().out
    assert "EPSG:4526" in text
    assert "带号 38" in text


def test_a_false_statement_is_refused(tmp_path: Path) -> None:
    path = points_file(tmp_path / "a.gpkg", PLAIN, 4547)
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="spots", reading=Reading(crs="gcj02"))
    assert caught.value.key == "import_shifted_not_degrees"
