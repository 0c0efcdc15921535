"""What must hold of verdicts whatever the data: over random parcels with random gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity, box

from parkplan.metrics import blocks, built_form, constraint_shares, firms_on_parcels
from parkplan.model.rules import RulePack
from parkplan.model.screening import LimitChange, Ranking
from parkplan.screening import Verdict, apply_rules, verdicts
from parkplan.screening.limits import with_limits
from parkplan.screening.scores import Criteria, ranks

DAY = date(2026, 6, 30)
FLAGGED = {Verdict.IDLE, Verdict.LOW_EFFICIENCY}
CLAUSE = {"document": "d", "verified": False}
TITLE = {"zh": "规则", "en": "rule"}


def rule(name: str, flag: str, **body: Any) -> dict[str, Any]:
    return {"id": name, "title": TITLE, "clause": CLAUSE, "flag": flag, **body}


def pack(far: float = 0.8, tax: float = 60.0, require: Any = "any") -> RulePack:
    return RulePack.model_validate(
        {
            "id": "test",
            "title": TITLE,
            "rules": [
                rule("never_started", "idle", expression="started == 0 and years >= 1"),
                rule("thin", "low_efficiency", expression="far", op="<", limit=far),
                rule(
                    "poor",
                    "low_efficiency",
                    applies_to="far < 3",
                    require=require,
                    conditions=[
                        {"expression": "tax_yuan / site_area_m2", "op": "<", "limit": tax},
                        {"expression": "output_yuan / site_area_m2", "op": "<", "limit": 500.0},
                        {"expression": "years >= 5"},
                    ],
                ),
                rule("excused", "exempt", exempts=["idle"], expression="excuse == 1"),
            ],
        }
    )


def maybe(values: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    return st.one_of(st.just(float("nan")), values)


ROW = st.fixed_dictionaries(
    {
        "far": maybe(st.sampled_from([0.0, 0.3, 0.8, 1.2, 3.5])),
        "tax_yuan": maybe(st.sampled_from([0.0, 3e5, 6e5, 9e6])),
        "output_yuan": maybe(st.sampled_from([0.0, 1e6, 9e7])),
        "site_area_m2": maybe(st.sampled_from([0.0, 5000.0, 10_000.0])),
        "started": maybe(st.sampled_from([0.0, 1.0])),
        "years": maybe(st.sampled_from([0.0, 1.0, 6.0])),
        "excuse": maybe(st.sampled_from([0.0, 1.0])),
    }
)
FRAMES = st.lists(ROW, min_size=1, max_size=12).map(pd.DataFrame)


def judged(packs: RulePack, frame: pd.DataFrame) -> pd.Series:
    return verdicts(apply_rules([packs], frame, DAY), frame.index)


@given(FRAMES, st.sampled_from([0.3, 0.8, 1.2]), st.sampled_from([1.0, 1.5, 4.0]))
def test_a_stricter_limit_never_flags_fewer(frame: pd.DataFrame, far: float, stricter: float) -> None:
    before = judged(pack(far), frame).isin(FLAGGED)
    moved = with_limits([pack(far)], [LimitChange(rule="thin", scale=stricter)])
    assert (judged(moved[0], frame).isin(FLAGGED) | ~before).all()


@given(FRAMES, st.sampled_from(["all", "any", 2]), st.data())
def test_more_data_never_overturns_a_verdict(frame: pd.DataFrame, require: Any, data: st.DataObject) -> None:
    before = judged(pack(require=require), frame)
    filled = frame.copy()
    for column, values in {
        "far": [0.0, 0.8, 3.5],
        "tax_yuan": [0.0, 9e6],
        "output_yuan": [0.0, 9e7],
        "site_area_m2": [5000.0, 10_000.0],
        "started": [0.0, 1.0],
        "years": [0.0, 6.0],
        "excuse": [0.0, 1.0],
    }.items():
        for row in np.flatnonzero(frame[column].isna()):
            choice = data.draw(st.sampled_from([None, *values]))
            if choice is not None:
                filled.loc[row, column] = choice
    after = judged(pack(require=require), filled)
    settled = before != Verdict.TO_CHECK
    assert (after[settled] == before[settled]).all()


@given(FRAMES, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(frame: pd.DataFrame, random: Any) -> None:
    order = list(frame.index)
    random.shuffle(order)
    assert judged(pack(), frame.loc[order]).loc[frame.index].tolist() == judged(pack(), frame).tolist()


@given(FRAMES, st.sampled_from([1e-4, 10.0, 1e4]))
def test_the_unit_of_money_changes_nothing(frame: pd.DataFrame, unit: float) -> None:
    """All amounts in another unit, and the limits with them."""
    scaled = frame.assign(tax_yuan=frame["tax_yuan"] * unit, output_yuan=frame["output_yuan"] * unit)
    moved = with_limits([pack()], [LimitChange(rule="poor", condition=place, scale=unit) for place in (0, 1)])
    assert judged(moved[0], scaled).tolist() == judged(pack(), frame).tolist()


@given(FRAMES)
def test_without_any_value_no_parcel_is_flagged_and_none_is_cleared(frame: pd.DataFrame) -> None:
    nothing = pd.DataFrame(np.nan, index=frame.index, columns=frame.columns)
    assert set(judged(pack(), nothing)) == {Verdict.TO_CHECK}


CRITERIA = st.lists(st.tuples(*[maybe(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]))] * 3), min_size=1, max_size=10).map(
    lambda rows: np.array(rows, dtype=float)
)


@settings(max_examples=40)
@given(CRITERIA)
def test_scores_lie_in_their_range_and_more_data_narrows_it(criteria: np.ndarray) -> None:
    everyone, known = np.ones(len(criteria), dtype=bool), np.ones(len(criteria))
    found = ranks(Criteria(criteria, known), everyone, Ranking(draws=50))
    assert ((found["score_low"] <= found["score"]) & (found["score"] <= found["score_high"])).all()
    filled = ranks(Criteria(np.where(np.isnan(criteria), 0.5, criteria), known), everyone, Ranking(draws=50))
    assert (filled["score_high"] - filled["score_low"]).abs().max() < 1e-9
    assert ((filled["score"] >= found["score_low"] - 1e-9) & (filled["score"] <= found["score_high"] + 1e-9)).all()


SQUARES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=8
)


def frame_of(squares: list[tuple[int, int, int, int]], dx: float = 0.0, dy: float = 0.0) -> gpd.GeoDataFrame:
    shapes = [affinity.translate(box(x, y, x + width, y + height), dx, dy) for x, y, width, height in squares]
    return gpd.GeoDataFrame(geometry=shapes, crs=4547)


@settings(max_examples=40)
@given(SQUARES, SQUARES, st.sampled_from([(1000.0, -2000.0), (409_000.0, 2_497_000.0)]))
def test_a_shift_of_all_coordinates_changes_no_measure(parcels: Any, others: Any, shift: tuple[float, float]) -> None:
    here, there = (frame_of(parcels, *by) for by in ((500_000.0, 2_500_000.0), (500_000 + shift[0] / 100, 2_500_000.0)))
    built_here, built_there = (
        frame_of(others, *by).assign(storeys=2, height_m=6.0)
        for by in ((500_000.0, 2_500_000.0), (500_000 + shift[0] / 100, 2_500_000.0))
    )
    one, two = built_form(here, built_here), built_form(there, built_there)
    np.testing.assert_allclose(one.to_numpy(), two.to_numpy(), atol=1e-3)
    lines = {"kind": "water", "severity": "veto"}
    first = constraint_shares(here, built_here.assign(**lines), ["water"])
    second = constraint_shares(there, built_there.assign(**lines), ["water"])
    np.testing.assert_allclose(first.to_numpy(), second.to_numpy(), atol=1e-6)
    chosen = np.ones(len(here), dtype=bool)
    assert blocks(here, chosen)["block_parcels"].tolist() == blocks(there, chosen)["block_parcels"].tolist()


@given(SQUARES, SQUARES)
@settings(max_examples=40)
def test_shares_under_lines_lie_between_none_and_all(parcels: Any, lines: Any) -> None:
    """Lines that overlap count once; the whole is never less than one kind of it."""
    kinds = ["water" if place % 2 else "flood" for place in range(len(lines))]
    found = constraint_shares(
        frame_of(parcels), frame_of(lines).assign(kind=kinds, severity="veto"), ["water", "flood"]
    )
    assert ((found >= 0) & (found <= 1 + 1e-9)).all(axis=None)
    assert (
        found["constraint_share"] + 1e-9 >= found[["constraint_share_water", "constraint_share_flood"]].max(axis=1)
    ).all()


PARCEL_NAMES = ("A", "B", "C")
FIRM = st.tuples(
    st.sets(st.sampled_from(PARCEL_NAMES), min_size=1, max_size=3), st.integers(0, 1000), st.integers(0, 50)
)


@given(
    st.lists(FIRM, min_size=1, max_size=8),
    st.lists(maybe(st.sampled_from([0.0, 100.0, 900.0])), min_size=3, max_size=3),
)
def test_every_yuan_and_every_job_of_a_firm_is_counted_once(firms: Any, floors: list[float]) -> None:
    parcels = pd.DataFrame({"parcel_id": PARCEL_NAMES, "floor_area_m2": floors})
    table = pd.DataFrame(
        {
            "parcel_id": [";".join(sorted(places)) for places, _, _ in firms],
            "tax_yuan": [float(tax) for _, tax, _ in firms],
            "employees": [jobs for _, _, jobs in firms],
        }
    )
    found = firms_on_parcels(parcels, table, ["tax_yuan", "employees"])
    assert found["firms_tax_yuan"].sum() == pytest.approx(table["tax_yuan"].sum())
    assert found["firms_employees"].sum() == pytest.approx(table["employees"].sum())
