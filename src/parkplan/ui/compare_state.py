"""What one session compares: the scenarios, the weights of the criteria, and how the maps are laid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from parkplan.compare.catalogue import MEASURES
from parkplan.compare.ranking import CRITERIA
from parkplan.i18n import message
from parkplan.jobs.compare import FEWEST, MOST
from parkplan.jobs.scenario_state import all_scenarios

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

KEY: Final = "parkplan.compare"
LARGEST_WEIGHT: Final = 100


@dataclass(slots=True)
class Comparing:
    """``scenarios`` are ids, ``weights`` points by measure."""

    scenarios: list[str] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=lambda: {name: 100 * one for name, one in CRITERIA.items()})


def comparing() -> Comparing:
    """Return the state of this session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Comparing()
    return cast("Comparing", st.session_state[KEY])


def choose(ws: Workspace, now: Comparing) -> bool:
    """Draw the choice of scenarios; say whether there are enough to compare."""
    known = {one.id: one.name for one in all_scenarios(ws)}
    now.scenarios = [id for id in now.scenarios if id in known] or list(known)[-min(3, len(known)) :]
    now.scenarios = st.multiselect(
        message("compare.choose"), list(known), default=now.scenarios, format_func=known.__getitem__,
        max_selections=MOST, key=f"compare_scenarios.{len(known)}",
    )  # fmt: skip
    if len(known) < FEWEST:
        st.info(message("compare.no_scenarios"))
    elif len(now.scenarios) < FEWEST:
        st.info(message("compare.too_few"))
    return len(now.scenarios) >= FEWEST


def weights_form(now: Comparing) -> None:
    """Draw the weights of the criteria in a popover."""
    usable = {name: one.title.to() for name, one in MEASURES.items() if one.direction != "neither"}
    with st.popover(message("compare.weights"), width="content"):
        names = st.multiselect(
            message("compare.criteria"), list(usable), default=list(now.weights), format_func=usable.__getitem__,
            key="compare_criteria",
        )  # fmt: skip
        now.weights = {
            name: float(
                st.slider(usable[name], 0, LARGEST_WEIGHT, int(now.weights.get(name, 20)), 5, key=f"weight_{name}")
            )
            for name in names
        }
        st.caption(message("compare.weights_note"))
    if not sum(now.weights.values()) > 0:
        now.weights = dict(CRITERIA)
