"""The rule packs that come with the product: complete, checked, and what they say of hand-made parcels."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from parkplan._errors import DefinitionError, RequestError
from parkplan.data.rules import choose_rule_packs, load_rule_packs
from parkplan.jobs.judged_columns import DERIVED_COLUMNS
from parkplan.metrics import METRICS, with_metrics
from parkplan.model.tables import PARCELS
from parkplan.screening import apply_rules, verdicts
from parkplan.screening.rules import columns_needed

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 6, 30)
IDLE = {
    "status": "supplied_not_started",
    "started_on": pd.NaT,
    "start_agreed_on": pd.Timestamp(2024, 1, 1),
    "handed_over_on": pd.NaT,
    "suspended_on": pd.NaT,
    "developed_area_m2": 0.0,
    "site_area_m2": 9000.0,
    "investment_yuan": 0.0,
    "investment_agreed_yuan": 1e7,
    "government_cause": False,
}


def parcels(*rows: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows))
    for column in ("started_on", "start_agreed_on", "handed_over_on", "suspended_on"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype({"government_cause": "boolean", "status": "string"})


def judged(*rows: dict[str, object], as_of: date = TODAY) -> list[str]:
    frame = parcels(*rows)
    return verdicts(apply_rules(choose_rule_packs(["cn_idle_2012"]), frame, as_of), frame.index).tolist()


def test_every_pack_names_only_columns_and_measures_that_exist() -> None:
    known = {column.name for column in PARCELS.columns} | set(METRICS) | set(DERIVED_COLUMNS)
    known |= {"mu_benefit_score", "mu_benefit_class"}
    for name, pack in load_rule_packs().items():
        assert columns_needed([pack], TODAY) <= known, name


def test_the_idle_clock_runs_a_year_after_the_agreed_start_to_the_day() -> None:
    agreed = IDLE | {"start_agreed_on": pd.Timestamp(2025, 6, 30)}
    assert judged(agreed, as_of=date(2026, 6, 29)) == ["not_low_efficiency"]
    assert judged(agreed, as_of=date(2026, 6, 30)) == ["idle"]


@pytest.mark.parametrize(
    ("as_of", "held"),
    [
        (date(2025, 6, 29), set()),
        (date(2025, 6, 30), {"idle_not_started", "idle_fee"}),
        (date(2026, 6, 29), {"idle_not_started", "idle_fee"}),
        (date(2026, 6, 30), {"idle_not_started", "idle_reclaim"}),
    ],
)
def test_fee_from_one_year_and_reclaim_from_two_to_the_day(as_of: date, held: set[str]) -> None:
    """Start agreed for 30 June 2024: fee from 30 June 2025, reclaim from 30 June 2026 (articles 2 and 14)."""
    frame = parcels(IDLE | {"start_agreed_on": pd.Timestamp(2024, 6, 30)})
    outcomes = apply_rules(choose_rule_packs(["cn_idle_2012"]), frame, as_of)
    assert {item.rule.id for item in outcomes if item.truth.true[0]} == held


def test_without_an_agreed_start_the_clock_runs_from_the_handover_plus_a_year() -> None:
    handed_over = IDLE | {"start_agreed_on": pd.NaT, "handed_over_on": pd.Timestamp(2024, 7, 1)}
    assert judged(handed_over, as_of=date(2026, 6, 30)) == ["not_low_efficiency"]
    assert judged(handed_over, as_of=date(2026, 7, 1)) == ["idle"]
    assert judged(IDLE | {"start_agreed_on": pd.NaT}) == ["to_check"]


def test_government_cause_exempts_and_an_unknown_cause_is_to_be_checked() -> None:
    assert judged(IDLE | {"government_cause": True}, IDLE | {"government_cause": None}) == ["exempt", "to_check"]


BARE = {
    "land_use": "100101",
    "industry_code": "3911",
    "mu_benefit_class": "D",
    "under_built_ratio": 1.0,
    "vacancy": 1.0,
    "far": 0.0,
    "building_density": 0.0,
    "building_coefficient": 0.0,
    "investment_yuan_per_m2": 0.0,
    "output_yuan_per_m2": 0.0,
    "tax_yuan_per_m2": 0.0,
}
"""A parcel on which nothing stands and nobody works."""


@pytest.mark.parametrize("pack", sorted(load_rule_packs().keys() - {"cn_idle_2012"}))
def test_idle_land_is_a_matter_of_the_order_and_not_of_indicators_for_land_in_use(pack: str) -> None:
    """Delayed by government, a bare parcel is exempt: not started or suspended half way, it is not badly *used*.

    In use the same figures are low-efficiency under every pack, so it is the status that keeps them out.
    """
    delayed = IDLE | BARE | {"status": "idle", "government_cause": True}
    half_way = delayed | {"started_on": pd.Timestamp(2023, 1, 1), "suspended_on": pd.Timestamp(2025, 1, 1)}
    in_use = delayed | {"status": "in_use", "government_cause": False}
    frame = parcels(delayed, half_way, delayed | {"government_cause": False}, delayed | {"status": None}, in_use)
    found = verdicts(apply_rules(choose_rule_packs(["cn_idle_2012", pack]), frame, TODAY), frame.index)
    assert found.tolist() == ["exempt", "exempt", "idle", "to_check", "low_efficiency"]


def test_neither_fee_nor_reclaim_follows_a_delay_by_government() -> None:
    """Article 14 leaves out what article 8 excuses; while the cause is unknown, so is what follows."""
    frame = parcels(IDLE | {"government_cause": True}, IDLE | {"government_cause": None}, IDLE)
    outcomes = {item.rule.id: item.truth for item in apply_rules(choose_rule_packs(["cn_idle_2012"]), frame, TODAY)}
    assert outcomes["idle_reclaim"].true.tolist() == [False, False, True]
    assert outcomes["idle_reclaim"].unknown.tolist() == [False, True, False]
    assert not outcomes["idle_fee"].true.any()


@pytest.mark.parametrize(
    ("developed", "invested", "suspended", "verdict"),
    [
        (2999.0, 9e6, "2025-01-01", "idle"),  # less than a third developed
        (3000.0, 2.4e6, "2025-01-01", "idle"),  # a third developed, less than a quarter invested
        (3000.0, 2.5e6, "2025-01-01", "not_low_efficiency"),
        (2999.0, 9e6, "2025-12-01", "not_low_efficiency"),  # suspended for less than a year
        (None, 9e6, "2025-01-01", "to_check"),
    ],
)
def test_little_developed_and_suspended(developed: float, invested: float, suspended: str, verdict: str) -> None:
    started = {
        "status": "under_construction",
        "started_on": pd.Timestamp(2023, 1, 1),
        "developed_area_m2": developed,
        "investment_yuan": invested,
        "suspended_on": pd.Timestamp(suspended),
    }
    assert judged(IDLE | started) == [verdict]


def test_control_indicators_by_industry_with_the_unverified_overlay_on_top() -> None:
    frame = pd.DataFrame(
        {
            "land_use": "100101",
            "status": "in_use",
            "industry_code": ["3911", "3311", None],
            "far": [0.9, 0.9, 0.9],
            "building_coefficient": [0.35, 0.35, 0.35],
            "building_density": [0.25, 0.25, 0.25],
        }
    )
    old = apply_rules(choose_rule_packs(["cn_control_2008"]), frame, TODAY)
    assert verdicts(old, frame.index).tolist() == ["low_efficiency", "not_low_efficiency", "to_check"]
    both = apply_rules(choose_rule_packs(["cn_control_2008", "cn_control_2023"]), frame, TODAY)
    assert verdicts(both, frame.index).tolist() == ["low_efficiency"] * 3
    before = apply_rules(choose_rule_packs(["cn_control_2008", "cn_control_2023"]), frame, date(2023, 6, 24))
    assert verdicts(before, frame.index).tolist() == verdicts(old, frame.index).tolist()


def test_density_above_the_limit_clears_a_parcel_whose_yards_are_unknown() -> None:
    frame = pd.DataFrame(
        {
            "land_use": "100101",
            "status": "in_use",
            "industry_code": "3311",
            "far": 0.9,
            "building_coefficient": [None, None],
            "building_density": [0.31, 0.29],
        }
    )
    result = verdicts(apply_rules(choose_rule_packs(["cn_control_2008"]), frame, TODAY), frame.index)
    assert result.tolist() == ["not_low_efficiency", "to_check"]


def test_floor_of_which_more_than_half_is_vacant() -> None:
    """600 of 1,000 m² stand empty, 400 do, nobody knows."""
    frame = pd.DataFrame(
        {"land_use": "1001", "status": "in_use", "floor_area_m2": 1000.0, "vacant_floor_m2": [600.0, 400.0, None]}
    )
    packs = choose_rule_packs(["vacant_floor"])
    frame = with_metrics(frame, columns_needed(packs, TODAY))
    result = verdicts(apply_rules(packs, frame, TODAY), frame.index)
    assert result.tolist() == ["low_efficiency", "not_low_efficiency", "to_check"]


def test_thresholds_per_mu_are_compared_in_yuan_per_square_metre() -> None:
    """25 万元 of tax on one mu is the limit of the draft: on 666.67 m² it lies between 249,999 and 250,001 yuan."""
    frame = pd.DataFrame(
        {
            "land_use": "100101",
            "status": "in_use",
            "site_area_m2": 2000 / 3,
            "tax_yuan": [249_999.0, 250_001.0],
            "investment_yuan": 4e6,
        }
    )
    packs = choose_rule_packs(["jiangmen_draft_2014"])
    frame = with_metrics(frame, columns_needed(packs, TODAY))
    result = verdicts(apply_rules(packs, frame, TODAY), frame.index)
    assert result.tolist() == ["low_efficiency", "not_low_efficiency"]


def test_a_planners_own_file_is_a_pack_and_its_faults_are_told_all_at_once(tmp_path: Path) -> None:
    good = tmp_path / "soft_sites.yaml"
    good.write_text(
        "id: soft_sites\n"
        "title: {zh: 未建足地块, en: Soft sites}\n"
        "applies_to: \"units <= 6 and landmark == ''\"\n"
        "rules:\n"
        "  - id: under_built\n"
        "    title: {zh: 容积率不足一半, en: Less than half of the permitted FAR}\n"
        "    clause: {document: 示例, number: '', clause: '', verified: true}\n"
        "    expression: (far_max - far) / far_max\n"
        "    op: '>='\n"
        "    limit: 0.5\n"
        "    flag: low_efficiency\n"
        "    weight: 1.0\n",
        encoding="utf-8",
    )
    frame = pd.DataFrame({"units": [3, 9, 3], "landmark": "", "far": [1.0, 1.0, 1.6], "far_max": 2.0})
    result = verdicts(apply_rules(choose_rule_packs([str(good)]), frame, TODAY), frame.index)
    assert result.tolist() == ["low_efficiency", "not_low_efficiency", "not_low_efficiency"]
    bad = tmp_path / "bad.yaml"
    bad.write_text(good.read_text("utf-8").replace("far_max - far", "far_max -").replace("weight", "wieght"), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        choose_rule_packs([str(bad)])
    text = "\n".join(caught.value.sentences("en"))
    assert "wieght" in text
    assert "weight" in text
    assert "line 8" in text


def test_an_unknown_pack_names_its_neighbour() -> None:
    with pytest.raises(RequestError, match="cn_idle_2012"):
        choose_rule_packs(["cn_idle_2013"])
