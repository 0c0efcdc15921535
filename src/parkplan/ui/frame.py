"""What stands around every page: the language switch, the district's name, and the page shown without a workspace."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan import units
from parkplan.data.crs import crs_label
from parkplan.i18n import LANGUAGES, Language, message
from parkplan.jobs.title import title_of
from parkplan.ui import panels
from parkplan.ui.state import QUERY, session

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

NAMES: Final[dict[Language, str]] = {"zh": "中文", "en": "English"}
_SWITCH: Final = "language"
DEMO_COMMAND: Final = (
    "parkplan demo --out geodata/demo/district.parkplan\nparkplan serve geodata/demo/district.parkplan"
)
IMPORT_COMMAND: Final = (
    "parkplan import parcels.gpkg --to district.parkplan --as parcels --crs EPSG:4547\nparkplan serve district.parkplan"
)


def style() -> None:
    """Tighten what the theme leaves wide; the rules are ours alone, no data among them."""
    for name in ("page.css", *(("page.en.css",) if session().language == "en" else ())):
        st.html(Path(str(files("parkplan.ui").joinpath("web", name))))


def _switched() -> None:
    session().language = st.session_state[_SWITCH]
    st.query_params[QUERY] = session().language


def head(ws: Workspace | None) -> None:
    """Draw the first line of a page: district, fictional or not, language."""
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        if ws is None:
            st.subheader(message("ui.product"), anchor=False)
        else:
            panels.banner(title_of(ws).to(), _aside(ws), synthetic=ws.synthetic)
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        st.segmented_control(
            message("ui.language"),
            LANGUAGES,
            default=session().language,
            required=True,
            format_func=NAMES.__getitem__,
            key=_SWITCH,
            on_change=_switched,
            label_visibility="collapsed",
        )


def _aside(ws: Workspace) -> str:
    tables = ws.tables()
    newest = max((info.created_at for info in tables), default=None)
    date = units.day(newest.date()) if newest is not None else units.UNKNOWN.to()
    return message("ui.banner_aside", crs=crs_label(ws.crs), tables=len(tables), date=date)


def landing(place: str) -> None:
    """Show how to get a workspace: the demo district, or one's own data."""
    with st.container(border=True):
        st.subheader(message("ui.no_workspace"), anchor=False)
        st.text(f"{message('ui.no_workspace_where')} {place}")
        st.markdown(f"**{message('ui.make_demo')}**")
        st.code(DEMO_COMMAND, language="bash")
        st.markdown(f"**{message('ui.import_own')}**")
        st.code(IMPORT_COMMAND, language="bash")
        st.caption(message("ui.import_formats"))
