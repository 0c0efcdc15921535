"""Screening a workspace of hand-made parcels, from the job and from the command line."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.workspace import create_workspace
from parkplan.model.workspace import Change
from parkplan.screening import Verdict

if TYPE_CHECKING:
    from pathlib import Path

X, Y = 409_000.0, 2_497_000.0
TODAY = date(2026, 6, 30)


@pytest.fixture
def workspace(tmp_path: Path) -> str:
    """Four factories of 100 m by 100 m in a row, 10 m apart, and a house.

    A: floor area 3,000 m² registered, FAR 0.3. B: no register, one building of 2,000 m² with 2 storeys, FAR 0.4.
    C: floor area 9,000 m², FAR 0.9, density 0.45. D: nothing known, no industry. E: housing.
    """
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": list("ABCDE"),
            "land_use": ["100101"] * 4 + ["0701"],
            "status": ["in_use"] * 5,
            "industry_code": ["3911", "3911", "3311", None, None],
            "site_area_m2": [10_000.0, None, 10_000.0, -5.0, 10_000.0],
            "floor_area_m2": [3000.0, None, 9000.0, None, None],
            "footprint_m2": [3000.0, None, 4500.0, None, None],
            "far_max": [2.0, 2.0, 2.0, None, None],
            "started_on": pd.to_datetime([None, None, "2027-01-01", None, None]),
        },
        geometry=[box(X + 110 * i, Y, X + 110 * i + 100, Y + 100) for i in range(5)],
        crs=4547,
    )
    buildings = gpd.GeoDataFrame(
        {"building_id": ["b"], "storeys": [2], "height_m": [7.0], "floor_area_m2": [None]},
        geometry=[box(X + 110, Y, X + 150, Y + 50)],
        crs=4547,
    )
    lines = gpd.GeoDataFrame(
        {"constraint_id": ["r", "w"], "kind": ["ecological_redline", "flood"], "severity": ["veto", "warn"]},
        geometry=[box(X, Y, X + 25, Y + 100), box(X, Y, X + 500, Y + 100)],
        crs=4547,
    )
    made = create_workspace(tmp_path / "w.parkplan", crs="EPSG:4547", actor="tester")
    made.write({"parcels": parcels, "buildings": buildings, "constraints": lines}, change=Change("tester", "import"))
    return str(tmp_path / "w.parkplan")


def test_verdicts_areas_and_their_sources(workspace: str) -> None:
    found = jobs.screen(workspace, profiles=["cn_control_2008"], as_of=TODAY)
    parcels = found.parcels.set_index("parcel_id")
    assert parcels["verdict"].to_dict() == {
        "A": "low_efficiency",
        "B": "low_efficiency",
        "C": "not_low_efficiency",
        "D": "to_check",
        "E": "not_low_efficiency",
    }
    assert parcels.loc["A", "far"] == pytest.approx(0.3)
    assert parcels.loc["B", "far"] == pytest.approx(0.4, rel=1e-3)
    assert parcels.loc["B", ["site_area_source", "floor_area_source"]].tolist() == ["geometry", "buildings"]
    assert parcels.loc["A", ["site_area_source", "floor_area_source"]].tolist() == ["register", "register"]
    assert pd.isna(parcels.loc["D", "site_area_m2"])
    assert parcels.loc["A", "constraint_share"] == pytest.approx(0.25)
    assert parcels.loc["B", "constraint_share"] == 0.0
    assert {total.verdict: total.parcels for total in found.totals}[Verdict.TO_CHECK] == 1
    assert parcels.loc["A", "flags"] == "far_low"


def test_odd_data_are_told_and_the_rest_is_still_judged(workspace: str) -> None:
    findings = jobs.screen(workspace, profiles=["cn_control_2008"], as_of=TODAY).findings
    assert len(findings) == 3  # the third: the parcel without an industry has no limit
    assert "第 4 行" in findings[0].zh
    assert "第 3 行" in findings[1].zh


def test_scores_by_hand(workspace: str) -> None:
    """A: of two rules one holds with a shortfall of 0.7, so need 0.35; potential (2 - 0.3) / 2 = 0.85."""
    parcels = jobs.screen(workspace, profiles=["cn_control_2008"], as_of=TODAY).parcels.set_index("parcel_id")
    row = parcels.loc["A"]
    assert row["need"] == pytest.approx(0.35)
    assert row["potential"] == pytest.approx(0.85)
    assert row["feasibility"] == pytest.approx(0.75)
    assert row["score"] == pytest.approx(100 * (0.5 * 0.35 + 0.3 * 0.85 + 0.2 * 0.75))
    assert row["reliability"] == pytest.approx(1.0)
    assert parcels["rank"].dropna().sort_values().tolist() == [1, 2]
    assert parcels.loc["C", ["score", "rank", "p_top10"]].isna().all()


def test_blocks_join_over_the_gap_only(workspace: str) -> None:
    apart = jobs.screen(workspace, profiles=["cn_control_2008"], as_of=TODAY).parcels
    together = jobs.screen(workspace, profiles=["cn_control_2008"], as_of=TODAY, max_gap_m=10.0).parcels
    assert apart["block_parcels"].dropna().tolist() == [1, 1]
    assert together["block_parcels"].dropna().tolist() == [2, 2]
    with pytest.raises(RequestError):
        jobs.screen(workspace, max_gap_m=-1.0)


def test_the_command_counts_and_the_file_has_every_parcel(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "verdicts.csv"
    arguments = ["--profile", "cn_control_2008", "--as-of", "2026-06-30", "--out", str(out)]
    assert main(["screen", workspace, *arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verdicts"]["low_efficiency"] == {"parcels": 2, "hectares": pytest.approx(2.0, rel=1e-3)}
    assert pd.read_csv(out)["parcel_id"].tolist() == list("ABCDE")


def test_explain_says_what_is_missing_and_names_an_unknown_parcel(
    workspace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--profile", "cn_control_2008", "--as-of", "2026-06-30"]
    assert main(["explain", workspace, "D", *arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == "to_check"
    assert "industry_code" in {datum["column"] for datum in document["missing"]}
    assert main(["explain", workspace, "A", *arguments, "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert "not verified" in text
    assert "国土资发〔2008〕24号" in text
    assert main(["explain", workspace, "A", *arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    far_low = next(rule for rule in document["rules"] if rule["rule"]["id"] == "far_low")
    assert far_low["chance"] > 0.999  # 0.3 against 1.0
    (behind,) = document["overtaking"]  # B is built denser, but no line forbids anything there
    assert (behind["rival"], behind["ahead"]) == ("B", True)
    assert main(["explain", workspace, "Z", *arguments]) == 2
    assert "“Z”" in capsys.readouterr().err


def test_a_rule_on_a_column_that_is_nowhere_is_a_sentence(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "id: own\ntitle: {zh: 自定, en: Own}\nrules:\n  - id: r\n    title: {zh: 甲, en: A}\n"
        "    clause: {document: 自定, verified: false}\n    flag: low_efficiency\n    expression: landmrk == 1\n",
        encoding="utf-8",
    )
    assert main(["screen", workspace, "--profile", str(own)]) == 2
    assert "landmrk" in capsys.readouterr().err


SOFT_SITES = """\
id: nyc_soft_sites
title: {zh: 未建足地块, en: Soft sites}
applies_to: "units <= 6 and landmark == ''"          # any column of the table
rules:
  - id: under_built
    title: {zh: 容积率不足一半, en: Less than half of the permitted FAR}
    clause: {document: "…", number: "…", clause: "…", verified: true}
    expression: "(far_max - far) / far_max"
    op: ">="
    limit: 0.5
    flag: low_efficiency
    weight: 1.0
