"""Every page of the menu in both languages over a district made by hand: it draws, and no text stays untranslated."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from app_page import panel, texts
from streamlit.testing.v1 import AppTest

import parkplan.jobs.figures
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.i18n import LANGUAGES, Language, Text, catalogue
from parkplan.jobs.targets import targets
from parkplan.ui import navigation
from parkplan.ui.state import KEY, Session

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = [entry.name for entry in navigation.MENU]
HAN = re.compile(r"[\u3400-\u9fff]")
SHOWN_IN_BOTH = {"中文", "English"}
NOT_SHOWN = {"point", "line", "polygon"}  # words of the map's own language


@pytest.fixture
def app(handmade_workspace: Path, app_on: Callable[..., AppTest]) -> AppTest:
    return app_on(handmade_workspace)


def open_page(app: AppTest, page: str, chosen: Language = "zh") -> AppTest:
    app.session_state[KEY] = Session(language=chosen)
    return (app if page == PAGES[0] else app.switch_page(f"views/{page}.py")).run()


def session(app: AppTest) -> Session:
    found = app.session_state[KEY]
    assert isinstance(found, Session)
    return found


def faults(app: AppTest) -> list[str]:
    return [str(error.value) for error in (*app.error, *app.exception)]


@pytest.mark.parametrize("chosen", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws_in_its_language_alone_and_says_that_the_data_are_fictional(
    app: AppTest, page: str, chosen: Language, handmade_workspace: Path
) -> None:
    open_page(app, page, chosen)
    assert faults(app) == []
    assert panel(app, "banner")["badge"] == catalogue()["ui.synthetic"].to(chosen)
    left = chinese_left(texts(app), handmade_workspace) if chosen == "en" else english_left(texts(app))
    assert left == []


def chinese_left(shown: list[str], workspace: Path) -> list[str]:
    """Texts with Chinese characters beside those of names in the data, which are not translated."""
    ws = open_workspace(workspace)
    names = set(SHOWN_IN_BOTH)
    for info in ws.tables():
        frame = ws.read(info.name)
        names |= {str(value) for name in info.columns for value in frame[name].dropna().unique()}
    any_name = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    return [text for text in shown if HAN.search(any_name.sub("", text))]


def english_left(shown: list[str]) -> list[str]:
    """English texts of the catalogue among those of a page."""
    english = {text.en for text in catalogue().values() if len(text.en) > 2 and text.en != text.zh}
    return sorted(english & set(shown) - SHOWN_IN_BOTH - NOT_SHOWN)


def test_the_language_switch_changes_the_page_and_is_kept_on_the_next(app: AppTest) -> None:
    open_page(app, "overview", "zh")
    assert "规划指标" in [heading.value for heading in app.subheader]
    app.button_group(key="language").select("en").run()
    assert session(app).language == "en"
    assert "Targets of the plan" in [heading.value for heading in app.subheader]
    app.switch_page("views/data.py").run()
    assert "Journal" in app.button_group(key="data_section").options


def test_overview_shows_figures_with_what_they_rest_on(app: AppTest) -> None:
    open_page(app, "overview")
    shown = {tile["title"]: tile for tile in panel(app, "figures")["items"]}
    assert (shown["工业用地面积"]["value"], shown["工业用地面积"]["second"]) == ("4.0", "60 亩")
    assert shown["亩均税收"]["note"] == "据 2 / 3 行"
    assert (shown["高新技术企业"]["value"], shown["高新技术企业"]["known"]) == ("未知", False)


def test_a_target_is_unknown_until_it_is_entered_with_a_name(
    handmade_workspace: Path, tmp_path: Path, app_on: Callable[..., AppTest]
) -> None:
    own = tmp_path / "own.parkplan"
    shutil.copytree(handmade_workspace, own)
    app = open_page(app_on(own), "overview")
    assert {tile["value"] for tile in panel(app, "targets_manufacturing_2025")["items"]} == {"未知"}
    app.selectbox(key="target").set_value("high_tech_enterprises").run()
    app.number_input(key="target_value_high_tech_enterprises").set_value(712.0).run()
    app.button(key="target_save").click().run()
    assert [warning.value for warning in app.warning] == ["请填写“填写人”，以便留痕。"]
    app.text_input(key="target_actor").set_value("规划科").run()
    app.button(key="target_save").click().run()
    tile = panel(app, "targets_manufacturing_2025")["items"][3]
    assert (tile["value"], tile["unit"], tile["tone"], tile["second"]) == (
            "712", "家", "reached", "目标 ≥ 700 家 · 基期 未知",
        )  # fmt: skip
    kept = next(state for state in targets(open_workspace(own)) if state.target.id == "high_tech_enterprises")
    assert (kept.current, kept.actor) == (712.0, "规划科")


def test_a_filter_changes_the_count_and_the_tiles(app: AppTest) -> None:
    open_page(app, "park_map")
    assert "地块（按状态）：5 / 5 行" in texts(app)
    app.multiselect(key="filter:parcels_by_status:status").set_value(["idle", "low_efficiency"]).run()
    assert "地块（按状态）：2 / 5 行" in texts(app)
    addresses = {layer["id"]: layer["url"] for layer in panel(app, "map")["pages"][0]["layers"]}
    assert "where=status+in+%28%27idle%27%2C+%27low_efficiency%27%29" in addresses["parcels_by_status"]
    assert "where=" in addresses["tax_per_mu"]
    assert "where=" not in addresses["buildings"]
    app.number_input(key="filter:parcels_by_status:site_area_m2:least").set_value(16.0).run()
    assert "地块（按状态）：1 / 5 行" in texts(app)
    app.button(key="filter_clear").click().run()
    assert "地块（按状态）：5 / 5 行" in texts(app)


def test_a_typed_condition_counts_and_a_faulty_one_is_a_sentence(app: AppTest) -> None:
    open_page(app, "park_map")
    box = app.text_input(key="filter:parcels_by_status:expression")
    box.set_value("tax_yuan / site_area_m2 < 75").run()
    assert "地块（按状态）：1 / 5 行" in texts(app)
    app.text_input(key="filter:parcels_by_status:expression").set_value("tax <").run()
    assert [error.value for error in app.error] == ["这里需要您处理一下："]
    assert any("没有写完" in text for text in texts(app))
    assert "地块（按状态）：5 / 5 行" in texts(app)


def test_a_search_lists_hits_and_the_card_follows_the_selection(app: AppTest) -> None:
    open_page(app, "park_map")
    app.text_input(key="search_0").set_value("dndz").run()
    hits = panel(app, "hits_0")["items"]
    assert [hit["title"] for hit in hits] == ["东宁电子（虚构）", "东宁电子厂", "外海电子信息园"][: len(hits)]
    session(app).select("parcels", 2)
    app.run()
    card = panel(app, "card")
    assert card["title"] == "<b>{{7*7}}</b>"
    area = next(section for section in card["sections"] if section["id"] == "area")
    assert {"title": "登记面积", "value": "1.00 公顷（15.00 亩）", "known": True}.items() <= area["facts"][0].items()
    session(app).searches += 1  # as a click on a hit does: the next box is empty, whatever the last one held
    app.run()
    assert app.text_input(key="search_1").value == ""
    assert all("-hits_" not in getattr(element.proto, "id", "") for element in app.main if hasattr(element, "proto"))


def test_a_click_on_the_map_opens_the_card_of_the_row(app: AppTest) -> None:
    open_page(app, "park_map")
    click = {"lat": 22.6, "lng": 114.0, "hits": [{"layer": "parcels_by_status", "id": 1, "solid": True}], "map": 0}
    app.session_state["map"] = {"click": click}
    app.run()
    assert session(app).selected == ("parcels", 1)
    assert panel(app, "card")["title"] == "JH-002"
    assert panel(app, "map")["selection"]["parcels_by_status"] == [1]


def test_a_selection_that_is_gone_is_a_sentence_and_then_forgotten(app: AppTest) -> None:
    open_page(app, "park_map")
    session(app).select("parcels", 99)
    app.run()
    assert any("没有第 99 行" in text for text in texts(app))
    app.run()
    assert faults(app) == []


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_without_a_workspace_the_way_to_one_is_shown(
    tmp_path: Path, app_on: Callable[..., AppTest], chosen: Language
) -> None:
    app = open_page(app_on(tmp_path / "none.parkplan"), "overview", chosen)
    assert faults(app) == []
    assert any(str(tmp_path) in text.value for text in app.text)
    assert [code.value.split()[:2] for code in app.code] == [["parkplan", "demo"], ["parkplan", "import"]]


WORK_WITHOUT_TABLES = {"plan_targets", "data"}
"""Values of targets and files can be entered before there is any table."""


def test_an_empty_workspace_is_a_designed_state(tmp_path: Path, app_on: Callable[..., AppTest]) -> None:
    create_workspace(tmp_path / "empty.parkplan", crs="EPSG:4547", actor="test")
    app = app_on(tmp_path / "empty.parkplan")
    for page in PAGES:
        open_page(app, page)
        assert faults(app) == []
        empty = [info.value for info in app.info] == [catalogue()["ui.empty_workspace"].zh]
        assert empty != (page in WORK_WITHOUT_TABLES), page


def test_a_broken_workspace_is_one_sentence(tmp_path: Path, app_on: Callable[..., AppTest]) -> None:
    broken = tmp_path / "broken.parkplan"
    broken.mkdir()
    (broken / "workspace.sqlite").write_bytes(b"no database")
    app = open_page(app_on(broken), "overview", "en")
    assert faults(app) == [catalogue()["ui.fault"].en]
    assert any("broken.parkplan" in text.value for text in app.text)


def test_an_unexpected_fault_shows_a_number_and_no_trace(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("parkplan.jobs.figures._make", fail)
    monkeypatch.setattr("parkplan.jobs.figures._figures", type(parkplan.jobs.figures._figures)(limit=1))
    open_page(app, "overview")
    assert len(app.error) == 1
    assert re.search(r"编号 [0-9a-f]{8}", app.error[0].value)
    assert not any("secret" in text or "Traceback" in text for text in texts(app))


def test_every_message_of_the_pages_is_in_both_languages() -> None:
    wrong = [
        key
        for key, text in catalogue().items()
        if key.split(".")[0] in {"ui", "card", "figures", "targets"} and not _is_translated(text)
    ]
    assert wrong == []


def _is_translated(text: Text) -> bool:
    fields = re.compile(r"\{\w+\}")
    own = fields.sub("", text.en)
    return set(fields.findall(text.zh)) == set(fields.findall(text.en)) and not HAN.search(own)
