"""The jobs whose results an audit bundle holds: from a workspace and plain parameters to tables, the same each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from parkplan.i18n import language
from parkplan.jobs import bundle_land, bundle_options
from parkplan.jobs.bundle_checks import (
    allocation_faults,
    portfolio_faults,
    service_faults,
    site_faults,
    wish_faults,
)
from parkplan.jobs.bundle_tables import result_csv
from parkplan.model.bundle import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from parkplan.jobs.bundle_checks import Answer, Unsound
    from parkplan.jobs.bundle_tables import Tables

    Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Runnable:
    """A job for bundles: the folder of a workspace and parameters in, tables by name out.

    ``timed``: it stops by the clock, so that a slower machine may give another answer. ``check`` tells what is wrong
    with the answer of the bundle itself: limits that it breaks, sums that do not add up, a bound below its value.
    """

    tables: Callable[[Path, Parameters], Tables]
    check: Callable[[Answer], list[Unsound]] | None = None
    timed: bool = False


RUNS: Final[dict[str, Runnable]] = {
    "screen": Runnable(bundle_land.screen_tables),
    "clusters": Runnable(bundle_land.cluster_results),
    "targets": Runnable(bundle_land.target_tables),
    "sites": Runnable(bundle_land.site_tables, site_faults, timed=True),
    "portfolio": Runnable(bundle_land.portfolio_tables, portfolio_faults, timed=True),
    "siteplan": Runnable(bundle_land.siteplan_tables),
    "scenarios": Runnable(bundle_options.scenario_tables),
    "compare": Runnable(bundle_options.comparison_tables),
    "wishes": Runnable(bundle_options.wish_tables, wish_faults),
    "optimise": Runnable(bundle_options.allocation_tables, allocation_faults, timed=True),
    "services": Runnable(bundle_options.service_tables, service_faults, timed=True),
}
"""Each job of a bundle by name, in the order of work."""


def result_name(job: str, table: str) -> str:
    """Return the place of a result table in a bundle."""
    return f"{RESULTS}/{job}_{table}.csv"


def results_of(job: str, folder: Path, parameters: Parameters) -> dict[str, bytes]:
    """Run a job and return its result tables by their place in a bundle.

    Names in the tables are Chinese, whatever language the user speaks, so that every user gets the same bytes.
    """
    with language("zh"):
        tables = RUNS[job].tables(folder, parameters)
        return {result_name(job, name): result_csv(table) for name, table in tables.items()}
