"""What one session plans on the page of site plans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import streamlit as st

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.jobs.siteplan import DEFAULT_PROFILE
from parkplan.jobs.siteplan_search import with_limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.jobs.siteplan_search import PlanSearch
    from parkplan.model.siteplan import LimitId, Module, SitePlan, SitePlanProfile

KEY = "parkplan.siteplans"
QUERY = "site"
QUERY_SCENARIO = "scenario"


@dataclass(slots=True)
class Desk:
    """``site`` is what the address or the form names, ``limits`` those changed by hand, ``search`` the last question.

    ``scenario`` is the one whose parcels the address names, and only those: another site is one of the district.
    ``further`` are plans that came from edits and refinements, ``chosen`` the option that is open.
    """

    site: str = ""
    asked_by_address: str = ""
    scenario_of_address: str = ""
    limits: dict[LimitId, float] = field(default_factory=dict)
    search: PlanSearch | None = None
    further: list[SitePlan] = field(default_factory=list)
    chosen: str | None = None

    @property
    def scenario(self) -> str | None:
        """The scenario in which the site is to be found, if it is one of a scenario."""
        return (self.scenario_of_address or None) if self.site == self.asked_by_address else None

    @property
    def profile(self) -> SitePlanProfile:
        """The limits in force."""
        return with_limits(choose_profile(DEFAULT_PROFILE), self.limits)

    @property
    def modules(self) -> Mapping[str, Module]:
        """The building modules of the last question, or those of the definition files."""
        return self.search.asked.modules if self.search is not None else load_modules()

    @property
    def plans(self) -> tuple[SitePlan, ...]:
        """All plans on the desk, those made from others first."""
        result = self.search.result if self.search is not None else None
        return (*self.further, *(result.options if result is not None else ()))

    def plan(self) -> SitePlan | None:
        """Return the plan that is open, the best one at first."""
        plans = self.plans
        return next((plan for plan in plans if plan.id == self.chosen), plans[0] if plans else None)

    def start(self, search: PlanSearch) -> None:
        """Ask anew: what was on the desk goes."""
        if self.search is not None:
            self.search.stop()
        self.search, self.further, self.chosen = search, [], None

    def add(self, plans: tuple[SitePlan, ...]) -> None:
        """Put plans made from others on the desk and open the first."""
        known = {plan.id for plan in plans}
        self.further = [*plans, *(plan for plan in self.further if plan.id not in known)]
        self.chosen = plans[0].id


def desk() -> Desk:
    """Return the desk of this session; a site in the address (``?site=ID&scenario=ID``) is taken over once."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Desk()
    now = cast("Desk", st.session_state[KEY])
    asked, scenario = st.query_params.get(QUERY, ""), st.query_params.get(QUERY_SCENARIO, "")
    if asked and (asked, scenario) != (now.asked_by_address, now.scenario_of_address):
        now.site = now.asked_by_address = asked
        now.scenario_of_address = scenario
    return now
