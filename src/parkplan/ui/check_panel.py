"""What is wrong with the data: findings in a table and as dots on the map, each leading to the other; and the gate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from parkplan.i18n import current_language, message
from parkplan.jobs.check import Check, check_open, findings_file
from parkplan.jobs.district_layers import GROUP, layers_of
from parkplan.jobs.district_map import district_page
from parkplan.jobs.frames import load
from parkplan.jobs.import_work import ImportWork
from parkplan.ui import map_panel
from parkplan.ui.boundary import boundary, fragment
from parkplan.ui.import_findings import gate_panel
from parkplan.ui.import_state import show
from parkplan.ui.judging import rerun
from parkplan.ui.map_host import MARKERS, Fit, Marker, click_of, map_host
from parkplan.ui.verdict_map import subject
from parkplan.ui.verdict_panels import ranked_table

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.facts import Bounds
    from parkplan.quality import Finding

KEY: Final = "parkplan.check"
MAP: Final = "check_map"
SHOWN: Final = ("parcels_by_status", "buildings", "roads", "water", "streets")
HEIGHT: Final = 620
PAGE: Final = 100
MOST_MARKED: Final = 2_000
POLL_S: Final = 0.7
_AROUND_DEGREES: Final = 0.0015


@dataclass(slots=True)
class Looking:
    """``found`` is the report on the tables of ``versions``; ``chosen`` the finding that is looked at."""

    versions: tuple[str, ...] = ()
    found: Check | None = None
    work: ImportWork[Check] | None = None
    fault: Exception | None = None
    kinds: tuple[str, ...] = ()
    chosen: int | None = None
    looks: int = 0
    page: int = 1

    def begin(self, ws: Workspace, versions: tuple[str, ...]) -> None:
        """Begin to examine the workspace as it is now."""
        self.versions, self.found, self.fault, self.chosen, self.kinds, self.page = versions, None, None, None, (), 1
        self.work = ImportWork(ws.name, lambda progress, _: check_open(ws, progress=progress))

    def settle(self) -> None:
        """Take over what finished work has brought."""
        if self.work is not None and not self.work.running:
            self.found, self.fault, self.work = self.work.result, self.work.fault, None

    def choose(self, number: int) -> None:
        """Look at a finding; the map goes there."""
        self.chosen = number
        self.looks += 1


@dataclass(frozen=True, slots=True)
class Listed:
    """The findings of the kinds that are looked at, with their numbers in the report."""

    numbers: tuple[int, ...] = field(default_factory=tuple)
    findings: tuple[Finding, ...] = field(default_factory=tuple)


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
    listed = _listed(found, now)
    left, right = st.columns([1, 1], gap="small")
    with right:
        _table(listed, now)
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


def _listed(found: Check, now: Looking) -> Listed:
    counts = found.counts
    titles = {code: f"{message(f'check.{code}_title')} {count:,}" for code, count in counts.items()}
    kept = [code for code in now.kinds if code in titles]
    picked = st.pills(
        message("desk.check_kinds"), list(titles), default=kept, format_func=titles.__getitem__, selection_mode="multi",
        key="check_kinds", label_visibility="collapsed",
    )  # fmt: skip
    if tuple(picked) != now.kinds:
        now.kinds, now.page = tuple(picked), 1
    wanted = set(picked) or set(titles)
    pairs = [(number, each) for number, each in enumerate(found.findings) if each.code in wanted]
    return Listed(tuple(number for number, _ in pairs), tuple(each for _, each in pairs))


def _table(listed: Listed, now: Looking) -> None:
    pages = max(1, -(-len(listed.numbers) // PAGE))
    if now.chosen in listed.numbers:
        now.page = listed.numbers.index(now.chosen) // PAGE + 1
    now.page = min(now.page, pages)
    start = (now.page - 1) * PAGE
    lines = [
        {"row": number, "cells": _cells(each)}
        for number, each in zip(
            listed.numbers[start : start + PAGE], listed.findings[start : start + PAGE], strict=True
        )
    ]
    columns = [{"title": message(f"desk.column_{name}"), "kind": kind, "hint": ""}
               for name, kind in (("what", "names"), ("where", "names"), ("remedy", ""))]  # fmt: skip
    ranked_table("check_table", columns, lines, chosen=now.chosen, height=HEIGHT - 60, on_open=now.choose)
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            back = st.button(message("desk.page_back"), key="check_back", disabled=now.page == 1)
            st.text(message("desk.page_of", page=now.page, pages=pages))
            on = st.button(message("desk.page_on"), key="check_on", disabled=now.page == pages)
        if back or on:
            now.page, now.chosen = now.page + (1 if on else -1), None
            rerun()


def _cells(finding: Finding) -> list[Any]:
    title = f"{message(f'check.{finding.code}_title')} · {message(f'desk.severity_{finding.severity}')}"
    other = "" if finding.other is None else f" / {finding.other}"
    where = {"first": f"{finding.key}{other}", "second": message("desk.row_of", table=finding.table, row=finding.row)}
    return [{"first": finding.text(), "second": title}, where, finding.remedy()]


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
    left_out = sum(each.lon is None for each in listed.findings)
    more = max(0, len(listed.findings) - left_out - MOST_MARKED)
    if left_out or more:
        st.caption(message("desk.not_on_map", nowhere=f"{left_out:,}", more=f"{more:,}"))


def markers_of(listed: Listed, chosen: int | None) -> list[Marker]:
    """Return a dot for each finding that has a place, the first ones where there are very many."""
    placed = [
        Marker(number, each.lon, each.lat, each.severity, number == chosen)
        for number, each in zip(listed.numbers, listed.findings, strict=True)
        if each.lon is not None and each.lat is not None
    ]
    return placed[:MOST_MARKED] + [marker for marker in placed[MOST_MARKED:] if marker.chosen]


def place_of(ws: Workspace, finding: Finding) -> Bounds | None:
    """Return what a map must show of a finding: its row, and the place of the fault with some ground around."""
    loaded = load(ws, finding.table)
    bounds = loaded.bounds(finding.row - 1) if loaded is not None and finding.row <= len(loaded.frame) else None
    if finding.lon is None or finding.lat is None:
        return bounds
    near = _AROUND_DEGREES
    spot = (finding.lon - near, finding.lat - near, finding.lon + near, finding.lat + near)
    if bounds is None or max(bounds[2] - bounds[0], bounds[3] - bounds[1]) > 20 * near:
        return spot
    west, south, east, north = (
        pick(pair) for pick, pair in zip((min, min, max, max), zip(bounds, spot, strict=True), strict=True)
    )
    return west, south, east, north


def _take_click(ws: Workspace, found: Check, now: Looking) -> None:
    """Choose the finding whose dot was hit, or the first one of the row that was hit."""
    click = click_of(MAP)
    layers = layers_of(ws).layers
    for hit in () if click is None else click.hits:
        if hit["layer"] == MARKERS and hit["id"] is not None and hit["id"] < len(found.findings):
            now.choose(hit["id"])
            return
        spec = layers.get(hit["layer"])
        if spec is None or hit["id"] is None:
            continue
        of_row = (subject(spec.table), hit["id"] + 1)
        number = next((at for at, each in enumerate(found.findings) if (each.table, each.row) == of_row), None)
        if number is not None:
            now.choose(number)
            return
