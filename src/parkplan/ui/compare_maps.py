"""Maps of compared options: side by side, one over the other with a handle, what differs, where all agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import pandas as pd
import streamlit as st

from parkplan.compare.catalogue import LAND_CLASSES
from parkplan.compare.difference import transitions
from parkplan.i18n import current_language, message
from parkplan.jobs.compare_files import AGREEMENTS
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.scenario_layers import agreement_table, changes_table, scenario_table
from parkplan.jobs.scenario_page import option_page
from parkplan.ui.map_host import map_host, swipe_host
from parkplan.ui.plain import plain
from parkplan.units import area

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.compare import Comparison
    from parkplan.jobs.frames import Loaded
    from parkplan.render.map import MapPage

WAYS: Final = ("beside", "swipe", "difference", "agreement")
HEIGHT: Final = 520


def maps(ws: Workspace, found: Comparison) -> None:
    """Draw the maps in the way that is chosen."""
    way = st.segmented_control(
        message("compare.maps"), WAYS, default="beside", required=True, key="compare_way",
        format_func=lambda name: message(f"compare.way_{name}"), label_visibility="collapsed",
    )  # fmt: skip
    if way == "beside":
        _beside(ws, found)
    elif way == "swipe":
        _swipe(ws, found)
    elif way == "difference":
        _difference(ws, found)
    else:
        _agreement(ws, found)


def _page(ws: Workspace, table: Loaded, *layers: str) -> MapPage:
    view = cast("Workspace", WithDerived(ws, table))
    return option_page(view, current_language(), layers).compact()


def _land(ws: Workspace, found: Comparison, place: int) -> MapPage:
    return _page(ws, scenario_table(ws, found.options[place]), "option_typologies", "option_land_use")


def _beside(ws: Workspace, found: Comparison) -> None:
    count = len(found.options)
    row = 3 if count > 4 else count
    for start in range(0, count, row):
        for place, column in enumerate(st.columns(row, gap="small")[: count - start], start=start):
            column.text(f"{place + 1}. {found.names[place]}")
    pages = [_land(ws, found, place) for place in range(count)]
    map_host(pages, key="compare_beside", height=HEIGHT if count <= 4 else 2 * HEIGHT)


def _swipe(ws: Workspace, found: Comparison) -> None:
    left, right = _two(found, "swipe")
    st.caption(message("compare.swipe_note", left=plain(found.names[left]), right=plain(found.names[right])))
    swipe_host([_land(ws, found, left), _land(ws, found, right)], key="compare_swipe", height=HEIGHT)


def _two(found: Comparison, key: str) -> tuple[int, int]:
    places = list(range(len(found.names)))
    columns = st.columns(2)
    left = columns[0].selectbox(
        message("compare.left"), places, 0, format_func=found.names.__getitem__, key=f"{key}_left"
    )
    right = columns[1].selectbox(
        message("compare.right"), places, 1, format_func=found.names.__getitem__, key=f"{key}_right"
    )
    return int(left), int(right)


def _difference(ws: Workspace, found: Comparison) -> None:
    others = list(range(1, len(found.names)))
    chosen = st.selectbox(
        message("compare.difference_from", name=found.names[0]), others, format_func=found.names.__getitem__,
        key="compare_other",
    )  # fmt: skip
    one = found.differences[chosen - 1]
    if not len(one):
        st.info(message("compare.no_difference"))
        return
    table = changes_table(ws, found.options[0], found.options[chosen], one)
    left, right = st.columns([7, 3], gap="small")
    with left:
        map_host(_page(ws, table, "option_differences"), key="compare_difference", height=HEIGHT)
    with right:
        for kind in ("gained", "lost", "changed"):
            st.text(message("compare.kind_line", kind=message(f"compare.kind_{kind}"), area=area(one.area_of(kind))))
        moved = transitions(one, found.pieces[0], found.pieces[chosen])
        rows = [
            (LAND_CLASSES[before].to(), LAND_CLASSES[after].to(), area(m2)) for (before, after), m2 in moved.items()
        ]
        heads = [message(f"compare.head_{name}") for name in ("from", "to", "area")]
        if rows:
            st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)


def _agreement(ws: Workspace, found: Comparison) -> None:
    counts = {name: int((found.agreement == name).sum()) for name in AGREEMENTS}
    with st.container(horizontal=True):
        for name, count in counts.items():
            st.metric(message(f"compare.agreement_{name}"), f"{count:,}")
    table = agreement_table(ws, found.options, found.agreement)
    map_host(_page(ws, table, "option_agreement"), key="compare_agreement", height=HEIGHT)
