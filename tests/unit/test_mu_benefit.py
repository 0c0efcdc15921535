"""Mu-benefit evaluation: the published formula of Huangyan 2022 at its bases, caps, unknown values and classes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from parkplan.data.evaluations import load_evaluations
from parkplan.model.evaluation import Evaluation
from parkplan.screening.mu_benefit import evaluate

MU_M2 = 2000 / 3
SCHEME = load_evaluations()["huangyan_2022"]
UNCAPPED = SCHEME.model_copy(
    update={"indicators": tuple(i.model_copy(update={"cap": None}) for i in SCHEME.indicators)}
)


def firm(**changes: float | None) -> dict[str, object]:
    """A firm on 10 mu whose every indicator equals its base."""
    value_added = 136.16e4 * 10
    return {
        "land_use": "100101",
        "status": "in_use",
        "site_area_m2": 10 * MU_M2,
        "tax_yuan": 24.097e4 * 10,
        "value_added_yuan": value_added,
        "energy_tce": value_added / 2.694e4,
        "emission_t": value_added / 4929.81e4,
        "employees": value_added / 18.14e4,
        "output_yuan": 1e8,
        "rnd_yuan": 0.0302e8,
    } | changes


def scores(evaluation: Evaluation, *firms: dict[str, object]) -> list[float]:
    return evaluate(evaluation, pd.DataFrame(list(firms)))["mu_benefit_score"].tolist()


def test_all_at_base_is_100_and_doubled_tax_adds_its_weight() -> None:
    assert scores(UNCAPPED, firm(), firm(tax_yuan=24.097e4 * 20)) == pytest.approx([100.0, 130.0])


def test_the_cap_limits_what_one_indicator_can_bring() -> None:
    assert scores(SCHEME, firm(tax_yuan=24.097e4 * 100)) == pytest.approx([130.0])


def test_an_unknown_value_leaves_the_score_unknown_but_missing_emissions_count_with_the_mean() -> None:
    found = scores(SCHEME, firm(), firm(emission_t=None), firm(tax_yuan=None))
    assert found[:2] == pytest.approx([100.0, 100.0])
    assert np.isnan(found[2])


def test_what_the_evaluation_does_not_apply_to_has_no_score() -> None:
    assert np.isnan(scores(SCHEME, firm() | {"land_use": "0701"})[0])


def test_classes_by_rank() -> None:
    """Twenty firms: A reaches to rank 5 (25 %), B to 14 (70 %), C to 19 (95 %), D is the last one."""
    firms = [firm(tax_yuan=24.097e4 * 10 * (1 - 0.01 * place)) for place in range(20)]
    found = evaluate(SCHEME, pd.DataFrame(firms))["mu_benefit_class"]
    assert "".join(found) == "A" * 5 + "B" * 9 + "C" * 5 + "D"


def test_shares_that_do_not_reach_the_end_are_refused() -> None:
    raw = SCHEME.model_dump() | {"classes": [{"name": "A", "down_to": 0.5}]}
    with pytest.raises(ValueError, match="rise to 1"):
        Evaluation.model_validate(raw, strict=False)
