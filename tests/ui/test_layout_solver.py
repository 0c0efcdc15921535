"""The solver on the page of layout options: a button, branches, what is proven of them; what is impossible is said."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from parkplan._errors import RequestError
from parkplan.data.workspace import open_workspace
from parkplan.jobs.front_words import front_points
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.sites.engine import Progress
from parkplan.ui import layout_solver
from parkplan.ui.front_panel import front_chart
from parkplan.ui.layout_state import KEY as LAYOUT
from parkplan.ui.layout_state import Layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.sites.engine import Effort


@pytest.fixture
def app(demo_copy: Path, app_on: Callable[..., AppTest]) -> AppTest:
    made = app_on(demo_copy)
    made.session_state[LAYOUT] = Layout(actor="张工")
    return made.switch_page("views/layout_options.py").run()


def start(app: AppTest) -> AppTest:
    next(one for one in app.button if one.label == "开始求解").click()
    return app.run()


def answered(app: AppTest) -> AppTest:
    search = app.session_state[LAYOUT].search
    search.wait(120.0)
    assert not search.running
    return app.run()


def test_the_button_makes_branches_and_opens_the_best(app: AppTest, demo_copy: Path) -> None:
    app.radio(key="layout_solve.base.land").set_value("chosen")
    start(app)
    assert [one.value for one in app.warning] == ["还没有选中地块；请先在图上选择。"]
    assert len(all_scenarios(open_workspace(demo_copy))) == 1
    app.radio(key="layout_solve.base.land").set_value("flagged")
    app.number_input(key="layout_solve.base.budget").set_value(2.0)
    app.number_input(key="layout_solve.base.count").set_value(2)
    answered(start(app))
    assert not app.exception
    made = all_scenarios(open_workspace(demo_copy))[1:]
    now = app.session_state[LAYOUT]
    assert [one.name for one in made] == ["现状 优化1", "现状 优化2"]
    assert now.scenario == made[0].id
    assert any("已证明为所列规则下的最优" in line for line in now.told)
    assert [one for one in app.text if one.value == now.told[1]]


def test_trade_offs_of_two_objectives_are_a_chart_and_a_table(app: AppTest) -> None:
    app.multiselect(key="layout_solve.base.front").set_value(["jobs"])
    start(app)
    assert [one.value for one in app.warning] == ["折中需要两个目标，请再选一个，或都不选。"]
    app.multiselect(key="layout_solve.base.front").set_value(["jobs", "cost_yuan"])
    app.number_input(key="layout_solve.base.count").set_value(1)
    app.number_input(key="layout_solve.base.seconds").set_value(5)
    answered(start(app))
    assert not app.exception
    found = app.session_state[LAYOUT].answer
    points = front_points(found)
    assert len(points) > 2
    ordered = sorted((point["jobs"], point["cost_yuan"]) for point in points)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(ordered))  # more jobs cost more
    table = next(one.value for one in app.dataframe if list(one.value.columns)[-1] == "证明")
    assert len(table) == len(points)
    (chart,) = front_chart(found)["series"]
    jobs = [point["value"][0] for point in chart["data"]]
    assert jobs == pytest.approx([point["jobs"] for point in points], abs=1e-3)


class Slow:
    """A solver that tells how far it is and waits until it is stopped."""

    def __init__(self) -> None:
        self.told = Event()

    def __call__(self, *_: object, effort: Effort, tell: Callable[[str], None], **__: object) -> None:
        tell("正在求第 1 个方案（共 3 个）")
        effort.progress(Progress(7.0, 80.0, 100.0))
        self.told.set()
        while not effort.cancelled():
            time.sleep(0.01)
        raise RequestError("scenario_no_actor")


def test_value_bound_and_gap_are_shown_while_it_runs_and_it_can_be_stopped(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr(layout_solver, "optimise", slow)
    start(app)
    assert slow.told.wait(60.0)
    app.run()
    assert {one.label: one.value for one in app.metric} == {
        "已用时": "7 s", "目前最好": "80.00", "上限（已证明）": "100.00", "差距": "25.00%"
    }  # fmt: skip
    assert "正在求第 1 个方案（共 3 个）" in [one.value for one in app.text]
    search = app.session_state[LAYOUT].search
    assert search.running
    app.button(key="layout_solve_stop").click().run()
    assert search.stopping
    search.wait(60.0)
    app.run()
    assert app.session_state[LAYOUT].search is None
    assert not app.metric
    assert app.session_state[LAYOUT].fault == RequestError("scenario_no_actor").sentence()
