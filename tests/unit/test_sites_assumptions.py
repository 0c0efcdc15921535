"""Assumptions on reuse: what the files say, what a named person sets instead, and what results list."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from parkplan._errors import RequestError
from parkplan.data.workspace import Workspace, open_workspace
from parkplan.jobs.assumptions import assumptions, set_assumption

LAND = "reuse.land_yuan_per_m2"


@pytest.fixture
def ws(handmade_workspace: Path, tmp_path: Path) -> Workspace:
    copy = tmp_path / "copy.parkplan"
    shutil.copytree(handmade_workspace, copy)
    return open_workspace(copy)


def test_figures_without_a_source_are_assumptions(ws: Workspace) -> None:
    now = assumptions(ws)
    assert {one.badge.zh for one in now.figures if one.id.startswith("reuse.")} == {"假设"}
    assert now.typology.id == "standard_factory"
    assert {one.id for one in now.used} >= {LAND, "reuse.discount_rate", "standard_factory.far"}
    assert "700" in now.written()


def test_a_figure_that_is_set_counts_with_name_and_reason_and_can_be_taken_back(ws: Workspace) -> None:
    before = assumptions(ws).version
    set_assumption(ws, LAND, 950.0, actor="规划科", reason="基准地价更新")
    now = assumptions(ws)
    (line,) = [one for one in now.figures if one.id == LAND]
    assert (now.reuse.land_yuan_per_m2.value, line.value, line.default) == (950.0, 950.0, 700.0)
    assert line.badge.zh == "规划科：基准地价更新"
    assert line.entered is not None
    assert now.version != before
    assert ws.journal(1)[0].actor == "规划科"
    set_assumption(ws, LAND, None, actor="规划科", reason="撤回")
    assert assumptions(ws).version == before


def test_another_typology_changes_what_is_used(ws: Workspace) -> None:
    set_assumption(ws, "high_rise_industry.far", 3.5, actor="a", reason="b")
    set_assumption(ws, "typology", "high_rise_industry", actor="a", reason="b")
    now = assumptions(ws)
    assert (now.typology.id, now.typology.far.value) == ("high_rise_industry", 3.5)
    assert "standard_factory.far" not in {one.id for one in now.used}


@pytest.mark.parametrize(
    ("name", "value", "actor", "reason"),
    [
        (LAND, -1.0, "a", "b"),
        (LAND, float("nan"), "a", "b"),
        (LAND, 900.0, " ", "b"),
        (LAND, 900.0, "a", ""),
        ("reuse.wishes", 900.0, "a", "b"),
        ("typology", "castle", "a", "b"),
    ],
)
def test_what_makes_no_sense_is_refused(ws: Workspace, name: str, value: float | str, actor: str, reason: str) -> None:
    with pytest.raises(RequestError):
        set_assumption(ws, name, value, actor=actor, reason=reason)
    assert not ws.entered("reuse_assumptions")
