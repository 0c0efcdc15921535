"""The solver on a district: answers are judged by the same numbers, locks and pins hold, colliding rules are told."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.compare.catalogue import MEASURES
from parkplan.compare.measures import measure
from parkplan.compare.pieces import pieces_of
from parkplan.data.workspace import open_workspace
from parkplan.i18n import language
from parkplan.jobs import scenario as work
from parkplan.jobs.allocation_around import around
from parkplan.jobs.optimise import optimise, proposals
from parkplan.jobs.optimise_words import collision_words, summary_words
from parkplan.jobs.options import library
from parkplan.jobs.scenario_state import all_scenarios, find_scenario, option
from parkplan.model.allocation import OBJECTIVES, Period, Service, Share, Wish
from parkplan.model.scenarios import BASE, Edit
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.optimise import Drawn

ME = "张工"
WISH = Wish(where="status == 'idle'", options=1, priced=False, budget_yuan=3e8)


@pytest.fixture(scope="module")
def place(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(small_demo, tmp_path_factory.mktemp("optimise") / "small.parkplan")


@pytest.fixture
def ws(place: Path) -> Workspace:
    return open_workspace(str(place))


def test_the_branch_is_judged_by_the_numbers_that_it_was_found_with(ws: Workspace) -> None:
    found = optimise(ws, scenario=BASE, wish=WISH, actor=ME)
    drawn = found.options[0]
    assert drawn.scenario is not None
    assert drawn.given
    assert drawn.answer.status == "optimal"
    base, after = (work.show_scenario(ws, name).measures.values for name in (BASE, drawn.scenario.id))
    for name in OBJECTIVES.keys() & MEASURES.keys():
        assert after[name] - base[name] == pytest.approx(drawn.change[name], rel=1e-6, abs=1.0)
    assert drawn.change["cost_yuan"] <= 3e8 * (1 + 1e-6)
    kept = work.show_scenario(ws, drawn.scenario.id)
    assert not [one for one in kept.measures.breaches if one.parcel in drawn.given]


def test_neighbours_and_access_are_what_the_map_says(ws: Workspace) -> None:
    """Edges within a cluster, land in the lead cluster, and floor with access, measured again on the branch."""
    wish = Wish(where="status != 'in_use'", options=1, priced=False, budget_yuan=6e8, access_reach_m=900.0)
    drawn = optimise(ws, scenario=BASE, wish=wish, actor=ME).options[0]
    assert drawn.scenario is not None
    parks = ws.read("parks").set_index("park_id")
    told = []
    for name in (BASE, drawn.scenario.id):
        at = option(ws, find_scenario(ws, name))
        pieces = pieces_of(at.district, at.state, library().typologies, library().reuse)
        industry = [str(code).startswith("10") for code in pieces.land_use]
        cluster = [one if here else None for one, here in zip(at.state.cluster, industry, strict=True)]
        shapes = at.state.geometry
        pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.01).T.tolist()
        like = sum(
            shapely.intersection(shapes[one], shapes[two]).length
            for one, two in pairs
            if one < two and cluster[one] is not None and cluster[one] == cluster[two]
        )
        lead = [parks["lead_cluster"].get(park) for park in at.state.park_id]
        fit = sum(area for area, one, two in zip(pieces.area_m2, cluster, lead, strict=True) if one and one == two)
        floor = np.nan_to_num(pieces.kept["floor_area_m2"]) + pieces.new["floor_area_m2"]
        way = around(ws, at, 30.0, 1.4).way_m
        stored = np.array([str(code)[:2] in {"10", "11"} for code in pieces.land_use])
        access = float((floor * np.maximum(0.0, 1.0 - way / 900.0))[stored].sum())
        told.append((like, fit, access))
    gained = dict(zip(("like_clusters_m", "park_fit_m2", "access_m2"), np.subtract(told[1], told[0]), strict=True))
    assert gained["like_clusters_m"] > 0.0
    for name, value in gained.items():
        assert drawn.change[name] == pytest.approx(value, rel=1e-3, abs=1.0)


def test_cores_hang_together_and_the_rule_has_a_price(ws: Workspace) -> None:
    wish = Wish(
        where="status == 'low_efficiency'", options=1, budget_yuan=9e8, connected=("special_parks", "electronics"),
        typologies=("standard_factory",), clusters=("electronics", "appliances"),
    )  # fmt: skip
    found = proposals(ws, scenario=BASE, wish=wish)
    drawn, shapes = found.options[0], ws.read("parcels").set_index("parcel_id").geometry
    assert drawn.answer.status == "optimal"
    cores = [name for name in (one.clause for one in found.prices) if name.startswith("core:")]
    assert "core:electronics" in cores
    assert len(cores) > 1
    assert all(one.gain >= -1e-6 for one in found.prices)
    new = [parcel for parcel, use in drawn.given.items() if use.cluster == "electronics"]
    state = found.land.state
    stays = [name for name, here in zip(state.parcel_id, found.land.here, strict=True) if here == "electronics"]
    members = {*new, *(set(stays) - drawn.given.keys())}
    reached = set(new[:1])
    # 30 m is the gap of a minor road; what may not be crossed only makes pieces smaller
    while more := {
        one for one in members - reached if any(shapes[one].distance(shapes[other]) <= 30.0 for other in reached)
    }:
        reached |= more
    assert set(new) <= reached
    free = proposals(ws, scenario=BASE, wish=replace(wish, connected=(), priced=False)).options[0]
    assert free.answer.value is not None
    assert drawn.answer.value is not None
    assert free.answer.value >= drawn.answer.value - 1e-6


def test_services_and_hazards_keep_typologies_away_or_bring_the_service_along(ws: Workspace) -> None:
    """A dormitory asks for shared services within 400 m of road, which may be laid out too."""
    wish = Wish(
        where="status != 'in_use'", options=1, priced=False, clusters=(), relaxed=("plan", "housing"),
        shares=(Share("dormitory", least=0.05),), services=(Service("dormitory", "shared_services", 400.0),),
    )  # fmt: skip
    found = proposals(ws, scenario=BASE, wish=wish)
    given = found.options[0].given
    of = {name: [parcel for parcel, use in given.items() if use.typology == name] for name in found.land.typologies}
    assert of["dormitory"]
    assert of["shared_services"]
    centre = ws.read("parcels").set_index("parcel_id").geometry.centroid
    for parcel in of["dormitory"]:  # a way is never shorter than the straight line
        assert min(centre[parcel].distance(centre[other]) for other in of["shared_services"]) <= 400.0
    zones = ws.read("constraints").query("kind == 'hazard'").geometry.union_all()
    shapes = ws.read("parcels").set_index("parcel_id").geometry
    assert not [parcel for parcel in of["dormitory"] if shapes[parcel].intersects(zones)]
    far = proposals(ws, scenario=BASE, wish=replace(wish, services=(Service("dormitory", "rail_station", 1.0),)))
    assert far.collision is not None
    assert set(far.collision.clauses) == {"service:dormitory:rail_station", "share_least:dormitory"}
    with language("en"):
        assert "within 1 m of Rail station" in collision_words(far.collision, far.wish)


def test_periods_keep_their_money_and_land_and_become_phases(ws: Workspace) -> None:
    periods = (Period(1.5e8), Period(2e8, 40_000.0))
    wish = Wish(where="status != 'in_use'", options=1, priced=False, clusters=("safety",), periods=periods)
    drawn = optimise(ws, scenario=BASE, wish=wish, actor=ME).options[0]
    assert drawn.scenario is not None
    base, seen = option(ws, find_scenario(ws, BASE)), set()
    for number, period in enumerate(periods, start=1):
        kept = Edits(ws, drawn, number)
        seen |= kept.parcels
        assert kept.parcels
        assert kept.cost_yuan <= (period.budget_yuan or 0.0) * (1 + 1e-6)
        assert period.area_m2 is None or kept.area_m2 <= period.area_m2 * (1 + 1e-6)
    assert seen == drawn.given.keys()
    state = option(ws, drawn.scenario).state
    phases = dict(zip(state.parcel_id, state.phase.tolist(), strict=True))
    assert {parcel: phases[parcel] for parcel in drawn.given} == {
        parcel: use.period for parcel, use in drawn.given.items()
    }
    assert base.state.phase.max() == 0


class Edits:
    """The parcels of one period, with their land and what they cost by the measures of options."""

    def __init__(self, ws: Workspace, drawn: Drawn, number: int) -> None:
        self.parcels = {parcel for parcel, use in drawn.given.items() if use.period == number}
        state = option(ws, find_scenario(ws, BASE)).state
        painted = np.array(
            [drawn.given[name].typology if name in self.parcels else None for name in state.parcel_id.tolist()]
        )
        at = option(ws, find_scenario(ws, BASE))
        values = measure(at.district, replace(at.state, typology=painted), library()).values
        self.cost_yuan = values["cost_yuan"] - at.measures.values["cost_yuan"]
        self.area_m2 = float(at.district.area_m2[np.isin(state.parcel_id, sorted(self.parcels))].sum())


def test_without_clusters_none_is_chosen(ws: Workspace) -> None:
    found = proposals(ws, scenario=BASE, wish=replace(WISH, clusters=(), where="status == 'low_efficiency'"))
    assert {use.cluster for use in found.land.uses} == {None}
    assert found.options[0].given


def test_locked_parcels_are_not_decided(ws: Workspace) -> None:
    first = next(iter(proposals(ws, scenario=BASE, wish=WISH).options[0].given))
    begun = work.new_scenario(ws, "locked", actor=ME)
    work.edit_scenario(ws, begun.id, [Edit("lock", (first,), True)], actor=ME)
    found = proposals(ws, scenario="locked", wish=WISH)
    assert first not in found.land.names
    assert first not in found.options[0].given
    with pytest.raises(RequestError):
        proposals(ws, scenario="locked", wish=Wish(where=f"parcel_id == '{first}'"))


def test_a_pin_holds_and_its_price_is_the_difference_to_before(ws: Workspace) -> None:
    before = proposals(ws, scenario=BASE, wish=WISH).options[0]
    first, use = next(iter(before.given.items()))
    for wish in (
        Wish(where=WISH.where, options=1, budget_yuan=3e8, pins=((first, "keep"),)),
        Wish(where=WISH.where, options=1, budget_yuan=3e8, forbidden=((first, use.label),)),
    ):
        found = proposals(ws, scenario=BASE, wish=wish)
        assert found.options[0].given.get(first) != use
        told, value = found.options[0].answer.value, before.answer.value
        assert told is not None
        assert value is not None
        price = next(one for one in found.prices if one.clause.partition(":")[0] in {"pin", "forbid"})
        assert price.exact
        assert price.gain == pytest.approx(value - told, abs=1e-4 * value)


def test_the_same_seed_draws_the_same_options_which_differ_enough(ws: Workspace) -> None:
    wish = Wish(where=WISH.where, options=3, difference=0.2, priced=False, budget_yuan=3e8)
    found, again = (proposals(ws, scenario=BASE, wish=wish) for _ in range(2))
    chosen = [one.answer.choice for one in found.options]
    assert chosen == [one.answer.choice for one in again.options]
    floor = 0.2 * len(found.land.names)
    assert len(chosen) == 3
    for place, one in enumerate(chosen):
        for other in chosen[place + 1 :]:
            assert np.not_equal(one, other).sum() >= floor


def test_rules_that_collide_make_no_scenario_and_are_named(ws: Workspace) -> None:
    before = len(all_scenarios(ws))
    wish = Wish(where=WISH.where, shares=(Share("green_buffer", least=0.9),), at_least={"jobs": 1e6})
    found = optimise(ws, scenario=BASE, wish=wish, actor=ME)
    assert found.options == ()
    assert found.collision is not None
    assert set(found.collision.clauses) <= {"share_least:green_buffer", "at_least:jobs", "plan"}
    assert len(all_scenarios(ws)) == before


def test_a_search_that_is_stopped_says_so_and_makes_nothing_up(ws: Workspace) -> None:
    before = len(all_scenarios(ws))
    found = optimise(ws, scenario=BASE, wish=WISH, actor=ME, effort=Effort(cancelled=lambda: True))
    assert found.stopped
    assert [one.scenario for one in found.options] == [None]
    assert found.options[0].answer.status == "bounded"
    assert len(all_scenarios(ws)) == before
    with language("en"):
        assert "The search was stopped; these are the best so far." in summary_words(found)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(objective={"beauty": 1.0}),
        Wish(objective={"jobs": -1.0}),
        Wish(typologies=("castle",)),
        Wish(clusters=("other",)),
        Wish(connected=("atlantis",)),
        Wish(services=(Service("dormitory", "bar", 100.0),)),
        Wish(services=(Service("dormitory", "school", 0.0),)),
        Wish(periods=(Period(-1.0),)),
        Wish(shares=(Share("logistics", 0.5, 0.2),)),
        Wish(relaxed=("gravity",)),
        Wish(budget_yuan=float("nan")),
        Wish(options=0),
        Wish(time_limit=0.0),
        Wish(where="parcel_id == 'nowhere'"),
        Wish(where="status == 'idle'", pins=(("nowhere", "keep"),)),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(ws: Workspace, wish: Wish) -> None:
    with pytest.raises(RequestError):
        proposals(ws, scenario=BASE, wish=wish)


def test_the_command_line_draws_branches_and_tells_the_gap(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["optimise", str(place), "--scenario", "base", "--where", "status == 'idle'", "--budget-yuan", "2e8",
             "--objective", "output=2", "--objective", "jobs=1", "--options", "2", "--lang", "en"]  # fmt: skip
    assert main([*asked, "--json", "--share", "green_buffer=0..0.3", "--front", "jobs", "cost"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["status"] for one in told["options"]] == ["optimal", "optimal"]
    assert all(one["gap"] <= 1e-4 for one in told["options"])
    named = {one.id for one in all_scenarios(open_workspace(str(place)))}
    assert {one["scenario"]["id"] for one in told["options"]} <= named
    assert {"budget", "far"} <= {one["rule"] for one in told["prices"]}
    assert all(one["proven"] for one in told["front"]["points"])
    assert told["front"]["points"]
    assert main([*asked, "--no-prices"]) == 0
    assert "proven the best" in capsys.readouterr().out
    assert main([*asked, "--share", "green_buffer=0.9..1", "--relax", "plan", "--at-least", "jobs=1e6"]) == 2
    assert "cannot hold together" in capsys.readouterr().err
    assert main([*asked, "--pin", "x"]) == 2
    assert "x" in capsys.readouterr().err
