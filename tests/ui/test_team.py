"""The app on a district in a database: pages draw, an edit is saved, and a server that is gone is one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from app_page import panel, texts
from postgis_server import copied

from parkplan.i18n import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from parkplan.i18n import Language


def faults(app: AppTest) -> list[str]:
    return [str(error.value) for error in (*app.error, *app.exception)]


@pytest.mark.parametrize("page", ["data", "layout_options"])
def test_pages_draw_on_a_database(
    page: str, handmade_workspace: Path, team_address: str, app_on: Callable[..., AppTest]
) -> None:
    copied(handmade_workspace, team_address)
    app = app_on(team_address)
    app.run()
    assert faults(app) == []
    assert panel(app, "banner")["badge"] == catalogue()["ui.synthetic"].zh
    app.switch_page(f"views/{page}.py").run()
    assert faults(app) == []


@pytest.mark.parametrize("chosen", ["zh", "en"])
def test_a_database_that_does_not_answer_is_one_sentence(chosen: Language, app_on: Callable[..., AppTest]) -> None:
    app = app_on("postgresql://ada:secret@127.0.0.1:1/x", chosen)
    app.run()
    told = catalogue()["errors.postgres_unreachable"].to(chosen).format(path="postgresql://ada@127.0.0.1:1/x")
    assert faults(app) == [catalogue()["ui.fault"].to(chosen)]
    assert [str(text.value) for text in app.text] == [told]
    assert not any("secret" in text for text in texts(app))


def test_a_database_without_a_workspace_says_how_to_make_one(team_address: str, app_on: Callable[..., AppTest]) -> None:
    app = app_on(team_address.replace("postgres@", "postgres:secret@"), "en")
    app.run()
    assert faults(app) == []
    assert any(team_address in text for text in texts(app))
    assert not any("secret" in text for text in texts(app))
