"""Random sites: every option that is shown passes the independent checker; a rigid motion moves a plan, no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from bench.sites.shapes import site
from bench.sites.stars import random_site

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.jobs.siteplan import violations
from parkplan.layout.siteplan import attempt, generate
from parkplan.layout.siteplan.frame import base_frame
from parkplan.model.siteplan import Site

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()


def test_random_sites_have_no_violation(request: pytest.FixtureRequest) -> None:
    long = request.config.getoption("--long")
    shown = 0
    for seed in range(200 if long else 5):
        land = random_site(seed)
        made = generate(land, PROFILE, MODULES, count=24 if long else 3, seed=seed, attempts=240 if long else 20)
        for plan in made.options:
            assert violations(plan, PROFILE, MODULES) == [], (seed, plan.id)
        shown += len(made.options)
        assert made.options or made.collision or made.broken == {}, seed
    assert shown > 0


@pytest.mark.parametrize(
    ("angle", "shift"), [(0.0, (413_000.0, 2_495_000.0)), (37.3, (0.0, 0.0)), (-71.0, (900.0, 5.0))]
)
def test_rigid_motions_change_nothing_but_position(angle: float, shift: tuple[float, float]) -> None:
    land = site("ragged_12")
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))

    def moved(shape: object) -> object:
        return shapely.transform(shape, lambda xy: xy @ np.array([[cos, sin], [-sin, cos]]) + np.array(shift))

    other = Site(moved(land.boundary), tuple(map(moved, land.gates)), tuple(map(moved, land.access)))
    for number in (1, 4, 7):
        here, rules_here = attempt(land, base_frame(land), number, 5, PROFILE, MODULES)
        there, rules_there = attempt(other, base_frame(other), number, 5, PROFILE, MODULES)
        assert rules_here == rules_there
        assert here is not None
        assert there is not None
        for name, value in here.indicators.items():
            assert there.indicators[name] == pytest.approx(value, rel=1e-4, abs=1e-4), name
        for one, two in zip(here.buildings, there.buildings, strict=True):
            assert moved(one.geometry).hausdorff_distance(two.geometry) < 0.02


def test_stricter_rules_never_show_a_plan_that_breaks_them() -> None:
    stricter = {"coefficient_min": 0.46, "green_max": 0.16, "road_share_max": 0.19}
    limits = tuple(limit.model_copy(update={"value": stricter.get(limit.id, limit.value)}) for limit in PROFILE.limits)
    profile = PROFILE.model_copy(update={"limits": limits})
    for plan in generate(site("rectangle_12"), profile, MODULES, count=4, seed=1).options:
        assert plan.indicators["coefficient"] >= 0.46
        assert plan.indicators["green_share"] <= 0.16
        assert plan.indicators["road_share"] <= 0.19
        assert violations(replace(plan), profile, MODULES) == []
