"""The doctor of a workspace: every kind of fault is found where it lies, and nothing else is."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from parkplan.cli import main
from parkplan.data.workspace import create_workspace
from parkplan.jobs import check, export_findings
from parkplan.model.workspace import Change
from parkplan.quality import Finding, Fitness, check_tables, gate
from parkplan.quality.overlap import overlapping_pairs

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2026, 6, 30)
X, Y = 409_000.0, 2_497_000.0


def box(x: float, y: float, width: float = 100.0, height: float = 100.0) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


def parcels(shapes: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    keys = columns.pop("parcel_id", [f"P{number}" for number in range(1, len(shapes) + 1)])
    return gpd.GeoDataFrame({"parcel_id": keys, **columns}, geometry=shapes, crs=4547)


def findings(frame: gpd.GeoDataFrame, **others: gpd.GeoDataFrame) -> tuple[Finding, ...]:
    return check_tables({"parcels": frame, **others}, DAY)


def one(found: tuple[Finding, ...], code: str) -> Finding:
    (only,) = [finding for finding in found if finding.code == code]
    return only


def test_a_clean_district_has_no_finding() -> None:
    assert findings(parcels([box(0, 0), box(100, 0), box(300, 0)])) == ()
    assert check_tables({}, DAY) == ()
    assert findings(parcels([])) == ()


def test_shapes_that_are_missing_empty_or_broken() -> None:
    bow_tie = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    found = findings(parcels([None, shapely.Polygon(), bow_tie]))
    assert [(each.code, each.row, each.severity) for each in found] == [
        ("empty_geometry", 2, "error"), ("invalid_geometry", 3, "error"), ("null_geometry", 1, "error"),
    ]  # fmt: skip
    broken = one(found, "invalid_geometry")
    assert broken.measure == pytest.approx(5_000, rel=1e-3)  # the wings cancel before the repair
    assert "Self-intersection" in broken.text("en")
    assert one(found, "null_geometry").lon is None


def test_overlap_names_both_the_shared_area_and_the_place() -> None:
    found = one(findings(parcels([box(0, 0), box(90, 0)])), "overlap")
    assert (found.table, found.row, found.key, found.other, found.unit) == ("parcels", 1, "P1", "P2", "m2")
    assert found.measure == pytest.approx(1_000, rel=1e-3)
    assert (found.lon, found.lat) == pytest.approx((113.1164, 22.5695), abs=1e-3)
    assert found.text("zh").startswith("P1 与 P2 重叠 1,000 平方米")
    assert found.remedy("en") != found.remedy("zh")


def test_a_parcel_inside_another_overlaps_and_an_equal_one_is_double() -> None:
    assert [each.code for each in findings(parcels([box(0, 0), box(20, 20, 10, 10)]))] == ["overlap"]
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(box(0, 0))[:-1], 1, axis=0))
    assert [each.code for each in findings(parcels([box(0, 0), turned]))] == ["double_geometry"]


def test_a_narrow_gap_is_told_and_a_street_is_not() -> None:
    found = one(findings(parcels([box(0, 0), box(100.4, 0), box(212, 0)])), "gap")
    assert (found.key, found.other, found.severity) == ("P1", "P2", "note")
    assert found.measure == pytest.approx(40, rel=0.02)
    assert "0.40" in found.text("en")


def test_a_road_that_misses_another_by_little_is_told_at_its_end() -> None:
    shapes = [
        shapely.LineString([(X, Y), (X + 300, Y)]), shapely.LineString([(X + 100, Y + 4), (X + 100, Y + 90)]),
        shapely.LineString([(X + 200, Y + 40), (X + 200, Y + 90)]), None,
    ]  # fmt: skip
    lines = gpd.GeoDataFrame({"road_id": ["R1", "R2", "R3", "R4"]}, geometry=shapes, crs=4547)
    found = one(check_tables({"roads": lines}, DAY), "open_end")
    assert (found.key, found.other, found.row, found.measure) == ("R2", "R1", 2, pytest.approx(4.0))
    place = gpd.GeoSeries([shapely.Point(X + 100, Y + 4)], crs=4547).to_crs(4490).iloc[0]
    assert (found.lon, found.lat) == pytest.approx((place.x, place.y), abs=1e-6)
    assert "4.00" in found.text("en")


def test_a_sliver_that_fills_the_gap_is_a_sliver_and_no_gap() -> None:
    found = findings(parcels([box(0, 0), box(100, 0, 0.5), box(100.5, 0)]))
    assert [(each.code, each.key) for each in found] == [("sliver", "P2")]


def test_keys_missing_and_double() -> None:
    found = findings(parcels([box(0, 0), box(200, 0), box(400, 0)], parcel_id=["a", "a", None]))
    assert [(each.code, each.row) for each in found] == [("key_double", 1), ("key_double", 2), ("key_missing", 3)]
    assert found[2].key == "#3"


def test_registered_area_against_the_ellipsoid() -> None:
    shapes = [box(0, 0), box(200, 0), box(400, 0), box(600, 0), box(800, 0)]
    found = findings(parcels(shapes, site_area_m2=[10_000.0, 15.0, 0.0, 12_000.0, None]))
    assert [(each.code, each.row) for each in found] == [("area_impossible", 3), ("area_unit", 2), ("area_differs", 4)]
    assert "亩" in one(found, "area_unit").text("zh")
    assert one(found, "area_differs").measure == pytest.approx(2_000, rel=0.01)


def test_dates_limits_and_survey_parts() -> None:
    day = dt.date
    frame = parcels(
        [box(0, 0), box(200, 0)],
        supplied_on=[day(2020, 5, 1), None],
        started_on=[day(2020, 4, 1), day(2030, 1, 1)],
        far_min=[1.0, 2.0],
        far_max=[2.0, 1.0],
        TBMJ=[100.0, 100.0],
        TBDLMJ=[90.0, 90.0],
        KCMJ=[10.0, 5.0],
    )
    found = findings(frame)
    assert [(each.code, each.row, each.measure) for each in found] == [
        ("date_ahead", 2, None), ("date_order", 1, 30.0), ("far_order", 2, 1.0), ("survey_parts", 2, 5.0),
    ]  # fmt: skip


def test_totals_and_orphans() -> None:
    frame = parcels([box(0, 0), box(200, 0)], floor_area_m2=[5_000.0, 5_000.0], tax_yuan=[1e6, 1e6])
    buildings = gpd.GeoDataFrame(
        {"building_id": ["b1", "b2", "b3"], "parcel_id": ["P1", "P2", "P9"], "floor_area_m2": [5_000.0, 4_000.0, 1.0]},
        geometry=[box(10, 10, 20, 20), box(210, 10, 20, 20), box(10, 50, 20, 20)], crs=4547,
    )  # fmt: skip
    points = [shapely.Point(X + 5, Y + 5), shapely.Point(X + 205, Y + 5)]
    columns = {"enterprise_id": ["e1", "e2"], "parcel_id": ["P1; P2", None], "tax_yuan": [1.6e6, 5.0]}
    firms = gpd.GeoDataFrame(columns, geometry=points, crs=4547)
    found = findings(frame, buildings=buildings, enterprises=firms)
    told = [(each.code, each.table, each.key, each.measure) for each in found]
    assert ("floor_total", "parcels", "P2", 1_000.0) in told
    assert [entry for entry in told if entry[0] == "firms_total"] == [
        ("firms_total", "parcels", "P1", pytest.approx(2e5)), ("firms_total", "parcels", "P2", pytest.approx(2e5)),
    ]  # fmt: skip
    assert "P9" in one(found, "orphan").text("en")
    assert one(found, "no_parcel").key == "e2"


def test_pairs_agree_with_the_tree_and_with_each_pair_asked() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 60, (2, 80))
    shapes = shapely.buffer(shapely.points(x, y), rng.uniform(1, 6, 80), quad_segs=2)
    left, right = overlapping_pairs(shapes)
    brute = {(i, j) for i in range(80) for j in range(i) if shapely.intersection(shapes[i], shapes[j]).area > 0}
    assert {(int(j), int(i)) for i, j in zip(left, right, strict=True)} == brute


def test_many_pairs_are_asked_in_threads_with_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0, 60, (2, 500))
    shapes = shapely.box(x, y, x + 3, y + 3)
    alone = overlapping_pairs(shapes)
    monkeypatch.setattr("parkplan.quality.overlap.PAIRS_PER_THREAD", 10)
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    assert [pair.tolist() for pair in overlapping_pairs(shapes)] == [pair.tolist() for pair in alone]


def test_the_gate_weighs_by_area_and_by_row() -> None:
    frame = pd.DataFrame({"tax": [1.0, None, None, 4.0]})
    area, every = np.array([10.0, 30.0, 50.0, 10.0]), np.ones(4, dtype=bool)
    none = ~every
    asked = np.array([True, True, False, True])
    open_ = gate(frame, area, none, {"tax": asked, "never": none}, ())
    (tax,) = open_.fields
    assert (tax.rows, tax.known_rows, tax.area_m2, tax.known_area_m2) == (3, 2, 50.0, 20.0)
    assert (tax.known_share, tax.known_area_share) == (pytest.approx(2 / 3), pytest.approx(0.4))
    assert open_.fitness is Fitness.FIT
    assert gate(frame, area, np.array([False, True, False, False]), {}, ()).fitness is Fitness.PARTLY
    assert gate(frame, area, np.array([False, True, True, False]), {}, ()).fitness is Fitness.UNFIT
    wrong = Finding("key_missing", "error", "parcels", 1, "#1")
    assert gate(frame, area, none, {}, (wrong,)).fitness is Fitness.PARTLY
    assert gate(frame.iloc[:0], area[:0], none[:0], {}, ()).fitness is Fitness.UNFIT


def test_the_command_ends_with_one_where_there_are_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ws = create_workspace(tmp_path / "w", crs="EPSG:4547", actor="t")
    ws.write({"parcels": parcels([box(0, 0), box(90, 0)])}, change=Change("t", "import"))
    assert main(["check", str(tmp_path / "w"), "--json", "--as-of", "2026-06-30", "--quiet"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"overlap": 1}
    assert set(told["findings"][0]["text"]) == {"zh", "en"}
    assert told["gate"]["fitness"] in {"partly", "unfit"}
    assert told["gate"]["fields"]
    ws.write({"parcels": parcels([box(0, 0)])}, change=Change("t", "import"))
    assert main(["check", str(tmp_path / "w"), "--quiet"]) == 0
    assert len(ws.journal()) == 2  # nothing was written


def test_a_demo_district_is_told_in_words_and_as_points(
    small_demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "findings.gpkg"
    assert main(["check", str(small_demo), "--lang", "en", "--as-of", "2026-06-30", "--out", str(out)]) == 1
    text = capsys.readouterr().out
    assert "fictional" in text
    assert "Data quality" in text
    found = check(small_demo, as_of=DAY)
    written = gpd.read_file(out)
    assert len(written) == len(found.findings)
    assert written["text_zh"].iloc[0] == found.findings[0].text("zh")
    assert found.gate is not None
    assert found.gate.parcels == found.rows["parcels"]
    assert export_findings(found, tmp_path / "f.xlsx").is_file()
