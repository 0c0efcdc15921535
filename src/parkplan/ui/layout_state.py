"""What one session works on at the page of layout options: scenario, chosen parcels, tool, and a save that clashed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

import streamlit as st

from parkplan._errors import ConflictError, ParkplanError
from parkplan.i18n import message
from parkplan.jobs import scenario as work
from parkplan.jobs.scenario_state import all_scenarios, find_scenario, option
from parkplan.model.scenarios import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.background import BackgroundWork
    from parkplan.jobs.optimise import Optimised
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.scenarios import Edit, Step

KEY: Final = "parkplan.layout"
Tool = Literal["choose", "paint", "lasso", "split", "road", "green", "move"]
TOOLS: Final[tuple[Tool, ...]] = get_args(Tool)


@dataclass(slots=True)
class Layout:
    """``seen`` is the last step that this session knows; ``pending`` are edits whose save clashed, for ``clash``.

    ``told`` is what the solver said when it last drew, ``answer`` all that it found, ``search`` the solver while it
    works.
    """

    scenario: str = BASE
    seen: int = 0
    chosen: list[str] = field(default_factory=list)
    tool: Tool = "choose"
    drawings: int = 0
    actor: str = ""
    pending: tuple[Edit, ...] = ()
    clash: str = ""
    fault: str = ""
    told: tuple[str, ...] = ()
    answer: Optimised | None = None
    search: BackgroundWork[Optimised] | None = None

    def open(self, scenario: str, head: int) -> None:
        """Open a scenario."""
        if scenario != self.scenario:
            self.chosen, self.pending, self.clash, self.fault, self.told = [], (), "", "", ()
            self.answer = None
        self.scenario, self.seen = scenario, head

    def toggle(self, parcel: str) -> None:
        """Choose a parcel, or no longer."""
        if parcel in self.chosen:
            self.chosen.remove(parcel)
        else:
            self.chosen.append(parcel)


def layout() -> Layout:
    """Return the state of this session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Layout(actor=message("scenario.planner"))
    return cast("Layout", st.session_state[KEY])


def opened_option(ws: Workspace, now: Layout) -> Option:
    """Return the open scenario as it stands; the district as it is where that was deleted meanwhile."""
    known = {one.id: one for one in all_scenarios(ws)}
    if now.scenario not in known:
        now.open(BASE, 0)
    found = option(ws, known[now.scenario])
    if not now.pending:
        now.seen = found.scenario.head
    there = set(found.state.parcel_id.tolist())
    now.chosen = [name for name in now.chosen if name in there]
    return found


def save(ws: Workspace, now: Layout, edits: Sequence[Edit]) -> None:
    """Save edits as one step; what clashes is kept for the user to decide, what cannot be done is said."""
    edits = tuple(edits)

    def step() -> Step:
        return work.edit_scenario(ws, now.scenario, edits, actor=now.actor, seen=now.seen)

    _tried(now, step, edits)


def turn(ws: Workspace, now: Layout, how: Literal["undo", "redo"]) -> None:
    """Take the last step back, or do it again."""
    act = work.undo_scenario if how == "undo" else work.redo_scenario
    _tried(now, lambda: act(ws, now.scenario, actor=now.actor, seen=now.seen), ())


def revert(ws: Workspace, now: Layout, number: int) -> None:
    """Take one step back."""
    _tried(now, lambda: work.revert_step(ws, now.scenario, number, actor=now.actor, seen=now.seen), ())


def settle(ws: Workspace, now: Layout, *, keep: bool) -> None:
    """Save the edits that clashed on top of what others did, or drop them."""
    edits, now.pending, now.clash = now.pending, (), ""
    now.seen = find_scenario(ws, now.scenario).head
    if keep:
        save(ws, now, edits)


def _tried(now: Layout, act: Callable[[], Step], edits: tuple[Edit, ...]) -> None:
    now.fault = ""
    try:
        now.seen = act().number
    except ConflictError as clash:
        now.pending, now.clash = edits, clash.sentence()
    except ParkplanError as fault:
        now.fault = "\n".join(fault.sentences()[:6])
