"""Choices fitted to the ground: streets where the rows hold most, no empty block, closer where halls cover little."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench.sites.shapes import site

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.layout.siteplan.choices import draw
from parkplan.layout.siteplan.frame import base_frame, directions, ground
from parkplan.layout.siteplan.roads import blocks_between
from parkplan.layout.siteplan.settle import SHIFTS, closer, settled, stand

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()
LIMITS: dict[str, float] = {limit.id: limit.value for limit in PROFILE.limits}


@pytest.mark.parametrize("number", [1, 6, 11, 16])
def test_no_position_of_the_streets_that_was_looked_at_holds_more(number: int) -> None:
    land = site("ragged_12")
    frame = base_frame(land)
    place = ground(land, frame)
    choices = draw(0, number, place, directions(place), MODULES, LIMITS)
    turned = ground(land, frame.turned(choices.angle_deg))
    best = settled(turned, choices, MODULES, LIMITS)
    for shift in (0.0, *SHIFTS):
        moved = replace(choices, streets=tuple(round(share + shift, 4) for share in choices.streets))
        assert best.footprint_m2 >= stand(turned, moved, MODULES, LIMITS).footprint_m2
    assert best.footprint_m2 == stand(turned, best.choices, MODULES, LIMITS).footprint_m2


def test_a_street_beside_a_block_too_narrow_for_a_hall_is_left_out() -> None:
    # 400 m: streets 30 m apart leave 23 m between them, and no hall is narrower than 42 m with 6 m kept clear
    land = site("rectangle_12")
    place = ground(land, base_frame(land))
    choices = replace(
        draw(0, 1, place, directions(place), MODULES, LIMITS),
        pattern="grid", angle_deg=0.0, modules=("double_storey_plant",), streets=(0.45, 0.53),
    )  # fmt: skip
    before = stand(place, choices, MODULES, LIMITS)
    middles = [(hall.sides[0] + hall.sides[2]) / 2 for hall in before.halls]
    assert any(not any(w < x < e for x in middles) for w, e in blocks_between(before.net))
    after = settled(place, choices, MODULES, LIMITS)
    assert len(after.choices.streets) == 1
    assert after.footprint_m2 >= before.footprint_m2


def test_closer_choices_hold_more_where_halls_cover_too_little() -> None:
    land = site("rectangle_4")
    place = ground(land, base_frame(land))
    loose = replace(
        draw(0, 5, place, directions(place), MODULES, LIMITS),
        belt_m=5.0, front_m=10.0, ring_m=8.0, court_m=36.0, gap_m=12.0, modules=("double_storey_plant",),
    )  # fmt: skip
    turned = ground(land, base_frame(land).turned(loose.angle_deg))
    wide = stand(turned, loose, MODULES, LIMITS)
    assert wide.footprint_m2 < LIMITS["coefficient_min"] * land.area_m2
    assert settled(turned, loose, MODULES, LIMITS).footprint_m2 >= wide.footprint_m2
    assert closer(closer(loose)) == closer(loose)
