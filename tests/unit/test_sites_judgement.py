"""Facts, ranking, advice, portfolio: figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from parkplan._errors import DefinitionError
from parkplan.data.typologies import load_assumptions, load_typologies
from parkplan.sites.advice import Advice, advise
from parkplan.sites.engine import Effort
from parkplan.sites.facts import NearPark, SiteFacts, Surroundings, Surveyor, acquisition_cost_yuan, peers
from parkplan.sites.portfolio import Candidate, Programme, losses, plan
from parkplan.sites.ranking import criteria, ranked

NONE = np.empty(0, dtype=object)
FACTS = SiteFacts(
    area_m2=40_000.0, parcels=3, owners=2, unknown_owners=0, flagged_share=1.0, need=0.5, floor_area_m2=20_000.0,
    far_permitted=2.0, floor_uplift_m2=60_000.0, tax_uplift_yuan=4e6, output_uplift_yuan=1.2e8, jobs_uplift=400.0,
    employees=30.0, constraint_share=0.0, plan_industrial=1.0, plan_open=0.0, height_m=50.0, frontage=True,
    compactness=0.6, acquisition_yuan=4e7, building_yuan=6e7, benefit_yuan=5e7, housing_distance_m=300.0,
    station_distance_m=3000.0, park_lead="electronics", cluster_quotient={"electronics": 2.0, "equipment": 0.5},
)  # fmt: skip


def district() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "parcel_id": ["A", "B", "C", "D"], "holder": ["x", "x", None, "y"], "cluster": ["electronics"] * 3 + [None],
            "site_area_m2": [10_000.0] * 4, "floor_area_m2": [5_000.0, None, 2_000.0, 8_000.0],
            "far_max": [2.0, 2.0, 2.0, 2.0], "tax_yuan": [1e5, None, 2e6, 4e6], "output_yuan": [1e6, None, 5e7, 9e7],
            "employees": [10.0, None, 100.0, 50.0], "constraint_share": [0.0, 0.2, 0.0, 0.0],
            "need": [0.4, 0.6, 0.0, 0.0],
            "land_use": ["1001"] * 4,
        },
        geometry=[shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(4)], crs="EPSG:4547",
    )  # fmt: skip


def surveyor(**changes: object) -> Surveyor:
    parcels = district()
    empty = parcels.iloc[:0]
    around = Surroundings(
        firms=empty.assign(cluster=None), parks=empty.assign(park_id=None, name=None, kind=None, lead_cluster=None),
        plan=empty.assign(land_use=None), housing=NONE, stations=NONE,
    )  # fmt: skip
    assumed = load_assumptions()
    flagged = np.array([True, True, False, False])
    return Surveyor(parcels, flagged, replace(around, **changes), assumed, load_typologies()[assumed.typology])


def test_facts_of_two_parcels_by_hand() -> None:
    found = surveyor().facts([0, 1], frontage=True)
    assert (found.area_m2, found.parcels, found.owners, found.unknown_owners) == (20_000.0, 2, 1, 0)
    assert found.need == pytest.approx(0.5)
    assert found.constraint_share == pytest.approx(0.1)
    assert found.floor_uplift_m2 == pytest.approx(2.0 * 20_000 - 5_000)
    # peers: C alone has the cluster, 200 yuan of tax for each m²; unknown tax of B counts as none
    assert found.tax_uplift_yuan == pytest.approx((2e6 - 1e5) + 2e6)
    assert found.jobs_uplift == pytest.approx(90 + 100)
    # land 700, buildings and clearing 1,220 for each m² of known floor, 8,000 for each known job
    assert found.acquisition_yuan == pytest.approx(20_000 * 700 + 5_000 * 1220 + 10 * 8000)
    assert found.building_yuan == pytest.approx(35_000 * 2400)
    annuity = (1 - 1.06**-20) / 0.06
    assert found.benefit_yuan == pytest.approx(found.tax_uplift_yuan * annuity)
    assert found.compactness == pytest.approx(4 * np.pi * 20_000 / 600**2)
    assert np.isnan(found.housing_distance_m)
    assert np.isnan(found.plan_industrial)


def test_unknown_owners_count_one_each() -> None:
    found = surveyor().facts([0, 2], frontage=False)
    assert (found.owners, found.unknown_owners) == (2, 1)


def test_plan_housing_and_parks_around() -> None:
    parcels = district()
    plan_zones = gpd.GeoDataFrame(
        {"land_use": ["1001", "1401"], "far_max": [3.0, None], "height_max_m": [24.0, None]},
        geometry=[shapely.box(0, 0, 150, 100), shapely.box(150, 0, 200, 100)], crs=parcels.crs,
    )  # fmt: skip
    parks = gpd.GeoDataFrame(
        {
            "park_id": ["P2", "P1", "P3", "P4"], "name": [None, "东", "远", "城"],
            "kind": ["special_park"] * 3 + ["industrial_new_town"],
            "lead_cluster": [None, "safety", "safety", "safety"],
        },
        geometry=[shapely.box(500, 0, 900, 100), shapely.box(0, 0, 120, 100), shapely.box(20_000, 0, 20_100, 100),
                  shapely.box(0, 0, 50, 50)],
        crs=parcels.crs,
    )  # fmt: skip
    housing = np.array([shapely.box(250, 0, 300, 100)], dtype=object)
    found = surveyor(plan=plan_zones, parks=parks, housing=housing).facts([0, 1], frontage=True)
    assert found.plan_industrial == pytest.approx(0.75)
    assert found.plan_open == pytest.approx(0.25)
    assert found.height_m == 24.0
    assert found.housing_distance_m == pytest.approx(50.0)
    assert found.park_lead == "safety"
    # the site is 200 m wide: 120 m of it lie in P1, P2 begins 300 m east of it, P3 is too far, P4 is no special park
    near = [(park.id, park.name, park.lead, park.distance_m, park.share) for park in found.parks]
    assert near == [("P1", "东", "safety", 0.0, pytest.approx(0.6)), ("P2", "P2", None, 300.0, 0.0)]


def test_peers_fall_back_on_all_clusters() -> None:
    rates = peers(district(), np.array([True, True, False, False]))
    assert rates.at["electronics", "tax_yuan"] == pytest.approx(200.0)
    assert rates.at["", "tax_yuan"] == pytest.approx(300.0)


def test_costs_need_no_known_floor() -> None:
    assert acquisition_cost_yuan(pd.DataFrame({"site_area_m2": [10.0]}), load_assumptions()).tolist() == [7_000.0]


def test_criteria_by_hand() -> None:
    ((need, potential, feasibility, benefit),) = criteria([FACTS])
    assert need == pytest.approx(0.5)
    # unused floor 60 of 80; tax 100 万元, output 3,000 万元 and 100 jobs for each hectare are the half-way marks
    assert potential == pytest.approx((0.75 + 0.5 + 0.5 + 0.5) / 4)
    assert feasibility == pytest.approx((1 / 1.25 + 1 / 1.5 + 1 + 1 + 1) / 5)
    assert benefit == pytest.approx(0.5 / 1.5)


def test_a_site_that_is_better_in_all_is_first_in_all_draws() -> None:
    worse = replace(
        FACTS, need=0.1, owners=12, floor_uplift_m2=0.0, tax_uplift_yuan=0.0, jobs_uplift=0.0, benefit_yuan=1e6
    )
    found = ranked([worse, FACTS])
    assert found["rank"].tolist() == [2, 1]
    assert found["p_first"].tolist() == [0.0, 1.0]
    assert ranked([]).empty
    # a site's score does not move when another one changes
    assert ranked([FACTS])["score"].iloc[0] == pytest.approx(found["score"].iloc[1])


def test_unknown_figures_widen_the_rank_and_are_not_zero() -> None:
    unknown = replace(FACTS, benefit_yuan=float("nan"))
    found = ranked([unknown, FACTS])
    assert np.isnan(found["benefit"].iloc[0])
    assert 0.0 < found["p_first"].iloc[0] < 1.0


def test_advice_names_the_winner_with_reasons_on_both_sides() -> None:
    found = advise(FACTS, load_assumptions().clusters)
    assert found.clusters[0].id == "electronics"
    assert Advice.margin(found.clusters) == pytest.approx(found.clusters[0].fitness - found.clusters[1].fitness)
    assert {one.id for one in found.reuses} == {"renewal", "vertical", "m0", "open"}
    assert found.reuses[0].id == "vertical"
    assert all(one.reasons or one.against for one in (*found.clusters, *found.reuses))
    assert all(0 <= one.fitness <= 100 for one in (*found.clusters, *found.reuses))
    equipment = next(one for one in found.clusters if one.id == "equipment")
    assert any("short" in text.en for text in equipment.against)


def test_each_special_park_is_judged_by_place_neighbours_area_plan_and_housing() -> None:
    parks = (
        NearPark("P1", "电子园", "electronics", 0.0, 0.9),
        NearPark("P2", "装备园", "equipment", 400.0, 0.0),
        NearPark("P3", "远园", "electronics", 4000.0, 0.0),
        NearPark("P4", "新园", None, 9000.0, 0.0),
    )
    found = {one.id: one for one in advise(replace(FACTS, parks=parks), load_assumptions().clusters).parks}
    # 50; inside 20, quotient 2.0 gives 12, area 8, plan 10, housing 6: above 100
    assert found["P1"].fitness == 100.0
    # 50; beside 8, quotient 0.5 costs 6, 4 of the 5 ha that equipment asks for cost 5, plan 10, housing 6
    assert found["P2"].fitness == pytest.approx(63.0)
    # 50; 4 km cost 20, quotient 12, area 8, plan 10, housing 6
    assert found["P3"].fitness == pytest.approx(66.0)
    # 50; 9 km cost 30 at most, no leading cluster costs 5, plan 10
    assert found["P4"].fitness == pytest.approx(25.0)
    assert {name: len(one.reasons) for name, one in found.items()} == {"P1": 5, "P2": 3, "P3": 4, "P4": 1}
    assert any("4.0 公里" in text.zh for text in found["P3"].against)
    assert advise(FACTS, load_assumptions().clusters).parks == ()


def test_housing_too_near_speaks_against_a_cluster() -> None:
    near = {
        one.id: one for one in advise(replace(FACTS, housing_distance_m=100.0), load_assumptions().clusters).clusters
    }
    far = {one.id: one for one in advise(FACTS, load_assumptions().clusters).clusters}
    assert near["new_materials"].fitness < far["new_materials"].fitness
    assert near["electronics"].fitness == far["electronics"].fitness


def test_open_land_wins_where_the_plan_says_so() -> None:
    site = replace(FACTS, plan_industrial=0.0, plan_open=1.0, constraint_share=0.4, far_permitted=0.5, height_m=12.0)
    assert advise(site, load_assumptions().clusters).reuses[0].id == "open"


HARD = replace(
    FACTS, owners=13, floor_area_m2=0.0, far_permitted=1.5, height_m=20.0, plan_industrial=0.2, area_m2=210_000.0,
    station_distance_m=800.0, plan_open=0.3, constraint_share=0.2, compactness=0.2, cluster_quotient={},
)  # fmt: skip


@pytest.mark.parametrize(
    ("site", "points"),
    [
        # renewal: plan 10, two owners 8, buildings 8; vertical: plan 10, FAR 14, height 6, light industry 8;
        # M0: FAR 8, no station in 1 km -10, approval -4; open: loss of industrial land -25
        (FACTS, {"vertical": 88.0, "renewal": 76.0, "m0": 44.0, "open": 25.0}),
        # renewal: plan -6, owners -15; vertical: plan -6, FAR -18, height -25; M0: FAR -15, station 15, above
        # 300 mu -15, approval -4; open: -25, three tenths planned open 15, constraints 6, shape 8
        (HARD, {"open": 54.0, "m0": 31.0, "renewal": 29.0, "vertical": 1.0}),
        # under a hectare is small for a high-rise works: -10
        (replace(FACTS, area_m2=9_000.0), {"vertical": 78.0, "renewal": 76.0, "m0": 44.0, "open": 25.0}),
    ],
)
def test_each_kind_of_reuse_by_hand_in_order_with_its_margin(site: SiteFacts, points: dict[str, float]) -> None:
    found = advise(site, load_assumptions().clusters).reuses
    assert [(one.id, one.fitness) for one in found] == [(name, pytest.approx(value)) for name, value in points.items()]
    first, second, *_ = points.values()
    assert Advice.margin(found) == pytest.approx(first - second)


def candidates(seed: int, count: int) -> list[Candidate]:
    rng = np.random.default_rng(seed)
    return [
        Candidate(
            f"S{i}", float(rng.uniform(1, 10)), float(rng.uniform(5, 30)) * 1e6, float(rng.uniform(1, 6)) * 1e4,
            frozenset(rng.integers(0, 3 * count, 2).tolist()), frozenset({f"o{rng.integers(0, 4)}"}),
        )
        for i in range(count)
    ]  # fmt: skip


def by_force(offered: list[Candidate], asked: Programme) -> float:
    best = 0.0
    for years in product(range(-1, asked.years), repeat=len(offered)):
        chosen = [(one, year) for one, year in zip(offered, years, strict=True) if year >= 0]
        when = {one.id: year for one, year in chosen}
        parcels = [parcel for one, _ in chosen for parcel in one.parcels]
        if len(parcels) != len(set(parcels)):
            continue
        if any(later in when and when.get(earlier, 99) > when[later] for later, earlier in asked.after):
            continue
        sound = True
        for year in range(asked.years):
            now = [one for one, start in chosen if start == year]
            until = [one for one, start in chosen if start <= year]
            budget = asked.budget_yuan * (year + 1 if asked.carry_over else 1)
            sound &= sum(one.cost_yuan for one in (until if asked.carry_over else now)) <= budget + 1e-3
            sound &= asked.quota_m2 is None or sum(one.area_m2 for one in now) <= asked.quota_m2 + 1e-6
            sound &= asked.capacity is None or len(now) <= asked.capacity
        if sound:
            best = max(best, sum(one.value * (1 + asked.discount_rate) ** -year for one, year in chosen))
    return best


@pytest.mark.parametrize("seed", range(8))
def test_programmes_equal_brute_force(seed: int) -> None:
    offered = candidates(seed, 6)
    asked = Programme(
        budget_yuan=25e6, years=2, quota_m2=None if seed % 2 else 8e4, capacity=None if seed % 3 else 2,
        carry_over=bool(seed % 2), after=(("S1", "S0"),) if seed % 2 else (),
    )  # fmt: skip
    found = plan(offered, asked, Effort(20.0))
    assert found.proof.status == "optimal"
    assert found.proof.value == pytest.approx(by_force(offered, asked), rel=1e-4)


def test_more_money_never_gives_less_and_a_refusal_never_more() -> None:
    offered = candidates(4, 9)
    values = [
        plan(offered, Programme(budget_yuan=money * 1e6), Effort(20.0)).proof.value or 0.0 for money in (5, 15, 40)
    ]
    assert values == sorted(values)
    asked = Programme(budget_yuan=25e6)
    found = plan(offered, asked, Effort(20.0))
    lost = losses(offered, asked, found, Effort(20.0))
    assert [one.points for one in lost] == sorted((one.points for one in lost), reverse=True)
    for one in lost:
        without = plan([site for site in offered if one.id not in site.owners], asked, Effort(20.0)).proof.value or 0.0
        assert one.points == pytest.approx((found.proof.value or 0.0) - without, abs=1e-3)


def test_ten_typologies_each_figure_with_its_badge() -> None:
    found = load_typologies()
    assert len(found) == 10
    assert found["research_m0"].far.badge.en != "assumption"
    assert found["logistics"].far.badge.en == "assumption"


def test_a_typology_with_missing_figures_is_refused_with_its_line(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "typologies").mkdir()
    (folder / "typologies" / "plant.yaml").write_text(
        "id: plant\ntitle: {zh: 厂房, en: Plant}\nkind: industry\n", encoding="utf-8"
    )
    with pytest.raises(DefinitionError) as fault:
        load_typologies(folder)
    assert len(fault.value.details) >= 10
