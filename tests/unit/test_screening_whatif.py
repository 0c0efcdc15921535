"""What-if on rules, overrides, weights by method, saved choices, verdicts as a map layer, and the files."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.derived import read_derived
from parkplan.data.workspace import create_workspace
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.district_map import map_request
from parkplan.jobs.official_table import COLUMNS, official_gaps, official_rows
from parkplan.jobs.overrides import enter_override, overrides, withdraw_override
from parkplan.jobs.screen import row_of
from parkplan.jobs.screening_choice import choice_in_force, save_choice
from parkplan.jobs.screening_files import screening_file
from parkplan.jobs.tiles import TileRequest, vector_tile, version_of
from parkplan.jobs.verdict_card import verdict_card
from parkplan.jobs.verdict_table import dated, screening, screening_version, verdict_table
from parkplan.jobs.whatif import compare_screenings, whatif
from parkplan.model.screening import LimitChange, Ranking, ScreeningChoice
from parkplan.model.workspace import Change
from parkplan.screening import Verdict
from parkplan.screening.criteria_weights import criteria_weights
from parkplan.screening.overrides import Override, overridden

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

X, Y = 500_000.0, 2_497_000.0
DAY = date(2026, 6, 30)
CHOICE = ScreeningChoice(profiles=("under_built",), as_of=DAY)


@pytest.fixture
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four factories of one hectare whose FAR is 0.2, 0.8, 0.9 and 1.6 of the 2.0 that is permitted; the last unknown.

    The unused share is 0.9, 0.6, 0.55 and 0.2; `under_built` flags what lies above one half.
    """
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": list("ABCDE"),
            "name": ["甲厂", "乙厂", "丙厂", "丁厂", "戊厂"],
            "street": ["外海街道"] * 5,
            "land_use": ["1001"] * 5,
            "status": ["in_use"] * 5,
            "site_area_m2": [10_000.0] * 5,
            "floor_area_m2": [2000.0, 8000.0, 9000.0, 16_000.0, None],
            "footprint_m2": [2000.0, 4000.0, 3000.0, 4000.0, None],
            "tax_yuan": [150_000.0, None, 1_500_000.0, 3_000_000.0, None],
            "far_max": [2.0] * 5,
        },
        geometry=[box(X + 100 * place, Y, X + 100 * place + 100, Y + 100) for place in range(5)],
        crs=4547,
    )
    made = create_workspace(tmp_path_factory.mktemp("whatif") / "w.parkplan", crs="EPSG:4547", actor="tester")
    made.write({"parcels": parcels}, change=Change("tester", "import", source="register.xlsx"))
    return made


def verdicts_of(ws: Workspace, choice: ScreeningChoice = CHOICE) -> dict[str, str]:
    return dict(screening(ws, choice).parcels.set_index("parcel_id")["verdict"])


def test_a_moved_limit_flips_the_parcels_between_the_two_limits(ws: Workspace) -> None:
    other = CHOICE.model_copy(update={"limits": (LimitChange(rule="under_built", limit=0.58),)})
    told = whatif(ws, CHOICE, other)
    assert told.parcels[["parcel_id", "before", "after"]].to_numpy().tolist() == [
        ["C", "low_efficiency", "not_low_efficiency"]
    ]
    assert [(flip.parcels, flip.area_m2) for flip in told.flips] == [(1, 10_000.0)]
    assert told.area_m2 == 10_000.0
    assert ws.journal(1)[0].action == "import"  # nothing was saved
    back = compare_screenings(told.after, told.before)
    assert [(flip.before, flip.after) for flip in back.flips] == [(flip.after, flip.before) for flip in told.flips]


def test_a_limit_that_no_rule_has_is_refused_with_those_that_there_are(ws: Workspace) -> None:
    with pytest.raises(RequestError, match="under_built"):
        whatif(ws, CHOICE, CHOICE.model_copy(update={"limits": (LimitChange(rule="far_low", limit=1.0),)}))


