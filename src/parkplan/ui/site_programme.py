"""The programme: which sites in which year, in which order, and what a refusal costs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.portfolio import LONGEST_YEARS
from parkplan.jobs.site_search import funded_now
from parkplan.jobs.site_words import programme_words
from parkplan.sites.portfolio import Programme
from parkplan.ui.plain import plain
from parkplan.ui.site_tables import register
from parkplan.units import area, money

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.portfolio import Funded
    from parkplan.jobs.sites import Candidates
    from parkplan.ui.site_state import Reuse

WAN: Final = 10_000.0
HECTARE: Final = 10_000.0
SHOWN_LOSSES: Final = 10
BAR: Final = "background-color: #1b7a6e; color: #ffffff"


def programme(ws: Workspace, found: Candidates, now: Reuse) -> None:
    """Draw the form of the programme and its timeline."""
    columns = st.columns(4)
    budget = columns[0].number_input(message("sites.budget"), 100.0, 1e7, 10_000.0, 500.0, key="programme_budget")
    years = columns[1].number_input(message("sites.years"), 1, LONGEST_YEARS, 3, key="programme_years")
    quota = columns[2].number_input(message("sites.quota"), 0.0, 1000.0, 0.0, key="programme_quota")
    capacity = columns[3].number_input(message("sites.capacity"), 0, 50, 0, key="programme_capacity")
    st.caption(f"{message('sites.zero_is_none')} {message('sites.money_stays')}")
    known = {one.id for one in found.sites}
    now.after = tuple(pair for pair in now.after if set(pair) <= known)
    _dependencies(found, now)
    asked = Programme(
        budget_yuan=budget * WAN,
        years=int(years),
        quota_m2=quota * HECTARE or None,
        capacity=int(capacity) or None,
        after=now.after,
    )
    with st.spinner(message("sites.funding"), show_time=False):
        funded = funded_now(ws, found, asked)
    st.text(programme_words(funded.portfolio.proof, len(funded.portfolio.years)))
    if len(funded.table):
        st.table(_timeline(funded))
        register(funded, "programme")
        _losses(funded)


def _dependencies(found: Candidates, now: Reuse) -> None:
    """Draw the pairs of sites of which one must not start before the other, and how to add one."""
    names = [one.id for one in found.sites]
    with st.popover(message("sites.dependencies", count=len(now.after)), width="content"):
        later = st.selectbox(message("sites.later"), names, index=None, key="programme_later")
        earlier = st.selectbox(message("sites.earlier"), names, index=None, key="programme_earlier")
        if st.button(message("sites.add_pair"), key="programme_add") and later and earlier and later != earlier:
            now.after = tuple(dict.fromkeys((*now.after, (later, earlier))))
        written = {f"{one} ≥ {other}": (one, other) for one, other in now.after}
        if written:
            kept = st.multiselect(
                message("sites.kept_pairs"), list(written), list(written), key=f"programme_pairs_{len(written)}"
            )
            now.after = tuple(written[text] for text in kept)


def _timeline(funded: Funded) -> object:
    """One column for each year, a bar where a site starts."""
    first = date.today().year
    years = [str(first + year) for year in range(funded.programme.years)]
    heads = [message(f"sites.column_{name}") for name in ("order", "site", "area", "owners", "cost", "loss")]
    total = funded.portfolio.proof.value or 1.0
    rows = [
        (
            row["order"],
            row["site_id"],
            area(row["area_m2"]),
            row["owners"],
            money(row["acquisition_yuan"]),
            f"{100 * row['points_at_stake'] / total:.1f}%",
            *(message("sites.starts") if row["year"] == year + 1 else "" for year in range(funded.programme.years)),
        )
        for row in funded.table.to_dict("records")
    ]
    spent = [
        money(funded.table.loc[funded.table["year"] == year + 1, "acquisition_yuan"].sum())
        for year in range(funded.programme.years)
    ]
    rows.append(("", message("sites.spent"), "", "", "", "", *spent))
    frame = pd.DataFrame(rows, columns=[*heads, *years]).astype(str).set_index(heads[0])
    return frame.style.map(lambda text: BAR if text == message("sites.starts") else "", subset=pd.Index(years))


def _losses(funded: Funded) -> None:
    told = [loss for loss in funded.losses if loss.points > 0][:SHOWN_LOSSES]
    if told:
        st.markdown(f"**{message('sites.losses')}**")
        rows = [(plain(loss.id), f"{100 * loss.share:.1f}%", ", ".join(loss.sites)) for loss in told]
        heads = [message(f"sites.column_{name}") for name in ("owner", "loss", "site")]
        st.table(pd.DataFrame(rows, columns=heads).set_index(heads[0]))
