"""Which land is idle or badly used: for each parcel a verdict with score, rank, block and evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan._errors import DefinitionError, RequestError
from parkplan.data.rules import usable_rule_packs
from parkplan.data.workspace import open_workspace
from parkplan.jobs.judged import judged_parcels, listed
from parkplan.jobs.measured import measured_errors
from parkplan.jobs.overrides import overrides
from parkplan.jobs.writing import both, text
from parkplan.metrics import blocks
from parkplan.model.derived_tables import SCREENING
from parkplan.model.rules import LimitTable
from parkplan.model.screening import Ranking, ScreeningChoice
from parkplan.screening import Verdict, verdicts
from parkplan.screening.chance import flagged_chance
from parkplan.screening.criteria_weights import criteria_weights
from parkplan.screening.evidence import EvidenceCard, evidence
from parkplan.screening.limits import with_limits
from parkplan.screening.overrides import Override, overridden
from parkplan.screening.overtaking import overtakings
from parkplan.screening.rules import apply_rules_leniently
from parkplan.screening.scores import CRITERIA, Criteria, criteria_errors, feasibility, need, potential, ranks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.i18n import Text
    from parkplan.metrics import YearsUsed
    from parkplan.model.rules import RulePack
    from parkplan.model.workspace import TableInfo
    from parkplan.screening import RuleOutcome
    from parkplan.screening.criteria_weights import CriteriaWeights
    from parkplan.screening.measurement import MeasuredErrors
    from parkplan.screening.rules import RuleFault

DEFAULT_PROFILES: Final = ScreeningChoice().profiles
RESULTS: Final = frozenset(column.name for column in SCREENING.columns)
"""Names of what a screening finds: a rule that asks for one of them would rest on itself."""
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

    ``parcels`` has one row for each parcel: parcel_id, verdict, rule_verdict, override, stage, flags (ids of the
    rules that hold, joined by a comma), p_holds (`parkplan.screening.chance.flagged_chance`), need, potential,
    feasibility, score, score_low, score_high, closeness, reliability, rank, rank_low, rank_high, p_top10, block_id,
    block_parcels, block_area_m2, every measure, and the areas with their sources. ``outcomes`` hold each rule's
    answer for each parcel; ``findings`` what is odd in the data, in words; ``overrides`` those that count on the day;
    ``source`` the version of the parcels that was judged; ``errors`` how far their figures may be off; ``years`` which
    years the yearly figures rest on.
    """

    as_of: date
    choice: ScreeningChoice
    parcels: gpd.GeoDataFrame
    totals: tuple[VerdictTotal, ...]
    outcomes: tuple[RuleOutcome, ...]
    findings: tuple[Text, ...]
    weights: CriteriaWeights
    overrides: tuple[Override, ...]
    source: TableInfo
    errors: MeasuredErrors
    faults: tuple[DefinitionError, ...] = ()
    years: YearsUsed | None = None

    @property
    def profiles(self) -> tuple[str, ...]:
        """The rule packs, the one that prevails last."""
        return self.choice.profiles

    @property
    def synthetic(self) -> bool:
        """Whether the parcels are made up."""
        return self.source.synthetic

    def card(self, row: int) -> EvidenceCard:
        """Return the evidence card of the parcel at a row position."""
        told = evidence(self.outcomes, self.parcels, row, self.as_of, self.errors)
        weights = np.asarray(self.weights.used, dtype=np.float64)
        ranked = np.where(self.parcels["rank"].notna(), self.parcels["score"], np.nan)
        table = self.parcels[list(CRITERIA)].to_numpy(dtype=np.float64)
        return replace(told, overtakings=overtakings(table, weights / weights.sum(), ranked, row))

    def override(self, row: int) -> Override | None:
        """Return the override or appeal that counts for the parcel at a row position."""
        parcel = self.parcels["parcel_id"].iat[row]
        return next((item for item in self.overrides if item.parcel_id == parcel), None)


def packs_of(choice: ScreeningChoice) -> tuple[RulePack, ...]:
    """Return the rule packs of a choice, with the limits that it moves.

    Raises:
        RequestError: a profile does not exist, or a change names no limit.
        DefinitionError: a file of rules cannot be used at all.

    """
    return with_limits(usable_rule_packs(choice.profiles).packs, choice.limits)


def judge(ws: Workspace, choice: ScreeningChoice) -> Screening:
    """Judge every parcel by the rule packs of a choice, and rank those that are flagged.

    Raises:
        DefinitionError: a file of rules cannot be used at all.
        RequestError: a profile or evaluation does not exist, the gap is negative, or weights cannot come from the data.
        WorkspaceError: the workspace is broken.

    """
    if choice.max_gap_m < 0:
        raise RequestError("negative_gap", gap=choice.max_gap_m)
    day = choice.as_of or date.today()
    packs = packs_of(choice)
    judged = judged_parcels(ws, packs, day, choice.evaluation)
    outcomes, unfit = apply_rules_leniently(packs, judged.frame, day)
    faults = _faults(choice, unfit)
    said = tuple(item for item in overrides(ws) if item.in_force(day))
    final = overridden(verdicts(outcomes, judged.frame.index), judged.frame["parcel_id"], said, day)
    flagged = final["verdict"].isin(FLAGGED).to_numpy()
    parcels = judged.frame.drop(columns=[name for name in final if name in judged.frame]).join(final)
    info = ws.info("parcels")
    errors = measured_errors(parcels, choice.errors, frozenset(info.columns))
    sure = flagged_chance(outcomes, len(parcels), errors)
    parcels = gpd.GeoDataFrame(parcels.assign(flags=_flags(outcomes, parcels.index), p_holds=sure))
    criteria = _criteria(parcels, outcomes, errors)
    weights = criteria_weights(choice.ranking, criteria.values[flagged])
    order = np.argsort(parcels["parcel_id"].astype("string").fillna("").to_numpy(dtype=object), kind="stable")
    ranked = ranks(criteria, flagged, choice.ranking, weights.used, order)
    lying = blocks(parcels, flagged, choice.max_gap_m)
    by_criterion = pd.DataFrame(criteria.values, index=parcels.index, columns=list(CRITERIA))
    parts = [parcels, by_criterion, ranked.set_index(parcels.index), lying]
    found = gpd.GeoDataFrame(pd.concat(parts, axis=1))
    findings = (
        *judged.findings,
        *_without_limit(choice, outcomes),
        *(text("screen.faulty_rule", fault=both(fault.sentence)) for fault in faults),
    )
    totals, years = _totals(found), judged.years
    return Screening(day, choice, found, totals, outcomes, findings, weights, said, info, errors, faults, years)


