"""Targets of the plan: unknown until entered, kept with who and why."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.workspace import Workspace, create_workspace
from parkplan.jobs.targets import base_of, set_base, set_target, targets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "plan.parkplan", crs="EPSG:4547", actor="test")


def test_the_plans_ten_targets_are_unknown_at_first(ws: Workspace) -> None:
    states = targets(ws)
    assert len(states) == 10
    assert {state.current for state in states} == {None}
    assert {state.reached for state in states} == {None}
    share = states[0]
    assert (share.target.id, share.written_target.zh) == ("manufacturing_share_of_gdp", "≥ 51 %")
    assert share.written_current.en == "unknown"


def test_an_entered_value_is_compared_and_enters_the_journal(ws: Workspace) -> None:
    state = set_target(ws, "labour_productivity", 23.4, actor="规划科", reason="统计快报")
    assert (state.current, state.reached, state.actor, state.reason) == (23.4, False, "规划科", "统计快报")
    assert state.written_current.zh == "23.4 万元/人"
    assert set_target(ws, "labour_productivity", 23.5, actor="规划科").reached is True
    assert ws.journal(1)[0].actor == "规划科"


def test_a_withdrawn_value_is_unknown_again_and_zero_is_a_value(ws: Workspace) -> None:
    assert set_target(ws, "high_tech_enterprises", 0, actor="a").current == 0
    assert set_target(ws, "high_tech_enterprises", None, actor="a").current is None


@pytest.mark.parametrize(
    ("target", "value", "key"),
    [
        ("nothing", 1.0, "no_such_target"),
        ("high_tech_enterprises", -1.0, "target_value"),
        ("high_tech_enterprises", float("nan"), "target_value"),
        ("high_tech_enterprises", float("inf"), "target_value"),
    ],
)
def test_what_is_no_value_of_a_target_is_refused(ws: Workspace, target: str, value: float, key: str) -> None:
    with pytest.raises(RequestError) as caught:
        set_target(ws, target, value, actor="a")
    assert caught.value.key == key
    assert all(state.current is None for state in targets(ws))


def test_a_base_comes_with_day_and_source_and_says_whether_it_was_verified(ws: Workspace) -> None:
    first = targets(ws)[3]
    assert (first.base, first.written_base.zh, first.progress) == (None, "未知", None)
    base = base_of("high_tech_enterprises", 300.0, date(2020, 12, 31), " 统计公报 ")
    state = set_base(ws, "high_tech_enterprises", base, actor="规划科")
    assert state.written_base.zh == "300 家（2020-12-31，统计公报，未核实）"
    assert state.progress is None  # where it stands now is unknown
    state = set_target(ws, "high_tech_enterprises", 500.0, actor="规划科")
    assert state.progress == pytest.approx((500 - 300) / (700 - 300))
    sure = base_of("high_tech_enterprises", 300.0, date(2020, 12, 31), "统计公报", verified=True)
    assert set_base(ws, "high_tech_enterprises", sure, actor="规划科").written_base.en.endswith("verified)")
    assert ws.journal(1)[0].actor == "规划科"
    assert set_base(ws, "high_tech_enterprises", None, actor="规划科").base is None


def test_a_base_without_source_or_of_no_target_is_refused(ws: Workspace) -> None:
    for value, source, key in ((-1.0, "x", "target_value"), (1.0, " ", "target_base_source")):
        with pytest.raises(RequestError) as caught:
            base_of("high_tech_enterprises", value, date(2020, 12, 31), source)
        assert caught.value.key == key
    with pytest.raises(RequestError):
        set_base(ws, "nothing", None, actor="a")


def test_the_command_keeps_bases_and_tells_faults(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", ws.address, "--base", "provincial_platforms=60,2020-12-31,年鉴, 第3页", "--json"]) == 0
    told = {one["id"]: one for one in json.loads(capsys.readouterr().out)["targets"]}
    assert told["provincial_platforms"]["base"] == {
        "value": 60.0, "on": "2020-12-31", "source": {"zh": "年鉴, 第3页", "en": "年鉴, 第3页"}, "verified": False,
    }  # fmt: skip
    assert main(["targets", ws.address, "--base", "provincial_platforms=60"]) == 2
    assert "provincial_platforms=60" in capsys.readouterr().err
    assert main(["targets", ws.address, "--base", "provincial_platforms=unknown"]) == 0
    assert targets(ws)[6].base is None
