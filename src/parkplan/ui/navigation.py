"""The menu: every page of the app, in its order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from parkplan.i18n import message

FOLDER: Final = Path(__file__).parent / "views"


@dataclass(frozen=True, slots=True)
class Entry:
    """One page; its file, its address and its title share the name."""

    name: str
    default: bool = False

    @property
    def path(self) -> Path:
        """The file of the page."""
        return FOLDER / f"{self.name}.py"

    @property
    def title(self) -> str:
        """The title in the current language."""
        return message(f"ui.page_{self.name}")


MENU: Final = (
    Entry("overview", default=True),
    Entry("park_map"),
    Entry("low_efficiency"),
    Entry("clusters"),
    Entry("reuse_candidates"),
    Entry("site_plans"),
    Entry("layout_options"),
    Entry("services"),
    Entry("compare"),
    Entry("plan_targets"),
    Entry("reports"),
    Entry("data"),
)


def pages() -> list[st.Page]:
    """Return the pages with titles in the current language."""
    return [st.Page(entry.path, title=entry.title, url_path=entry.name, default=entry.default) for entry in MENU]
