"""What the parts of a report share: the workspace, the day, and results that are computed when the first part asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from parkplan._errors import RequestError
from parkplan.jobs.clusters import clusters
from parkplan.jobs.compare import FEWEST, MOST, compare
from parkplan.jobs.derived import WithDerived, kept_table
from parkplan.jobs.figures import figures
from parkplan.jobs.portfolio import USUAL_BUDGET_YUAN
from parkplan.jobs.progress import silent
from parkplan.jobs.report_maps import Around
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.jobs.site_layer import SITE_MAP
from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.site_search import funded_now, quick_candidates
from parkplan.jobs.verdict_table import screening, verdict_table
from parkplan.sites.portfolio import Programme

if TYPE_CHECKING:
    from datetime import date

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.clusters import Clusters
    from parkplan.jobs.compare import Comparison
    from parkplan.jobs.portfolio import Funded
    from parkplan.jobs.progress import Progress
    from parkplan.jobs.screen import Screening
    from parkplan.jobs.sites import Candidates
    from parkplan.model.figures import Figures
    from parkplan.model.reports import ReportTemplate
    from parkplan.model.screening import ScreeningChoice


@dataclass(frozen=True)
class ReportContext:
    """A report in the making. ``choice`` has its day of judgement; ``on`` is the date that stands on the report."""

    ws: Workspace
    template: ReportTemplate
    choice: ScreeningChoice
    on: date
    progress: Progress = silent

    @cached_property
    def figures(self) -> Figures:
        """The key figures."""
        return figures(self.ws)

    @cached_property
    def screening(self) -> Screening:
        """The verdicts."""
        return screening(self.ws, self.choice)

    @cached_property
    def candidates(self) -> Candidates:
        """The candidate sites of the quick search, as the app shows them."""
        return quick_candidates(self.ws, self.choice, SiteChoice())

    @cached_property
    def funded(self) -> Funded:
        """The programme over the candidate sites within the usual budget, as the app shows it at first."""
        return funded_now(self.ws, self.candidates, Programme(budget_yuan=USUAL_BUDGET_YUAN))

    @cached_property
    def clusters(self) -> Clusters:
        """The cluster distribution."""
        return clusters(self.ws.address)

    @cached_property
    def comparison(self) -> Comparison:
        """The options of the workspace side by side, the first ones where there are many."""
        names = [one.id for one in all_scenarios(self.ws)]
        if len(names) < FEWEST:
            raise RequestError("report_no_options", workspace=self.ws.name)
        return compare(self.ws, names[:MOST])

    @cached_property
    def seen(self) -> Workspace:
        """The workspace with the verdicts of this report, and its sites where they were asked for."""
        tables = [verdict_table(self.ws, self.choice)]
        if "candidates" in self.__dict__:
            drawn = kept_table(self.ws, SITE_MAP, self.candidates.version)
            tables += [] if drawn is None else [drawn]
        return cast("Workspace", WithDerived(self.ws, *tables))

    @cached_property
    def around(self) -> Around:
        """Draws what lies around a parcel."""
        return Around(self.ws)
