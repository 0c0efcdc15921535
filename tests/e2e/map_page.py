"""A Streamlit page around the map, for its browser tests: every event is written out, every order has a button."""

from __future__ import annotations

import streamlit as st
from map_world import place, request, with_layer

from parkplan.i18n import language
from parkplan.render.map import district_map
from parkplan.ui.map_host import Fit, map_host, view_of

st.set_page_config(page_title="map", layout="wide")


@st.fragment
def map_panel() -> None:
    """The map and what it reports."""
    state = st.session_state
    left, middle, right, last = st.columns(4)
    if left.button("filter"):
        state.rows = "1,4,7"
    if middle.button("mark"):
        state.marked = {"parcels": [12]}
    if right.button("fit"):
        state.fits = state.get("fits", 0) + 1
    english = last.toggle("english")
    shown = request()
    if rows := state.get("rows"):
        shown = with_layer(shown, "parcels", tile_url=f"/tiles/parcels/{{z}}/{{x}}/{{y}}.mvt?rows={rows}")
    fit = None
    if "fits" in state:
        south, west = place(460, 340)
        north, east = place(640, 200)
        fit = Fit((west, south, east, north), str(state.fits))
    with language("en" if english else "zh"):
        events = map_host(district_map(shown), height=520, selection=state.get("marked"), fit=fit)
    state.runs = state.get("runs", 0) + 1
    if events.click:
        state.clicked = [events.click.layer, events.click.id]
    st.text(f"clicked {state.get('clicked')} runs {state.runs}")
    view = view_of()
    st.text(f"zoom {view['zoom']:g}" if view else "zoom None")
    st.text(f"hidden {sorted(layer['id'] for layer in view['layers'] if not layer['visible']) if view else None}")


def other() -> None:
    """A page without a map."""
    st.text("another page")


st.navigation([st.Page(map_panel, title="map", default=True), st.Page(other, title="other")]).run()
