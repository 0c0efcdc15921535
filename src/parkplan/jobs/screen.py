"""Which land is idle or badly used: for each parcel a verdict with score, rank, block and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan._errors import RequestError
from parkplan.data.export import Origin, write_table
from parkplan.data.rules import choose_rule_packs
from parkplan.data.workspace import open_workspace
from parkplan.jobs.judged import judged_parcels
from parkplan.metrics import blocks
from parkplan.screening import Verdict, apply_rules, verdicts
from parkplan.screening.evidence import EvidenceCard, evidence
from parkplan.screening.scores import Ranking, feasibility, need, potential, ranks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parkplan.screening import RuleOutcome

DEFAULT_PROFILES: Final = ("cn_idle_2012", "cn_control_2008")
FLAGGED: Final = (Verdict.IDLE, Verdict.LOW_EFFICIENCY)


@dataclass(frozen=True, slots=True)
class VerdictTotal:
    """How many parcels have a verdict, and their site area."""

    verdict: Verdict
    parcels: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Screening:
    """The verdicts of a district.

    ``parcels`` has one row for each parcel: parcel_id, verdict, stage, flags (ids of the rules that hold, joined by a
    comma), need, potential, feasibility, score, score_low, score_high, reliability, rank, rank_low, rank_high,
    p_top10, block_id, block_parcels, block_area_m2, every measure, and the areas with their sources. ``outcomes`` hold
    each rule's answer for each parcel; ``findings`` what is odd in the data, in words.
    """

    as_of: date
    profiles: tuple[str, ...]
    parcels: gpd.GeoDataFrame
    totals: tuple[VerdictTotal, ...]
    outcomes: tuple[RuleOutcome, ...]
    findings: tuple[str, ...]
    synthetic: bool

    def card(self, row: int) -> EvidenceCard:
        """Return the evidence card of the parcel at a row position."""
        return evidence(self.outcomes, self.parcels, row, self.as_of)


def screen(
    workspace: str | Path,
    *,
    profiles: Sequence[str] = DEFAULT_PROFILES,
    as_of: date | None = None,
    max_gap_m: float = 0.0,
    ranking: Ranking | None = None,
) -> Screening:
    """Judge every parcel by the rule packs, and rank those that are flagged.

    Args:
        workspace: its address.
        profiles: rule packs by id or file, the one that prevails last.
        as_of: the day of judgement, today without one.
        max_gap_m: flagged parcels no farther apart than this form one block.
        ranking: weights and Monte Carlo settings.

    Raises:
        WorkspaceError: the workspace is missing or broken, or has no parcels.
        DefinitionError: a rule is faulty, or names a column that the parcels do not have.
        RequestError: a profile does not exist, or the gap is negative.

    """
    if max_gap_m < 0:
        raise RequestError("negative_gap", gap=max_gap_m)
    opened = open_workspace(workspace)
    packs = choose_rule_packs(profiles)
    day = as_of or date.today()
    judged = judged_parcels(opened, packs, day)
    outcomes = apply_rules(packs, judged.frame, day)
    verdict = verdicts(outcomes, judged.frame.index)
    flagged = verdict.isin(FLAGGED).to_numpy()
    parcels = judged.frame.assign(verdict=verdict, stage=judged.frame["status"], flags=_flags(outcomes, verdict.index))
    parcels = gpd.GeoDataFrame(_ranked(parcels, outcomes, flagged, ranking or Ranking()))
    parcels = gpd.GeoDataFrame(parcels.join(blocks(parcels, flagged, max_gap_m)))
    return Screening(
        day, tuple(profiles), parcels, _totals(parcels), outcomes, judged.findings, opened.info("parcels").synthetic
    )


def explain(
    workspace: str | Path, parcel: str, *, profiles: Sequence[str] = DEFAULT_PROFILES, as_of: date | None = None
) -> EvidenceCard:
    """Return the evidence card of one parcel, by its number.

    Raises:
        RequestError: there is no such parcel, or a profile does not exist.
        WorkspaceError: the workspace is missing or broken.

    """
    found = screen(workspace, profiles=profiles, as_of=as_of)
    rows = np.flatnonzero(found.parcels["parcel_id"] == parcel)
    if not len(rows):
        raise RequestError("unknown_parcel", parcel=parcel)
    return found.card(int(rows[0]))


def export_screening(found: Screening, out: str | Path) -> Path:
    """Write the verdicts with all indicators to a file whose ending names the format.

    Raises:
        RequestError: the ending is unknown.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    origin = Origin(
        source=f"parkplan screen --as-of {found.as_of} {' '.join(found.profiles)}", synthetic=found.synthetic
    )
    return write_table(found.parcels, "parcels", out, origin=origin)


def _flags(outcomes: Sequence[RuleOutcome], index: pd.Index) -> pd.Series:
    flags = np.full(len(index), "", dtype=object)
    for outcome in outcomes:
        held = outcome.truth.true
        flags[held] = np.where(flags[held] == "", "", flags[held] + ",") + outcome.rule.id
    return pd.Series(flags, index=index, dtype="str")


def _ranked(
    parcels: gpd.GeoDataFrame, outcomes: Sequence[RuleOutcome], flagged: np.ndarray, ranking: Ranking
) -> pd.DataFrame:
    shortfall, known = need(outcomes, len(parcels))
    criteria = np.column_stack([shortfall, potential(parcels), feasibility(parcels)])
    found = ranks(criteria, known, flagged, ranking).set_index(parcels.index)
    named = pd.DataFrame(criteria, columns=["need", "potential", "feasibility"], index=parcels.index)
    return pd.DataFrame(parcels.join(named).join(found))


def _totals(parcels: gpd.GeoDataFrame) -> tuple[VerdictTotal, ...]:
    by_verdict = parcels.groupby("verdict")["site_area_m2"]
    counts, areas = by_verdict.size(), by_verdict.sum()
    return tuple(
        VerdictTotal(verdict, int(counts.get(verdict, 0)), float(areas.get(verdict, 0.0))) for verdict in Verdict
    )
