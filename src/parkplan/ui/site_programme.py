"""The programme: which sites in which year, what a refusal costs, and how far each site has come."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.pipeline import STAGES, set_stage, stages
from parkplan.jobs.portfolio import LONGEST_YEARS, fund
from parkplan.jobs.site_words import programme_words
from parkplan.sites.engine import Effort
from parkplan.sites.portfolio import Programme
from parkplan.units import area, day, money

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.portfolio import Funded
    from parkplan.jobs.sites import Candidates

WAN: Final = 10_000.0
HECTARE: Final = 10_000.0
SOLVE_S: Final = 10.0
SHOWN_LOSSES: Final = 10


def programme(found: Candidates) -> None:
    """Draw the form of the programme and its timeline."""
    columns = st.columns(4)
    budget = columns[0].number_input(message("sites.budget"), 100.0, 1e7, 10_000.0, 500.0, key="programme_budget")
    years = columns[1].number_input(message("sites.years"), 1, LONGEST_YEARS, 3, key="programme_years")
    quota = columns[2].number_input(message("sites.quota"), 0.0, 1000.0, 0.0, key="programme_quota")
    capacity = columns[3].number_input(message("sites.capacity"), 0, 50, 0, key="programme_capacity")
    st.caption(message("sites.zero_is_none"))
    asked = Programme(
        budget_yuan=budget * WAN, years=int(years), quota_m2=quota * HECTARE or None, capacity=int(capacity) or None
    )
    funded = fund(found, asked, Effort(seconds=SOLVE_S))
    st.text(programme_words(funded.portfolio.proof, len(funded.portfolio.years)))
    if len(funded.table):
        st.dataframe(_timeline(funded), hide_index=True)
        _losses(funded)


def _timeline(funded: Funded) -> pd.DataFrame:
    """One column for each year, a bar where a site starts."""
    first = date.today().year
    rows = []
    for row in funded.table.to_dict("records"):
        years = ["■" if row["year"] == year + 1 else "" for year in range(funded.programme.years)]
        rows.append((row["order"], row["site_id"], area(row["area_m2"]), money(row["acquisition_yuan"]), *years))
    heads = [message(f"sites.column_{name}") for name in ("order", "site", "area", "cost")]
    return pd.DataFrame(rows, columns=[*heads, *(str(first + year) for year in range(funded.programme.years))])


def _losses(funded: Funded) -> None:
    told = [loss for loss in funded.losses if loss.points > 0][:SHOWN_LOSSES]
    if told:
        st.markdown(f"**{message('sites.losses')}**")
        rows = [(loss.id, f"{100 * loss.share:.1f}%", ", ".join(loss.sites)) for loss in told]
        heads = [message(f"sites.column_{name}") for name in ("owner", "loss", "site")]
        st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)


def pipeline(ws: Workspace, found: Candidates) -> None:
    """Draw how far each site has come, and the form that says so."""
    known = stages(ws)
    rows = [
        (one.id, STAGES[state.stage].to(), day(state.since), state.actor)
        for one in found.sites
        if (state := known.get(one.id)) is not None
    ]
    if rows:
        heads = [message(f"sites.column_{name}") for name in ("site", "stage", "since", "actor")]
        st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)
    with st.form("site_stage"):
        columns = st.columns(4)
        site = columns[0].selectbox(message("sites.column_site"), [one.id for one in found.sites])
        titles = {name: title.to() for name, title in STAGES.items()}
        stage = columns[1].selectbox(message("sites.column_stage"), list(titles), format_func=titles.__getitem__)
        since = columns[2].date_input(message("sites.column_since"), date.today())
        actor = columns[3].text_input(message("sites.column_actor"))
        saved = st.form_submit_button(message("sites.save_stage"), type="primary")
    chosen = found.site(str(site))
    if saved and chosen is not None:
        if not actor.strip():
            st.warning(message("ui.target_actor_missing"))
        else:
            set_stage(ws, chosen.parcel_ids, str(stage), since=since, actor=actor.strip())
            st.rerun()
