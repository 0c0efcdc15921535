"""What is wrong with the data: findings in a table and as dots on the map, each leading to the other; and the gate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan._errors import SourceFileError
from parkplan.i18n import current_language, message
from parkplan.jobs.background import BackgroundWork
from parkplan.jobs.check import Check, check_open, findings_file
from parkplan.jobs.district_layers import GROUP, layers_of
from parkplan.jobs.district_map import district_page
from parkplan.jobs.frames import load
from parkplan.ui import map_panel
from parkplan.ui.boundary import boundary, fragment
from parkplan.ui.finding_list import (
    AROUND_DEGREES,
    Choice,
    Listed,
    finding_table,
    listed_findings,
    marker_hit,
    markers_of,
    not_on_map,
    spot_of,
)
from parkplan.ui.import_findings import gate_panel
from parkplan.ui.import_state import show
from parkplan.ui.map_host import Fit, click_of, map_host
from parkplan.ui.verdict_map import subject

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.facts import Bounds
    from parkplan.quality import Finding

KEY: Final = "parkplan.check"
MAP: Final = "check_map"
SHOWN: Final = ("parcels_by_status", "buildings", "roads", "water", "streets")
HEIGHT: Final = 620
POLL_S: Final = 0.7


@dataclass(slots=True)
class Looking(Choice):
    """``found`` is the report on the tables of ``versions``; ``chosen`` the finding that is looked at."""

    versions: tuple[str, ...] = ()
    found: Check | None = None
    work: BackgroundWork[Check] | None = None
    fault: Exception | None = None

    def begin(self, ws: Workspace, versions: tuple[str, ...]) -> None:
        """Begin to examine the workspace as it is now."""
        self.versions, self.found, self.fault, self.chosen, self.kinds, self.page = versions, None, None, None, (), 1
        cancelled = SourceFileError("import_cancelled", file=ws.name)
        self.work = BackgroundWork(lambda one: check_open(ws, progress=one.tell), cancelled=cancelled)

    def settle(self) -> None:
        """Take over what finished work has brought."""
        if self.work is not None and not self.work.running:
            self.found, self.fault, self.work = self.work.result, self.work.fault, None


def looking() -> Looking:
    """Return the state of this session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Looking()
    return cast("Looking", st.session_state[KEY])


def check_panel(ws: Workspace) -> None:
    """Draw the report on the tables as they are; it is made when there is none."""
    infos = ws.tables()
    if not infos:
        st.info(message("ui.empty_workspace"))
        return
    now = looking()
    now.settle()
    versions = tuple(f"{info.name}:{info.version}" for info in infos)
    if versions != now.versions:
        now.begin(ws, versions)
    if now.work is not None:
        watch()
        return
    if now.fault is not None:
        show(now.fault)
    if now.found is None:
        if st.button(message("desk.check_again"), key="check_again"):
            now.begin(ws, versions)
            st.rerun()
        return
    _report(ws)


@st.fragment(run_every=POLL_S)
def watch() -> None:
    """Show what is being examined, with a button to stop."""
    with boundary():
        work = looking().work
        if work is None or not work.running:
            st.rerun()
        with st.container(border=True):
            st.text(f"… {work.said[-1] if work.said else message('desk.starting')}")
            if work.stopping:
                st.caption(message("desk.stopping"))
            elif st.button(message("desk.stop"), key="check_stop"):
                work.stop()
                st.rerun(scope="fragment")


@fragment
def _report(ws: Workspace) -> None:
    now = looking()
    found = now.found
    if found is None:
        return
    _head(found)
    if not found.findings:
        st.success(message("desk.checks_none"))
        return
    _take_click(ws, found, now)
    listed = listed_findings(found.findings, now, "check")
    left, right = st.columns([1, 1], gap="small")
    with right:
        finding_table(listed, now, "check", HEIGHT - 60)
    with left:
        _map(ws, found, listed, now)


def _head(found: Check) -> None:
    counts = Counter(finding.severity for finding in found.findings)
    said = " · ".join(f"{message(f'desk.severity_{name}')} {counts[name]:,}" for name in ("error", "warning", "note"))
    st.text(message("desk.check_head", tables=len(found.rows), rows=f"{sum(found.rows.values()):,}", counts=said))
    if found.gate is not None:
        with st.expander(message("desk.gate_title"), expanded=False):
            gate_panel(found.gate)
    if found.findings:
        st.download_button(
            message("ui.export_download", name="findings.xlsx"), data=lambda: findings_file(found),
            file_name="findings.xlsx", key="check_file", on_click="ignore",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )  # fmt: skip


def _map(ws: Workspace, found: Check, listed: Listed, now: Looking) -> None:
    own = [name for name, spec in layers_of(ws).layers.items() if spec.group == GROUP]
    page = district_page(ws, current_language(), only=(*SHOWN, *own))
    chosen = None if now.chosen is None else found.findings[now.chosen]
    fit = None
    if chosen is not None and (bounds := place_of(ws, chosen)) is not None:
        fit = Fit(bounds, f"{now.chosen}.{now.looks}")
    selected = None if chosen is None else (chosen.table, chosen.row - 1)
    map_host(
        page, key=MAP, height=HEIGHT, selection=map_panel.marked(ws, selected), fit=fit,
        markers=markers_of(listed, now.chosen),
    )  # fmt: skip
    not_on_map(listed)


def place_of(ws: Workspace, finding: Finding) -> Bounds | None:
    """Return what a map must show of a finding: its row, and the place of the fault with some ground around."""
    loaded = load(ws, finding.table)
    bounds = loaded.bounds(finding.row - 1) if loaded is not None and finding.row <= len(loaded.frame) else None
    spot = spot_of(finding)
    if spot is None:
        return bounds
    if bounds is None or max(bounds[2] - bounds[0], bounds[3] - bounds[1]) > 20 * AROUND_DEGREES:
        return spot
    west, south, east, north = (
        pick(pair) for pick, pair in zip((min, min, max, max), zip(bounds, spot, strict=True), strict=True)
    )
    return west, south, east, north


def _take_click(ws: Workspace, found: Check, now: Looking) -> None:
    """Choose the finding whose dot was hit, or the first one of the row that was hit."""
    if (marker := marker_hit(MAP, len(found.findings))) is not None:
        now.choose(marker)
        return
    click = click_of(MAP)
    layers = layers_of(ws).layers
    for hit in () if click is None else click.hits:
        spec = layers.get(hit["layer"])
        if spec is None or hit["id"] is None:
            continue
        of_row = (subject(spec.table), hit["id"] + 1)
        number = next((at for at, each in enumerate(found.findings) if (each.table, each.row) == of_row), None)
        if number is not None:
            now.choose(number)
            return