def test_an_override_counts_until_it_expires_and_the_rules_stay_visible(ws: Workspace) -> None:
    today = date.today()
    enter_override(ws, "A", Verdict.EXEMPT, actor="张工", reason="已列入改造", expires_on=today + timedelta(days=30))
    now = CHOICE.model_copy(update={"as_of": today})
    found = screening(ws, now)
    row = row_of(found, "A")
    assert found.parcels.loc[row, ["verdict", "rule_verdict", "override"]].tolist() == [
        "exempt", "low_efficiency", "override"
    ]  # fmt: skip
    assert pd.isna(found.parcels.loc[row, "rank"])
    card = verdict_card(found, row)
    assert card.override is not None
    assert (card.override.actor, card.override.reason) == ("张工", "已列入改造")
    assert card.rule_verdict == Verdict.LOW_EFFICIENCY
    later = CHOICE.model_copy(update={"as_of": today + timedelta(days=31)})
    assert verdicts_of(ws, later)["A"] == "low_efficiency"
    assert verdicts_of(ws, CHOICE)["A"] == "low_efficiency"  # judged as of a day before it was entered
    withdraw_override(ws, "A", actor="李工", reason="改造取消")
    assert verdicts_of(ws, now)["A"] == "low_efficiency"
    assert [entry.actor for entry in ws.journal(2)] == ["李工", "张工"]


def test_an_appeal_is_shown_and_changes_nothing(ws: Workspace) -> None:
    enter_override(ws, "B", None, actor="乙厂", reason="面积登记有误", expires_on=date.today())
    found = screening(ws, CHOICE.model_copy(update={"as_of": date.today()}))
    assert found.parcels.loc[1, ["verdict", "override"]].tolist() == ["low_efficiency", "appeal"]


@pytest.mark.parametrize(
    ("parcel", "actor", "reason", "days"),
    [("A", " ", "why", 1), ("A", "who", "", 1), ("A", "who", "why", -1), ("Z", "who", "why", 1)],
)
def test_an_override_needs_a_parcel_a_name_a_reason_and_a_day(
    ws: Workspace, parcel: str, actor: str, reason: str, days: int
) -> None:
    with pytest.raises(RequestError):
        enter_override(
            ws, parcel, Verdict.EXEMPT, actor=actor, reason=reason, expires_on=date.today() + timedelta(days=days)
        )
    assert overrides(ws) == ()


def test_overrides_apply_by_number_of_the_parcel() -> None:
    said = Override("B", Verdict.IDLE, "who", "why", DAY, DAY)
    table = overridden(pd.Series(["to_check", "to_check"]), pd.Series(["A", "B"]), [said], DAY)
    assert table["verdict"].tolist() == ["to_check", "idle"]
    assert overridden(table["verdict"], pd.Series(["A", "B"]), [said], DAY + timedelta(days=1))["override"].isna().all()


def test_the_saved_choice_makes_the_layers_of_the_map(ws: Workspace) -> None:
    before = {layer.id: layer for layer in map_request(ws, "zh").layers}
    assert not before["land_verdicts"].has_data
    assert "尚未研判" in before["land_verdicts"].reason
    save_choice(ws, CHOICE, actor="张工", reason="年度研判")
    after = {layer.id: layer for layer in map_request(ws, "zh").layers}
    assert {item.title: item.count for item in after["land_verdicts"].classes} == {"低效": 3, "待核查": 1, "非低效": 1}
    assert [item.count for item in after["low_efficiency_verdict"].classes] == [3]
    saved = choice_in_force(ws)
    assert saved is not None
    assert (saved.actor, saved.choice) == ("张工", CHOICE)


def test_a_choice_that_is_only_looked_at_has_tiles_by_its_version(ws: Workspace) -> None:
    milder = CHOICE.model_copy(update={"limits": (LimitChange(rule="under_built", scale=1.5),)})
    versions = {version_of(WithDerived(ws, verdict_table(ws, one)), "land_verdicts") for one in (CHOICE, milder)}
    assert len(versions) == 2
    for version in versions:
        answer = vector_tile(ws, TileRequest("land_verdicts", (0, 0, 0), "", version))
        assert answer.version == version
        assert answer.body
    with pytest.raises(RequestError):
        vector_tile(ws, TileRequest("land_verdicts", (0, 0, 0), "", "x.0123456789abcdef"))


