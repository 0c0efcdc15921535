"""Findings as a table and as dots on a map, each leading to the other, whether the data are written yet or not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from parkplan.i18n import message
from parkplan.model.tables import table_title
from parkplan.ui.judging import rerun
from parkplan.ui.map_host import MARKERS, Marker, click_of
from parkplan.ui.verdict_panels import ranked_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.model.facts import Bounds
    from parkplan.quality import Finding

PAGE: Final = 100
MOST_MARKED: Final = 2_000
AROUND_DEGREES: Final = 0.0015


@dataclass(slots=True)
class Choice:
    """Which kinds of findings are looked at, which page of them, and the one that is ``chosen``."""

    kinds: tuple[str, ...] = ()
    chosen: int | None = None
    looks: int = 0
    page: int = 1

    def choose(self, number: int) -> None:
        """Look at a finding; the map goes there."""
        self.chosen = number
        self.looks += 1


@dataclass(frozen=True, slots=True)
class Listed:
    """The findings of the kinds that are looked at, with their numbers in the report."""

    numbers: tuple[int, ...] = field(default_factory=tuple)
    findings: tuple[Finding, ...] = field(default_factory=tuple)


def listed_findings(findings: Sequence[Finding], now: Choice, key: str) -> Listed:
    """Ask which kinds are looked at, and return their findings."""
    counts = Counter(finding.code for finding in findings)
    titles = {code: f"{message(f'check.{code}_title')} {count:,}" for code, count in counts.items()}
    kept = [code for code in now.kinds if code in titles]
    picked = st.pills(
        message("desk.check_kinds"), list(titles), default=kept, format_func=titles.__getitem__, selection_mode="multi",
        key=f"{key}_kinds", label_visibility="collapsed",
    )  # fmt: skip
    if tuple(picked) != now.kinds:
        now.kinds, now.page = tuple(picked), 1
    wanted = set(picked) or set(titles)
    pairs = [(number, each) for number, each in enumerate(findings) if each.code in wanted]
    return Listed(tuple(number for number, _ in pairs), tuple(each for _, each in pairs))


def finding_table(listed: Listed, now: Choice, key: str, height: int) -> None:
    """Draw a page of findings: what, where and the remedy; a line that is chosen is shown on the map."""
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
    ranked_table(f"{key}_table", columns, lines, chosen=now.chosen, height=height, on_open=now.choose)
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            back = st.button(message("desk.page_back"), key=f"{key}_back", disabled=now.page == 1)
            st.text(message("desk.page_of", page=now.page, pages=pages))
            on = st.button(message("desk.page_on"), key=f"{key}_on", disabled=now.page == pages)
        if back or on:
            now.page, now.chosen = now.page + (1 if on else -1), None
            rerun()


def _cells(finding: Finding) -> list[Any]:
    title = f"{message(f'check.{finding.code}_title')} · {message(f'desk.severity_{finding.severity}')}"
    other = "" if finding.other is None else f" / {finding.other}"
    where = {
        "first": f"{finding.key}{other}",
        "second": message("desk.row_of", table=table_title(finding.table), row=finding.row),
    }
    return [{"first": finding.text(), "second": title}, where, finding.remedy()]


def markers_of(listed: Listed, chosen: int | None) -> list[Marker]:
    """Return a dot for each finding that has a place, the first ones where there are very many."""
    placed = [
        Marker(number, each.lon, each.lat, each.severity, number == chosen)
        for number, each in zip(listed.numbers, listed.findings, strict=True)
        if each.lon is not None and each.lat is not None
    ]
    return placed[:MOST_MARKED] + [marker for marker in placed[MOST_MARKED:] if marker.chosen]


def not_on_map(listed: Listed) -> None:
    """Say how many findings the map does not show."""
    left_out = sum(each.lon is None for each in listed.findings)
    more = max(0, len(listed.findings) - left_out - MOST_MARKED)
    said = [
        message(f"desk.{key}", count=f"{count:,}") for key, count in (("nowhere", left_out), ("undrawn", more)) if count
    ]
    if said:
        st.caption(" ".join(said))


def spot_of(finding: Finding) -> Bounds | None:
    """Return the place of a fault with some ground around, in degrees."""
    if finding.lon is None or finding.lat is None:
        return None
    near = AROUND_DEGREES
    return finding.lon - near, finding.lat - near, finding.lon + near, finding.lat + near


def marker_hit(key: str, count: int) -> int | None:
    """Return the finding, of so many, whose dot on the map of this key was hit and caused this very run."""
    click = click_of(key)
    for hit in () if click is None else click.hits:
        if hit["layer"] == MARKERS and hit["id"] is not None and hit["id"] < count:
            return hit["id"]
    return None
