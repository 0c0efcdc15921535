"""What is to be planned: the site, the limits that bind it, and how far the search is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan._errors import RequestError
from parkplan.data.siteplans import choose_profile
from parkplan.i18n import message
from parkplan.jobs.siteplan import DEFAULT_PROFILE, modules_in
from parkplan.jobs.siteplan_land import land_of_upload, land_of_workspace
from parkplan.jobs.siteplan_search import Asked, PlanSearch
from parkplan.ui.boundary import boundary
from parkplan.ui.import_desk import upload_words
from parkplan.ui.siteplan_state import desk

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from parkplan.data.workspace import Workspace
    from parkplan.model.siteplan import LimitId
    from parkplan.ui.siteplan_state import Desk

SOURCES: Final = ("site", "file")
ENDINGS: Final = ("gpkg", "geojson", "json", "zip", "dxf", "kml")
POLL_S: Final = 1.0
MOST: Final = 60


def question_form(ws: Workspace, now: Desk) -> None:
    """Draw the form of site, number and seed, with the limits beside it."""
    source = st.segmented_control(
        message("siteplan.source"), SOURCES, default="site", required=True, key="plan_source",
        format_func=lambda name: message(f"siteplan.source_{name}"), label_visibility="collapsed",
    )  # fmt: skip
    upload_words()
    with st.form("plan_question", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        upload = None
        crs = keep = ""
        if source == "site":
            now.site = st.text_input(message("siteplan.site"), now.site, placeholder=message("siteplan.site_hint"))
            keep = st.text_input(message("siteplan.keep"), help=message("siteplan.keep_help"))
        else:
            upload = st.file_uploader(message("siteplan.boundary"), ENDINGS)
            crs = st.text_input(message("siteplan.crs"), placeholder="EPSG:4547")
        count = st.number_input(message("siteplan.count"), 1, MOST, 24, width=110)
        seed = st.number_input(message("siteplan.seed"), 0, 9999, 0, width=110)
        pressed = st.form_submit_button(message("siteplan.generate"), type="primary")
    limits_panel(now)
    if pressed:
        _ask(ws, now, upload, _Wanted(crs.strip() or None, _names(keep), int(count), int(seed)))


class _Wanted:
    """What the form says beside the site."""

    def __init__(self, crs: str | None, keep: tuple[str, ...], count: int, seed: int) -> None:
        self.crs, self.keep, self.count, self.seed = crs, keep, count, seed


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("，", ",").split(",") if name.strip())


def _ask(ws: Workspace, now: Desk, upload: UploadedFile | None, wanted: _Wanted) -> None:
    profile = now.profile
    if upload is not None:
        land, crs = land_of_upload(upload.name, upload.getvalue(), wanted.crs, profile)
        asked = Asked(land, crs, profile, modules_in(ws), wanted.count, wanted.seed)
    elif now.site:
        land = land_of_workspace(ws, now.site.strip(), profile, keep=wanted.keep, scenario=now.scenario)
        asked = Asked(land, ws.crs, profile, modules_in(ws), wanted.count, wanted.seed, synthetic=ws.synthetic)
    else:
        raise RequestError("siteplan_source")
    now.start(PlanSearch(asked))
    st.rerun()


def limits_panel(now: Desk) -> None:
    """Show each limit with its clause; a changed value holds from the next run on."""
    base = choose_profile(DEFAULT_PROFILE)
    with st.expander(message("siteplan.limits", count=len(base.limits))):
        st.caption((base.note or base.title).to())
        heads = [message(f"siteplan.head_{name}") for name in ("rule", "limit", "clause", "verified")]
        rows = [
            (
                limit.title.to(),
                now.limits.get(limit.id, limit.value),
                f"{limit.clause.number} {limit.clause.clause}".strip(),
                limit.clause.verified,
            )
            for limit in base.limits
        ]
        shown = st.data_editor(
            pd.DataFrame(rows, columns=heads), hide_index=True, key="plan_limits", disabled=[heads[0], *heads[2:]],
            column_config={heads[1]: st.column_config.NumberColumn(min_value=0.0, step=0.01)},
        )  # fmt: skip
        if st.button(message("siteplan.limits_apply"), key="plan_limits_apply"):
            values: dict[LimitId, float] = {
                limit.id: float(value) for limit, value in zip(base.limits, shown[heads[1]], strict=True)
            }
            now.limits = {limit.id: values[limit.id] for limit in base.limits if values[limit.id] != limit.value}
            st.rerun()


@st.fragment(run_every=POLL_S)
def watch() -> None:
    """Show how far the search is; the page is drawn anew when it has answered."""
    with boundary():
        search = desk().search
        if search is None:
            return
        if not search.running:
            st.rerun()
        share = min(1.0, search.valid / search.asked.count)
        st.progress(share, message("siteplan.searching", tried=search.tried, valid=search.valid))
        if st.button(message("siteplan.stop"), key="plan_stop"):
            search.stop()
