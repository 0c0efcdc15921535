"""Rules and verdicts: overlay of packs, limits by industry, at-least-k, and verdicts against every completion."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from parkplan.expressions import Truth
from parkplan.model.rules import LimitTable, RulePack
from parkplan.screening import Verdict, apply_rules, rules_in_force, verdicts
from parkplan.screening.rules import at_least, columns_needed, limit_from_table

TITLE = {"zh": "示例", "en": "Example"}
CLAUSE = {"document": "示例办法", "verified": False}
TODAY = date(2026, 6, 30)


def pack(*rules: dict[str, object], name: str = "example", **rest: object) -> RulePack:
    filled = [{"title": TITLE, "clause": CLAUSE, "flag": "low_efficiency", **rule} for rule in rules]
    return RulePack.model_validate({"id": name, "title": TITLE, "rules": filled, **rest}, strict=False)


def test_a_rule_compares_with_its_limit_and_keeps_value_and_limit() -> None:
    parcels = pd.DataFrame({"tax": [10.0, 30.0, None], "area": [1.0, 1.0, 1.0]})
    (outcome,) = apply_rules([pack({"id": "tax", "expression": "tax / area", "op": "<", "limit": 25})], parcels, TODAY)
    assert outcome.truth.true.tolist() == [True, False, False]
    assert outcome.truth.unknown.tolist() == [False, False, True]
    condition = outcome.conditions[0]
    assert condition.value is not None
    assert condition.limit is not None
    assert np.array_equal(condition.value, [10.0, 30.0, np.nan], equal_nan=True)
    assert condition.limit.tolist() == [25.0, 25.0, 25.0]


def test_a_rule_that_does_not_apply_is_false_and_one_that_may_apply_is_unknown() -> None:
    parcels = pd.DataFrame({"use": ["1001", "0701", None], "far": [0.1, 0.1, 0.1]})
    rules = pack({"id": "far", "expression": "far", "op": "<", "limit": 0.8}, applies_to="starts_with(use, '1001')")
    (outcome,) = apply_rules([rules], parcels, TODAY)
    assert outcome.truth.true.tolist() == [True, False, False]
    assert outcome.truth.unknown.tolist() == [False, False, True]


def test_limits_by_industry_take_the_longest_prefix_and_never_a_default() -> None:
    table = LimitTable(columns=("code", "grade"), match="longest_prefix", rows={"39/A": 1.0, "391/A": 1.2, "39/B": 0.9})
    parcels = pd.DataFrame({"code": ["3911", "3921", "3921", "27", None], "grade": ["A", "A", "B", "A", "A"]})
    assert np.array_equal(limit_from_table(table, parcels), [1.2, 1.0, 0.9, np.nan, np.nan], equal_nan=True)


def test_later_packs_prevail_and_rules_hold_only_in_their_time() -> None:
    nation = pack(
        {"id": "far", "expression": "far", "op": "<", "limit": 0.7},
        {"id": "old", "expression": "far", "op": "<", "limit": 9, "effective_to": date(2023, 12, 31)},
        {"id": "dropped", "expression": "far", "op": "<", "limit": 9},
        name="nation",
    )
    city = pack({"id": "far", "expression": "far", "op": "<", "limit": 1.0}, name="city", overrides=["dropped"])
    now = rules_in_force([nation, city], TODAY)
    assert [(found.id, rule.id, rule.conditions[0].limit) for found, rule in now] == [("city", "far", 1.0)]
    assert {rule.id for _, rule in rules_in_force([nation], date(2023, 6, 1))} == {"far", "old", "dropped"}


def test_columns_needed_come_from_every_part_of_a_rule() -> None:
    table = {"columns": ["code"], "rows": {"39": 1.0}}
    rules = pack(
        {"id": "r", "expression": "a / b", "op": "<", "limit": table, "applies_to": "c == 'x'"},
        applies_to="d is unknown",
    )
    assert columns_needed([rules], TODAY) == {"a", "b", "c", "d", "code"}


def test_at_least_agrees_with_every_completion() -> None:
    for values in product((True, False, None), repeat=4):
        truths = [Truth(np.array([value is True]), np.array([value is None])) for value in values]
        for least in range(1, 5):
            outcomes = {
                sum(case) >= least for case in product(*([[v] if v is not None else [True, False] for v in values]))
            }
            result = at_least(truths, least)
            assert bool(result.unknown[0]) == (len(outcomes) == 2)
            assert bool(result.true[0]) == (outcomes == {True})


def certain_verdict(idle: bool, low: bool, spared_idle: bool, spared_low: bool) -> Verdict:
    if idle and not spared_idle:
        return Verdict.IDLE
    if low and not spared_low:
        return Verdict.LOW_EFFICIENCY
    return Verdict.EXEMPT if idle or low else Verdict.NOT_LOW_EFFICIENCY


def test_a_verdict_is_what_every_completion_of_the_unknown_gives() -> None:
    cases = list(product((True, False, None), repeat=4))
    parcels = pd.DataFrame(cases, columns=["idle", "low", "spared_idle", "spared_low"]).astype("boolean")
    rules = pack(
        {"id": "idle", "expression": "idle", "flag": "idle"},
        {"id": "low", "expression": "low"},
        {"id": "spared_idle", "expression": "spared_idle", "flag": "exempt", "exempts": ["idle"]},
        {"id": "spared_low", "expression": "spared_low", "flag": "exempt", "exempts": ["low_efficiency"]},
    )
    result = verdicts(apply_rules([rules], parcels, TODAY), parcels.index)
    for case, verdict in zip(cases, result, strict=True):
        completions = product(*([[v] if v is not None else [True, False] for v in case]))
        options = {certain_verdict(*full) for full in completions}
        assert verdict == (options.pop() if len(options) == 1 else Verdict.TO_CHECK)


def test_a_limit_is_read_in_its_unit() -> None:
    """25 ten-thousand yuan per mu are 250,000 yuan on 2000/3 square metres, that is 375 yuan per square metre."""
    parcels = pd.DataFrame({"tax": [374.0, 376.0]})
    rules = pack({"id": "tax", "expression": "tax", "op": "<", "limit": 25, "unit": "wan_yuan_per_mu"})
    (outcome,) = apply_rules([rules], parcels, TODAY)
    assert outcome.truth.true.tolist() == [True, False]
    assert outcome.conditions[0].limit == pytest.approx([375.0, 375.0])


@pytest.mark.parametrize(
    "fault",
    [
        {"id": "r", "expression": "far", "op": "<"},
        {"id": "r", "expression": "far", "limit": 1.0},
        {"id": "r", "conditions": [{"expression": "a"}], "require": 2},
        {"id": "r", "expression": "a", "conditions": [{"expression": "a"}]},
        {"id": "r", "expression": "a", "treshold": 1},
        {"id": "R!", "expression": "a"},
    ],
)
def test_faulty_rules_are_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        pack(fault)


def test_a_rule_id_may_stand_only_once_in_a_pack() -> None:
    with pytest.raises(ValidationError, match="twice"):
        pack({"id": "r", "expression": "a"}, {"id": "r", "expression": "b"})
