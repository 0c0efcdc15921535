"""The demo district judged twice: by the rule packs, and by the same clauses written out parcel by parcel.

The second way is plain arithmetic on the raw row; it shares nothing with the product but the data.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import shapely
from pyproj import Geod

from parkplan import jobs
from parkplan.data.workspace import open_workspace
from parkplan.jobs.verdict_card import verdict_card

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.jobs import Screening

DAY = date(2026, 6, 30)
FAR_MIN = {
    1.0: "13 14 15 16 18 19 24 292 39 40 41",
    0.8: "17 20 21 22 23 28 291",
    0.7: "27 30 33 34 35 36 37 38 42",
    0.6: "26 31 32",
    0.5: "25",
}
LIMITS = {prefix: limit for limit, prefixes in FAR_MIN.items() for prefix in prefixes.split()}
NOT_BUILT = {"approved_not_supplied", "supplied_not_started", "idle", "under_construction"}

Answer = bool | None


def told(value: Any) -> Any:
    return None if pd.isna(value) else value


def years_later(day: Any, years: int) -> date | None:
    if day is None:
        return None
    day = pd.Timestamp(day).date()
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def both(*answers: Answer) -> Answer:
    if False in answers:
        return False
    return None if None in answers else True


def either(*answers: Answer) -> Answer:
    if True in answers:
        return True
    return None if None in answers else False


def opposite(answer: Answer) -> Answer:
    return None if answer is None else not answer


def below(value: float | None, limit: float | None) -> Answer:
    return None if value is None or limit is None else value < limit


def ratio(part: float | None, whole: float | None) -> float | None:
    return None if part is None or whole is None or whole <= 0 else part / whole


def is_idle(row: dict[str, Any]) -> Answer:
    status, started = row["status"], row["started_on"]
    due = row["start_agreed_on"] or years_later(row["handed_over_on"], 1)
    late = None if due is None else years_later(due, 1) <= DAY  # type: ignore[operator]
    waiting = None if status is None else status in {"supplied_not_started", "idle"}
    not_started = both(waiting, started is None, late)
    building = None if status is None else status in {"under_construction", "idle"}
    little = either(
        below(ratio(row["developed_area_m2"], row["site_area_m2"]), 1 / 3),
        below(ratio(row["investment_yuan"], row["investment_agreed_yuan"]), 0.25),
    )
    suspended = row["suspended_on"]
    stopped = None if suspended is None else years_later(suspended, 1) <= DAY  # type: ignore[operator]
    in_scope = None if status is None else status != "approved_not_supplied"
    return both(in_scope, either(not_started, both(building, started is not None, little, stopped)))


def is_low(row: dict[str, Any]) -> Answer:
    use, status, industry = row["land_use"], row["status"], row["industry_code"]
    industrial = None if use is None else use.startswith("1001")
    built = None if status is None else status not in NOT_BUILT
    prefix = None if industry is None else next((industry[:n] for n in (3, 2) if industry[:n] in LIMITS), None)
    far = ratio(row["counted"], row["site_area_m2"])
    thin = below(far, None if prefix is None else LIMITS[prefix])
    density = ratio(row["footprint"], row["site_area_m2"])
    covered = [row["footprint"], row["structures_m2"], row["yard_m2"]]
    coefficient = None if None in covered else ratio(sum(covered), row["site_area_m2"])
    # a density of 30 % or more clears a parcel whose yards nobody surveyed
    sparse = both(below(density, 0.30), below(coefficient, 0.30))
    return both(industrial, built, either(thin, sparse))


def verdict(row: dict[str, Any]) -> str:
    idle, low = is_idle(row), is_low(row)
    cause = row["government_cause"]
    excused = None if cause is None else both(row["status"] != "approved_not_supplied", bool(cause))
    if row["status"] is None and cause:
        excused = None
    stands = both(idle, opposite(excused))
    if stands is True:
        return "idle"
    if stands is False and low is True:
        return "low_efficiency"
    if stands is False and low is False:
        return {True: "exempt", False: "not_low_efficiency", None: "to_check"}[idle]
    return "to_check"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("demo") / "demo.parkplan"
    jobs.demo(place, size=900, seed=7)
    return place


@pytest.fixture(scope="module")
def found(demo: Path) -> Screening:
    return jobs.screen(demo, as_of=DAY)


@pytest.fixture(scope="module")
def rows(demo: Path) -> list[dict[str, Any]]:
    """Each parcel as it stands in the register; what the register lacks is added up building by building."""
    ws = open_workspace(demo)
    parcels, buildings = ws.read("parcels"), ws.read("buildings")
    degrees = parcels.to_crs(4490).geometry
    geod, tree, found = Geod(ellps="GRS80"), shapely.STRtree(buildings.geometry.to_numpy()), []
    for place, record in enumerate(parcels.drop(columns="geometry").to_dict("records")):
        row = {name: told(value) for name, value in record.items()}
        shape = parcels.geometry.iloc[place]
        if row["site_area_m2"] is None:
            row["site_area_m2"] = abs(geod.geometry_area_perimeter(degrees.iloc[place])[0])
        elif row["site_area_m2"] <= 0:
            row["site_area_m2"] = None
        footprint, floor, counted = 0.0, 0.0, 0.0
        for other in tree.query(shape):
            building = buildings.iloc[other]
            covered = building.geometry.intersection(shape).area
            share = covered / building.geometry.area
            if covered == 0:
                continue
            area, storeys, height = (told(building[name]) for name in ("floor_area_m2", "storeys", "height_m"))
            area = area if area is not None else (building.geometry.area * storeys if storeys is not None else None)
            ground = told(building["storey_height_m"])
            if ground is None and storeys == 1:
                ground = height
            decided = ground is not None or (height is not None and height <= 8)
            twice = building.geometry.area if ground is not None and ground > 8 else 0.0
            footprint += covered
            floor += float("nan") if area is None else area * share
            counted += float("nan") if area is None or not decided else (area + twice) * share
        registered = row["floor_area_m2"]
        whole = counted - floor + (registered if registered is not None else floor)
        row["counted"] = None if pd.isna(whole) else whole
        row["footprint"] = row["footprint_m2"] if row["footprint_m2"] is not None else footprint
        found.append(row)
    return found


def test_every_parcel_has_the_verdict_of_the_clauses_written_out(rows: list[dict[str, Any]], found: Screening) -> None:
    expected = [verdict(row) for row in rows]
    assert len(set(expected)) >= 4
    wrong = [
        (found.parcels["parcel_id"].iloc[place], ours, theirs)
        for place, (ours, theirs) in enumerate(zip(found.parcels["verdict"], expected, strict=True))
        if ours != theirs
    ]
    assert wrong == []


def test_the_card_of_a_low_parcel_has_the_numbers_of_its_row(rows: list[dict[str, Any]], found: Screening) -> None:
    place = next(
        at for at, row in enumerate(rows)
        if verdict(row) == "low_efficiency" and row["counted"] and row["industry_code"] and row["footprint_m2"]
    )  # fmt: skip
    row, card = rows[place], verdict_card(found, place)
    far = row["counted"] / row["site_area_m2"]
    rule = next(item for item in card.rules if item.title.zh == "容积率低于行业下限")
    (condition,) = rule.conditions
    limit = next(LIMITS[row["industry_code"][:n]] for n in (3, 2) if row["industry_code"][:n] in LIMITS)
    assert condition.value is not None
    assert condition.limit is not None
    assert condition.margin is not None
    assert (condition.value.zh, condition.limit.zh) == (f"{far:.2f}", f"< {limit:.2f}")
    assert condition.margin.zh == f"{far - limit:.2f}"
    assert rule.clause == "工业项目建设用地控制指标 国土资发〔2008〕24号 容积率控制指标"
    assert not rule.verified
    (step,) = condition.steps
    assert step.zh.startswith("容积率 = 计容建筑面积 / 登记面积 = ")
    assert step.zh.endswith(f" = {far:.2f}")
    assert card.lifting[0].zh == f"把“容积率”由 {far:.2f} 提高到不低于 {limit:.2f}"
    source = next(fact for fact in card.sources if fact.id == "site_area_m2")
    assert source.origin is not None
    assert (source.origin.table, source.origin.row) == ("parcels", place)


def test_the_card_of_an_idle_parcel_names_clause_and_disposal(rows: list[dict[str, Any]], found: Screening) -> None:
    place = next(at for at, row in enumerate(rows) if verdict(row) == "idle" and row["started_on"] is None)
    card = verdict_card(found, place)
    rule = card.rules[0]
    assert (rule.answer, rule.verified) == ("true", True)
    assert rule.clause == "闲置土地处置办法 国土资源部令第53号 第二条第一款"
    due = pd.Timestamp(rows[place]["start_agreed_on"] or years_later(rows[place]["handed_over_on"], 1))
    shown = f"{due.year}年{due.month}月{due.day}日"
    assert shown in rule.conditions[1].filled.zh or rows[place]["start_agreed_on"] is None
    two_years = years_later(due, 2)
    assert two_years is not None
    reclaim = next(item for item in card.rules if "无偿收回" in item.title.zh)
    assert reclaim.answer == ("true" if two_years <= DAY else "false")
    assert "调查认定后按闲置时间处置" in card.lifting[0].zh


def test_the_card_of_an_exempt_parcel_tells_what_excuses_it_and_no_fee(found: Screening) -> None:
    place = int((found.parcels["verdict"] == "exempt").to_numpy().nonzero()[0][0])
    card = verdict_card(found, place)
    assert [way.zh for way in card.lifting] == ["“因政府原因延误动工开发”：延长动工期限、置换、协议收回等"]
    assert {rule.answer for rule in card.rules if rule.flag == "consequence"} == {"false"}
