"""One option: certificate, measures, edits, refinement and files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.data.siteplans import load_modules
from parkplan.i18n import language, message
from parkplan.jobs.siteplan_files import ENDINGS, option_bytes
from parkplan.jobs.siteplan_search import Edit, edited, refined
from parkplan.layout.siteplan.measures import GREATER_IS_BETTER
from parkplan.ui.siteplan_view import measure, shown
from parkplan.ui.state import session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj import CRS

    from parkplan.i18n import Language
    from parkplan.model.siteplan import CertificateLine, SitePlan
    from parkplan.ui.siteplan_state import Desk

MIMES: Final[Mapping[str, str]] = {
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".dxf": "image/vnd.dxf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
}
SHARES: Final = ("coefficient", "density", "green", "admin", "road_share")


def certificate(plan: SitePlan) -> None:
    """List each rule with clause, limit, value, margin and whether it is kept."""
    rows = [
        (
            line.title.to(),
            *(_figure(line, value) for value in (line.limit, line.value, line.margin)),
            message("siteplan.passes" if line.holds else "siteplan.fails"),
            f"{line.clause.document} {line.clause.number} {line.clause.clause}".replace("  ", " "),
            message("siteplan.verified" if line.clause.verified else "siteplan.unverified"),
        )
        for line in plan.certificate
    ]
    names = ("rule", "limit", "value", "margin", "pass", "clause", "verified")
    st.dataframe(pd.DataFrame(rows, columns=[message(f"siteplan.head_{name}") for name in names]), hide_index=True)


def _figure(line: CertificateLine, value: float) -> str:
    return f"{value:.1%}" if line.rule.startswith(SHARES) else f"{value:,.2f}"


def measures(plan: SitePlan) -> None:
    """List the measures by which options are compared."""
    rows = [
        (
            message(f"siteplan.measure_{name}"),
            shown(name, measure(plan, name)),
            message("siteplan.more" if greater else "siteplan.less"),
        )
        for name, greater in {"soundness": True, **GREATER_IS_BETTER}.items()
    ]
    names = ("measure", "value", "better")
    st.dataframe(pd.DataFrame(rows, columns=[message(f"siteplan.head_{name}") for name in names]), hide_index=True)


def edit_form(plan: SitePlan, now: Desk) -> None:
    """Draw what may be changed: streets that stay, places of the gates, buildings; then the rest is made anew."""
    modules = {name: module for name, module in load_modules().items() if not module.administrative}
    ring = plan.site.boundary.exterior
    with st.form("plan_edit"):
        locked = st.multiselect(
            message("siteplan.lock"), [street.id for street in plan.streets], placeholder=message("siteplan.none_yet"),
            format_func=lambda name: message("siteplan.street", number=name.removeprefix("street-")),
        )  # fmt: skip
        chosen = st.multiselect(
            message("siteplan.swap"), list(modules), default=list(plan.choices.modules), max_selections=3,
            placeholder=message("siteplan.none_yet"),
            format_func=lambda name: modules[name].title.to(),
        )  # fmt: skip
        gates = [
            st.slider(
                message("siteplan.gate_at", number=number), 0.0, float(round(ring.length)),
                float(round(ring.project(gate))), 1.0, key=f"plan_gate_{plan.id}_{number}",
            )
            for number, gate in enumerate(plan.site.gates, start=1)
        ]  # fmt: skip
        left, right = st.columns(2)
        anew = left.form_submit_button(message("siteplan.regenerate"), type="primary")
        finer = right.form_submit_button(message("siteplan.refine"))
    if anew:
        moved = [abs(at - ring.project(gate)) > 1.0 for at, gate in zip(gates, plan.site.gates, strict=True)]
        edit = Edit(tuple(locked), tuple(gates) if any(moved) else (), tuple(sorted(chosen)))
        with st.spinner(message("siteplan.working")):
            now.add(edited(plan, now.profile, now.modules, edit))
        st.rerun()
    if finer:
        with st.spinner(message("siteplan.working")):
            better = refined(plan, now.profile, now.modules)
        if better is plan:
            st.info(message("siteplan.no_better"))
        else:
            now.add((better,))
            st.rerun()


def downloads(plan: SitePlan, crs: CRS) -> None:
    """Offer the plan in every format; each file is made when it is asked for."""
    spoken = session().language
    with st.container(horizontal=True):
        for ending in ENDINGS:
            st.download_button(
                message(f"siteplan.file_{ending.removeprefix('.')}"),
                data=partial(_bytes, plan, crs, ending, spoken),
                file_name=f"{plan.site.name or 'site'}-{plan.id}{ending}".replace("/", "-"),
                mime=MIMES[ending],
                key=f"plan_file_{ending}",
                on_click="ignore",
            )


def _bytes(plan: SitePlan, crs: CRS, ending: str, spoken: Language) -> bytes:
    with language(spoken):
        return option_bytes(plan, load_modules(), crs, ending)
