"""What an audit bundle is asked to hold beside the verdicts: the programme, the options compared, the site plans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from parkplan._errors import RequestError
from parkplan.data.typologies import load_services
from parkplan.jobs.bundle_land import PROGRAMME, SITE_CHOICE
from parkplan.jobs.bundle_options import SERVICE_WISHES, WISH
from parkplan.jobs.bundle_runs import RUNS
from parkplan.jobs.compare import MOST
from parkplan.jobs.portfolio import USUAL_BUDGET_YUAN, check_programme
from parkplan.jobs.scenario_state import all_scenarios, find_scenario
from parkplan.jobs.services import checked
from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.siteplan import DEFAULT_PROFILE
from parkplan.model.allocation import Wish
from parkplan.model.clusters import ClusterQuestion
from parkplan.model.scenarios import BASE
from parkplan.model.services import ServiceWish
from parkplan.sites.portfolio import Programme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.model.screening import ScreeningChoice

SOLVE_S: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleQuestion:
    """What is asked; all of it stands in the bundle.

    Attributes:
        programme: limits of the programme over the candidate sites.
        site_choice: limits of the candidate sites.
        scenarios: those that are compared, by id or name; the first six of the workspace without any.
        sites: the sites that get plans, by id; the best without any.
        plans: how many plans are wanted of each.
        plan_seed: of the site plans.
        wish: the question to the solver of layouts, from the district as it is.
        clusters: the question to the cluster statistics.
        services: the services that are sited, by id; all of ``layers/services`` without any.
        jobs: names of `parkplan.jobs.bundle_runs.RUNS`; all of them without any.

    """

    programme: Programme = field(default_factory=lambda: Programme(budget_yuan=USUAL_BUDGET_YUAN))
    site_choice: SiteChoice = field(default_factory=SiteChoice)
    scenarios: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    plans: int = 6
    plan_seed: int = 0
    wish: Wish = field(default_factory=lambda: Wish(options=2, time_limit=SOLVE_S, priced=False))
    clusters: ClusterQuestion = field(default_factory=ClusterQuestion)
    services: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()


def given(ws: Workspace, choice: ScreeningChoice, question: BundleQuestion) -> Mapping[str, Mapping[str, Any]]:
    """Return the parameters of each job as plain values, in the order of work.

    Raises:
        RequestError: there is no such job, scenario or service, or the programme makes no sense.

    """
    unknown = [name for name in question.jobs if name not in RUNS]
    if unknown:
        raise RequestError("bundle_unknown_job", job=unknown[0], known=", ".join(RUNS))
    check_programme(question.programme)
    compared = [find_scenario(ws, name).id for name in question.scenarios] or [one.id for one in all_scenarios(ws)]
    sited = tuple(checked(ServiceWish(service=name))[1] for name in question.services or _every_service())
    judged = {"choice": choice.model_dump(mode="json")}
    sites = judged | {"sites": SITE_CHOICE.dump_python(question.site_choice, mode="json")}
    plans = {"names": list(question.sites), "best": 1, "options": question.plans, "seed": question.plan_seed}
    asked: dict[str, dict[str, Any]] = {
        "screen": judged,
        "clusters": judged | {"question": question.clusters.model_dump(mode="json")},
        "targets": {},
        "sites": sites,
        "portfolio": sites | {"programme": PROGRAMME.dump_python(question.programme, mode="json")},
        "siteplan": sites | plans | {"profile": DEFAULT_PROFILE},
        "scenarios": {},
        "compare": {"scenarios": compared[:MOST]},
        "wishes": {},
        "optimise": judged | {"scenario": BASE, "wish": WISH.dump_python(question.wish, mode="json")},
        "services": judged | {"scenario": BASE, "wishes": SERVICE_WISHES.dump_python(sited, mode="json")},
    }
    return {name: asked[name] for name in RUNS if not question.jobs or name in question.jobs}


def _every_service() -> tuple[str, ...]:
    return tuple(one.id for one in load_services().services)
