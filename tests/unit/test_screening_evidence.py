"""The evidence card: numbers filled in, margins, the datum that settles, and the change that lifts."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from parkplan.model.measurement import MeasurementErrors
from parkplan.model.rules import RulePack
from parkplan.screening import Verdict, apply_rules
from parkplan.screening.evidence import EvidenceCard, FigureError, evidence
from parkplan.screening.measurement import MeasuredErrors

TITLE = {"zh": "示例", "en": "Example"}
CLAUSE = {"document": "示例办法", "number": "第1号", "clause": "第二条", "verified": True}
ERRORS = MeasurementErrors.model_validate(
    {
        "id": "errors",
        "title": TITLE,
        "otherwise": "told",
        "sources": [{"id": "told", "title": TITLE, "cv": 0.1}, {"id": "sure", "title": TITLE, "cv": 0.0}],
        "figures": [{"column": "area", "source": "sure"}],
    },
    strict=False,
)
PACK = RulePack.model_validate(
    {
        "id": "example",
        "title": TITLE,
        "rules": [
            {
                "id": "far_low",
                "title": TITLE,
                "clause": CLAUSE,
                "flag": "low_efficiency",
                "applies_to": "use == 'industry'",
                "expression": "floor / area",
                "op": "<",
                "limit": 0.8,
            },
            {
                "id": "yields_low",
                "title": TITLE,
                "clause": CLAUSE,
                "flag": "low_efficiency",
                "require": 2,
                "conditions": [
                    {"expression": "tax", "op": "<", "limit": 20},
                    {"expression": "output", "op": "<", "limit": 300},
                    {"expression": "jobs", "op": "<", "limit": 5},
                ],
            },
        ],
    },
    strict=False,
)


def card(**values: object) -> EvidenceCard:
    parcel = {"use": "industry", "floor": 5000.0, "area": 10_000.0, "tax": 30.0, "output": 500.0, "jobs": 9.0} | values
    parcels = pd.DataFrame([{name: 1.0 for name in parcel} | {"use": "housing"}, parcel])
    outcomes, errors = apply_rules([PACK], parcels, date(2026, 1, 1)), MeasuredErrors(parcels, ERRORS)
    return evidence(outcomes, parcels, 1, date(2026, 1, 1), errors)


def test_a_flagged_parcel_shows_formula_value_limit_margin_and_clause() -> None:
    found = card()
    assert found.verdict == Verdict.LOW_EFFICIENCY
    rule = found.rules[0]
    assert rule.rule.clause.clause == "第二条"
    (condition,) = rule.conditions
    assert condition.filled == "5000 / 10000"
    assert (condition.value, condition.limit, condition.answer) == (0.5, 0.8, "true")
    assert condition.margin == pytest.approx(-0.3)
    assert found.missing == ()


def test_the_lifting_change_is_the_condition_nearest_to_its_limit() -> None:
    found = card(floor=9000.0, tax=19.0, output=100.0)
    assert found.verdict == Verdict.LOW_EFFICIENCY
    assert [item.condition.expression for item in found.lifting] == ["tax"]
    assert [item.condition.expression for item in card(tax=19.0, output=100.0, jobs=1.0).lifting] == [
        "floor / area",
        "tax",
        "output",
    ]


def test_a_single_datum_that_settles_stands_first() -> None:
    found = card(floor=None)
    assert found.verdict == Verdict.TO_CHECK
    assert [(datum.column, datum.settles) for datum in found.missing] == [("floor", True)]
    assert found.missing[0].outcomes == (Verdict.LOW_EFFICIENCY, Verdict.NOT_LOW_EFFICIENCY)
    assert found.rules[0].conditions[0].filled == "? / 10000"


def test_a_datum_that_may_settle_is_told_from_one_that_does() -> None:
    found = card(floor=None, tax=10.0, jobs=None)
    by_column = {datum.column: datum for datum in found.missing}
    assert by_column["floor"].outcomes == (Verdict.LOW_EFFICIENCY, Verdict.TO_CHECK)
    assert by_column["jobs"].outcomes == (Verdict.LOW_EFFICIENCY, Verdict.TO_CHECK)
    assert not any(datum.settles for datum in found.missing)


def test_an_unknown_scope_is_a_datum_too() -> None:
    found = card(use=None)
    assert [(datum.column, datum.settles) for datum in found.missing] == [("use", True)]
    assert found.rules[0].applies == "unknown"


def test_a_card_says_how_far_its_figures_may_be_off() -> None:
    """Far 0.5 against 0.8 with 10 % on the floor alone: ln 1.6 / sqrt(ln 1.01) = 4.71 standard deviations."""
    rule = card().rules[0]
    (condition,) = rule.conditions
    assert condition.errors == (FigureError("floor", "told", 0.1),)
    assert condition.cv == pytest.approx(0.1, rel=1e-6)
    assert rule.chance == pytest.approx(0.9999988, abs=2e-7)
    assert card(floor=None).rules[0].conditions[0].cv is None
