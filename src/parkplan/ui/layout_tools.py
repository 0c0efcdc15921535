"""The tools of a layout option: which scenario is open, what the brush gives, undo, merge, lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.data.layers import load_layers
from parkplan.data.typologies import load_typologies
from parkplan.i18n import message
from parkplan.jobs import scenario as work
from parkplan.jobs.scenario_drawing import drawings, removed
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.model.codes import CLUSTER
from parkplan.model.scenarios import BASE, EDIT_TITLES, LONGEST_PHASES, Edit
from parkplan.ui.front_panel import front_panel
from parkplan.ui.layout_solver import solver_form
from parkplan.ui.layout_state import TOOLS, revert, save, settle, turn
from parkplan.ui.navigation import FOLDER
from parkplan.ui.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.scenarios import PropertyKind, Scenario
    from parkplan.ui.layout_state import Layout

KINDS: Final[tuple[PropertyKind, ...]] = ("typology", "far", "use", "cluster", "park", "phase")
TOLD_HEIGHT: Final = 180


@dataclass(frozen=True, slots=True)
class Brush:
    """What is given to parcels, and how wide a drawn road is."""

    paint: Edit
    width_m: float


def tree_titles(scenarios: tuple[Scenario, ...]) -> dict[str, str]:
    """Return the names of scenarios by id, branches under what they started from."""
    children: dict[str, list[Scenario]] = {}
    known = {one.id for one in scenarios}
    for one in scenarios:
        if one.id != BASE:
            children.setdefault(one.parent if one.parent in known else BASE, []).append(one)
    found: dict[str, str] = {}

    def add(id: str, name: str, depth: int) -> None:
        found[id] = f"{'　' * max(0, depth - 1)}{'└ ' if depth > 0 else ''}{name}"
        for child in children.get(id, []):
            add(child.id, child.name, depth + 1)

    root = next(one for one in scenarios if one.id == BASE)
    add(BASE, root.name, 0)
    return found


def scenario_bar(ws: Workspace, found: Option, now: Layout) -> None:
    """Draw the choice of the scenario, and what can be done with it as a whole."""
    titles = tree_titles(all_scenarios(ws))
    base = found.scenario.id == BASE
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ids = list(titles)
        chosen = st.selectbox(
            message("scenario.open"), ids, index=ids.index(now.scenario), format_func=titles.__getitem__,
            key=f"layout_scenario.{len(ids)}.{now.scenario}", width=320,
        )  # fmt: skip
        if chosen != now.scenario:
            now.open(str(chosen), next(one.head for one in all_scenarios(ws) if one.id == chosen))
            st.rerun(scope="fragment")
        _begin_form(ws, now)
        history = found.history
        if st.button(message("scenario.undo"), disabled=base or history.undoable is None, key="layout_undo"):
            turn(ws, now, "undo")
            st.rerun(scope="fragment")
        if st.button(message("scenario.redo"), disabled=base or history.redoable is None, key="layout_redo"):
            turn(ws, now, "redo")
            st.rerun(scope="fragment")
        solver_form(ws, now)
        _delete_form(ws, found, now)
        now.actor = st.text_input(message("scenario.actor"), now.actor, key="layout_actor", width=160)


def _begin_form(ws: Workspace, now: Layout) -> None:
    closed = f"layout_begin.{now.scenario}"  # another scenario closes it
    with st.popover(message("scenario.begin"), width="content", key=closed), st.form(f"{closed}.form", border=False):
        name = st.text_input(message("scenario.name"))
        how = st.radio(message("scenario.how"), ("branch", "copy"), format_func=lambda way: message(f"scenario.{way}"))
        note = st.text_input(message("scenario.column_note"))
        if st.form_submit_button(message("scenario.begin_now"), type="primary"):
            try:
                if how == "branch" or now.scenario == BASE:
                    made = work.new_scenario(ws, name, actor=now.actor, parent=now.scenario, note=note)
                else:
                    made = work.copy_scenario(ws, now.scenario, name, actor=now.actor, note=note)
            except ParkplanError as fault:
                st.warning(plain(fault.sentence()))
                return
            now.open(made.id, made.head)
            st.rerun(scope="fragment")


def _delete_form(ws: Workspace, found: Option, now: Layout) -> None:
    with st.popover(message("scenario.delete"), disabled=found.scenario.id == BASE, width="content"):
        st.caption(message("scenario.delete_note", name=plain(found.scenario.name)))
        if st.button(message("scenario.delete_now"), type="primary", key="layout_delete"):
            work.delete_scenario(ws, found.scenario.id, actor=now.actor)
            now.open(BASE, 0)
            st.rerun(scope="fragment")


def tool_bar(ws: Workspace, found: Option, now: Layout) -> Brush:
    """Draw the tools, and return the brush."""
    base = found.scenario.id == BASE
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tool = st.segmented_control(
            message("scenario.tool"), TOOLS, default=now.tool, required=True, key="layout_tool",
            format_func=lambda name: message(f"scenario.tool_{name}"), disabled=base,
        )  # fmt: skip
        now.tool = tool or "choose"
        kind = st.selectbox(
            message("scenario.property"), KINDS, format_func=lambda name: EDIT_TITLES[name].to(), key="layout_kind",
            width=130, disabled=base,
        )  # fmt: skip
        value = _value_field(ws, kind, base)
        width_m = 20.0
        if now.tool == "road":
            width_m = st.number_input(
                message("scenario.road_width"), 4.0, 80.0, 20.0, 1.0, key="layout_width", width=110
            )
    return Brush(Edit(kind, (), value), width_m)


def _value_field(ws: Workspace, kind: PropertyKind, base: bool) -> Any:  # noqa: ANN401  # text or number
    label, key = message("scenario.value"), f"layout_value_{kind}"
    if kind == "far":
        return st.number_input(label, 0.1, 20.0, 2.0, 0.1, key=key, width=110, disabled=base)
    if kind == "phase":
        return st.number_input(label, 1, LONGEST_PHASES, 1, key=key, width=110, disabled=base)
    titles = _values(ws, kind)
    return st.selectbox(label, list(titles), format_func=titles.__getitem__, key=key, width=240, disabled=base)


def _values(ws: Workspace, kind: PropertyKind) -> dict[str, str]:
    if kind == "typology":
        return {name: one.title.to() for name, one in load_typologies().items()}
    if kind == "cluster":
        return {name: title.to() for name, title in CLUSTER.items()}
    if kind == "park":
        there = any(info.name == "parks" for info in ws.tables())
        parks = ws.read("parks") if there else None
        return {} if parks is None else {str(row["park_id"]): str(row["name"]) for row in parks.to_dict("records")}
    classes = load_layers().palettes["land_use"].classes
    return {entry.value: f"{entry.value} {entry.title.to()}" for entry in classes if entry.value is not None}


def actions(ws: Workspace, found: Option, now: Layout, paint: Edit) -> None:
    """Draw the buttons that act on the chosen parcels, and what the tool asks for."""
    base = found.scenario.id == BASE
    none = base or not now.chosen
    names = tuple(now.chosen)
    acts: tuple[tuple[str, bool, Callable[[], None]], ...] = (
        ("apply", none, lambda: save(ws, now, [Edit(paint.kind, names, paint.value)])),
        ("restore", none, lambda: save(ws, now, [Edit(paint.kind, names, None)])),
        ("merge", base or len(names) < 2, lambda: save(ws, now, [Edit("merge", names)])),
        ("lock", none, lambda: save(ws, now, [Edit("lock", names, True)])),
        ("unlock", none, lambda: save(ws, now, [Edit("lock", names, False)])),
        ("clear", not now.chosen, now.chosen.clear),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, disabled, act in acts:
            if st.button(message(f"scenario.act_{name}"), disabled=disabled, key=f"layout_{name}"):
                act()
                st.rerun(scope="fragment")
        if now.tool == "move" and not base:
            _remove_form(ws, found, now)
        if names:
            st.page_link(
                FOLDER / "site_plans.py", label=message("siteplan.of_these_parcels"),
                query_params={"site": ",".join(names), "scenario": now.scenario},
            )  # fmt: skip
        st.caption(message("scenario.advice_base" if base else f"scenario.advice_{now.tool}", count=len(names)))


def _remove_form(ws: Workspace, found: Option, now: Layout) -> None:
    """Draw the choice of something drawn, and the button that takes it away."""
    known = list(drawings(found))
    with st.popover(message("scenario.remove"), disabled=not known, width="content"):
        name = st.selectbox(message("scenario.drawn"), known, key="layout_drawn")
        if st.button(message("scenario.remove_now"), type="primary", key="layout_remove", disabled=not known):
            save(ws, now, [removed(found, str(name))])
            now.drawings += 1
            st.rerun(scope="fragment")


def troubles(ws: Workspace, now: Layout) -> None:
    """Say what could not be done, and let the user decide on a save that clashed."""
    if now.fault:
        st.warning(plain(now.fault))
    if now.told:
        with st.expander(plain(now.told[0]), expanded=True), st.container(height=TOLD_HEIGHT, border=False, gap=None):
            for line in now.told[1:]:
                st.text(line)
    front_panel(now.answer)
    if now.clash:
        with st.container(border=True):
            st.warning(plain(now.clash))
            with st.container(horizontal=True):
                if now.pending and st.button(message("scenario.keep_mine"), type="primary", key="layout_keep"):
                    settle(ws, now, keep=True)
                    st.rerun(scope="fragment")
                if st.button(message("scenario.keep_theirs"), key="layout_drop"):
                    settle(ws, now, keep=False)
                    st.rerun(scope="fragment")


def history_panel(ws: Workspace, found: Option, now: Layout, lines: list[tuple[int, str, bool]]) -> None:
    """List the steps, the last first; each that holds can be taken back alone."""
    for number, text, stands in reversed(lines):
        left, right = st.columns([6, 1], vertical_alignment="center")
        left.text(text)
        if stands and right.button(message("scenario.revert"), key=f"layout_revert_{number}"):
            revert(ws, now, number)
            st.rerun(scope="fragment")
    if not lines:
        st.caption(message("scenario.no_steps"))
