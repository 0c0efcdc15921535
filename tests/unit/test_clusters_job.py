"""The cluster distribution of a district: sums that add up, what is unknown, files, and the command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.clusters.groups import sums_by
from parkplan.clusters.land import (
    industry_of_parcels,
    land_balance,
    parts_of_parcels,
    quality_and_land,
    space_balance,
)
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.cluster_files import cluster_tables
from parkplan.jobs.cluster_layers import heat_table, hexagon_table, hexagons_wait
from parkplan.jobs.cluster_rows import shown_tables
from parkplan.jobs.clusters import Clusters
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.district_map import map_request
from parkplan.jobs.tiles import TileRequest, vector_tile, version_of
from parkplan.model.clusters import ClusterQuestion
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

FIRMS = pd.DataFrame(
    {
        "parcel_id": ["A", "A", "B", "B", "C", None],
        "cluster": ["x", "y", "x", "x", "y", "x"],
        "employees": [10, 10, 10, None, 20, 5],
        "output_yuan": [100.0, None, 300.0, 50.0, None, 1.0],
        "tax_yuan": [10.0, 20.0, 30.0, None, 40.0, 1.0],
        "leased_floor_m2": [300.0, 100.0, 50.0, None, None, None],
        "high_tech": [True, None, False, True, None, True],
    }
)
PARCELS = pd.DataFrame(
    {
        "parcel_id": ["A", "B", "C", "D"],
        "park_id": ["P", "P", "P", "Q"],
        "cluster": [None, "x", "y", None],
        "status": ["in_use", "in_use", "in_use", "approved_not_supplied"],
        "site_area_m2": [800.0, 600.0, 400.0, 900.0],
        "floor_area_m2": [1000.0, 700.0, np.nan, 0.0],
        "far_max": [2.0, 1.0, 2.0, 3.0],
    }
)


def test_sums_say_on_how_many_firms_they_rest_and_never_take_unknown_for_nought() -> None:
    found = sums_by(FIRMS, ["cluster"]).set_index("cluster")
    assert found["firms"].to_dict() == {"x": 4, "y": 2}
    assert found.loc["x", ["output_yuan", "output_yuan_known"]].tolist() == [451.0, 4]
    assert np.isnan(found.loc["y", "output_yuan"])
    assert found.loc["y", "output_yuan_known"] == 0
    assert found.loc["x", ["employees", "employees_known"]].tolist() == [25.0, 3]


def test_a_parcel_is_divided_among_its_firms() -> None:
    parts = parts_of_parcels(FIRMS, PARCELS)
    assert parts["site_m2"].tolist()[:5] == [600.0, 200.0, 300.0, 300.0, 400.0]  # 3:1 by lease; evenly; alone
    assert parts["floor_m2"].tolist()[:4] == [300.0, 100.0, 50.0, 350.0]
    assert parts.iloc[4:]["floor_m2"].isna().all()
    assert np.isnan(parts["site_m2"].iat[5])


def test_quality_and_land_are_ratios_over_firms_that_report_both() -> None:
    found = quality_and_land(FIRMS, parts_of_parcels(FIRMS, PARCELS), "cluster").set_index("cluster")
    assert found.loc["x", "high_tech_share"] == pytest.approx(3 / 4)
    assert found.loc["y", "high_tech_known"] == 0
    assert np.isnan(found.loc["y", "high_tech_share"])
    assert found.loc["x", "tax_per_m2"] == pytest.approx((10 + 30) / (600 + 300))
    assert found.loc["x", "output_per_job"] == pytest.approx((100 + 300 + 1) / 25)
    assert found.loc["x", "tax_per_m2_known"] == 2


def test_space_by_hand() -> None:
    firms = pd.DataFrame(
        {
            "parcel_id": [f"P{n}" for n in range(5)],
            "cluster": "x",
            "employees": 10,
            "leased_floor_m2": [100.0, 200.0, 300.0, 400.0, 500.0],
        }
    )
    parcels = pd.DataFrame(
        {
            "parcel_id": [*firms["parcel_id"], "E"],
            "cluster": "x",
            "status": ["in_use"] * 5 + ["idle"],
            "site_area_m2": 1000.0,
            "floor_area_m2": [600.0, 600.0, 600.0, 600.0, np.nan, 0.0],
            "far_max": 1.0,
        }
    )
    found = space_balance(firms, parts_of_parcels(firms, parcels), parcels, "cluster", growth=0.5).iloc[0]
    assert found["floor_per_job_m2"] == 30.0
    assert found["crowded_m2"] == 100.0  # quartile 20 per job, the first firm has 10
    assert found["growth_m2"] == 50 * 0.5 * 30
    assert (found["vacant_m2"], found["vacant_known"]) == (500 + 400 + 300 + 200, 4)
    assert (found["unbuilt_m2"], found["land_m2"]) == (4 * 400.0, 1000.0)
    assert found["balance_m2"] == 1400 - 100 - 750


def test_land_for_growth_by_hand() -> None:
    """Yields of 1 to 5 yuan per m²: quartiles 2 and 4. 15 % of 15,000 yuan are 2,250: 562.5 to 1,125 m² of site."""
    firms = pd.DataFrame({"cluster": "x", "output_yuan": [1000.0, 2000.0, 3000.0, 4000.0, 5000.0]})
    parts = pd.DataFrame({"site_m2": [1000.0] * 5})
    parcels = pd.DataFrame(
        {
            "cluster": ["x"] * 6 + ["y"],
            "status": ["in_use", "idle", "in_use", "in_use", "approved_not_supplied", "in_use", "in_use"],
            "verdict": ["not_low_efficiency", "idle", "low_efficiency", "to_check", "to_check", "idle", None],
            "site_area_m2": [900.0, 100.0, 200.0, 300.0, 50.0, np.nan, 70.0],
        }
    )
    found = land_balance(firms, parts, parcels, "cluster", growth=0.15).set_index("cluster")
    assert found.loc["x", ["yield_low", "yield_high", "added_yuan"]].tolist() == [2.0, 4.0, 2250.0]
    assert found.loc["x", ["need_low_m2", "need_high_m2"]].tolist() == [562.5, 1125.0]
    assert found.loc["x", ["unsupplied_m2", "idle_m2", "low_m2", "to_check_m2"]].tolist() == [50.0, 100.0, 200.0, 300.0]
    assert found.loc["x", ["ready_low_m2", "ready_high_m2", "land_known"]].tolist() == [150.0, 650.0, 5]
    assert found.loc["x", ["gap_low_m2", "gap_high_m2"]].tolist() == [562.5 - 650.0, 1125.0 - 150.0]
    assert found.loc["y", ["ready_low_m2", "need_low_m2"]].isna().all()  # not judged, no firm
    few = land_balance(firms[:4], parts[:4], parcels, "cluster", growth=0.15)
    assert few["need_low_m2"].isna().all()


def test_a_parcel_without_a_cluster_stands_ready_for_that_of_its_firms_or_its_park() -> None:
    found = industry_of_parcels(PARCELS, FIRMS, "cluster", {"Q": "y"})
    assert found.tolist() == ["x", "x", "y", "y"]


@pytest.fixture(scope="module")
def district(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(small_demo, tmp_path_factory.mktemp("clusters") / "d.parkplan")


@pytest.fixture(scope="module")
def found(district: Path) -> Clusters:
    return jobs.clusters(district, question=ClusterQuestion(simulations=99, permutations=1_999))


def test_the_areas_add_up_to_the_district(district: Path, found: Clusters) -> None:
    firms = open_workspace(district).read("enterprises")
    assert found.areas["firms"].sum() == len(firms) == found.by_cluster["firms"].sum()
    tax = pd.to_numeric(firms["tax_yuan"])
    assert found.areas["tax_yuan"].sum() == pytest.approx(tax.sum())
    assert found.areas["tax_yuan_known"].sum() == tax.notna().sum()
    assert found.places.hexagons["firms_all"].sum() == len(firms)


def test_the_same_seed_gives_the_same_answer_whatever_the_order_of_rows(
    district: Path, found: Clusters, tmp_path: Path
) -> None:
    ws = open_workspace(district)
    shuffled = create_workspace(tmp_path / "shuffled.parkplan", crs=f"EPSG:{ws.crs.to_epsg()}", actor="tester")
    tables = {info.name: ws.read(info.name) for info in ws.tables()}
    mixed = {name: frame.sample(frac=1.0, random_state=3).reset_index(drop=True) for name, frame in tables.items()}
    shuffled.write(mixed, change=Change("tester", "import"))
    again = jobs.clusters(shuffled.address, question=found.question)
    ours, theirs = cluster_tables(found), cluster_tables(again)
    for name, frame in ours.items():
        told, other = (pd.DataFrame(each.drop(columns="geometry", errors="ignore")) for each in (frame, theirs[name]))
        pd.testing.assert_frame_equal(told, other, obj=name)
    assert again.places.hexagons.geometry.equals(found.places.hexagons.geometry)


def test_everything_says_how_it_came_about_or_why_it_is_not_given(found: Clusters) -> None:
    assert {item.method for item in found.statements} == {
        "sums", "quotients", "ellison_glaeser", "hexagons", "outlines", "k_density", "land", "space",
        "land_balance",
    }  # fmt: skip
    assert all(item.sentence(chosen) for item in (*found.statements, *found.refusals) for chosen in ("zh", "en"))
    told = set(found.k_density) | {item.subject for item in found.refusals if item.statistic == "k_density"}
    assert told == set(found.concentration["cluster"])


def test_every_table_is_shown_with_a_cell_for_each_heading(found: Clusters) -> None:
    for table in shown_tables(found):
        assert all(len(row) == len(table.headings) for row in table.rows), table.id
        assert not any(cell in {"nan", "None", "<NA>"} for row in table.rows for cell in row), table.id


def test_files_hold_the_tables(found: Clusters, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(jobs.export_clusters(found, tmp_path / "c.xlsx"))
    assert len(book.sheetnames) == 12
    package = jobs.export_clusters(found, tmp_path / "c.gpkg")
    assert len(gpd.read_file(package, layer="cluster_hexagons")) == len(found.places.hexagons)
    plain = pd.read_csv(jobs.export_clusters(found, tmp_path / "c.csv"), comment="#")
    assert len(plain) >= len(found.by_cluster)


def test_the_command_answers_in_json(district: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clusters", str(district), "--by", "street", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["question"]["by"] == "street"
    assert sum(row["firms"] for row in answer["cluster_areas"]) == answer["enterprises"]
    assert {item["method"] for item in answer["methods"]} >= {"hexagons", "k_density"}
    assert answer["synthetic"] is True


def test_what_the_user_must_change_is_said(
    district: Path, found: Clusters, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clusters", str(district), "--cell-m", "-5"]) == 2
    assert "--cell-m" in capsys.readouterr().err
    with pytest.raises(RequestError, match="csv"):
        jobs.export_clusters(found, tmp_path / "c.doc")


def test_a_workspace_without_enterprises_is_told(tmp_path: Path) -> None:
    from parkplan.data.workspace import create_workspace

    create_workspace(tmp_path / "empty.parkplan", crs="EPSG:4547", actor="t")
    with pytest.raises(RequestError) as caught:
        jobs.clusters(tmp_path / "empty.parkplan")
    assert caught.value.key == "no_enterprises"


def test_every_map_and_curve_says_n_of_its_own_cluster(found: Clusters) -> None:
    from parkplan.ui.cluster_charts import density_chart
    from parkplan.ui.cluster_map import LAYERS, map_note

    sizes = found.concentration.set_index("cluster")["firms"]
    for code, size in sizes.items():
        for shows in LAYERS:
            assert f"{size:,}" in map_note(found, str(code), shows)
    for code, curve in found.k_density.items():
        assert curve.n == sizes[code]
        options = density_chart(curve)
        assert [len(line["data"]) for line in options["series"]] == [len(curve.distance_m)] * 4


def test_heat_and_hexagons_are_layers_of_the_map(district: Path) -> None:
    ws = open_workspace(district)
    firms = ws.info("enterprises").rows
    before = {layer.id: layer for layer in map_request(ws, "zh").layers}
    assert before["enterprise_heat"].has_data
    assert hexagons_wait(ws)
    assert "计算企业六边形" in before["cluster_hexagons"].reason
    question = ClusterQuestion(permutations=999)
    cells = hexagon_table(ws, question)
    assert cells.frame["firms"].sum() == firms
    own = hexagon_table(ws, question, "electronics")
    assert own.frame["firms"].sum() == (ws.read("enterprises")["cluster"] == "electronics").sum()
    assert own.info.version != cells.info.version
    seen = WithDerived(ws, own, heat_table(ws, question, "electronics"))
    layers = {layer.id: layer for layer in map_request(cast("Workspace", seen), "en").layers}
    assert sum(item.count for item in layers["cluster_hot_spots"].classes) == len(own.frame)
    version = version_of(cast("Workspace", seen), "cluster_hot_spots")
    assert vector_tile(ws, TileRequest("cluster_hot_spots", (0, 0, 0), "", version)).version == version
    hexagon_table(ws, ClusterQuestion())
    after = {layer.id: layer for layer in map_request(ws, "zh").layers}
    assert after["cluster_hexagons"].has_data
    assert not hexagons_wait(ws)
