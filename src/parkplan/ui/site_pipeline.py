"""How far each candidate site has come, and the form that says so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.pipeline import STAGES, set_stage, stages
from parkplan.ui.plain import plain
from parkplan.units import day

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.sites import Candidates


def pipeline(ws: Workspace, found: Candidates) -> None:
    """Draw the stage of every site that has one, those of other runs too, and the form."""
    known, here = stages(ws), {one.id for one in found.sites}
    rows = [
        (
            name,
            STAGES[state.stage].to(),
            day(state.since),
            plain(state.actor),
            str(len(state.parcel_ids)),
            message("card.answer_yes" if name in here else "card.answer_no"),
        )
        for name, state in known.items()
    ]
    if rows:
        names = ("site", "stage", "since", "actor", "parcels", "in_run")
        heads = [message(f"sites.column_{name}") for name in names]
        st.table(pd.DataFrame(rows, columns=heads).set_index(heads[0]))
    else:
        st.caption(message("sites.no_stage"))
    with st.form("site_stage"):
        columns = st.columns(5)
        site = columns[0].selectbox(message("sites.column_site"), [one.id for one in found.sites])
        titles = {name: title.to() for name, title in STAGES.items()}
        stage = columns[1].selectbox(message("sites.column_stage"), list(titles), format_func=titles.__getitem__)
        since = columns[2].date_input(message("sites.column_since"), date.today())
        actor = columns[3].text_input(message("sites.column_actor"))
        reason = columns[4].text_input(message("ui.target_reason"))
        saved = st.form_submit_button(message("sites.save_stage"), type="primary")
    chosen = found.site(str(site))
    if saved and chosen is not None:
        set_stage(ws, chosen.parcel_ids, str(stage), since=since, actor=actor, reason=reason)
        st.rerun()
