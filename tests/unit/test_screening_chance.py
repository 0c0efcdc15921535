"""Chances that a rule truly holds, weights that change places in the ranking, conditions in words."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest

from parkplan.data.rules import load_rule_packs
from parkplan.jobs.condition_words import in_words, with_values
from parkplan.model.measurement import MeasurementErrors
from parkplan.model.rules import RulePack
from parkplan.screening import apply_rules
from parkplan.screening.chance import at_least, band_of, chance_below, flagged_chance, rule_chance
from parkplan.screening.measurement import MeasuredErrors
from parkplan.screening.overtaking import overtakings

TITLE = {"zh": "示例", "en": "Example"}
CLAUSE = {"document": "示例办法", "verified": False}
DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("cv", "expected"),
    [(0.10, [0.987, 0.855, 0.5, 0.170, 0.034]), (0.25, [0.818, 0.666, 0.5, 0.349, 0.230])],
)
def test_chance_of_lying_below_a_limit(cv: float, expected: list[float]) -> None:
    """The published values of the relative error model at 0.8 to 1.2 times the limit."""
    values = np.array([0.8, 0.9, 1.0, 1.1, 1.2]) * 375.0
    assert chance_below(values, np.full(5, 375.0), cv) == pytest.approx(expected, abs=1.5e-3)


def test_values_without_a_relative_error_count_as_they_stand() -> None:
    found = chance_below(np.array([0.0, -1.0, 2.0, np.nan]), np.array([1.0, 1.0, 0.0, 1.0]), 0.1)
    assert found[:3].tolist() == [1.0, 1.0, 0.0]
    assert np.isnan(found[3])


def test_at_least_is_the_sum_over_all_cases() -> None:
    chances = [0.1, 0.35, 0.6, 0.95]
    for least in range(1, 5):
        exact = sum(
            np.prod([p if hit else 1 - p for p, hit in zip(chances, case, strict=True)])
            for case in product((True, False), repeat=4)
            if sum(case) >= least
        )
        assert at_least(np.array(chances)[:, None], least)[0] == pytest.approx(exact)


def errors(frame: pd.DataFrame, cv: float = 0.1) -> MeasuredErrors:
    """Every figure with the same error."""
    source = {"id": "any", "title": TITLE, "cv": cv}
    told = {"id": "errors", "title": TITLE, "otherwise": "any", "sources": [source]}
    return MeasuredErrors(frame, MeasurementErrors.model_validate(told))


def pack(require: object = "all") -> RulePack:
    conditions = [{"expression": "tax", "op": "<", "limit": 10.0}, {"expression": "far", "op": "<=", "limit": 0.8}]
    rule = {"id": "r", "title": TITLE, "clause": CLAUSE, "flag": "low_efficiency", "applies_to": "use == 'i'"}
    body = {"id": "p", "title": TITLE, "rules": [rule | {"conditions": conditions, "require": require}]}
    return RulePack.model_validate(body)


def test_chance_of_a_rule_with_two_conditions() -> None:
    frame = pd.DataFrame({"tax": [10.0, 10.0, None, None], "far": [0.8, None, 9.0, 0.8], "use": "i"})
    (every,) = apply_rules([pack("all")], frame, DAY)
    (some,) = apply_rules([pack("any")], frame, DAY)
    assert np.array_equal(rule_chance(every, errors(frame)).round(6), [0.25, 0.0, 0.0, np.nan], equal_nan=True)
    assert rule_chance(some, errors(frame))[[0, 3]].round(6).tolist() == [
        0.75,
        0.5,
    ]  # the last holds already by its ratio
    assert np.isnan(rule_chance(some, errors(frame))[[1, 2]]).all()
    outside = apply_rules([pack("any")], frame.assign(use=["h", None, "h", "h"]), DAY)
    assert np.array_equal(flagged_chance(outside, 4, errors(frame)), [0.0, np.nan, 0.0, 0.0], equal_nan=True)


def test_without_error_the_chance_is_the_answer() -> None:
    frame = pd.DataFrame({"tax": [9.0, 11.0], "far": [0.8, 0.1], "use": "i"})
    assert flagged_chance(apply_rules([pack()], frame, DAY), 2, errors(frame, 0.0)).tolist() == [1.0, 0.0]
    assert [band_of(each) for each in (0.9, 0.89, 0.1, 0.0)] == ["sure", "borderline", "surely_not", "surely_not"]


def test_the_least_move_of_a_weight_that_changes_places() -> None:
    """A (0.9, 0.1, 0.5) and B (0.5, 0.8, 0.5) by need w and potential 1 - w, third weight 0.2: level by hand.

    In proportion 5:3, need rises against potential; with d = B - A = (-0.4, 0.7, 0), potential at w gives
    r = (0.5 * -0.4 + 0.2 * 0) / 0.7 = -2/7 and level w = (2/7) / (0.7 + 2/7) = 20/69.
    """
    criteria = np.array([[0.9, 0.1, 0.5], [0.5, 0.8, 0.5], [0.1, 0.1, 0.1]])
    weights = np.array([0.5, 0.3, 0.2])
    scores = criteria @ weights
    assert scores.argmax() == 1  # 0.59 against 0.58
    behind = overtakings(criteria, weights, scores, 0)
    assert [(move.rival, move.ahead) for move in behind] == [(1, True)]  # C can never pass A by one weight
    (move,) = behind
    assert move.criterion == "potential"
    assert move.level == pytest.approx(20 / 69)
    for place, name in enumerate(("need", "potential", "feasibility")):
        if name == move.criterion:
            others = np.delete(weights, place) / np.delete(weights, place).sum() * (1 - move.level)
            moved = np.insert(others, place, move.level)
            assert criteria[0] @ moved == pytest.approx(criteria[1] @ moved)
    assert overtakings(criteria, weights, np.array([np.nan, 0.5, 0.1]), 0) == ()


@pytest.mark.parametrize(
    ("expression", "zh", "en"),
    [
        (
            "status in ('under_construction', 'idle') and started_on is not unknown",
            "供地与利用状态为“在建”或“闲置”，且实际动工日期已知",
            "Status is “Under construction” or “Idle”, and Started on is known",
        ),
        (
            "as_of >= add_years(coalesce(start_agreed_on, add_years(handed_over_on, 1)), 2)",
            "研判日期不早于约定动工日期（缺时取交地日期满1年）满2年",
            "Day of judgement is not before Agreed start (else Handed over on plus 1 y) plus 2 y",
        ),
        ("government_cause", "政府原因延误", "Delay caused by government"),
        ("mu_benefit_class == 'D'", "亩均效益档次为“D”", "Mu-benefit class is “D”"),
        ("not (far < 0.5 or n <= 6)", "并非（容积率 < 0.5，或n ≤ 6）", "not (Floor area ratio < 0.5, or n ≤ 6)"),
        ("(1 - far) / far_max", "（1 - 容积率） / 容积率上限", "(1 - Floor area ratio) / Maximum FAR"),
        ("started_on < 2009-12-31", "实际动工日期早于2009年12月31日", "Started on is before 2009-12-31"),
    ],
)  # fmt: skip
def test_conditions_in_words(expression: str, zh: str, en: str) -> None:
    assert (in_words(expression).zh, in_words(expression).en) == (zh, en)


def test_conditions_with_the_values_of_a_parcel() -> None:
    values = {
        "as_of": pd.Timestamp(DAY),
        "suspended_on": pd.Timestamp(2025, 3, 1),
        "status": "idle",
        "started_on": pd.NaT,
        "far": 0.5,
    }
    assert with_values("as_of >= add_years(suspended_on, 1)", values).zh == "2026年6月30日不早于2025年3月1日满1年"
    assert (
        with_values("status == 'idle' and started_on is unknown", values).zh
        == "供地与利用状态（闲置）为“闲置”，且实际动工日期（?）未知"
    )
    assert with_values("far / far_max", values).en == "0.5 / ?"


def test_every_condition_of_every_pack_is_written_in_words() -> None:
    for name, told in load_rule_packs().items():
        for rule in told.rules:
            for condition in rule.conditions:
                for side in (in_words(condition.expression).zh, in_words(condition.expression).en):
                    assert not {"==", "add_years", "coalesce", "_on ", "_m2", " is unknown'"} & set(side.split()), name
                    assert "_" not in side, (name, side)
