"""The page of idle and low-efficiency land: what its widgets do, over a district made by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from app_page import panel
from streamlit.testing.v1 import AppTest

from parkplan.data.workspace import open_workspace
from parkplan.jobs.overrides import overrides
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.screening import Verdict
from parkplan.ui.judging import KEY, Judging

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def app(handmade_workspace: Path, app_on: Callable[..., AppTest]) -> AppTest:
    """The page on the district that all read: what is chosen, tried and opened stays in the session."""
    return app_on(handmade_workspace).switch_page("views/low_efficiency.py").run()


@pytest.fixture
def own_app(handmade_copy: Path, app_on: Callable[..., AppTest]) -> AppTest:
    """The page on a district of its own, into which it writes."""
    return app_on(handmade_copy).switch_page("views/low_efficiency.py").run()


def state(app: AppTest) -> Judging:
    found = app.session_state[KEY]
    assert isinstance(found, Judging)
    return found


def counts(app: AppTest) -> dict[str, str]:
    return {tile["title"]: tile["value"] for tile in panel(app, "verdict_tiles")["items"]}


def open_card(app: AppTest, row: int) -> AppTest:
    app.session_state[KEY].row = row
    return app.run()


def test_the_packs_that_are_chosen_judge(app: AppTest) -> None:
    before = counts(app)
    assert sum(int(value) for value in before.values()) == 5
    app.multiselect(key="judge:packs").set_value(["jiangmen_draft_2014"]).run()
    assert state(app).choice.profiles == ("jiangmen_draft_2014",)
    # 8 万元/亩 and 0.67 万元/亩 lie below 25; an idle parcel owes no tax yield; the others are no industry, or unknown
    assert counts(app) == {"闲置": "0", "低效": "2", "非低效": "2", "待核查": "1", "豁免": "0"}


def test_no_pack_at_all_leaves_the_former_choice(app: AppTest) -> None:
    app.multiselect(key="judge:packs").set_value([]).run()
    assert len(app.warning) == 1
    assert state(app).choice.profiles == ("cn_idle_2012", "cn_control_2008")


def test_an_open_card_shows_rules_with_their_badges_and_hostile_names_verbatim(app: AppTest) -> None:
    app.multiselect(key="judge:packs").set_value(["jiangmen_draft_2014"]).run()
    card = panel(open_card(app, 2), "evidence")
    assert card["title"] == "<b>{{7*7}}</b>"
    assert card["verdict"]["title"] == "低效"
    tax = next(rule for rule in card["rules"] if rule["title"] == "亩均税收低于25万元")
    assert (tax["sign"], tax["badge"]) == ("!", "未核实")
    assert tax["conditions"][0]["numbers"] == "0.67 万元/亩 < 25.00 万元/亩（差 -24.33 万元/亩）"
    assert tax["conditions"][0]["steps"] == ["亩均税收 = 年税收 / 登记面积 = 100,000 / 10,000 = 0.67 万元/亩"]
    assert "把“亩均税收”由 0.67 万元/亩 提高到不低于 25.00 万元/亩" in card["lifting"]


def test_the_table_lists_what_is_asked_for(app: AppTest) -> None:
    app.multiselect(key="judge:packs").set_value(["jiangmen_draft_2014"]).run()
    assert [line["row"] for line in panel(app, "judge_table")["rows"]] == [2, 0]
    app.button_group(key="judge_listed").set_value(["to_check"]).run()
    assert {line["row"] for line in panel(app, "judge_table")["rows"]} == {4}


def test_a_choice_is_in_force_once_somebody_saves_it(own_app: AppTest, handmade_copy: Path) -> None:
    own_app.button(key="judge_save").click().run()
    assert choice_in_force(open_workspace(handmade_copy)) is None
    own_app.text_input(key="judge_actor").set_value("张工")
    own_app.button(key="judge_save").click().run()
    saved = choice_in_force(open_workspace(handmade_copy))
    assert saved is not None
    assert saved.actor == "张工"
    assert saved.choice == state(own_app).choice


def test_a_trial_flips_parcels_and_is_forgotten_or_used(app: AppTest, handmade_workspace: Path) -> None:
    app.multiselect(key="judge:packs").set_value(["jiangmen_draft_2014"]).run()
    app.number_input(key="judge:limit_tax_low_0").set_value(5.0)
    next(button for button in app.button if button.label == "试算").click().run()
    assert any("1 宗结论改变" in text.value or "结论改变" in text.value for text in app.markdown)
    assert state(app).compared is not None
    assert choice_in_force(open_workspace(handmade_workspace)) is None
    app.button(key="whatif_adopt").click().run()
    assert [change.limit for change in state(app).choice.limits] == [5.0]
    assert counts(app)["低效"] == "1"  # 8 万元/亩 no longer falls short


def test_another_pack_and_another_day_are_tried_before_they_are_used(app: AppTest) -> None:
    """The tax of 8 and 0.67 万元/亩 is low by the draft of Jiangmen alone; the order on idle land asks for no tax."""
    app.multiselect(key="judge:packs").set_value(["jiangmen_draft_2014"]).run()
    day = state(app).choice.as_of
    app.multiselect(key="judge:whatif_jiangmen_draft_2014").set_value(["cn_idle_2012"])
    app.date_input(key=f"judge:whatif_{day}").set_value(dt.date(2020, 1, 15))
    next(button for button in app.button if button.label == "试算").click().run()
    compared = state(app).compared
    assert compared is not None
    assert (compared.profiles, compared.as_of) == (("cn_idle_2012",), dt.date(2020, 1, 15))
    changed = {row["cells"][0]["second"]: row["cells"][1]["title"] for row in panel(app, "whatif_table")["rows"]}
    assert {parcel for parcel, before in changed.items() if before == "低效"} == {"JH-001", "JH-003"}
    assert state(app).choice.profiles == ("jiangmen_draft_2014",)
    app.button(key="whatif_adopt").click().run()
    assert (state(app).choice.profiles, state(app).choice.as_of) == (("cn_idle_2012",), dt.date(2020, 1, 15))


def test_weights_by_pairs_tell_when_they_contradict(app: AppTest) -> None:
    app.radio(key="judge:method").set_value("ahp").run()
    assert state(app).choice.ranking.method == "ahp"
    app.select_slider(key="judge:pair_potential_feasibility").set_value(9.0).run()
    assert any("互相矛盾" in warning.value for warning in app.warning)


def test_the_error_of_a_source_is_set_for_the_choice_and_goes_back(app: AppTest) -> None:
    """Parcel 2 pays 0.67 against 25 万元/亩: sure whatever the error; the card names the sources of its figures."""
    app.multiselect(key="judge:packs").set_value(["jiangmen_draft_2014"]).run()
    rules = panel(open_card(app, 2), "evidence")["rules"]
    tax = next(rule for rule in rules if rule["title"] == "亩均税收低于25万元")
    assert tax["errors"] == [
        "“亩均税收”的误差约 3.2%，来自：登记面积 1.0%（登记台账与合同）、年税收 3.0%（税务入库数据）"
    ]
    assert tax["assumed"] == "假设·未核实"
    app.selectbox(key="judge:error_of").set_value("tax_office").run()
    app.number_input(key="judge:error_cv_tax_office").set_value(20.0)
    app.button(key="judge_error_use").click().run()
    assert [(one.of, one.cv) for one in state(app).choice.errors] == [("tax_office", 0.2)]
    rules = panel(app, "evidence")["rules"]
    tax = next(rule for rule in rules if rule["title"] == "亩均税收低于25万元")
    assert "年税收 20.0%（税务入库数据）" in tax["errors"][0]
    app.selectbox(key="judge:error_of").set_value("tax_office").run()
    app.button(key="judge_error_back").click().run()
    assert state(app).choice.errors == ()


def test_a_verdict_is_set_aside_by_name_and_reason_until_a_day(own_app: AppTest, handmade_copy: Path) -> None:
    open_card(own_app, 0)
    own_app.button(key="override_save").click().run()
    assert overrides(open_workspace(handmade_copy)) == ()
    own_app.selectbox[-1].set_value("exempt")
    own_app.text_input(key="override_actor").set_value("李工")
    own_app.text_input(key="override_reason").set_value("已列入改造计划")
    own_app.button(key="override_save").click().run()
    (said,) = overrides(open_workspace(handmade_copy))
    assert (said.parcel_id, said.verdict, said.actor) == ("JH-001", Verdict.EXEMPT, "李工")
    assert said.expires_on > dt.date.today()
    assert counts(own_app)["豁免"] == "1"
    assert "李工" in panel(own_app, "evidence")["said"][0]
