"""What must hold of a screening as a whole, from the tables of a workspace to ranks: on a demo district, changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import affinity, box

from parkplan import jobs
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.verdict_card import verdict_card
from parkplan.jobs.whatif import compare_screenings
from parkplan.model.screening import LimitChange, ScreeningChoice
from parkplan.model.workspace import Change
from parkplan.screening import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.jobs import Screening

Tables = dict[str, gpd.GeoDataFrame]
DAY = date(2026, 6, 30)
CHOICE = ScreeningChoice(profiles=("cn_idle_2012", "cn_control_2008", "jiangmen_draft_2014"), as_of=DAY)
FLAGGED = [Verdict.IDLE, Verdict.LOW_EFFICIENCY]
MONEY = ("tax_yuan", "investment_yuan", "investment_agreed_yuan", "output_yuan", "value_added_yuan", "rnd_yuan")
SHOWN = ["verdict", "stage", "flags", "score", "rank", "rank_low", "rank_high", "p_top10", "p_holds", "reliability",
         "block_parcels", "far", "constraint_share"]  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    place = tmp_path_factory.mktemp("pipeline") / "d.parkplan"
    jobs.demo(place, size=400, seed=11)
    ws = open_workspace(place)
    return {name: ws.read(name) for name in ("parcels", "buildings", "constraints", "land_use_plan", "enterprises")}


@pytest.fixture
def judged(tmp_path: Path) -> Any:
    def screened(tables: Tables, choice: ScreeningChoice = CHOICE) -> Screening:
        place = tmp_path / f"{len(list(tmp_path.iterdir()))}.parkplan"
        made = create_workspace(place, crs="EPSG:4547", actor="tester")
        made.write(tables, change=Change("tester", "import"))
        return jobs.screen(place, choice=choice)

    return screened


def told(found: Screening) -> pd.DataFrame:
    return pd.DataFrame(found.parcels.set_index("parcel_id")[SHOWN].sort_index())


def test_the_order_of_rows_changes_nothing(tables: Tables, judged: Any) -> None:
    mixed = {name: frame.sample(frac=1.0, random_state=5).reset_index(drop=True) for name, frame in tables.items()}
    pd.testing.assert_frame_equal(told(judged(mixed)), told(judged(tables)))


def test_a_shift_of_the_district_changes_nothing(tables: Tables, judged: Any) -> None:
    """300 m to the east and 500 m to the north; the scale of the ellipsoid changes areas by less than a millionth."""
    moved = {
        name: frame.set_geometry([affinity.translate(shape, 300.0, 500.0) for shape in frame.geometry], crs=frame.crs)
        for name, frame in tables.items()
    }
    pd.testing.assert_frame_equal(told(judged(moved)), told(judged(tables)), rtol=1e-5)


def test_money_in_another_unit_changes_nothing(tables: Tables, judged: Any) -> None:
    parcels = tables["parcels"]
    scaled = parcels.assign(**{name: parcels[name] * 0.14 for name in MONEY if name in parcels})
    moved = tuple(LimitChange(rule=rule, scale=0.14) for rule in ("tax_low", "investment_low"))
    there = judged(tables | {"parcels": scaled}, CHOICE.model_copy(update={"limits": moved}))
    pd.testing.assert_frame_equal(told(there), told(judged(tables)))


@pytest.mark.parametrize("rule", ["far_low", "tax_low", "investment_low"])
def test_a_stricter_rule_never_flags_fewer(tables: Tables, judged: Any, rule: str) -> None:
    before = told(judged(tables))["verdict"].isin(FLAGGED)
    stricter = CHOICE.model_copy(update={"limits": (LimitChange(rule=rule, scale=1.6),)})
    after = told(judged(tables, stricter))["verdict"].isin(FLAGGED)
    assert (after | ~before).all()
    assert after.sum() > before.sum()


def test_added_data_settle_what_is_open_and_overturn_nothing(tables: Tables, judged: Any) -> None:
    before = told(judged(tables))["verdict"]
    parcels, rng = tables["parcels"].copy(), np.random.default_rng(3)
    gaps = parcels["industry_code"].isna()
    parcels.loc[gaps, "industry_code"] = rng.choice(["3911", "2651", "1411"], int(gaps.sum()))
    for name in ("tax_yuan", "investment_yuan", "suspended_on"):
        gaps = parcels[name].isna()
        known = parcels[name].dropna().to_numpy()
        parcels.loc[gaps, name] = rng.choice(known, int(gaps.sum()))
    after = told(judged(tables | {"parcels": parcels}))["verdict"]
    settled = before != Verdict.TO_CHECK
    assert (after[settled] == before[settled]).all()
    assert (after == Verdict.TO_CHECK).sum() < (before == Verdict.TO_CHECK).sum()


def test_removed_data_only_open_what_was_settled(tables: Tables, judged: Any) -> None:
    """Unknown is monotone: a verdict may become to_check, and nothing else."""
    before = told(judged(tables))["verdict"]
    parcels = tables["parcels"].copy()
    chosen = np.random.default_rng(4).random(len(parcels)) < 0.4
    for name in ("industry_code", "tax_yuan", "status", "start_agreed_on"):
        parcels.loc[chosen, name] = None
    after = told(judged(tables | {"parcels": parcels}))["verdict"]
    assert set(after[after != before]) == {Verdict.TO_CHECK}


def test_two_years_of_figures_are_compared(judged: Any) -> None:
    """Tax in 10k yuan per mu: A 30, 10, 5 and B 5, 30, 40 from 2024 on, limit 25; the median of what is known counts.

    At the end of 2024 A has 30 and B 5; in the middle of 2026 the medians are 10 and 30: both flip.
    """
    per_mu = 10_000.0 * 15.0  # on a hectare
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": ["A", "B", "C"],
            "land_use": "100101",
            "status": "in_use",
            "site_area_m2": 10_000.0,
            "investment_yuan": 9e7,
            "tax_yuan": [None, None, 26 * per_mu],
        },
        geometry=[box(409_000 + 200 * at, 2_497_000, 409_100 + 200 * at, 2_497_100) for at in range(3)],
        crs=4547,
    )
    figures = {"A": (30.0, 10.0, 5.0), "B": (5.0, 30.0, 40.0)}
    rows = [(name, 2024 + at, value * per_mu) for name, values in figures.items() for at, value in enumerate(values)]
    years = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["parcel_id", "year", "tax_yuan"]), geometry=[None] * len(rows), crs=4547
    )
    choice = ScreeningChoice(profiles=("jiangmen_draft_2014",), as_of=date(2024, 12, 31))
    then, now = (
        judged({"parcels": parcels, "parcel_years": years}, choice.model_copy(update={"as_of": day}))
        for day in (choice.as_of, DAY)
    )
    assert then.parcels["tax_yuan"].tolist() == [30 * per_mu, 5 * per_mu, 26 * per_mu]
    assert now.parcels["tax_yuan"].tolist() == [10 * per_mu, 30 * per_mu, 26 * per_mu]
    figure, single = (next(fact for fact in verdict_card(now, row).sources if fact.id == "tax_yuan") for row in (0, 2))
    assert figure.origin is None
    assert figure.method is not None
    assert "parcel_years" in figure.method.zh
    assert single.origin is not None  # without yearly figures the register counts, row and all
    assert (single.origin.table, single.origin.row) == ("parcels", 2)
    flips = compare_screenings(then, now).parcels
    assert flips[["parcel_id", "before", "after"]].to_numpy().tolist() == [
        ["A", "not_low_efficiency", "low_efficiency"],
        ["B", "low_efficiency", "not_low_efficiency"],
    ]
