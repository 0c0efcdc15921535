"""Search: what is found, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkplan.data.workspace import Workspace, open_workspace
from parkplan.jobs.search import Column, folded, search

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ws(handmade_workspace: Path) -> Workspace:
    return open_workspace(handmade_workspace)


def found(ws: Workspace, query: str) -> list[tuple[str, str]]:
    return [(hit.table, hit.title) for hit in search(ws, query)]


def test_a_beginning_comes_before_a_part_and_streets_before_parcels(ws: Workspace) -> None:
    assert found(ws, "外海") == [("streets", "外海街道"), ("parks", "外海电子信息园")]
    assert found(ws, "电子") == [
        ("parks", "外海电子信息园"),
        ("enterprises", "东宁电子（虚构）"),
        ("parcels", "东宁电子厂"),
    ]


def test_the_whole_number_comes_first(ws: Workspace) -> None:
    hits = search(ws, "JH-003")
    assert [(hit.table, hit.row) for hit in hits] == [("parcels", 2)]
    assert hits[0].bounds is not None


@pytest.mark.parametrize("query", ["jh-002", "ＪＨ－００２", "  JH-002 "])
def test_case_and_width_do_not_matter(ws: Workspace, query: str) -> None:
    assert found(ws, query) == [("parcels", "JH-002")]


def test_pinyin_initials_find_chinese_names(ws: Workspace) -> None:
    assert found(ws, "lxl") == [("roads", "龙溪路")]
    assert found(ws, "dndz")[0] == ("enterprises", "东宁电子（虚构）")


def test_parts_of_a_road_are_one_hit_with_all_their_extent(ws: Workspace) -> None:
    (road,) = search(ws, "龙溪路")
    assert road.bounds is not None
    west, _, east, _ = road.bounds
    # 400 m at latitude 22.6 are 400 / (111,320 cos 22.6°) degrees
    assert east - west == pytest.approx(400 / 102_780, rel=0.01)


@pytest.mark.parametrize("query", ["", "   ", "\n", "没有这个", "{{7*7}}x"])
def test_nothing_is_found_for_nothing(ws: Workspace, query: str) -> None:
    assert search(ws, query) == ()


def test_template_syntax_is_a_name_like_any_other(ws: Workspace) -> None:
    (hit,) = search(ws, "{{7*7}}")
    assert hit.title == "<b>{{7*7}}</b>"


def test_the_limit_holds(ws: Workspace) -> None:
    assert len(search(ws, "JH", limit=2)) == 2
    assert search(ws, "JH", limit=0) == ()


@given(
    st.lists(st.one_of(st.none(), st.text(alphabet="aAbＢ1外海\n {", max_size=5)), max_size=20),
    st.text(alphabet="aAbＢ1外海{", min_size=1, max_size=3),
)
def test_lines_find_exactly_the_rows_that_hold_the_text(names: list[str | None], query: str) -> None:
    column = Column(pd.Series(names, dtype="object"))
    rows = list(column.names.rows(folded(query), len(names) + 1))
    expected = [row for row, name in enumerate(names) if name is not None and folded(query) in folded(name)]
    assert rows == expected
