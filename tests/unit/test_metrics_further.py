"""Vacancy, age, plan, lines by kind, firms, years, parks and stages by cases computed by hand."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from parkplan.metrics import (
    constraint_shares,
    firms_on_parcels,
    intensive_use,
    mean_built_year,
    over_years,
    planned_use,
    vacancy,
    vacant_floor_m2,
    years_used,
)
from parkplan.screening.stages import life_cycle_stage


def squares(*corners: tuple[float, float, float, float], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[box(*corner) for corner in corners], crs=4547)


def test_vacancy_of_a_let_parcel_is_what_nobody_leases() -> None:
    parcels = pd.DataFrame({"parcel_id": ["A", "B", "C", "D"], "floor_area_m2": [1000.0, 1000.0, 1000.0, 500.0]})
    firms = pd.DataFrame(
        {"parcel_id": ["A", "A", "B", "B", "D"], "leased_floor_m2": [300.0, 450.0, 200.0, None, 700.0]}
    )
    vacant = vacant_floor_m2(parcels, firms)
    assert vacant.iloc[0] == 250.0  # 1000 - 300 - 450
    assert np.isnan(vacant.iloc[1])  # one firm does not say: it may own and fill the rest
    assert np.isnan(vacant.iloc[2])  # no firm known
    assert vacant.iloc[3] == 0.0  # more leased than there is
    assert vacancy(parcels.assign(vacant_floor_m2=vacant)).iloc[0] == 0.25


def test_year_of_buildings_is_weighted_by_footprint() -> None:
    parcels = squares((0, 0, 100, 100), (200, 0, 300, 100))
    buildings = squares((0, 0, 10, 30), (50, 0, 60, 10), (210, 0, 220, 10), (240, 0, 260, 10))
    buildings["built_year"] = pd.array([2000, 2020, 2010, None], dtype="Int64")
    years = mean_built_year(parcels, buildings)
    assert years.iloc[0] == 2005.0  # (300 * 2000 + 100 * 2020) / 400
    assert np.isnan(years.iloc[1])  # 100 of 300 square metres are dated


def test_plan_conformity_is_the_part_whose_plan_agrees() -> None:
    parcels = squares((0, 0, 100, 100), (100, 0, 200, 100), (300, 0, 400, 100), land_use=["100102", "100101", "1001"])
    plan = squares((0, 0, 75, 100), (75, 0, 200, 100), (300, 0, 340, 100), land_use=["1001", "0701", "1001"])
    found = planned_use(parcels, plan)
    assert found["plan_conformity"].tolist()[:2] == pytest.approx([0.75, 0.0])
    assert found["planned_land_use"].tolist()[:2] == ["1001", "0701"]
    assert found.iloc[2].isna().all()  # two fifths are planned


def test_lines_of_one_kind_count_once_and_only_vetoes_forbid() -> None:
    parcels = squares((0, 0, 100, 100), (500, 500, 600, 600))
    lines = squares(
        (0, 0, 50, 100), (25, 0, 60, 100), (80, 0, 100, 100),
        kind=["water", "water", "flood"], severity=["veto", "veto", "warn"],
    )  # fmt: skip
    found = constraint_shares(parcels, lines, ["water", "flood", "heritage"])
    assert found.iloc[0].tolist() == pytest.approx([0.6, 0.6, 0.2, 0.0])
    assert found.iloc[1].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_a_firm_on_two_parcels_is_divided_by_floor_area() -> None:
    parcels = pd.DataFrame({"parcel_id": ["A", "B", "C"], "floor_area_m2": [3000.0, 1000.0, None]})
    firms = pd.DataFrame({"parcel_id": ["A;B", "B", "C;A", None], "tax_yuan": [400.0, 50.0, 60.0, 7.0]})
    found = firms_on_parcels(parcels, firms, ["tax_yuan"])
    assert found["firms"].tolist() == [2, 2, 1]
    assert found["firms_tax_yuan"].tolist() == [330.0, 150.0, 30.0]  # 300 + 30, 100 + 50, an even half of 60


def test_an_unknown_firm_leaves_its_parcel_unknown() -> None:
    parcels = pd.DataFrame({"parcel_id": ["A", "B"], "floor_area_m2": [1.0, 1.0]})
    firms = pd.DataFrame({"parcel_id": ["A", "A", "Z"], "tax_yuan": [5.0, None, 9.0]})
    found = firms_on_parcels(parcels, firms, ["tax_yuan"])
    assert np.isnan(found["firms_tax_yuan"]).all()
    assert found["firms"].tolist() == [2, 0]


def test_three_years_become_one_figure() -> None:
    records = pd.DataFrame(
        {
            "parcel_id": ["A"] * 4 + ["B"] * 2,
            "year": [2022, 2023, 2024, 2021, 2023, 2024],
            "tax_yuan": [10.0, 2.0, 30.0, 99.0, None, 8.0],
        }
    )
    assert over_years(records, ["tax_yuan"], last_year=2024)["tax_yuan"].to_dict() == {"A": 10.0, "B": 8.0}
    assert over_years(records, ["tax_yuan"], last_year=2024, how="last").loc["A", "tax_yuan"] == 30.0
    worst = over_years(records, ["tax_yuan"], last_year=2024, how="second_worst")["tax_yuan"]
    assert worst["A"] == 10.0
    assert np.isnan(worst["B"])


def test_the_years_of_a_figure_are_known_one_by_one() -> None:
    """A repeats 2024, of which the last row counts and is unknown; C has no year, D only one that is too old."""
    records = pd.DataFrame(
        {
            "parcel_id": ["A", "A", "A", "B", "D"],
            "year": [2022, 2024, 2024, 2023, 2021],
            "tax_yuan": [1.0, 2.0, None, 3.0, 4.0],
            "jobs": [None, 1.0, 5.0, None, 2.0],
        }
    )
    used = years_used(records, ["tax_yuan", "jobs"], pd.Series(["B", "C", "A", "D"]), last_year=2024)
    assert used.window == (2022, 2023, 2024)
    assert [used.known(row, "tax_yuan") for row in range(4)] == [(2023,), (), (2022,), ()]
    assert [used.known(row, "jobs") for row in range(4)] == [(), (), (2024,), ()]


def test_intensive_use_of_a_park_by_hand() -> None:
    """Industry 60,000 m² and 20,000 m² built, housing 10,000 built, 10,000 supplied and idle, 20,000 not supplied."""
    parcels = pd.DataFrame(
        {
            "park_id": ["P"] * 5,
            "land_use": ["100102", "1001", "0701", "1001", "1001"],
            "stage": ["in_use", "below_contract", "in_use", "idle", "approved_not_supplied"],
            "site_area_m2": [60_000.0, 20_000.0, 10_000.0, 10_000.0, 20_000.0],
            "floor_area_m2": [60_000.0, None, 30_000.0, 0.0, None],
            "footprint_m2": [24_000.0, 8_000.0, 3_000.0, 0.0, None],
            "yard_m2": [6_000.0, None, None, None, None],
            "investment_yuan": [180e6, 60e6, None, None, None],
            "tax_yuan": [9e6, 1e6, None, None, None],
            "high_tech": [True, False, False, False, False],
        }
    )
    park = intensive_use(parcels, planned_area_m2={"P": 240_000.0}).loc["P"]
    expected = {
        "supply_rate": 100 / 120,  # D / (A + B21)
        "built_rate": 90 / 100,
        "development_rate": 120 / 240,
        "industrial_rate": 80 / 90,
        "high_tech_rate": 60 / 80,
        "park_far": 90 / 70,  # the parcel without a floor area counts in neither
        "park_density": 35 / 90,
        "industrial_far": 60 / 60,
        "industrial_coefficient": 38 / 80,
        "industrial_investment": 240e6 / 80_000,
        "industrial_tax": 10e6 / 80_000,
        "idle_rate": 10 / 100,
        "known": 70 / 90,
    }
    assert {name: float(park[name]) for name in expected} == pytest.approx(expected)
    assert park["kind"] == "industrial"


def test_stage_is_registered_or_follows_from_what_is_known() -> None:
    day = date(2025, 1, 1)
    rows = [
        {"status": "idle", "finished_on": "2020-01-01", "output_yuan": 5.0},
        {"supplied_on": "2025-06-01"},
        {"finished_on": "2020-01-01", "output_yuan": 0.0, "tax_yuan": 0.0},
        {"finished_on": "2020-01-01", "output_yuan": 9.0, "investment_yuan": 1.0, "investment_agreed_yuan": 2.0},
        {"finished_on": "2020-01-01", "tax_yuan": 9.0, "developed_area_m2": 1.0, "site_area_m2": 2.0},
        {"finished_on": "2020-01-01", "output_yuan": 9.0},
        {"started_on": "2024-01-01", "finished_on": "2026-01-01"},
        {"finished_on": "2020-01-01"},
        {"supplied_on": "2020-01-01"},
    ]
    frame = pd.DataFrame(rows)
    frame["status"] = frame["status"].astype("str")
    found = life_cycle_stage(frame, day)
    assert found["stage"].fillna("").tolist() == [
        "idle", "approved_not_supplied", "built_not_producing", "below_contract", "partly_unused", "in_use",
        "under_construction", "", "",
    ]  # fmt: skip
    assert found["stage_source"].fillna("").tolist() == ["register", *["derived"] * 6, "", ""]
