"""The doctor's cards: the file, its CRS with candidates on small maps, its columns, what was found, what will be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.data.crs import on_old_datum, parse_crs
from parkplan.data.intake.uploads import Uploads
from parkplan.i18n import message
from parkplan.model.tables import is_without_places
from parkplan.ui import import_columns, import_confirm, import_findings, panels
from parkplan.ui.import_state import show

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.crs import CrsFinding
    from parkplan.jobs.import_desk import Examined
    from parkplan.jobs.import_places import CandidatePlace
    from parkplan.ui.import_state import Desk

ACROSS: Final = 4
UNDECIDED: Final = ("import_crs_missing", "import_crs_doubtful", "import_not_degrees", "import_crs_far")
BALLPARK: Final = "crs_ballpark"


def doctor(ws: Workspace, now: Desk, seen: Examined) -> None:
    """Draw the cards in the order in which a planner decides."""
    _summary(seen)
    if seen.fault is not None:
        if seen.fault.key in UNDECIDED:
            st.warning(message("desk.crs_ask"))
        else:
            show(seen.fault)
    if seen.crs:
        _crs_card(ws, now, seen)
    import_columns.columns_card(ws, now, seen)
    import_findings.findings_card(ws, now, seen)
    import_confirm.preview(ws, now, seen)


def _summary(seen: Examined) -> None:
    result = seen.result
    filled = sum(line.field is not None for line in seen.columns)
    notes = "—" if result is None else f"{len(result.findings):,}"
    checks = "—" if seen.incoming is None else f"{len(seen.incoming.findings):,}"
    nowhere = is_without_places(seen.wanted.table)
    crs, _, title = ("", "", "") if result is None or nowhere else result.crs.source.partition(" ")
    if seen.result is None and seen.fault is not None and seen.fault.key not in UNDECIDED:
        crs, _, title = (_current(seen.crs[0], seen) or "" if seen.crs else "").partition(" ")
    rows = sum(intake.report.rows for intake in seen.intakes)
    items = [
        _tile("desk.tile_rows", f"{rows:,}", ", ".join(intake.name for intake in seen.intakes)),
        _tile("desk.tile_crs", crs or "—", message("import.crs_none") if nowhere else title, warn=not (crs or nowhere)),
        _tile("desk.tile_fields", f"{filled} / {len(seen.columns)}", message("desk.tile_fields_note")),
        _tile("desk.tile_notes", notes, message("desk.tile_notes_note")),
        _tile("desk.tile_checks", checks, message("desk.tile_checks_note"), warn=checks not in {"0", "—"}),
    ]  # fmt: skip
    panels.tiles("desk_summary", items, columns=5)


def _tile(key: str, value: str, second: str, *, warn: bool = False) -> dict[str, object]:
    return {"title": message(key), "value": value, "unit": "", "second": second, "note": "", "known": True,
            "tone": "warn" if warn else "", "share": None}  # fmt: skip


def _crs_card(ws: Workspace, now: Desk, seen: Examined) -> None:
    with st.container(border=True):
        st.subheader(message("desk.crs_title"), anchor=False)
        for number, (told, places) in enumerate(zip(seen.crs, seen.places, strict=True)):
            if len(seen.crs) > 1:
                st.text(told.file)
            _decision(told, seen)
            _candidates(ws, now, places, _current(told, seen), number)
        _other(ws, now)
        _points(ws, now, seen)


def _current(told: CrsFinding, seen: Examined) -> str | None:
    stated = seen.wanted.crs
    return parse_crs(stated).statement if stated is not None else told.statement


def _decision(told: CrsFinding, seen: Examined) -> None:
    lines = [message("desk.crs_declared", crs=told.declared or message("desk.crs_none"), extent=told.extent)]
    lines += [f"· {reason}" for reason in told.reasons]
    if seen.result is not None:
        lines += [f"· {reason}" for reason in seen.result.crs.reasons if reason not in told.reasons]
        accuracy = seen.result.crs.accuracy_m
        lines += [f"· {message('desk.crs_accuracy', accuracy=f'{accuracy:g}')}"] if accuracy else []
    st.text("\n".join(lines))


def _candidates(ws: Workspace, now: Desk, places: tuple[CandidatePlace, ...], current: str | None, number: int) -> None:
    """Draw the candidates side by side, each with its map."""
    if not places:
        return
    st.caption(message("desk.crs_maps"))
    for start in range(0, len(places), ACROSS):
        row = places[start : start + ACROSS]
        for column, place in zip(st.columns(ACROSS, gap="small"), row, strict=False):
            with column, st.container(border=True):
                st.image(place.picture, width="stretch")
                st.text(place.title)
                st.caption(_where(place))
                if place.statement == current:
                    st.markdown(f":green-badge[{message('desk.crs_taken')}]")
                elif st.button(message("desk.crs_take"), key=f"desk_crs_{number}_{place.statement}", width="stretch"):
                    now.examine(ws, replace(now.wanted, crs=place.statement))
                    st.rerun()
                for reason in place.reasons[:2]:
                    st.text(reason)


def _where(place: CandidatePlace) -> str:
    if place.away_m is None:
        return place.place
    if place.away_m >= 1.0:
        return message("desk.place_away", km=f"{place.away_m / 1000:,.1f}", place=place.place)
    share = "—" if place.on_land is None else f"{place.on_land:.0%}"
    return message("desk.place_on_land", share=share, place=place.place)


def _other(ws: Workspace, now: Desk) -> None:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    said = left.text_input(
        message("desk.crs_other"), now.wanted.crs or "", key=f"desk_crs_other_{now.round}_{now.wanted.crs}",
        placeholder="EPSG:4547 / gcj02 / bd09",
    )  # fmt: skip
    if right.button(message("desk.crs_apply"), key="desk_crs_apply", disabled=said.strip() == (now.wanted.crs or "")):
        if said.strip():
            parse_crs(said.strip())
        now.examine(ws, replace(now.wanted, crs=said.strip() or None))
        st.rerun()


def _points(ws: Workspace, now: Desk, seen: Examined) -> None:
    """Ask for control points where no published operation leads to the workspace."""
    refused = seen.fault is not None and seen.fault.key == BALLPARK
    old = any(each.statement is not None and on_old_datum(parse_crs(each.statement).crs) for each in seen.crs)
    if not (refused or old or now.wanted.control_points):
        return
    st.markdown(f"**{message('desk.points_title')}**")
    st.caption(message("desk.points_note"))
    left, middle, right = st.columns([3, 1, 1], vertical_alignment="bottom")
    sent = left.file_uploader(message("desk.points_file"), type=["csv", "xlsx"], key=f"desk_points_{now.round}")
    parameters = middle.selectbox(message("desk.points_parameters"), (4, 7), key=f"desk_parameters_{now.round}")
    if right.button(message("desk.points_fit"), key="desk_points_fit", disabled=sent is None) and sent is not None:
        now.points = Uploads()
        kept = now.points.keep(sent.name, sent)
        now.examine(ws, replace(now.wanted, control_points=kept, parameters=int(parameters)))
        st.rerun()
