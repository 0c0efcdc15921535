"""The card of findings: what was odd in the files, what is wrong with the table, and whether parcels can be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import current_language, message
from parkplan.jobs.district_map import district_page
from parkplan.jobs.judged_columns import judged_column
from parkplan.ui.boundary import fragment
from parkplan.ui.finding_list import finding_table, listed_findings, marker_hit, markers_of, not_on_map, spot_of
from parkplan.ui.map_host import Fit, map_host
from parkplan.ui.plain import plain
from parkplan.units import area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.import_desk import Examined
    from parkplan.jobs.import_result import ImportFinding
    from parkplan.model.facts import Bounds
    from parkplan.quality import Finding, Gate
    from parkplan.ui.import_state import Desk

KEY: Final = "desk_findings"
MAP: Final = "desk_findings_map"
SHOWN: Final = ("parcels_by_status", "roads", "water", "streets")
HEIGHT: Final = 480
FIELDS_SHOWN: Final = 20
_BADGES: Final = {"fit": "green", "partly": "orange", "unfit": "red"}


def findings_card(ws: Workspace, now: Desk, seen: Examined) -> None:
    """Draw the card."""
    result, incoming = seen.result, seen.incoming
    if result is None:
        return
    with st.container(border=True):
        st.subheader(message("desk.findings_title"), anchor=False)
        if result.findings:
            st.markdown(f"**{message('desk.notes_title', count=len(result.findings))}**")
            _notes(result.findings)
        else:
            st.caption(message("desk.notes_none"))
        if incoming is None:
            return
        if incoming.findings:
            st.markdown(f"**{message('desk.checks_title', count=f'{len(incoming.findings):,}')}**")
            _findings(ws, now, incoming.findings)
        else:
            st.caption(message("desk.checks_none"))
        if incoming.gate is not None:
            gate_panel(incoming.gate)


def _notes(found: Sequence[ImportFinding]) -> None:
    """Draw the notes on the files, in full: sentences are longer than a line."""
    rows = [(plain(each.file), message(f"desk.severity_{each.severity}"), plain(each.text)) for each in found]
    heads = [message(f"desk.column_{name}") for name in ("file", "severity", "text")]
    st.table(pd.DataFrame(rows, columns=heads).set_index(heads[0]))


@fragment
def _findings(ws: Workspace, now: Desk, findings: Sequence[Finding]) -> None:
    """Draw the findings beside the map of what is there already: a line leads to its place, a dot to its line."""
    if (hit := marker_hit(MAP, len(findings))) is not None:
        now.finding.choose(hit)
    listed = listed_findings(findings, now.finding, KEY)
    if all(each.lon is None for each in findings):  # rows of a table without places: a map would show nothing
        finding_table(listed, now.finding, KEY, HEIGHT - 60)
        return
    left, right = st.columns([1, 1], gap="small")
    with right:
        finding_table(listed, now.finding, KEY, HEIGHT - 60)
    with left:
        chosen = now.finding.chosen
        spot = spot_of(findings[chosen]) if chosen is not None else None
        bounds = spot or whole(listed.findings)
        token = f"{now.round}.{now.looks}.{chosen if spot else None}.{now.finding.looks if spot else 0}"
        markers = markers_of(listed, chosen)
        page = district_page(ws, current_language(), only=SHOWN).compact(clicks=True)
        map_host(page, key=MAP, height=HEIGHT, fit=Fit(bounds, token) if bounds else None, markers=markers)
        not_on_map(listed)


def whole(findings: Sequence[Finding]) -> Bounds | None:
    """Return the extent of the places of findings, in degrees, None where none has a place."""
    spots = [spot for each in findings if (spot := spot_of(each)) is not None]
    if not spots:
        return None
    wests, souths, easts, norths = zip(*spots, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


def gate_panel(gate: Gate) -> None:
    """Say whether the district is fit to be judged, and what it lacks, by field and by area."""
    st.markdown(
        f"**{message('desk.gate_title')}** :{_BADGES[gate.fitness]}-badge[{message(f'desk.gate_{gate.fitness}')}]"
    )
    st.text(message(f"check.gate_{gate.fitness}"))
    st.text(message(
        "check.gate_undecided", all=f"{gate.parcels:,}", whole=area(gate.area_m2),
        parcels=f"{gate.undecided_parcels:,}", area=area(gate.undecided_area_m2),
    ))  # fmt: skip
    lacking = [need for need in gate.fields if need.known_rows < need.rows][:FIELDS_SHOWN]
    if not lacking:
        return
    rows = [
        (judged_column(need.column).title.to(), need.rows, 100 * need.known_share, 100 * need.known_area_share,
         area(need.area_m2 - need.known_area_m2))
        for need in lacking
    ]  # fmt: skip
    heads = [message(f"check.gate_{name}") for name in ("column", "rows", "known", "known_area", "missing_area")]
    bar = st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.0f%%")
    st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, column_config={heads[2]: bar, heads[3]: bar})