"""


def test_a_planners_own_pack_on_columns_nobody_foresaw_through_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """FAR 0.8 of 2.0 leaves 0.6 unused, FAR 1.2 leaves 0.4; more than six units or a landmark lie outside."""
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": list("ABCDEF"),
            "units": [3.0, 9.0, 3.0, None, 3.0, 6.0],
            "landmark": ["", "", "church", "", "", ""],
            "site_area_m2": 10_000.0,
            "floor_area_m2": [8000.0, 8000.0, 8000.0, 8000.0, None, 12_000.0],
            "far_max": 2.0,
        },
        geometry=[box(X + 110 * i, Y, X + 110 * i + 100, Y + 100) for i in range(6)],
        crs=4547,
    )
    place, pack, out = tmp_path / "w.parkplan", tmp_path / "nyc_soft_sites.yaml", tmp_path / "soft.csv"
    create_workspace(place, crs="EPSG:4547", actor="tester").write(
        {"parcels": parcels}, change=Change("tester", "import")
    )
    pack.write_text(SOFT_SITES, encoding="utf-8")
    assert main(["screen", str(place), "--profile", str(pack), "--out", str(out), "--json"]) == 0
    json.loads(capsys.readouterr().out)
    found = pd.read_csv(out).set_index("parcel_id")["verdict"]
    assert found.to_dict() == {
        "A": "low_efficiency",
        "B": "not_low_efficiency",
        "C": "not_low_efficiency",
        "D": "to_check",
        "E": "to_check",
        "F": "not_low_efficiency",
    }
    assert main(["explain", str(place), "D", "--profile", str(pack), "--json"]) == 0
    (datum,) = json.loads(capsys.readouterr().out)["missing"]
    assert (datum["column"], datum["settles"]) == ("units", True)


def test_errors_of_sources_and_columns_are_set_on_the_command_line(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """C has FAR 0.9 against 0.7: with 30 % on the register ln(0.7/0.9) / sqrt(2 ln 1.09) = -0.605, chance 0.2725."""
    arguments = ["--profile", "cn_control_2008", "--as-of", "2026-06-30", "--json"]
    chances = []
    for errors in ([], ["--error", "register=30%"], ["--error", "register=30%", "--error", "far=10"]):
        assert main(["explain", workspace, "C", *arguments, *errors]) == 0
        rules = json.loads(capsys.readouterr().out)["rules"]
        far_low = next(rule for rule in rules if rule["rule"]["id"] == "far_low")
        chances.append(far_low["chance"])
        assert [one["column"] for one in far_low["conditions"][0]["errors"]] == (
            ["far"] if len(errors) == 4 else ["counted_floor_area_m2", "site_area_m2"]
        )
    assert chances[0] < 1e-6
    assert chances[1:] == pytest.approx([0.2725, 0.0059], abs=2e-4)
    out = tmp_path / "found.csv"
    assert main(["screen", workspace, *arguments, "--error", "register=30%", "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["errors"]["register"] == 0.3
    assert pd.read_csv(out).set_index("parcel_id")["p_holds"]["C"] == pytest.approx(0.2725, abs=2e-4)
    assert main(["screen", workspace, *arguments, "--error", "register"]) == 2
    assert "reported=15%" in capsys.readouterr().err
    assert main(["screen", workspace, *arguments, "--error", "regster=5%"]) == 2
    assert "regster" in capsys.readouterr().err
