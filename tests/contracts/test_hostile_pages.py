"""Every page of the menu is walked by the test of hostile text."""

from __future__ import annotations

import pytest

from parkplan.ui.navigation import MENU


def test_every_page_is_walked_with_hostile_text() -> None:
    pages = pytest.importorskip("hostile_pages", reason="the walks need playwright")
    assert sorted(pages.VISITS) == sorted(entry.name for entry in MENU)
