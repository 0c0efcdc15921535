"""Bad input of a screening: each fault is told with its file and line or its row, and the rest is still judged."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from parkplan import jobs
from parkplan._errors import DefinitionError
from parkplan.cli import main
from parkplan.data.workspace import create_workspace
from parkplan.jobs.verdict_card import verdict_card
from parkplan.model.screening import ScreeningChoice
from parkplan.model.workspace import Change

DAY = date(2026, 6, 30)
HEAD = "id: own\ntitle: {zh: 自定, en: Own}\nrules:\n"
RULE = """  - id: %s
    title: {zh: %s, en: %s}
    clause: {document: 自定, verified: false}
    flag: low_efficiency
    %s
"""
SOUND = ("thin", "厂房稀疏", "Thin", "expression: far\n    op: '<'\n    limit: 0.5")


@pytest.fixture
def workspace(tmp_path: Path) -> str:
    """Three factories with FAR 0.3, 0.9 and an unknown one."""
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": list("ABC"),
            "land_use": "100101",
            "status": "in_use",
            "industry_code": ["3911", None, "9999"],
            "site_area_m2": 10_000.0,
            "floor_area_m2": [3000.0, 9000.0, None],
            "footprint_m2": 5000.0,
        },
        geometry=[box(409_000 + 110 * place, 2_497_000, 409_100 + 110 * place, 2_497_100) for place in range(3)],
        crs=4547,
    )
    made = create_workspace(tmp_path / "w.parkplan", crs="EPSG:4547", actor="tester")
    made.write({"parcels": parcels}, change=Change("tester", "import"))
    return made.address


def pack(tmp_path: Path, *rules: tuple[str, str, str, str]) -> str:
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + "".join(RULE % rule for rule in rules), encoding="utf-8")
    return str(path)


# the sound rule stands on lines 4 to 10, the broken one from line 11 on, its expression on line 15
FAULTY = {
    "unknown rule field": ("expression: far < 0.8\n    wieght: 2", "wieght", 16),
    "unknown column": ("expression: landmrk == 1", "landmrk", 11),
    "wrong unit": ("expression: far\n    op: '<'\n    limit: 1\n    unit: acre", "acre", 18),
    "no formula": ("expression: far <", "far", 15),
    "circular": ("expression: verdict == 'idle'", "verdict", 11),
    "text as number": ("expression: status < 3", "status < 3", 11),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_rule_is_told_by_file_and_line_and_the_others_judge(
    workspace: str, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The faulty rule is unknown for every parcel: A is low by the other rule, nothing is cleared by the fault."""
    body, said, line = FAULTY[name]
    profile = pack(tmp_path, SOUND, ("broken", "坏规则", "Broken", body))
    found = jobs.screen(workspace, profiles=[profile], as_of=DAY)
    assert found.parcels["verdict"].tolist() == ["low_efficiency", "to_check", "to_check"]
    (fault,) = found.faults
    assert said in "".join(fault.sentences("en"))
    assert Path(profile).name in fault.sentence("en")
    assert fault.values["line"] == line
    assert any(said in finding.zh or "own.yaml" in finding.zh for finding in found.findings)
    assert verdict_card(found, 1).rules[1].answer == "unknown"
    assert main(["screen", workspace, "--profile", profile, "--as-of", "2026-06-30", "--json", "--lang", "en"]) == 2
    told = capsys.readouterr()
    assert json.loads(told.out)["verdicts"]["low_efficiency"]["parcels"] == 1
    assert "own.yaml" in told.err
    assert said in told.err


def test_a_rule_that_rests_on_its_own_verdict_is_called_circular(workspace: str, tmp_path: Path) -> None:
    profile = pack(tmp_path, SOUND, ("broken", "坏规则", "Broken", "expression: score > 50"))
    (fault,) = jobs.screen(workspace, profiles=[profile], as_of=DAY).faults
    assert "自己的结论" in fault.sentence("zh")


def test_a_file_whose_head_is_faulty_cannot_be_used_at_all(workspace: str, tmp_path: Path) -> None:
    profile = Path(pack(tmp_path, SOUND))
    profile.write_text(
        profile.read_text("utf-8").replace("title: {zh: 自定, en: Own}\n", "title: {zh: 自定}\n"), "utf-8"
    )
    with pytest.raises(DefinitionError, match=r"own\.yaml"):
        jobs.screen(workspace, profiles=[str(profile)], as_of=DAY)


def test_a_parcel_whose_industry_has_no_limit_is_told_by_row(workspace: str) -> None:
    found = jobs.screen(workspace, profiles=["cn_control_2008"], as_of=DAY)
    assert found.parcels["verdict"].tolist() == ["low_efficiency", "to_check", "to_check"]
    (finding,) = found.findings
    assert "cn_control_2008.yaml" in finding.zh
    assert "第 2, 3 行" in finding.zh
    assert found.faults == ()


def test_dates_in_the_future_and_negative_areas_are_told_by_row(workspace: str) -> None:
    from parkplan.data.workspace import open_workspace

    ws = open_workspace(workspace)
    parcels = ws.read("parcels")
    parcels["site_area_m2"] = [10_000.0, -4.0, 0.0]
    parcels["finished_on"] = pd.to_datetime(["2031-01-01", None, None])
    ws.write({"parcels": parcels}, change=Change("tester", "import"))
    found = jobs.screen(workspace, choice=ScreeningChoice(profiles=("cn_control_2008",), as_of=DAY))
    areas, dates, _ = found.findings
    assert "table parcels, rows 2, 3" in areas.en
    assert "table parcels, rows 1" in dates.en
    assert found.parcels["verdict"].tolist() == ["low_efficiency", "to_check", "to_check"]
    assert found.parcels["far"].isna().tolist() == [False, True, True]
