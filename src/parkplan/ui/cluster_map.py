"""The map of the page of clusters: the firms of one cluster, or of all, as points, heat, hexagons or hot spots."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from parkplan.i18n import current_language, message
from parkplan.jobs.card import card
from parkplan.jobs.cluster_layers import heat_table, hexagon_table
from parkplan.jobs.cluster_places import ALL
from parkplan.jobs.cluster_rows import small, subject_title
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.district_map import district_page
from parkplan.jobs.rows import quoted
from parkplan.ui import panels
from parkplan.ui.map_host import click_of, map_host

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.clusters import Clusters

LAYERS: Final = {
    "points": "enterprises",
    "heat": "enterprise_heat",
    "hexagons": "cluster_hexagons",
    "spots": "cluster_hot_spots",
}
DRAWN: Final = {
    "enterprises": "enterprises",
    "enterprise_heat": "enterprise_heat",
    "cluster_hexagons": "cluster_hexagons",
    "cluster_hot_spots": "cluster_hexagons",
}
CLICKED: Final = "parkplan.clusters_clicked"
GROUND: Final = ("special_parks", "industrial_new_town", "roads", "water", "streets")


def cluster_map(ws: Workspace, found: Clusters, code: str, *, height: int) -> None:
    """Draw the map, above it what it shows, below it on how many firms and by which method."""
    shows = str(
        st.segmented_control(
            message("clusters.map_shows"), list(LAYERS), default="heat", required=True, key="clusters_map_shows",
            format_func=lambda each: message(f"clusters.map_{each}"), label_visibility="collapsed",
        )
    )  # fmt: skip
    view = cast(
        "Workspace", WithDerived(ws, heat_table(ws, found.question, code), hexagon_table(ws, found.question, code))
    )
    where = {"enterprises": f"cluster == {quoted(code)}"} if code != ALL and shows == "points" else {}
    only = (LAYERS[shows], *GROUND)
    page = district_page(view, current_language(), where=where, only=only)
    key = f"clusters_map_{shows}"
    _take_click(key, (LAYERS[shows], f"{code} {found.question}"))
    map_host(page.compact(clicks=True), key=key, height=height)
    st.caption(map_note(found, code, shows))
    _card(view, (LAYERS[shows], f"{code} {found.question}"))


def _take_click(key: str, shown: tuple[str, str]) -> None:
    """Keep what the click that caused this run has hit: a firm or a cell of the layer that is shown."""
    click = click_of(key)
    hit = None if click is None else next((each for each in click.hits if each["layer"] == shown[0]), None)
    if hit is not None and hit["id"] is not None:
        st.session_state[CLICKED] = (shown, DRAWN[shown[0]], int(hit["id"]))


def _open(shown: tuple[str, str], table: str, row: int) -> None:
    st.session_state[CLICKED] = (shown, table, row)


def _card(view: Workspace, shown: tuple[str, str]) -> None:
    """Draw the facts of what was clicked, as long as the map shows the same."""
    kept = st.session_state.get(CLICKED)
    if kept is None or kept[0] != shown:
        st.caption(message("clusters.map_click"))
        return
    told = replace(card(view, kept[1], row=kept[2]), bounds=None)
    panels.card("clusters_card", told, height="320px", on_open=partial(_open, shown), on_zoom=_stay)


def _stay() -> None:
    """The card offers no way to zoom: what it tells of is on the map already."""


def map_note(found: Clusters, code: str, shows: str) -> str:
    """Say of what the map is: the firms of this very cluster, method, parameters, significance."""
    cells, asked = found.places.hexagons, found.question
    told: dict[str, Any] = {
        "subject": subject_title(code),
        "n": f"{int(cells[f'firms_{code}'].sum()):,}",
        "cells": f"{len(cells):,}",
        "width": f"{asked.cell_m:g}",
        "bandwidth": f"{asked.bandwidth_m:g}",
    }
    if shows != "spots":
        return message(f"clusters.map_{shows}_note", **told)
    tested = found.places.moran[found.places.moran["cluster"] == code]
    if tested.empty:
        return message("clusters.map_spots_untested", **told)
    row = tested.iloc[0]
    return message(
        "clusters.map_spots_note" if row["p_limit"] > 0 else "clusters.map_spots_none",
        **told,
        permutations=f"{asked.permutations:,}",
        alpha=f"{asked.alpha:.0%}",
        limit=small(float(row["p_limit"])),
        hot=f"{int(row['hot']):,}",
        cold=f"{int(row['cold']):,}",
    )
