"""Rules on columns that nobody foresaw: real registers of vacant land are judged by a YAML file alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from parkplan import jobs
from parkplan.data.workspace import create_workspace
from parkplan.jobs import Reading, Screening, import_file
from parkplan.jobs.verdict_card import verdict_card
from parkplan.model.workspace import Change
from parkplan.screening import Verdict

SHARED = Path(__file__).parents[2].parent / "shared/data"
PHILADELPHIA = SHARED / "philadelphia_vacant_land_2024/philadelphia_vacant_land_2024_06_24.gpkg"
DUBLIN = SHARED / "dublin_rzlt_sites/rzlt_sites.geojson"
BROWNFIELD = SHARED / "uk_brownfield_registers/083bcaab201ec76562ca96c13b687b249e16fbe9372966078d9f870e722a365b.csv"
DAY = date(2024, 6, 24)

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason=f"the real data sets are not at {SHARED}")

HEAD = """
id: {id}
title: {{zh: 测试规则包, en: Test pack}}
rules:
"""
RULE = """
  - id: {id}
    title: {{zh: 规则, en: Rule}}
    clause: {{document: A register, clause: "1", verified: false}}
    flag: {flag}
    expression: "{expression}"
"""


def judged(tmp_path: Path, workspace: Path, name: str, rules: list[tuple[str, str, str]]) -> Screening:
    pack = tmp_path / f"{name}.yaml"
    lines = [RULE.format(id=rule, flag=flag, expression=expression) for rule, flag, expression in rules]
    pack.write_text(HEAD.format(id=name) + "".join(lines), encoding="utf-8")
    return jobs.screen(workspace, profiles=[str(pack)], as_of=DAY)


def count(found: Screening, verdict: Verdict) -> int:
    return next(total.parcels for total in found.totals if total.verdict == verdict)


def test_vacant_industrial_land_of_philadelphia(tmp_path: Path) -> None:
    place = tmp_path / "philadelphia.parkplan"
    import_file(PHILADELPHIA, to=place, table="parcels", mapping={"parcel_id": "opa_id", "name": "address"})
    vacant = "starts_with(zoning_base_district, 'I') and contains(building_description, 'VAC LAND')"
    found = judged(tmp_path, place, "philadelphia", [("vacant_industrial", "low_efficiency", vacant)])
    raw = gpd.read_file(PHILADELPHIA, columns=["zoning_base_district", "building_description"], ignore_geometry=True)
    zone, what = raw["zoning_base_district"], raw["building_description"]
    industrial, empty = zone.str.startswith("I"), what.str.contains("VAC LAND", regex=False)
    flagged = int((industrial.eq(True) & empty.eq(True)).sum())
    assert flagged > 500
    assert count(found, Verdict.LOW_EFFICIENCY) == flagged
    cleared = int(((zone.notna() & industrial.eq(False)) | (what.notna() & empty.eq(False))).sum())
    assert count(found, Verdict.NOT_LOW_EFFICIENCY) == cleared
    assert count(found, Verdict.TO_CHECK) == len(raw) - flagged - cleared
    row = int((found.parcels["verdict"] == "low_efficiency").to_numpy().argmax())
    card = verdict_card(found, row)
    assert [rule.answer for rule in card.rules] == ["true"]
    assert card.rules[0].conditions[0].filled.zh == (
        f"zoning_base_district（{zone.iloc[row]}）以“I”开头，且building_description（{what.iloc[row]}）含“VAC LAND”"
    )
    assert found.parcels["block_parcels"].max() > 1


def test_idle_sites_of_dublin(tmp_path: Path) -> None:
    place = tmp_path / "dublin.parkplan"
    import_file(DUBLIN, to=place, table="parcels", reading=Reading(crs="EPSG:4326"))
    rules = [
        ("long_on_the_register", "idle", "days_between(date_added, as_of) >= 730"),
        ("to_be_regenerated", "exempt", "contains(zone_orig, 'Regeneration')"),
    ]
    found = judged(tmp_path, place, "dublin", rules)
    raw = gpd.read_file(DUBLIN, ignore_geometry=True)
    days = (pd.Timestamp(DAY) - pd.to_datetime(raw["date_added"]).dt.tz_localize(None)).dt.days
    long, regenerated = days >= 730, raw["zone_orig"].str.contains("Regeneration")
    assert count(found, Verdict.IDLE) == int((long & ~regenerated).sum()) > 0
    assert count(found, Verdict.EXEMPT) == int((long & regenerated).sum()) > 0


def test_brownfield_points_of_an_english_council(tmp_path: Path) -> None:
    """Points have no area of their own: what the register does not say stays unknown."""
    place = tmp_path / "brownfield.parkplan"
    raw = pd.read_csv(BROWNFIELD, encoding="latin-1")
    points = gpd.points_from_xy(raw["GeoX"], raw["GeoY"], crs="EPSG:27700")
    sites = gpd.GeoDataFrame(
        raw.rename(columns={"SiteReference": "parcel_id"}).astype({"parcel_id": "str"}), geometry=points
    )
    sites["site_area_m2"] = (10_000 * raw["Hectares"]).where(raw.index % 5 > 0)  # a fifth of the areas goes missing
    ws = create_workspace(place, crs="EPSG:27700", actor="test")
    ws.write({"parcels": sites.dropna(axis=1, how="all")}, change=Change("test", "make", source=BROWNFIELD.name))
    waiting = "PlanningStatus == 'Not permissioned' and site_area_m2 >= 2500"
    found = judged(tmp_path, place, "brownfield", [("waiting", "low_efficiency", waiting)])
    large, known = raw["Hectares"] >= 0.25, raw.index % 5 > 0
    waiting_ones = raw["PlanningStatus"] == "Not permissioned"
    assert count(found, Verdict.LOW_EFFICIENCY) == int((large & known & waiting_ones).sum()) > 0
    assert count(found, Verdict.TO_CHECK) == int((~known & (waiting_ones | raw["PlanningStatus"].isna())).sum())
