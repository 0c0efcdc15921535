"""The cluster distribution of a district: sums that add up, what is unknown, files, and the command."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.clusters.groups import sums_by
from parkplan.clusters.land import industry_of_parcels, parts_of_parcels, quality_and_land, space_balance
from parkplan.data.workspace import open_workspace
from parkplan.jobs.cluster_rows import shown_tables
from parkplan.jobs.clusters import Clusters
from parkplan.model.clusters import ClusterQuestion

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


def test_a_parcel_without_a_cluster_stands_ready_for_that_of_its_firms_or_its_park() -> None:
    found = industry_of_parcels(PARCELS, FIRMS, "cluster", {"Q": "y"})
    assert found.tolist() == ["x", "x", "y", "y"]


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clusters") / "d.parkplan"
    jobs.demo(out=folder, size="small")
    return folder


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


def test_the_same_seed_gives_the_same_answer_and_order_of_rows_does_not_matter(district: Path, found: Clusters) -> None:
    again = jobs.clusters(district, question=found.question)
    pd.testing.assert_frame_equal(again.concentration, found.concentration)
    pd.testing.assert_frame_equal(pd.DataFrame(again.places.hexagons), pd.DataFrame(found.places.hexagons))


def test_everything_says_how_it_came_about_or_why_it_is_not_given(found: Clusters) -> None:
    assert {item.method for item in found.statements} == {
        "sums", "quotients", "ellison_glaeser", "hexagons", "outlines", "k_density", "land", "space",
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
    assert {"cluster_areas", "cluster_methods"} <= set(book.sheetnames)
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


def test_pictures_are_drawn_for_every_cluster(found: Clusters) -> None:
    from parkplan.ui.cluster_charts import density_chart, hexagon_svg

    for code in ("all", *found.concentration["cluster"]):
        drawn = ElementTree.fromstring(hexagon_svg(found.places.hexagons, code))  # noqa: S314  # our own picture
        assert len(drawn.findall("{*}polygon")) == len(found.places.hexagons)
    for curve in found.k_density.values():
        options = density_chart(curve)
        assert [len(line["data"]) for line in options["series"]] == [len(curve.distance_m)] * 4