def test_derived_tables_are_kept_by_the_hash_of_what_they_rest_on(ws: Workspace) -> None:
    first = screening_version(ws, CHOICE)
    verdict_table(ws, CHOICE)
    kept = read_derived(ws, "screening", first)
    assert kept is not None
    assert kept["verdict"].tolist() == verdict_table(ws, CHOICE).frame["verdict"].tolist()
    assert read_derived(ws, "screening", "../workspace") is None
    moved = CHOICE.model_copy(update={"limits": (LimitChange(rule="under_built", limit=0.4),)})
    assert screening_version(ws, moved) != first
    enter_override(ws, "A", Verdict.EXEMPT, actor="a", reason="b", expires_on=date.today())
    assert screening_version(ws, CHOICE) != first
    assert dated(ScreeningChoice()).as_of == date.today()


def test_weights_of_every_method_stand_beside_each_other() -> None:
    criteria = np.array([[0.9, 0.1, 0.5], [0.1, 0.2, 0.6], [0.5, 0.9, 0.7], [0.4, np.nan, 0.1]])
    told = criteria_weights(Ranking(method="ahp", judgements=(2.0, 4.0, 2.0)), criteria)
    assert told.used == pytest.approx((4 / 7, 2 / 7, 1 / 7))  # a consistent matrix
    assert told.pairwise.consistency_ratio == pytest.approx(0.0, abs=1e-9)
    assert told.hand == pytest.approx((0.5, 0.3, 0.2))
    assert told.complete == 3
    for data in (told.entropy, told.critic):
        assert data is not None
        assert sum(data) == pytest.approx(1.0)
    with pytest.raises(RequestError):
        criteria_weights(Ranking(method="critic"), criteria[:2])


def test_a_workbook_of_scores_computes_them_from_the_weights(ws: Workspace) -> None:
    found = screening(ws, CHOICE)
    book = zipfile.ZipFile(io.BytesIO(screening_file(found, "scores", "en")))
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    weights, scores = (ElementTree.fromstring(book.read(f"xl/worksheets/sheet{place}.xml")) for place in (1, 2))  # noqa: S314
    shares = [float(str(weights.find(f".//x:c[@r='C{row}']/x:v", space).text)) for row in (2, 3, 4)]  # type: ignore[union-attr]
    assert shares == pytest.approx([0.5, 0.3, 0.2])
    formula = scores.find(".//x:c[@r='I2']/x:f", space)
    assert formula is not None
    assert formula.text == (
        "100*(IF(ISNUMBER(F2),F2,0.5)*'Weights'!$C$2+IF(ISNUMBER(G2),G2,0.5)*'Weights'!$C$3"
        "+IF(ISNUMBER(H2),H2,0.5)*'Weights'!$C$4)"
    )
    first = found.parcels.sort_values("rank").iloc[0]
    shown = scores.find(".//x:c[@r='I2']/x:v", space)
    assert shown is not None
    assert float(str(shown.text)) == pytest.approx(first["score"])
    rank = scores.find(".//x:c[@r='L2']/x:f", space)
    assert rank is not None
    assert rank.text == "RANK(I2,$I$2:$I$4)"


def test_the_survey_table_has_its_39_columns_and_leaves_open_what_is_unknown(ws: Workspace) -> None:
    headings, rows = official_rows(screening(ws, CHOICE), "zh")
    assert len(headings) == len(COLUMNS) == 39
    assert [row[0] for row in rows] == [1, 2, 3, 4]
    cells = [dict(zip([code for code, _, _ in COLUMNS], row, strict=True)) for row in rows]
    first, last = cells[0], cells[-1]
    assert (first["ZDBH"], first["MJ"], first["RJL"], first["SFDX"]) == ("A", 15.0, 0.2, "是")
    assert first["DJRKSJ"] == 1.0  # 150,000 yuan on 15 mu
    assert first["JZMD"] == 20.0
    assert (last["ZDBH"], last["SFDX"], last["RJL"], last["BZ"]) == ("E", None, None, "待核查")
    assert cells[1]["DJRKSJ"] is None
    gaps = {
        code: (filled, rows, reason) for code, _, filled, rows, reason in official_gaps(screening(ws, CHOICE), "zh")
    }
    assert gaps["ZDBH"] == (4, 4, "已填满")
    assert gaps["DJRKSJ"][:2] == (2, 4)
    assert "名为 BDCQZ 的列" in gaps["BDCQZ"][2]


