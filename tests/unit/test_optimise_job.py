"""The solver on a district: answers are judged by the same numbers, locks and pins hold, colliding rules are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.workspace import open_workspace
from parkplan.i18n import language
from parkplan.jobs import scenario as work
from parkplan.jobs.demo import demo
from parkplan.jobs.optimise import optimise, proposals
from parkplan.jobs.optimise_words import summary_words
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.model.allocation import OBJECTIVES, Share, Wish
from parkplan.model.scenarios import BASE, Edit
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

ME = "张工"
WISH = Wish(where="status == 'idle'", options=1, priced=False, budget_yuan=3e8)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("optimise") / "small.parkplan"
    demo(path, size="small")
    return path


@pytest.fixture
def ws(place: Path) -> Workspace:
    return open_workspace(str(place))


def test_the_branch_is_judged_by_the_numbers_that_it_was_found_with(ws: Workspace) -> None:
    found = optimise(ws, scenario=BASE, wish=WISH, actor=ME)
    drawn = found.options[0]
    assert drawn.scenario is not None
    assert drawn.typology
    assert drawn.answer.status == "optimal"
    base, after = (work.show_scenario(ws, name).measures.values for name in (BASE, drawn.scenario.id))
    for name in OBJECTIVES:
        assert after[name] - base[name] == pytest.approx(drawn.change[name], rel=1e-6, abs=1.0)
    assert drawn.change["cost_yuan"] <= 3e8 * (1 + 1e-6)
    kept = work.show_scenario(ws, drawn.scenario.id)
    assert not [one for one in kept.measures.breaches if one.parcel in drawn.typology]


def test_locked_parcels_are_not_decided(ws: Workspace) -> None:
    first = next(iter(proposals(ws, scenario=BASE, wish=WISH).options[0].typology))
    begun = work.new_scenario(ws, "locked", actor=ME)
    work.edit_scenario(ws, begun.id, [Edit("lock", (first,), True)], actor=ME)
    found = proposals(ws, scenario="locked", wish=WISH)
    assert first not in found.land.names
    assert first not in found.options[0].typology
    with pytest.raises(RequestError):
        proposals(ws, scenario="locked", wish=Wish(where=f"parcel_id == '{first}'"))


def test_a_pin_holds_and_its_price_is_the_difference_to_before(ws: Workspace) -> None:
    before = proposals(ws, scenario=BASE, wish=WISH).options[0]
    first, use = next(iter(before.typology.items()))
    for wish in (
        Wish(where=WISH.where, options=1, budget_yuan=3e8, pins=((first, "keep"),)),
        Wish(where=WISH.where, options=1, budget_yuan=3e8, forbidden=((first, use),)),
    ):
        found = proposals(ws, scenario=BASE, wish=wish)
        assert found.options[0].typology.get(first) != use
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
    assert told["front"]["points"]
    assert main([*asked, "--no-prices"]) == 0
    assert "proven the best" in capsys.readouterr().out
    assert main([*asked, "--share", "green_buffer=0.9..1", "--relax", "plan", "--at-least", "jobs=1e6"]) == 2
    assert "cannot hold together" in capsys.readouterr().err
    assert main([*asked, "--pin", "x"]) == 2
    assert "x" in capsys.readouterr().err
