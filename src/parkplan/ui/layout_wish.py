"""What the solver is asked on the page of layout options: aims with their weights, rules, periods and services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from parkplan.data.typologies import load_typologies
from parkplan.i18n import message
from parkplan.jobs.allocation_around import parks_with_lead
from parkplan.jobs.allocation_terms import TERMS
from parkplan.jobs.optimise_words import objective_words
from parkplan.model.allocation import ACCESS_REACH_M, CLUSTERS, MOST_PERIODS, OBJECTIVES, RULES, Period, Service, Wish
from parkplan.model.codes import CLUSTER, FACILITY_KIND
from parkplan.units import M2_PER_MU, YUAN_PER_YI

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

WEIGHTS_IN_A_ROW: Final = 5
MOST_OPTIONS: Final = 6
MOST_SECONDS: Final = 600


def wish_fields(ws: Workspace, key: str) -> Wish:
    """Draw the fields of a wish, and return it; the free land is asked elsewhere."""
    aims, rules, more = st.tabs([message(f"optimise.tab_{name}") for name in ("aims", "rules", "services")])
    found: dict[str, Any] = {}
    with aims:
        found["objective"] = _weights(key)
        left, middle, right = st.columns(3)
        found["options"] = int(middle.number_input(message("optimise.count"), 1, MOST_OPTIONS, 3, key=f"{key}.count"))
        budget = left.number_input(message("optimise.budget"), 0.0, 1e5, None, 1.0, key=f"{key}.budget")
        found["budget_yuan"] = None if budget is None else budget * YUAN_PER_YI
        seconds = right.number_input(message("optimise.seconds"), 1, MOST_SECONDS, 10, key=f"{key}.seconds")
        found["time_limit"] = float(seconds)
        both = st.multiselect(
            message("optimise.front_of"), OBJECTIVES, format_func=lambda name: TERMS[name].title.to(),
            max_selections=2, key=f"{key}.front", placeholder=message("optimise.none_chosen_yet"),
        )  # fmt: skip
        found["front"] = tuple(both) or None
    with rules:
        found |= _rules(ws, key)
    with more:
        found["periods"] = _periods(key)
        found["services"] = _services(key)
    return Wish(**found)


def _weights(key: str) -> dict[str, float]:
    st.caption(message("optimise.weights"))
    columns = st.columns(WEIGHTS_IN_A_ROW) + st.columns(WEIGHTS_IN_A_ROW)
    return {
        name: column.number_input(
            TERMS[name].title.to(), 0.0, 10.0, 1.0, 0.5, key=f"{key}.{name}", help=objective_words(name)
        )
        for name, column in zip(OBJECTIVES, columns, strict=True)
    }


def _rules(ws: Workspace, key: str) -> dict[str, Any]:
    clusters = st.multiselect(
        message("optimise.clusters"), CLUSTERS, CLUSTERS, format_func=lambda name: CLUSTER[name].to(),
        key=f"{key}.clusters", placeholder=message("optimise.none_chosen_yet"),
    )  # fmt: skip
    parks = parks_with_lead(ws)
    names = {**parks, **{name: CLUSTER[name].to() for name in CLUSTERS}}
    connected = st.multiselect(
        message("optimise.connected"), list(names), format_func=names.__getitem__, key=f"{key}.connected",
        placeholder=message("optimise.none_chosen_yet"),
    )  # fmt: skip
    relaxed = st.multiselect(
        message("optimise.relaxed"), RULES, format_func=lambda name: message(f"optimise.clause_{name}"),
        key=f"{key}.relaxed", placeholder=message("optimise.none_chosen_yet"),
    )  # fmt: skip
    left, right = st.columns(2)
    access = left.multiselect(
        message("optimise.access_to"), FACILITY_KIND, format_func=lambda kind: FACILITY_KIND[kind].to(),
        key=f"{key}.access", placeholder=message("optimise.main_roads"),
    )  # fmt: skip
    reach = right.number_input(
        message("optimise.access_reach"), 100.0, 50_000.0, ACCESS_REACH_M, 100.0, key=f"{key}.reach"
    )
    return {
        "clusters": tuple(clusters), "connected": tuple(connected), "relaxed": tuple(relaxed),
        "access_to": tuple(access), "access_reach_m": float(reach),
    }  # fmt: skip


def _periods(key: str) -> tuple[Period, ...]:
    st.caption(message("optimise.periods"))
    heads = [message(f"optimise.period_{name}") for name in ("budget", "area")]
    rows = _table(dict.fromkeys(heads, (float, st.column_config.NumberColumn(min_value=0.0))), f"{key}.periods")
    units = (YUAN_PER_YI, M2_PER_MU)
    found = [[None if pd.isna(value) else float(value) * unit for value, unit in zip(row, units, strict=True)]
             for row in rows[:MOST_PERIODS]]  # fmt: skip
    return tuple(Period(budget, land) for budget, land in found)


def _services(key: str) -> tuple[Service, ...]:
    st.caption(message("optimise.services"))
    typologies = {one.title.to(): name for name, one in load_typologies().items()}
    services = {title.to(): kind for kind, title in FACILITY_KIND.items()} | typologies
    heads = [message(f"optimise.service_{name}") for name in ("typology", "of", "reach")]
    columns = (
        (object, st.column_config.SelectboxColumn(options=list(typologies))),
        (object, st.column_config.SelectboxColumn(options=list(services))),
        (float, st.column_config.NumberColumn(min_value=1.0)),
    )
    rows = _table(dict(zip(heads, columns, strict=True)), f"{key}.services")
    return tuple(
        Service(typologies[asked], services[service], float(reach))
        for asked, service, reach in rows
        if not any(pd.isna(value) for value in (asked, service, reach))
    )


def _table(columns: dict[str, tuple[type, Any]], key: str) -> list[tuple[Any, ...]]:
    """Draw a table to which rows can be added, and return its rows."""
    empty = pd.DataFrame({head: pd.Series(dtype=kind) for head, (kind, _) in columns.items()})
    configs = {head: config for head, (_, config) in columns.items()}
    shown = st.data_editor(empty, num_rows="dynamic", hide_index=True, column_config=configs, key=key)
    return list(shown.itertuples(index=False, name=None))
