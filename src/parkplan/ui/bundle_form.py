"""What an audit bundle is asked to hold: rules and day, the programme, options, site plans, services, the jobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from parkplan.data.typologies import load_services
from parkplan.i18n import message
from parkplan.jobs.bundle_question import BundleQuestion
from parkplan.jobs.bundle_runs import RUNS
from parkplan.jobs.compare import MOST
from parkplan.jobs.portfolio import LONGEST_YEARS, USUAL_BUDGET_YUAN
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.model.clusters import By, ClusterQuestion
from parkplan.model.screening import ScreeningChoice
from parkplan.sites.portfolio import Programme
from parkplan.ui.verdict_form import packs_input
from parkplan.units import YUAN_PER_WAN

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

MOST_PLANS = 24


@dataclass(frozen=True, slots=True)
class BundleAsked:
    """What a bundle is asked to hold; one that was made for it is offered again without being made again."""

    profiles: tuple[str, ...]
    as_of: date
    question: BundleQuestion = field(default_factory=BundleQuestion)


def bundle_fields(ws: Workspace) -> BundleAsked:
    """Draw the fields, which begin with what is usual, and return what they say."""
    saved = choice_in_force(ws)
    choice = ScreeningChoice() if saved is None else saved.choice
    with st.expander(message("report.bundle_contents")):
        packs = packs_input(st.container(), "bundle_packs", choice)
        left, middle, right = st.columns(3)
        usual = choice.as_of or date.today()
        day = left.date_input(message("verdicts.as_of"), usual, key="bundle_day")
        budget = middle.number_input(
            message("report.budget_wan"), 1.0, 1e8, USUAL_BUDGET_YUAN / YUAN_PER_WAN, 1000.0, key="bundle_budget"
        )
        years = right.number_input(message("report.years"), 1, LONGEST_YEARS, 3, key="bundle_years")
        programme = Programme(budget_yuan=budget * YUAN_PER_WAN, years=int(years))
        question = BundleQuestion(programme=programme, **_options(ws), **_plans(), **_land())
    return BundleAsked(packs or choice.profiles, day if isinstance(day, date) else usual, question)


def _options(ws: Workspace) -> dict[str, Any]:
    """Draw which options are compared; without any, the first ones are."""
    titles = {one.id: one.name for one in all_scenarios(ws)}
    chosen = st.multiselect(
        message("report.bundle_scenarios"), list(titles), format_func=titles.__getitem__, max_selections=MOST,
        placeholder=message("report.bundle_first"), key="bundle_scenarios",
    )  # fmt: skip
    return {"scenarios": tuple(chosen)}


def _plans() -> dict[str, Any]:
    """Draw which sites get how many plans; without any, the best does."""
    left, right = st.columns([2, 1])
    sites = left.text_input(
        message("report.bundle_sites"), placeholder=message("report.bundle_best"), key="bundle_sites"
    )
    plans = right.number_input(message("report.bundle_plans"), 1, MOST_PLANS, 6, key="bundle_plans")
    names = (name.strip() for name in sites.replace("，", ",").replace("、", ",").split(","))
    return {"sites": tuple(name for name in names if name), "plans": int(plans)}


def _land() -> dict[str, Any]:
    """Draw the areas of the cluster statistics, the services, and which jobs are held at all."""
    by = st.segmented_control(
        message("report.bundle_by"), get_args(By), default="park", required=True, key="bundle_by",
        format_func=lambda name: message(f"clusters.areas_{name}"),
    )  # fmt: skip
    known = {one.id: one.title.to() for one in load_services().services}
    services = st.multiselect(
        message("report.bundle_services"), list(known), format_func=known.__getitem__,
        placeholder=message("report.bundle_all"), key="bundle_services",
    )  # fmt: skip
    jobs = st.multiselect(
        message("report.bundle_jobs"), list(RUNS), format_func=lambda name: message(f"report.job_{name}"),
        placeholder=message("report.bundle_all"), key="bundle_jobs",
    )  # fmt: skip
    return {"clusters": ClusterQuestion(by=by or "park"), "services": tuple(services), "jobs": tuple(jobs)}
