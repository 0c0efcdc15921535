"""Errors of figures by source and by column: their way through formulas, shared figures, and the file they stand in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from parkplan._errors import DefinitionError, RequestError
from parkplan.data.errors import load_measurement_errors
from parkplan.expressions import parse
from parkplan.jobs.measured import assumed_errors, figures_with_errors, measured_errors
from parkplan.metrics import METRICS, with_metrics
from parkplan.model.measurement import ErrorChange, MeasurementErrors
from parkplan.model.rules import RulePack
from parkplan.model.screening import Ranking
from parkplan.screening import apply_rules
from parkplan.screening.chance import rule_chance
from parkplan.screening.measurement import MeasuredErrors
from parkplan.screening.scores import criteria_errors

TITLE = {"zh": "示例", "en": "Example"}
CLAUSE = {"document": "示例办法", "verified": False}
DAY = pd.Timestamp(2026, 6, 30).date()
BOOK = MeasurementErrors.model_validate(
    {
        "id": "book",
        "title": TITLE,
        "otherwise": "told",
        "sources": [
            {"id": "register", "title": TITLE, "cv": 0.02},
            {"id": "buildings", "title": TITLE, "cv": 0.20},
            {"id": "told", "title": TITLE, "cv": 0.10},
            {"id": "sure", "title": TITLE, "cv": 0.0},
        ],
        "figures": [
            {"column": "site_area_m2", "source": "register"},
            {"column": "far_max", "source": "sure"},
            {
                "column": "counted_floor_area_m2",
                "told_by": "floor_area_source",
                "sources": {"register": "register", "buildings": "buildings"},
            },
        ],
    },
    strict=False,
)


def log_variance(*variations: float) -> float:
    return sum(np.log1p(cv**2) for cv in variations)


def rule(*conditions: dict[str, Any], require: object = "all") -> RulePack:
    told = {"id": "r", "title": TITLE, "clause": CLAUSE, "flag": "low_efficiency", "require": require}
    return RulePack.model_validate({"id": "p", "title": TITLE, "rules": [told | {"conditions": list(conditions)}]})


def chance(pack: RulePack, frame: pd.DataFrame, changes: tuple[ErrorChange, ...] = ()) -> np.ndarray:
    (outcome,) = apply_rules([pack], frame, DAY)
    return rule_chance(outcome, MeasuredErrors(frame, BOOK, changes))


LAND = pd.DataFrame(
    {
        "counted_floor_area_m2": [7_000.0, 7_000.0, 7_000.0],
        "floor_area_source": ["register", "buildings", None],
        "site_area_m2": [10_000.0, 10_000.0, 10_000.0],
        "far_max": [2.0, 2.0, 2.0],
        "far": [0.7, 0.7, 0.7],
    }
)


def test_the_error_of_a_ratio_is_that_of_its_figures_by_their_sources() -> None:
    """ln(0.8/0.7) over sqrt of the summed log variances; a floor whose source nobody told has that of `otherwise`."""
    pack = rule({"expression": "far", "op": "<", "limit": 0.8})
    expected = [ndtr(np.log(0.8 / 0.7) / np.sqrt(log_variance(0.02, cv))) for cv in (0.02, 0.20, 0.10)]
    assert chance(pack, LAND) == pytest.approx(expected, abs=1e-7)


def test_another_coefficient_for_a_source_for_a_column_or_for_a_measure() -> None:
    pack = rule({"expression": "far", "op": "<", "limit": 0.8})
    wider = chance(pack, LAND, (ErrorChange(of="buildings", cv=0.4),))
    assert wider[1] == pytest.approx(ndtr(np.log(0.8 / 0.7) / np.sqrt(log_variance(0.02, 0.4))), abs=1e-7)
    own = chance(pack, LAND, (ErrorChange(of="counted_floor_area_m2", cv=0.3),))
    assert own == pytest.approx([ndtr(np.log(0.8 / 0.7) / np.sqrt(log_variance(0.02, 0.3)))] * 3, abs=1e-7)
    whole = chance(pack, LAND, (ErrorChange(of="far", cv=0.25),))
    assert whole == pytest.approx([ndtr(np.log(0.8 / 0.7) / np.sqrt(log_variance(0.25)))] * 3, abs=1e-7)


def test_a_measure_that_the_data_bring_has_an_error_of_its_own() -> None:
    errors = MeasuredErrors(LAND, BOOK, given=frozenset({"far"}))
    assert errors.figures("far_max - far") == ("far", "far_max")
    assert MeasuredErrors(LAND, BOOK).figures("far_max - far") == ("counted_floor_area_m2", "far_max", "site_area_m2")
    assert errors.deviation("far") == pytest.approx([0.7 * np.sqrt(log_variance(0.10))] * 3)


def test_slopes_of_a_difference_are_absolute() -> None:
    """d(far_max - far) / d ln(floor) = -far, / d ln(site) = +far; far_max is sure."""
    slopes = MeasuredErrors(LAND, BOOK).slopes("far_max - far")
    s = np.sqrt(np.log1p(0.02**2))
    assert slopes["counted_floor_area_m2"][0] == pytest.approx(-0.7 * s, rel=1e-6)
    assert slopes["site_area_m2"][0] == pytest.approx(0.7 * s, rel=1e-6)
    assert slopes["far_max"][0] == 0.0


def test_two_conditions_on_one_figure_do_not_count_as_two_chances() -> None:
    """Both at their limit and equal: together 1/2, where independent errors would give 1/4."""
    frame = pd.DataFrame({"tax": [10.0]})
    twice = rule({"expression": "tax", "op": "<", "limit": 10.0}, {"expression": "2 * tax", "op": "<", "limit": 20.0})
    assert chance(twice, frame)[0] == pytest.approx(0.5, abs=2e-3)
    against = rule({"expression": "tax", "op": "<", "limit": 10.0}, {"expression": "1 / tax", "op": "<", "limit": 0.1})
    assert chance(against, frame)[0] == pytest.approx(0.0, abs=2e-3)


@pytest.mark.parametrize(("require", "sign"), [("all", 1.0), ("any", -1.0)])
def test_ratios_over_the_same_area_hang_together_by_closed_form(require: str, sign: float) -> None:
    """Two normals at zero with correlation r are both below with 1/4 + arcsin(r) / 2 pi (Sheppard)."""
    frame = pd.DataFrame({"tax": [10.0, 10.0], "output": [100.0, 100.0], "site": [1.0, 1.0]})
    pack = rule(
        {"expression": "tax / site", "op": "<", "limit": 10.0},
        {"expression": "output / site", "op": "<", "limit": 100.0},
        require=require,
    )
    found = chance(pack, frame, (ErrorChange(of="site", cv=0.3),))
    shared = log_variance(0.3)
    both = 0.25 + np.arcsin(shared / (shared + log_variance(0.1))) / (2 * np.pi)
    assert found == pytest.approx([both if sign > 0 else 1.0 - both] * 2, abs=3e-3)


def test_a_parcel_alone_has_the_chance_that_it_has_among_others() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"tax": rng.uniform(5, 15, 30), "output": rng.uniform(50, 150, 30), "site": 1.0})
    pack = rule(
        {"expression": "tax / site", "op": "<", "limit": 10.0},
        {"expression": "output / site", "op": "<", "limit": 99.0},
    )
    alone = [chance(pack, frame.iloc[[row]])[0] for row in range(30)]
    assert chance(pack, frame).tolist() == alone


def test_errors_of_the_criteria_by_hand() -> None:
    """Need is the gap (0.8 - far) / 0.8: its deviation is far / 0.8 times that of ln far; potential far / far_max."""
    frame = LAND.assign(constraint_share=[0.0, 0.5, None], under_built_ratio=0.65)
    outcomes = apply_rules([rule({"expression": "far", "op": "<", "limit": 0.8})], frame, DAY)
    found = criteria_errors(outcomes, 3, MeasuredErrors(frame, BOOK))
    s = np.sqrt([log_variance(0.02, cv) for cv in (0.02, 0.20, 0.10)])
    assert found[:, 0] == pytest.approx(0.7 / 0.8 * s, rel=1e-6)
    assert found[:, 1] == pytest.approx(0.7 / 2.0 * s, rel=1e-6)
    assert found[:2, 2] == pytest.approx([0.0, 0.5 * np.sqrt(log_variance(0.1))], rel=1e-6)


def test_texts_and_flags_have_no_error() -> None:
    frame = pd.DataFrame({"tax": [9.0], "old": [True], "use": ["i"]})
    assert MeasuredErrors(frame, BOOK).figures("tax + min(1, 2)") == ("tax",)
    assert MeasuredErrors(frame, BOOK).figures("old and use == 'i'") == ()


def test_every_figure_of_the_file_is_a_column_and_every_coefficient_an_open_assumption() -> None:
    errors = load_measurement_errors()
    assert {one.column for one in errors.figures} <= figures_with_errors().keys()
    for name in figures_with_errors():
        assert figures_with_errors()[name].zh != name, name
    assert [one.badge.zh for one in assumed_errors()] == ["假设·未核实"] * len(errors.sources)
    (changed,) = [one for one in assumed_errors((ErrorChange(of="reported", cv=0.3),)) if one.changed]
    assert (changed.id, changed.cv, changed.default, changed.badge.en) == (
        "reported", 0.3, 0.1, "set by hand, not verified",
    )  # fmt: skip


def test_formulas_of_measures_give_what_their_functions_give() -> None:
    """Slopes are taken from the formulas, values from the functions: they must be the same thing."""
    rng = np.random.default_rng(1)
    names = sorted({name for metric in METRICS.values() for name in parse(metric.formula).names} - METRICS.keys())
    frame = with_metrics(pd.DataFrame({name: rng.uniform(1.0, 9.0, 6) for name in names}), METRICS)
    for metric in METRICS.values():
        found = parse(metric.formula).numbers(frame)
        assert found == pytest.approx(metric.function(frame).to_numpy()), metric.name


def test_an_unknown_source_is_told_by_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "errors"
    folder.mkdir()
    (folder / "measurement.yaml").write_text(
        "id: measurement\ntitle: {zh: 甲, en: a}\nsources:\n  - {id: told, title: {zh: 乙, en: b}, cv: 0.1}\n"
        "otherwise: told\nfigures:\n  - {column: tax_yuan, source: tolt}\n  - {column: far, source: nobody}\n",
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError) as fault:
        load_measurement_errors(tmp_path)
    said = "\n".join(fault.value.sentences("zh"))
    assert "第 7 行" in said
    assert "“tolt”，是否想写“told”" in said
    assert "第 8 行" in said


@pytest.mark.parametrize(
    "figure",
    [{"column": "a"}, {"column": "a", "source": "told", "told_by": "b", "sources": {"x": "told"}},
     {"column": "a", "told_by": "b"}],
)  # fmt: skip
def test_a_figure_has_one_way_to_tell_its_source(figure: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="told_by"):
        MeasurementErrors.model_validate(BOOK.model_dump() | {"figures": [figure]}, strict=False)


def test_a_change_must_name_a_source_or_a_figure() -> None:
    with pytest.raises(RequestError) as fault:
        measured_errors(LAND, (ErrorChange(of="reportet", cv=0.1),), frozenset())
    assert "reportet" in fault.value.sentence("zh")
    assert "reported" in fault.value.sentence("en")


def test_a_ranking_saved_with_one_error_for_all_still_opens() -> None:
    assert Ranking.model_validate({"error": 0.25, "draws": 50}).draws == 50
