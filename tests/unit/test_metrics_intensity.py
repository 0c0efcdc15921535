"""Control indicators: the worked example of the rulebook, and unknown values."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from parkplan import metrics

# Site of 10,000 m²; hall of 4,000 m², one storey of 9 m; office of 300 m², three storeys; yard of 500 m².
SITE = gpd.GeoDataFrame({"site_area_m2": [10_000.0]}, geometry=[box(0, 0, 100, 100)], crs=4547)
BUILDINGS = gpd.GeoDataFrame(
    {
        "storeys": pd.array([1, 3], dtype="Int64"),
        "height_m": [9.0, 12.0],
        "storey_height_m": [9.0, 4.0],
        "floor_area_m2": [4000.0, 900.0],
    },
    geometry=[box(10, 10, 90, 60), box(10, 70, 40, 80)],
    crs=4547,
)


def test_worked_example_of_the_control_indicators() -> None:
    frame = SITE.join(metrics.built_form(SITE, BUILDINGS)).assign(
        structures_m2=0.0, yard_m2=500.0, admin_floor_area_m2=900.0
    )
    assert frame["counted_floor_area_m2"].tolist() == [8900.0]
    assert metrics.far(frame).tolist() == pytest.approx([0.89])
    assert metrics.building_density(frame).tolist() == pytest.approx([0.43])
    assert metrics.building_coefficient(frame).tolist() == pytest.approx([0.48])
    assert metrics.admin_land_share(frame).tolist() == pytest.approx([900 / 4900])
    assert round(metrics.admin_floor_share(frame).iloc[0], 3) == 0.184


def test_a_building_across_a_parcel_line_is_shared_by_footprint() -> None:
    parcels = gpd.GeoDataFrame(geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)], crs=4547)
    building = gpd.GeoDataFrame(
        {"floor_area_m2": [80.0], "storeys": [2], "height_m": [7.0]}, geometry=[box(9, 0, 13, 10)], crs=4547
    )
    form = metrics.built_form(parcels, building)
    assert form["footprint_m2"].tolist() == [10.0, 30.0]
    assert form["floor_area_m2"].tolist() == [20.0, 60.0]


@pytest.mark.parametrize(
    ("storeys", "height", "ground", "expected"),
    [
        (1, 9.0, np.nan, 200.0),  # one storey of 9 m counts twice
        (1, 8.0, np.nan, 100.0),  # 8 m is not higher than 8 m
        (2, 7.0, np.nan, 200.0),  # no storey of a 7 m building is higher than 8 m
        (2, 20.0, 10.0, 300.0),  # only the ground storey counts twice
        (2, 20.0, np.nan, np.nan),  # the ground storey may or may not be tall
        (np.nan, np.nan, 4.0, np.nan),  # no storeys, no floor area
    ],
)
def test_tall_ground_storeys(storeys: float, height: float, ground: float, expected: float) -> None:
    values = {"storeys": [storeys], "height_m": [height], "storey_height_m": [ground]}
    building = gpd.GeoDataFrame(values, geometry=[box(0, 0, 10, 10)], crs=4547)
    result = metrics.counted_floor_area_m2(building).iloc[0]
    assert result == expected or (np.isnan(result) and np.isnan(expected))


def test_unknown_stays_unknown_and_zero_sites_have_no_ratio() -> None:
    frame = pd.DataFrame(
        {"site_area_m2": [100.0, 0.0, None, 100.0], "tax_yuan": [1500.0, 5.0, 5.0, None]}, index=list("abcd")
    )
    result = metrics.tax_yuan_per_m2(frame)
    assert result.name == "tax_yuan_per_m2"
    assert result.index.tolist() == list("abcd")
    assert result.iloc[0] == 15.0
    assert result.isna().tolist() == [False, True, True, True]
    assert metrics.green_ratio(frame).isna().all()


def test_yields_by_hand() -> None:
    frame = pd.DataFrame(
        {
            "site_area_m2": [20_000.0],
            "employees": pd.array([30], dtype="Int64"),
            "developed_area_m2": [5_000.0],
            "investment_yuan": [1e6],
            "investment_agreed_yuan": [4e6],
            "output_yuan": [3e6],
            "value_added_yuan": [1e6],
            "counted_floor_area_m2": [10_000.0],
            "far_max": [2.0],
        }
    )
    assert metrics.jobs_per_hectare(frame).iloc[0] == 15.0
    assert metrics.built_share(frame).iloc[0] == 0.25
    assert metrics.investment_share(frame).iloc[0] == 0.25
    assert metrics.investment_yuan_per_m2(frame).iloc[0] == 50.0
    assert metrics.output_yuan_per_m2(frame).iloc[0] == 150.0
    assert metrics.value_added_yuan_per_m2(frame).iloc[0] == 50.0
    assert metrics.under_built_ratio(frame).iloc[0] == 0.75
