"""The jobs whose results an audit bundle holds: from a workspace and plain parameters to tables, the same each time."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from parkplan.data.export.cells import guarded
from parkplan.data.workspace import open_workspace
from parkplan.i18n import language
from parkplan.jobs.cluster_files import cluster_tables
from parkplan.jobs.clusters import clusters
from parkplan.jobs.screen import screen
from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.sites import candidates
from parkplan.jobs.targets import targets
from parkplan.model.bundle import PROFILES, RESULTS
from parkplan.model.clusters import ClusterQuestion
from parkplan.model.screening import ScreeningChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from parkplan.jobs.screen import Screening

    Tables = Mapping[str, pd.DataFrame]
    Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Runnable:
    """A job for bundles: the folder of a workspace and parameters in, tables by name out.

    ``timed``: it stops by the clock, so that a slower machine may give another answer.
    """

    tables: Callable[[Path, Parameters], Tables]
    timed: bool = False


def result_csv(frame: pd.DataFrame) -> bytes:
    r"""Return a table without its geometry as UTF-8 CSV; numbers are written so that they read back to the last bit.

    >>> result_csv(pd.DataFrame({"id": ["=A1"], "share": [0.1 + 0.2]})).decode("utf-8-sig")
    "id,share\n'=A1,0.30000000000000004\n"
    """
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    texts = [name for name in plain if plain[name].dtype == object or pd.api.types.is_string_dtype(plain[name].dtype)]
    for name in texts:
        plain[name] = plain[name].map(lambda value: guarded(value) if isinstance(value, str) else value)
    return plain.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def rows_of(content: bytes) -> list[list[str]]:
    """Return the cells of a result table, its heading first."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _screen(folder: Path, parameters: Parameters) -> Tables:
    found = screen(folder, choice=_choice(folder, parameters))
    totals = pd.DataFrame(
        [{"verdict": each.verdict.value, "parcels": each.parcels, "area_m2": each.area_m2} for each in found.totals]
    )
    return {"totals": totals, "parcels": found.parcels, "rules": _evidence(found)}


def _choice(folder: Path, parameters: Parameters) -> ScreeningChoice:
    """Return the choice of rules; packs that came as files lie in the bundle."""
    choice = ScreeningChoice.model_validate_json(json.dumps(parameters["choice"]))
    names = tuple(str(folder / name) if name.startswith(f"{PROFILES}/") else name for name in choice.profiles)
    return choice.model_copy(update={"profiles": names})


def _evidence(found: Screening) -> pd.DataFrame:
    """Return a row for each parcel and condition of a rule that applies: its truth, value and limit in SI units."""
    ids, blank = found.parcels["parcel_id"].to_numpy(), np.full(len(found.parcels), np.nan)
    parts = []
    for outcome in found.outcomes:
        rows = np.flatnonzero(~outcome.applies.false)
        for place, item in enumerate(outcome.conditions, start=1):
            holds = np.where(item.truth.unknown, "unknown", np.where(item.truth.true, "true", "false"))
            value, limit = (blank if each is None else each for each in (item.value, item.limit))
            said = {"pack": outcome.pack_id, "rule": outcome.rule.id, "condition": place, "holds": holds[rows]}
            parts.append(pd.DataFrame({"parcel_id": ids[rows], **said, "value": value[rows], "limit": limit[rows]}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["parcel_id"])


def _clusters(folder: Path, parameters: Parameters) -> Tables:
    found = clusters(folder, question=ClusterQuestion.model_validate(parameters["question"]))
    return cluster_tables(found)


def _sites(folder: Path, parameters: Parameters) -> Tables:
    found = candidates(folder, screen(folder, choice=_choice(folder, parameters)), SiteChoice())
    proof = found.best.proof
    proven = {"engine": proof.engine, "status": proof.status, "value": proof.value, "bound": proof.bound}
    return {"candidates": found.table, "proof": pd.DataFrame([proven])}


def _targets(folder: Path, parameters: Parameters) -> Tables:
    states = targets(open_workspace(folder))
    rows = [
        {"target": state.target.id, "plan": state.plan.id, "aim": state.target.target, "current": state.current}
        for state in states
    ]
    return {"states": pd.DataFrame(rows)}


RUNS: Final[dict[str, Runnable]] = {
    "screen": Runnable(_screen),
    "clusters": Runnable(_clusters),
    "sites": Runnable(_sites, timed=True),
    "targets": Runnable(_targets),
}
"""Each job of a bundle by name, in the order of work."""


def results_of(job: str, folder: Path, parameters: Parameters) -> dict[str, bytes]:
    """Run a job and return its result tables by their place in a bundle.

    Names in the tables are Chinese, whatever language the user speaks, so that every user gets the same bytes.
    """
    with language("zh"):
        tables = RUNS[job].tables(folder, parameters)
        return {f"{RESULTS}/{job}_{name}.csv": result_csv(table) for name, table in tables.items()}
