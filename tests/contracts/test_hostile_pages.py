"""Every page of the menu is walked by the test of hostile text."""

from __future__ import annotations

import pytest

from parkplan.ui.navigation import MENU


def test_every_page_is_walked_with_hostile_text() -> None:
    pages = pytest.importorskip("hostile_pages", reason="the walks need playwright")
    assert [entry.name for entry in MENU if entry.name not in pages.VISITS] == []
