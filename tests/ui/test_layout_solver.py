"""The solver on the page of layout options: a button, branches, what is proven of them; what is impossible is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

import parkplan.ui
from parkplan.data.workspace import open_workspace
from parkplan.jobs.demo import demo
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.ui import gate, opened
from parkplan.ui.layout_state import KEY as LAYOUT
from parkplan.ui.layout_state import Layout
from parkplan.ui.state import KEY, Session

if TYPE_CHECKING:
    from collections.abc import Iterator

UI = Path(parkplan.ui.__file__).parent


@pytest.fixture(autouse=True)
def _own_cache() -> Iterator[None]:
    gate.stand()
    opened._opened.clear()
    yield
    opened._opened.clear()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "small.parkplan"
    demo(path, size="small")
    return path


def page(place: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PARKPLAN_WORKSPACE", str(place))
    app = AppTest.from_file(str(UI / "main.py"), default_timeout=300)
    app.session_state[KEY] = Session(language="zh")
    app.session_state[LAYOUT] = Layout(actor="张工")
    return app.run().switch_page("views/layout_options.py").run()


def start(app: AppTest) -> AppTest:
    next(one for one in app.button if one.label == "开始求解").click()
    return app.run()


def test_the_button_makes_branches_and_opens_the_best(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page(place, monkeypatch)
    app.radio(key="layout_solve.base.land").set_value("chosen")
    start(app)
    assert [one.value for one in app.warning] == ["还没有选中地块；请先在图上选择。"]
    assert len(all_scenarios(open_workspace(str(place)))) == 1
    app.radio(key="layout_solve.base.land").set_value("flagged")
    app.number_input(key="layout_solve.base.budget").set_value(2.0)
    app.number_input(key="layout_solve.base.count").set_value(2)
    start(app)
    assert not app.exception
    made = all_scenarios(open_workspace(str(place)))[1:]
    now = app.session_state[LAYOUT]
    assert [one.name for one in made] == ["现状 优化1", "现状 优化2"]
    assert now.scenario == made[0].id
    assert any("已证明为所列规则下的最优" in line for line in now.told)
    assert [one for one in app.text if one.value == now.told[1]]
