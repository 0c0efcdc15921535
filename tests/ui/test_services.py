"""The page of services: a question, an answer with proof, shares before and after, an option that takes the sites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from parkplan.ui.service_state import KEY as SITING

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_fire_station_is_sited_and_what_cannot_be_asked_is_said(
    demo_copy: Path, app_on: Callable[..., AppTest]
) -> None:
    app = app_on(demo_copy).switch_page("views/services.py").run()
    app.text_input(key="service_where").set_value("site_area_m2 > 1e12")
    app.button(key="service_solve").click().run()
    assert any("候选地块有 0 宗" in one.value for one in app.warning)
    app.text_input(key="service_where").set_value("")
    app.number_input(key="service.fire_station.speed").set_value(20.0)
    app.button(key="service_solve").click().run()
    assert not app.exception
    found = app.session_state[SITING].found
    assert found.wish.reach_m == pytest.approx(4 / 60 * 20_000)
    assert found.after > found.before
    shown = {one.label: one.value for one in app.metric}
    assert shown["选址后覆盖率"] == f"{100 * found.after:.1f}%"
    assert any("已证明最优" in one.value for one in app.text)
    assert any("已修改，未核实" in one.value for one in app.caption)
