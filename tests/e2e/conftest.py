"""One running app for all browser tests that only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    ServeOnce = Callable[[str, Callable[[], str]], str]


@pytest.fixture(scope="session")
def app(serve: Callable[[Path], str], served_once: ServeOnce, small_demo: Path) -> str:
    """The address of the app on the small demo district; a test that writes starts its own on a copy."""
    return served_once("app", lambda: serve(small_demo))
