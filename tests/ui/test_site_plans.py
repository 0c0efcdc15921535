"""The page of site plans: site from the address, options, certificate, measures; what cannot be planned is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from app_page import panel
from pyproj import CRS
from streamlit.testing.v1 import AppTest

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.scenario import new_scenario, show_scenario
from parkplan.jobs.siteplan_land import land_of_workspace
from parkplan.jobs.siteplan_search import Asked
from parkplan.layout.siteplan import generate
from parkplan.model.workspace import Change
from parkplan.ui.layout_state import KEY as LAYOUT
from parkplan.ui.siteplan_state import KEY, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.i18n import Language
    from parkplan.model.siteplan import SitePlans

PROFILE = choose_profile("cn_industrial")


class Done:
    """A search that has answered, without a thread."""

    def __init__(self, asked: Asked, result: SitePlans) -> None:
        self.asked, self.result, self.fault, self.running = asked, result, None, False

    def stop(self) -> None:
        """Nothing runs."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "one.parkplan"
    shape = shapely.box(500_000, 2_500_000, 500_300, 2_500_220)
    frame = gpd.GeoDataFrame({"parcel_id": ["A"]}, geometry=[shape], crs="EPSG:4547")
    create_workspace(path, crs="EPSG:4547", actor="t").write({"parcels": frame}, change=Change("t", "import"))
    return path


@pytest.fixture(scope="module")
def answer(place: Path) -> tuple[Asked, SitePlans]:
    ws = open_workspace(str(place))
    land = land_of_workspace(ws, "A", PROFILE)
    return Asked(land, ws.crs, PROFILE, load_modules()), generate(
        land, PROFILE, load_modules(), count=4, seed=1, attempts=20
    )


@pytest.fixture
def page(place: Path, app_on: Callable[..., AppTest]) -> Callable[[Language], AppTest]:
    """Open the page on the site in a language."""

    def opened_page(chosen: Language) -> AppTest:
        app = app_on(place, chosen)
        app.query_params["site"] = "A"
        return app.switch_page("views/site_plans.py").run()

    return opened_page


def desk(app: AppTest) -> Desk:
    found = app.session_state[KEY]
    assert isinstance(found, Desk)
    return found


@pytest.mark.parametrize("chosen", ["zh", "en"])
def test_options_certificate_and_files_are_shown(
    page: Callable[[Language], AppTest], place: Path, answer: tuple[Asked, SitePlans], chosen: Language
) -> None:
    app = page(chosen)
    desk(app).search = Done(*answer)  # type: ignore[assignment]
    app.run()
    assert not app.exception
    options = answer[1].options
    assert [option["id"] for option in panel(app, "plan_gallery")["options"]] == [plan.id for plan in options]
    assert len(panel(app, "plan_scatter")["points"]) == len(options)
    assert len(panel(app, "plan_massing")["blocks"]) == len(options[0].buildings)
    rules = [frame.value for frame in app.dataframe if len(frame.value) == len(options[0].certificate)]
    assert len(rules) == 1
    assert set(rules[0].iloc[:, 4]) == {"满足" if chosen == "zh" else "kept"}
    desk(app).chosen = options[-1].id
    desk(app).further = [replace(options[0], id=f"{options[0].id}-1", front=0)]
    app.run()
    badges = [option["badge"] for option in panel(app, "plan_gallery")["options"]]
    assert badges[0] == {"zh": "修改后", "en": "Edited"}[chosen]
    assert not any(badge.endswith(" 0") for badge in badges)
    assert panel(app, "plan_gallery")["chosen"] == options[-1].id


def test_the_measures_of_the_axes_are_chosen(
    page: Callable[[Language], AppTest], answer: tuple[Asked, SitePlans]
) -> None:
    app = page("zh")
    desk(app).search = Done(*answer)  # type: ignore[assignment]
    app.run()
    app.selectbox(key="plan_axis_x").set_value("dock_m").run()
    points = {point["id"]: point["x"] for point in panel(app, "plan_scatter")["points"]}
    assert points == {plan.id: pytest.approx(plan.quality["dock_m"]) for plan in answer[1].options}


@pytest.mark.parametrize("chosen", ["zh", "en"])
def test_the_open_option_goes_into_a_scenario(
    page: Callable[[Language], AppTest], place: Path, answer: tuple[Asked, SitePlans], chosen: Language
) -> None:
    app = page(chosen)
    desk(app).search = Done(*answer)  # type: ignore[assignment]
    app.run()
    put = {"zh": "放入", "en": "Put in"}[chosen]
    next(box for box in app.text_input if box.label in {"布局方案名称", "Name of the scenario"}).set_value(chosen)
    next(button for button in app.button if button.label == put).click().run()
    assert not app.exception
    assert any(f"“{chosen}”" in said.value for said in app.success)
    held = show_scenario(open_workspace(str(place)), chosen)
    roads = shapely.area(held.state.geometry[held.state.drawn == "road"]).sum()
    plan = answer[1].options[0]
    assert roads == pytest.approx(plan.indicators["road_share"] * plan.site.area_m2, rel=1e-3)
    assert app.session_state[LAYOUT].scenario == held.scenario.id


def test_a_site_in_another_crs_is_told_instead(
    page: Callable[[Language], AppTest], answer: tuple[Asked, SitePlans]
) -> None:
    app = page("zh")
    elsewhere = replace(answer[0], crs=CRS("EPSG:4546"))
    desk(app).search = Done(elsewhere, answer[1])  # type: ignore[assignment]
    app.run()
    assert any("坐标系与工作区不同" in said.value for said in app.caption)
    assert not [button for button in app.button if button.label == "放入"]


def test_chosen_parcels_of_a_scenario_lead_to_the_page(place: Path, app_on: Callable[..., AppTest]) -> None:
    made = new_scenario(open_workspace(str(place)), "way", actor="t")
    app = app_on(place, "zh").switch_page("views/layout_options.py").run()
    label = "为选中的地块生成总平面方案"
    assert label not in {link.proto.label for link in app.get("page_link")}
    now = app.session_state[LAYOUT]
    now.open(made.id, made.head)
    now.toggle("A")
    app.run()
    assert not app.exception
    (link,) = [link.proto for link in app.get("page_link") if link.proto.label == label]
    assert "site_plans" in link.page
    assert {"site=A", f"scenario={made.id}"} == set(link.query_string.lstrip("?").split("&"))
    app.query_params["site"], app.query_params["scenario"] = "A", made.id
    app.switch_page("views/site_plans.py").run()
    assert (desk(app).site, desk(app).scenario) == ("A", made.id)
    desk(app).site = "B"
    assert desk(app).scenario is None


def test_rules_that_collide_are_named(page: Callable[[Language], AppTest], answer: tuple[Asked, SitePlans]) -> None:
    app = page("zh")
    none = type(answer[1])((), 20, 0, None, ("density_min",), {})
    desk(app).search = Done(answer[0], none)  # type: ignore[assignment]
    app.run()
    assert any("建筑密度下限" in warning.value for warning in app.warning)


def test_a_site_that_does_not_exist_is_told(page: Callable[[Language], AppTest]) -> None:
    app = page("zh")
    app.text_input[0].set_value("Z-9")
    next(button for button in app.button if button.label == "生成方案").click().run()
    assert any("Z-9" in text.value for text in app.text)
    assert desk(app).search is None
