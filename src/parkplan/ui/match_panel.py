"""Enterprises on parcels: what is matched and how, shares, who is left over, and proposals to confirm one by one."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.i18n import message
from parkplan.jobs.kept import Kept
from parkplan.jobs.match import EnterpriseMatch, match_enterprises
from parkplan.jobs.match_decisions import KIND, decide, decisions
from parkplan.ui import panels
from parkplan.ui.boundary import fragment
from parkplan.ui.import_state import show
from parkplan.ui.judging import rerun

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.match_decisions import Decided, Decision

PROPOSALS_SHOWN: Final = 12
NEEDED: Final = ("parcels", "enterprises")
_found: Final = Kept[tuple[str, ...], EnterpriseMatch](limit=4)


@fragment
def match_panel(ws: Workspace) -> None:
    """Draw the matches of the tables as they are, with the decisions that were taken."""
    infos = {info.name: info for info in ws.tables()}
    missing = [name for name in NEEDED if name not in infos]
    if missing:
        st.info(message("desk.match_needs"))
        return
    decided = decisions(ws)
    state = (ws.address, *(infos[name].version for name in NEEDED), repr(sorted(ws.entered(KIND).items())))
    with st.spinner(message("desk.matching"), show_time=False):
        found = _found.get(state, lambda: match_enterprises(ws.address))
    _tiles(found)
    actor = st.text_input(message("desk.actor"), _user(), key="match_actor", persist_state="session", width=280)
    _proposals(ws, found, actor)
    _decided(ws, decided, actor)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _matched(found)
    with right:
        _unmatched(found)
    _save(ws, found, actor)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _tiles(found: EnterpriseMatch) -> None:
    matched = found.enterprises - len(found.unmatched)
    share = matched / found.enterprises if found.enterprises else 0.0
    items = [_tile(message("desk.match_matched"), f"{matched:,}", message("desk.match_of", all=f"{found.enterprises:,}",
                                                                            share=f"{share:.0%}"))]  # fmt: skip
    items += [_tile(message(f"cli.match_{method}"), f"{count:,}", "") for method, count in found.counts.items()]
    items.append(_tile(message("desk.match_open"), f"{len(found.proposed):,}", "", warn=bool(len(found.proposed))))
    items.append(_tile(message("desk.match_left"), f"{len(found.unmatched):,}", "", warn=bool(found.unmatched)))
    panels.tiles("match_tiles", items, columns=min(len(items), 7))


def _tile(title: str, value: str, second: str, *, warn: bool = False) -> dict[str, object]:
    return {"title": title, "value": value, "unit": "", "second": second, "note": "", "known": True,
            "tone": "warn" if warn else "", "share": None}  # fmt: skip


def _proposals(ws: Workspace, found: EnterpriseMatch, actor: str) -> None:
    st.subheader(message("desk.match_proposed", count=f"{len(found.proposed):,}"), anchor=False)
    if found.proposed.empty:
        st.caption(message("desk.match_no_proposals"))
        return
    st.caption(message("desk.match_proposed_note"))
    for place, row in enumerate(found.proposed.head(PROPOSALS_SHOWN).to_dict("records")):
        firm, parcel = str(row["enterprise_id"]), str(row["parcel_id"])
        with st.container(border=True):
            names, parcels, why, yes, no = st.columns([4, 3, 2, 1, 1], vertical_alignment="center")
            names.text(f"{row['name']}（{firm}）")
            parcels.text(f"→ {parcel}")
            why.text(message(f"cli.match_{row['method']}"))
            if yes.button(message("desk.match_confirm"), key=f"match_yes_{place}", width="stretch"):
                _decide(ws, (firm, parcel), "confirm", actor)
            if no.button(message("desk.match_reject"), key=f"match_no_{place}", width="stretch"):
                _decide(ws, (firm, parcel), "reject", actor)


def _decide(ws: Workspace, pair: tuple[str, str], decision: Decision, actor: str) -> None:
    try:
        decide(ws, *pair, decision, actor=actor)
    except ParkplanError as fault:
        show(fault)
        return
    rerun()


def _decided(ws: Workspace, decided: Decided, actor: str) -> None:
    """List what was decided; each can be taken back."""
    pairs = [(firm, parcel, "confirm") for firm, said in decided.confirmed.items() for parcel in said.split(";")]
    pairs += [(firm, parcel, "reject") for firm, said in decided.rejected.items() for parcel in said]
    if not pairs:
        return
    with st.expander(message("desk.match_decided", count=len(pairs))):
        for place, (firm, parcel, decision) in enumerate(pairs[:200]):
            text, back = st.columns([6, 1], vertical_alignment="center")
            text.text(f"{message(f'desk.match_was_{decision}')}  {firm} → {parcel}")
            if back.button(message("desk.match_withdraw"), key=f"match_back_{place}"):
                _decide(ws, (firm, parcel), "withdraw", actor)


def _matched(found: EnterpriseMatch) -> None:
    st.subheader(message("desk.match_list", count=f"{len(found.matched):,}"), anchor=False)
    rows = found.matched
    frame = pd.DataFrame(
        {
            message("cli.match_enterprise"): rows["enterprise_id"],
            message("cli.match_name"): rows["name"],
            message("cli.match_parcel"): rows["parcel_id"],
            message("cli.match_why"): [message(f"cli.match_{method}") for method in rows["method"]],
            message("desk.match_share"): 100 * rows["share"].astype(float),
            message("desk.match_parcel_share"): 100 * rows["parcel_share"].astype(float),
        }
    )
    shares = (message("desk.match_share"), message("desk.match_parcel_share"))
    bars = {name: st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.0f%%") for name in shares}
    st.dataframe(frame, hide_index=True, column_config=bars, height=380)


def _unmatched(found: EnterpriseMatch) -> None:
    st.subheader(message("desk.match_unmatched", count=f"{len(found.unmatched):,}"), anchor=False)
    if found.unmatched:
        st.dataframe(pd.DataFrame({message("cli.match_enterprise"): found.unmatched}), hide_index=True, height=380)
    else:
        st.caption(message("desk.match_all"))
    if found.faulty_codes:
        st.text(message("cli.match_faulty_codes", count=f"{len(found.faulty_codes):,}",
                        listed=", ".join(found.faulty_codes[:20])))  # fmt: skip


def _save(ws: Workspace, found: EnterpriseMatch, actor: str) -> None:
    st.caption(message("desk.match_save_note"))
    if st.button(message("desk.match_save"), type="primary", key="match_save", disabled=not len(found.matched)):
        match_enterprises(ws.address, write=True, actor=actor.strip() or None)
        st.toast(message("cli.match_written"))
        rerun()
