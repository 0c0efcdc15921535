"""The doctor of a workspace: what is wrong with its data, and whether the district is fit to be judged."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan.data.export import Origin, write_table
from parkplan.data.rules import choose_rule_packs
from parkplan.data.workspace import open_workspace
from parkplan.expressions import parse
from parkplan.i18n import LANGUAGES, message
from parkplan.jobs.judged import judged_parcels
from parkplan.jobs.progress import silent
from parkplan.jobs.screen import DEFAULT_PROFILES
from parkplan.metrics import METRICS
from parkplan.model.rules import LimitTable
from parkplan.quality import Finding, Gate, check_tables, gate
from parkplan.screening import Verdict, apply_rules, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress
    from parkplan.screening import RuleOutcome


@dataclass(frozen=True, slots=True)
class Check:
    """The report: the findings, errors first, and the data quality gate (None where there are no parcels)."""

    address: str
    as_of: date
    profiles: tuple[str, ...]
    synthetic: bool
    rows: dict[str, int]
    findings: tuple[Finding, ...]
    gate: Gate | None

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind, in their order."""
        return dict(Counter(finding.code for finding in self.findings))


def check(
    workspace: str | Path,
    *,
    profiles: Sequence[str] = DEFAULT_PROFILES,
    as_of: date | None = None,
    progress: Progress = silent,
) -> Check:
    """Examine all tables of a workspace and say whether the district is fit to be judged.

    Raises:
        WorkspaceError: the workspace is missing or broken.
        RequestError, DefinitionError: a rule pack does not exist or is faulty.

    """
    return check_open(open_workspace(workspace), profiles=profiles, as_of=as_of, progress=progress)


def check_open(
    opened: Workspace,
    *,
    profiles: Sequence[str] = DEFAULT_PROFILES,
    as_of: date | None = None,
    progress: Progress = silent,
) -> Check:
    """Examine all tables of a workspace that is open; see `check`."""
    day = as_of or date.today()
    infos = opened.tables()
    tables = {}
    for info in infos:
        progress(message("check.reading", table=info.name))
        tables[info.name] = opened.read(info.name)
    progress(message("check.comparing"))
    findings = check_tables(tables, day)
    judged = fitness_of(opened, profiles, day, findings) if "parcels" in tables else None
    return Check(
        address=opened.address,
        as_of=day,
        profiles=tuple(profiles),
        synthetic=any(info.synthetic for info in infos),
        rows={info.name: info.rows for info in infos},
        findings=findings,
        gate=judged,
    )


def fitness_of(workspace: Workspace, profiles: Sequence[str], day: date, findings: tuple[Finding, ...]) -> Gate:
    """Say whether the parcels of a workspace are fit to be judged, given what was found on its tables."""
    packs = choose_rule_packs(profiles)
    parcels = judged_parcels(workspace, packs, day).frame
    outcomes = apply_rules(packs, parcels, day)
    undecided = (verdicts(outcomes, parcels.index) == Verdict.TO_CHECK).to_numpy()
    area = pd.to_numeric(parcels["site_area_m2"]).to_numpy(dtype=np.float64)
    return gate(parcels, area, undecided, needed_on(outcomes, len(parcels)), findings)


def needed_on(outcomes: Iterable[RuleOutcome], rows: int) -> dict[str, NDArray[np.bool_]]:
    """Return for each column the rows on which a rule that may apply asks for it; measures count as their columns."""
    found: dict[str, NDArray[np.bool_]] = {}
    for outcome in outcomes:
        asked = ~outcome.applies.false
        names: set[str] = set()
        for text in (*outcome.scope, *(each.condition.expression for each in outcome.conditions)):
            names |= _columns(text)
        for each in outcome.conditions:
            names |= set(each.condition.limit.columns) if isinstance(each.condition.limit, LimitTable) else set()
        for name in names - {"as_of"}:
            found[name] = found.get(name, np.zeros(rows, dtype=bool)) | asked
    return found


def _columns(text: str) -> set[str]:
    names = set(parse(text).names)
    return {part for name in names for part in (parse(METRICS[name].formula).names if name in METRICS else (name,))}


def export_findings(found: Check, out: str | Path) -> Path:
    """Write the findings as a table of points, for a GIS or a spreadsheet; the ending names the format.

    Raises:
        RequestError: the ending is unknown.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    source = f"parkplan check {found.as_of}"
    origin = Origin(source=source, synthetic=found.synthetic)
    return write_table(findings_points(found), "findings", Path(out), origin=origin)


def findings_file(found: Check) -> bytes:
    """Return the findings as a workbook."""
    with tempfile.TemporaryDirectory(prefix="parkplan-findings-") as folder:
        return export_findings(found, Path(folder) / "findings.xlsx").read_bytes()


def findings_points(found: Check) -> gpd.GeoDataFrame:
    """Return the findings as points in degrees, with their sentences in both languages."""
    columns = ("code", "severity", "table", "row", "key", "other", "measure", "unit", "lon", "lat")
    plain = {name: [getattr(finding, name) for finding in found.findings] for name in columns}
    for each in LANGUAGES:
        plain[f"text_{each}"] = [finding.text(each) for finding in found.findings]
        plain[f"remedy_{each}"] = [finding.remedy(each) for finding in found.findings]
    frame = pd.DataFrame(plain).astype({"lon": "float64", "lat": "float64", "measure": "float64"})
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4490")
    points.loc[frame["lon"].isna(), "geometry"] = None
    return points
