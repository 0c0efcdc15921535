"""The page of services: a question, an answer with proof, shares before and after, an option that takes the sites."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from parkplan._errors import RequestError
from parkplan.sites.engine import Progress
from parkplan.ui import service_state
from parkplan.ui.service_state import KEY as SITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.sites.engine import Effort


def answered(app: AppTest) -> AppTest:
    """Let the search beside the page come to its end."""
    search = app.session_state[SITING].search
    search.wait(120.0)
    assert not search.running
    return app.run()


def test_a_fire_station_is_sited_and_what_cannot_be_asked_is_said(
    demo_copy: Path, app_on: Callable[..., AppTest]
) -> None:
    app = app_on(demo_copy).switch_page("views/services.py").run()
    app.text_input(key="service_where").set_value("site_area_m2 > 1e12")
    answered(app.button(key="service_solve").click().run())
    assert any("候选地块有 0 宗" in one.value for one in app.warning)
    app.text_input(key="service_where").set_value("")
    app.number_input(key="service.fire_station.speed").set_value(20.0)
    answered(app.button(key="service_solve").click().run())
    assert not app.exception
    found = app.session_state[SITING].found
    assert found.wish.reach_m == pytest.approx(4 / 60 * 20_000)
    assert found.after > found.before
    shown = {one.label: one.value for one in app.metric}
    assert shown["选址后覆盖率"] == f"{100 * found.after:.1f}%"
    assert any("已证明最优" in one.value for one in app.text)
    assert any("已修改，未核实" in one.value for one in app.caption)


class Slow:
    """A search that tells how far it is and waits until it is stopped."""

    def __init__(self) -> None:
        self.told = Event()

    def __call__(self, *_: object, effort: Effort, **__: object) -> None:
        effort.progress(Progress(3.0, 900.0, 1200.0))
        self.told.set()
        while not effort.cancelled():
            time.sleep(0.01)
        raise RequestError("scenario_no_actor")


def test_value_bound_and_gap_are_shown_while_it_runs_and_it_can_be_stopped(
    small_demo: Path, app_on: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr(service_state, "services", slow)
    app = app_on(small_demo).switch_page("views/services.py").run()
    app.selectbox(key="service_demand.fire_station").set_value("jobs")
    app.button(key="service_solve").click().run()
    assert slow.told.wait(60.0)
    app.run()
    assert {one.label: one.value for one in app.metric} == {
        "已用时": "3 s", "目前最好": "900 人", "上限（已证明）": "1,200 人", "差距": "33.33%"
    }  # fmt: skip
    assert app.button(key="service_solve").disabled
    search = app.session_state[SITING].search
    app.button(key="service_stop").click().run()
    assert search.stopping
    search.wait(60.0)
    app.run()
    assert app.session_state[SITING].search is None
    assert [one.value for one in app.warning] == [RequestError("scenario_no_actor").sentence()]
