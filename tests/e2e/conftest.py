"""One running app for all browser tests that only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def app(serve: Callable[[Path], str], small_demo: Path) -> str:
    """The address of the app on the small demo district; a test that writes starts its own on a copy."""
    return serve(small_demo)