def test_a_column_that_bears_the_code_of_the_survey_fills_it(ws: Workspace) -> None:
    parcels = ws.read("parcels").assign(BDCQZ=["粤（2020）0001号", None, None, None, None])
    ws.write({"parcels": parcels}, change=Change("tester", "import"))
    _, rows = official_rows(screening(ws, CHOICE), "zh")
    place = [code for code, _, _ in COLUMNS].index("BDCQZ")
    assert [row[place] for row in rows] == ["粤（2020）0001号", None, None, None]


def test_screen_takes_limits_weights_and_methods_on_the_command_line(
    ws: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["screen", ws.address, "--profile", "under_built", "--as-of", "2026-06-30", "--json"]
    assert main([*common, "--limit", "under_built=0.58"]) == 0
    assert json.loads(capsys.readouterr().out)["verdicts"]["low_efficiency"]["parcels"] == 2
    assert main([*common, "--limit", "under_built=200%", "--weights", "1,0,0"]) == 0
    assert json.loads(capsys.readouterr().out)["verdicts"]["low_efficiency"]["parcels"] == 0
    for wrong in (["--weights", "1,2"], ["--limit", "under_built"], ["--limit", "nothing=1"], ["--method", "ahp2"]):
        assert main([*common, *wrong]) == 2
        capsys.readouterr()
    assert main([*common, "--method", "entropy"]) == 2  # weights of so few flagged parcels say nothing
    assert "至少 3 宗" in capsys.readouterr().err


def test_the_command_line_compares_two_packs(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """FAR 0.2, 0.8, 0.9 and 1.6 all miss the 2.0 of Foshan; half unused are the first three: D alone flips, 1 ha."""
    command = ["screen", ws.address, "--profile", "under_built", "--as-of", "2026-06-30", "--against", "foshan_2023"]
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["comparison"]
    assert (told["profiles"], told["as_of"], told["parcels"], told["hectares"]) == (
        ["foshan_2023"], "2026-06-30", 1, 1.0
    )  # fmt: skip
    flip = {"before": "low_efficiency", "after": "not_low_efficiency"}
    assert told["flips"] == [flip | {"parcels": 1, "hectares": 1.0}]
    assert told["changed"] == [{"parcel_id": "D"} | flip]
    assert main([*command, "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "与研判日期 2026-06-30、规则包 foshan_2023 的结论相比：" in shown
    assert "低效 → 非低效：1 宗，" in shown
    assert main([*command, "--against", "foshan_2024", "--json"]) == 2
    assert "foshan_2024" in capsys.readouterr().err


def test_the_command_line_compares_two_years(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """To be started by 1 September 2024 and not started: idle from 1 September 2025, between the two days."""
    parcels = ws.read("parcels").assign(government_cause=False, start_agreed_on=pd.Timestamp(2024, 9, 1))
    parcels.loc[0, "status"] = "supplied_not_started"
    ws.write({"parcels": parcels}, change=Change("tester", "import"))
    command = ["screen", ws.address, "--profile", "cn_idle_2012", "--as-of", "2026-06-30", "--json"]
    assert main([*command, "--against-as-of", "2025-06-30"]) == 0
    told = json.loads(capsys.readouterr().out)["comparison"]
    assert told["as_of"] == "2025-06-30"
    assert told["changed"] == [{"parcel_id": "A", "before": "not_low_efficiency", "after": "idle"}]
    assert main([*command, "--against-as-of", "2025-09-01"]) == 0
    assert json.loads(capsys.readouterr().out)["comparison"]["flips"] == []


def test_a_bad_input_is_told_and_the_rest_still_judged(ws: Workspace) -> None:
    parcels = ws.read("parcels")
    parcels["site_area_m2"] = [10_000.0, -3.0, 10_000.0, 10_000.0, 10_000.0]
    parcels["started_on"] = pd.to_datetime(["2030-01-01", None, None, None, None])
    ws.write({"parcels": parcels}, change=Change("tester", "import"))
    found = jobs.screen(ws.address, choice=CHOICE)
    assert found.parcels["verdict"].tolist()[1:4] == ["to_check", "low_efficiency", "not_low_efficiency"]
    assert any("2" in finding.zh for finding in found.findings)
    assert len(found.findings) == 2