def _faults(choice: ScreeningChoice, unfit: Sequence[RuleFault]) -> tuple[DefinitionError, ...]:
    """Return the faults of all rules of a choice: of their files, and of what they ask of the parcels."""
    known = usable_rule_packs(choice.profiles)
    found = []
    for item in unfit:
        file, line = known.places[(item.pack_id, item.rule_id)]
        name = str(item.fault.values.get("name"))
        circular = item.fault.key == "expression_name" and name in RESULTS
        problem = DefinitionError("rule_circular", name=name) if circular else item.fault
        why = both(problem.sentence)
        found.append(DefinitionError("rule_unfit", file=file, line=line, rule=item.rule_id, problem=why))
    return (*known.faults, *found)


def _without_limit(choice: ScreeningChoice, outcomes: Sequence[RuleOutcome]) -> list[Text]:
    """Tell which parcels a table of limits has no row for: their rule is unknown, never a default."""
    places, found = usable_rule_packs(choice.profiles).places, []
    for outcome in outcomes:
        for item in outcome.conditions:
            if item.limit is None or not isinstance(item.condition.limit, LimitTable):
                continue
            rows = np.flatnonzero(outcome.applies.true & np.isnan(item.limit))
            if len(rows):
                file, line = places[(outcome.pack_id, outcome.rule.id)]
                title, count = both(outcome.rule.title.to), f"{len(rows):,}"
                found.append(text("screen.no_limit", rule=title, file=file, line=line, count=count, rows=listed(rows)))
    return found


def screen(
    workspace: str | Path,
    *,
    profiles: Sequence[str] = DEFAULT_PROFILES,
    as_of: date | None = None,
    max_gap_m: float = 0.0,
    ranking: Ranking | None = None,
    choice: ScreeningChoice | None = None,
) -> Screening:
    """Judge every parcel by the rule packs, and rank those that are flagged.

    Args:
        workspace: its address.
        profiles: rule packs by id or file, the one that prevails last.
        as_of: the day of judgement, today without one.
        max_gap_m: flagged parcels no farther apart than this form one block.
        ranking: weights and Monte Carlo settings.
        choice: all of the above and moved limits in one record, in place of the others.

    Raises:
        WorkspaceError: the workspace is missing or broken, or has no parcels.
        DefinitionError: a file of rules cannot be used at all.
        RequestError: a profile does not exist, the gap is negative, or weights cannot come from the data.

    """
    asked = choice or ScreeningChoice(
        profiles=tuple(profiles), as_of=as_of, max_gap_m=float(max_gap_m), ranking=ranking or Ranking()
    )
    return judge(open_workspace(workspace), asked)


def explain(
    workspace: str | Path, parcel: str, *, profiles: Sequence[str] = DEFAULT_PROFILES, as_of: date | None = None
) -> EvidenceCard:
    """Return the evidence card of one parcel, by its number.

    Raises:
        RequestError: there is no such parcel, or a profile does not exist.
        WorkspaceError: the workspace is missing or broken.

    """
    found = screen(workspace, profiles=profiles, as_of=as_of)
    return found.card(row_of(found, parcel))


def row_of(found: Screening, parcel: str) -> int:
    """Return the row position of a parcel by its number.

    Raises:
        RequestError: there is no such parcel.

    """
    rows = np.flatnonzero(found.parcels["parcel_id"] == parcel)
    if not len(rows):
        raise RequestError("unknown_parcel", parcel=parcel)
    return int(rows[0])


def _flags(outcomes: Sequence[RuleOutcome], index: pd.Index) -> pd.Series:
    flags = np.full(len(index), "", dtype=object)
    for outcome in outcomes:
        held = outcome.truth.true
        flags[held] = np.where(flags[held] == "", "", flags[held] + ",") + outcome.rule.id
    return pd.Series(flags, index=index, dtype="str")


def _criteria(parcels: gpd.GeoDataFrame, outcomes: Sequence[RuleOutcome], errors: MeasuredErrors) -> Criteria:
    shortfall, known = need(outcomes, len(parcels))
    values = np.column_stack([shortfall, potential(parcels), feasibility(parcels)])
    return Criteria(values, known, criteria_errors(outcomes, len(parcels), errors))


def _totals(parcels: gpd.GeoDataFrame) -> tuple[VerdictTotal, ...]:
    by_verdict = parcels.groupby("verdict")["site_area_m2"]
    counts, areas = by_verdict.size(), by_verdict.sum()
    return tuple(
        VerdictTotal(verdict, int(counts.get(verdict, 0)), float(areas.get(verdict, 0.0))) for verdict in Verdict
    )
