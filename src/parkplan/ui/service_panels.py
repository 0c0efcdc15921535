"""The page of services in parts: the question, the map, sites, what stays beyond reach, files, edits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, cast

import pandas as pd
import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.data.typologies import load_services, load_typologies
from parkplan.i18n import current_language, message
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.scenario_page import option_page
from parkplan.jobs.scenario_state import all_scenarios, find_scenario
from parkplan.jobs.service_files import figure_words, proof_words, service_bytes, sites_as_edits, uncovered
from parkplan.jobs.service_layers import service_tables
from parkplan.layout.siting import MODELS
from parkplan.model.codes import COVERAGE, FACILITY_KIND
from parkplan.model.scenarios import BASE
from parkplan.model.services import DEMANDS, MOST_SITES, ServiceWish, reach_m
from parkplan.ui.map_host import map_host
from parkplan.ui.plain import plain
from parkplan.units import quantity

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.services import Services
    from parkplan.model.services import Demand, Service
    from parkplan.ui.service_state import Siting

LAYERS: Final = ("service_sites", "service_coverage")
MIMES: Final = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".gpkg": "application/geopackage+sqlite3",
}


def question(ws: Workspace, now: Siting) -> None:
    """Draw what is asked; the button solves."""
    known = {one.id: one for one in load_services().services}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            message("services.service"), list(known), format_func=lambda one: known[one].title.to(), key="service_kind",
            width=170,
        )  # fmt: skip
        model = st.selectbox(
            message("services.model"), MODELS, MODELS.index("cover_most"),
            format_func=lambda one: message(f"services.model_{one}"),
            key="service_model", width=230,
        )  # fmt: skip
        count = st.number_input(
            message("services.count"), 1, MOST_SITES, 1, key="service_count", width=150, disabled=model == "cover_all"
        )
        scenario = _scenario(ws)
        seconds = st.number_input(message("services.seconds"), 1, 60, 15, key="service_seconds", width=110)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reach = _reach(known[name])
        demand = _demand(known[name])
        where = st.text_input(
            message("services.where"), key="service_where", width=330, placeholder="land_use == '1001'"
        )
        spots = st.multiselect(
            message("services.at"), FACILITY_KIND, format_func=lambda kind: FACILITY_KIND[kind].to(), key="service_at",
            width=200, placeholder=message("services.none"),
        )  # fmt: skip
        existing = st.checkbox(message("services.existing"), value=True, key="service_existing")
        asked = st.button(
            message("services.solve"), type="primary", key="service_solve", disabled=now.search is not None
        )
    if asked:
        wish = ServiceWish(
            service=name, model=model, count=int(count), reach_m=reach, demand=demand, where=where.strip() or None,
            at=tuple(spots), existing=existing, time_limit=float(seconds),
        )  # fmt: skip
        now.ask(ws, wish, scenario)
        st.rerun()


def _scenario(ws: Workspace) -> str:
    """Draw the choice of the option whose land is served, and return its id."""
    titles = {one.id: one.name for one in all_scenarios(ws)}
    return st.selectbox(
        message("services.scenario"), list(titles), format_func=titles.__getitem__, key="service_scenario", width=200
    )


def _demand(service: Service) -> Demand:
    """Draw what is to be served, first what the service is usually measured by, and return it."""
    return st.selectbox(
        message("services.demand"), DEMANDS, DEMANDS.index(service.demand), key=f"service_demand.{service.id}",
        width=200, format_func=lambda one: message(f"services.demand_{one}"),
    )  # fmt: skip


def _reach(service: Service) -> float:
    """Draw the assumption on reach, which can be changed here, and return it in metres."""
    key = f"service.{service.id}"
    if service.minutes is None or service.speed_kmh is None:
        first = service.reach_m
        return float(
            st.number_input(message("services.distance"), 50.0, 50_000.0, first, 50.0, key=f"{key}.m", width=150)
        )
    minutes = st.number_input(
        message("services.minutes"), 0.5, 60.0, service.minutes.value, 0.5, key=f"{key}.minutes", width=130
    )
    speed = st.number_input(
        message("services.speed"), 1.0, 80.0, service.speed_kmh.value, 1.0, key=f"{key}.speed", width=150
    )
    return reach_m(float(minutes), float(speed))


def answer(ws: Workspace, found: Services, now: Siting, *, height: int) -> None:
    """Draw the answer: shares, map, tables."""
    columns = st.columns(4)
    figures = (
        ("before", quantity(found.before, "percent")), ("after", quantity(found.after, "percent")),
        ("unreached", quantity(found.share("unreached"), "percent")), ("sites_found", f"{len(found.sites)}"),
    )  # fmt: skip
    for column, (name, value) in zip(columns, figures, strict=True):
        column.metric(message(f"services.{name}"), value)
    st.text(proof_words(found))
    st.caption(_rests_on(found))
    left, right = st.columns([6, 4], gap="small")
    with left:
        view = cast("Workspace", WithDerived(ws, *service_tables(ws, found)))
        shown = LAYERS if len(found.sites) else LAYERS[1:]
        map_host(option_page(view, current_language(), shown), key="service_map", height=height)
    with right:
        _tables(found, height)
        _files(found)
        _save(ws, found, now)


def _rests_on(found: Services) -> str:
    """Return the assumptions with their badge, and how ways are measured."""
    badges = figure_words(found)
    reach = quantity(found.wish.reach_m, "m")
    if abs((found.wish.reach_m or 0.0) - found.service.reach_m) > 1e-6:
        badges = [
            message("services.badge", name=message("services.distance"), value=reach, source=message("services.edited"))
        ]
    key = "one_part" if found.road_parts == 1 else "several_parts"
    parts = message(f"services.{key}", None, count=found.road_parts)
    return plain(" · ".join([*badges, message("services.network_note", parts=parts)]))


def _tables(found: Services, height: int) -> None:
    left = uncovered(found)
    sites, beyond = st.tabs(
        [message("services.tab_sites", count=len(found.sites)), message("services.tab_left", count=len(left))]
    )
    with sites:
        heads = [message(f"services.column_{name}") for name in ("site", "parcel", "gained", "assigned", "longest")]
        rows = [
            (one["site"], one["parcel_id"], f"{one['gained']:,.0f}", f"{one['assigned']:,.0f}",
             quantity(one["longest_m"], "m"))
            for one in found.sites.to_dict("records")
        ]  # fmt: skip
        if rows:
            st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)
        else:
            st.caption(message("services.no_sites" if found.sited.chosen is not None else "services.proof_unknown"))
    with beyond:
        heads = [message(f"services.column_{name}") for name in ("parcel", "state", "demand", "way")]
        table = found.coverage.set_index("parcel_id").loc[left].reset_index()
        lines = [
            (one["parcel_id"], COVERAGE[one["state"]].to(), f"{one['demand']:,.0f}", quantity(one["way_after_m"], "m"))
            for one in table.to_dict("records")
        ]
        if lines:
            st.dataframe(pd.DataFrame(lines, columns=heads), hide_index=True, height=max(200, height - 260))
        else:
            st.success(message("services.nothing_left"))


def _files(found: Services) -> None:
    with st.container(horizontal=True):
        for ending, mime in MIMES.items():
            st.download_button(
                f"services{ending}", partial(service_bytes, found, ending), f"services{ending}", mime,
                key=f"service_file{ending}", on_click="ignore",
            )  # fmt: skip


def _save(ws: Workspace, found: Services, now: Siting) -> None:
    """Draw the form that makes the sites edits of an option."""
    typology = found.service.typology
    if typology is None or not len(found.sites):
        return
    with st.popover(message("services.save"), width="content"), st.form("service_save", border=False):
        st.caption(message("services.save_note", typology=load_typologies()[typology].title.to()))
        base = found.at.scenario.id == BASE
        name = st.text_input(message("services.save_name")) if base else found.at.scenario.name
        actor = st.text_input(message("scenario.actor"), message("scenario.planner"))
        if st.form_submit_button(message("services.save_now"), type="primary"):
            try:
                made = sites_as_edits(ws, found, name, actor=actor)
            except ParkplanError as fault:
                st.warning(plain(fault.sentence()))
                return
            now.told = message("services.saved", name=find_scenario(ws, made).name)
            st.rerun(scope="fragment")
