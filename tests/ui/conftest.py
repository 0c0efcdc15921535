"""What the tests of pages share: a cache of their own, the app on a workspace, copies of districts to write into."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

import parkplan.ui
from parkplan.ui import gate, opened
from parkplan.ui.state import KEY, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parkplan.i18n import Language

MAIN = Path(parkplan.ui.__file__).with_name("main.py")


@pytest.fixture(autouse=True)
def _own_cache() -> Iterator[None]:
    gate.stand()
    opened._opened.clear()
    yield
    opened._opened.clear()


@pytest.fixture
def app_on(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Return the app on a workspace in a language, not yet run: ``app_on(place, "en")``."""

    def made(place: Path, chosen: Language = "zh") -> AppTest:
        monkeypatch.setenv("PARKPLAN_WORKSPACE", str(place))
        app = AppTest.from_file(str(MAIN), default_timeout=300)
        app.session_state[KEY] = Session(language=chosen)
        return app

    return made


@pytest.fixture
def handmade_copy(handmade_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the district by hand."""
    place = tmp_path / "copy.parkplan"
    shutil.copytree(handmade_workspace, place)
    return place


@pytest.fixture
def demo_copy(small_demo: Path, tmp_path: Path) -> Path:
    """A copy of the small demo district."""
    place = tmp_path / "small.parkplan"
    shutil.copytree(small_demo, place)
    return place
