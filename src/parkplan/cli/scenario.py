"""``parkplan scenario list|new|copy|edit|undo|redo|revert|show|delete WS``."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any, Final

import click

from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.scenario_text import listed, shown
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs import scenario as work
from parkplan.jobs.scenario_drawing import chosen_parcels, removed, shape_text, shifted_m
from parkplan.jobs.scenario_state import all_scenarios, find_scenario, option
from parkplan.model.scenarios import BASE, Edit

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.data.workspace import Workspace
    from parkplan.model.scenarios import Step

ACTIONS: Final = ("list", "new", "copy", "edit", "undo", "redo", "revert", "show", "delete")
PROPERTIES: Final = ("use", "typology", "far", "cluster", "park", "phase")


@frame.command(
    "scenario",
    frame.argument("action", type=click.Choice(ACTIONS), metavar="|".join(ACTIONS)),
    frame.argument("workspace", metavar="WS"),
    frame.argument("scenario", metavar="[SCENARIO]", required=False),
    frame.option("--name", metavar="NAME", help="option_scenario_name"),
    frame.option("--parent", metavar="SCENARIO", default=BASE, show_default=True, help="option_scenario_parent"),
    frame.option("--parcel", "parcels", multiple=True, metavar="PARCEL", help="option_scenario_parcel"),
    frame.option("--where", metavar="EXPRESSION", help="option_scenario_where"),
    frame.option("--use", metavar="CODE", help="option_scenario_use"),
    frame.option("--typology", metavar="ID", help="option_scenario_typology"),
    frame.option("--far", type=float, metavar="FAR", help="option_scenario_far"),
    frame.option("--cluster", metavar="ID", help="option_scenario_cluster"),
    frame.option("--park", metavar="ID", help="option_scenario_park"),
    frame.option("--phase", type=int, help="option_scenario_phase"),
    frame.option("--lock/--unlock", "lock", default=None, help="option_scenario_lock"),
    frame.option("--merge", is_flag=True, help="option_scenario_merge"),
    frame.option("--split", metavar="WKT", help="option_scenario_split"),
    frame.option("--road", metavar="WKT", help="option_scenario_road"),
    frame.option("--green", metavar="WKT", help="option_scenario_green"),
    frame.option("--width-m", type=float, default=20.0, show_default=True, metavar="M", help="option_scenario_width"),
    frame.option("--move", type=(str, float, float), metavar="NAME EAST NORTH", help="option_scenario_move"),
    frame.option("--remove", metavar="NAME", help="option_scenario_remove"),
    frame.option("--step", type=int, help="option_scenario_step"),
    frame.option("--seen", type=int, help="option_scenario_seen"),
    frame.option("--note", default="", metavar="TEXT", help="option_scenario_note"),
    frame.option("--actor", default=None, metavar="NAME", help="option_scenario_actor"),
)
def command(action: str, workspace: str, scenario: str | None, **asked: Any) -> frame.Answer:  # noqa: ANN401
    """Work on layout options."""
    ws = open_workspace(workspace)
    if action == "list":
        return listed(ws, all_scenarios(ws))
    name = scenario or (asked["name"] if action == "new" else None)
    if name is None:
        raise RequestError("scenario_unnamed", action=action)
    asked["actor"] = asked["actor"] or getpass.getuser()
    return _ACTIONS[action](ws, name, asked)


def _new(ws: Workspace, name: str, asked: dict[str, Any]) -> frame.Answer:
    made = work.new_scenario(ws, name, actor=asked["actor"], parent=asked["parent"], note=asked["note"])
    return frame.Answer(made, [message("cli.scenario_begun", id=made.id, name=made.name)])


def _copy(ws: Workspace, name: str, asked: dict[str, Any]) -> frame.Answer:
    if not asked["name"]:
        raise RequestError("scenario_unnamed", action="copy")
    made = work.copy_scenario(ws, name, asked["name"], actor=asked["actor"], note=asked["note"])
    return frame.Answer(made, [message("cli.scenario_begun", id=made.id, name=made.name)])


def _edit(ws: Workspace, name: str, asked: dict[str, Any]) -> frame.Answer:
    edits = _edits(ws, name, asked)
    step = work.edit_scenario(ws, name, edits, actor=asked["actor"], note=asked["note"], seen=asked["seen"])
    return _saved(ws, name, step)


def _undo(ws: Workspace, name: str, asked: dict[str, Any]) -> frame.Answer:
    return _saved(ws, name, work.undo_scenario(ws, name, actor=asked["actor"], seen=asked["seen"]))


def _redo(ws: Workspace, name: str, asked: dict[str, Any]) -> frame.Answer:
    return _saved(ws, name, work.redo_scenario(ws, name, actor=asked["actor"], seen=asked["seen"]))


def _revert(ws: Workspace, name: str, asked: dict[str, Any]) -> frame.Answer:
    number = -1 if asked["step"] is None else asked["step"]
    return _saved(ws, name, work.revert_step(ws, name, number, actor=asked["actor"], seen=asked["seen"]))


def _show(ws: Workspace, name: str, _asked: dict[str, Any]) -> frame.Answer:
    return shown(work.show_scenario(ws, name))


def _delete(ws: Workspace, name: str, asked: dict[str, Any]) -> frame.Answer:
    gone = work.delete_scenario(ws, name, actor=asked["actor"], note=asked["note"])
    return frame.Answer({"deleted": gone.id}, [message("cli.scenario_deleted", name=gone.name)])


_ACTIONS: Final[dict[str, Callable[[Workspace, str, dict[str, Any]], frame.Answer]]] = {
    "new": _new, "copy": _copy, "edit": _edit, "undo": _undo, "redo": _redo, "revert": _revert, "show": _show,
    "delete": _delete,
}  # fmt: skip


def _saved(ws: Workspace, name: str, step: Step) -> frame.Answer:
    found = work.show_scenario(ws, name)
    return frame.Answer({"step": step, "measures": found.measures.values}, shown(found).lines)


def _edits(ws: Workspace, name: str, asked: dict[str, Any]) -> list[Edit]:
    """Return the edits that the options ask for, all on the parcels chosen by number and by condition."""
    parcels = chosen_parcels(ws, name, asked["parcels"], asked["where"])
    edits = [Edit(kind, parcels, asked[kind]) for kind in PROPERTIES if asked[kind] is not None]
    if asked["lock"] is not None:
        edits.append(Edit("lock", parcels, asked["lock"]))
    if asked["merge"]:
        edits.append(Edit("merge", parcels))
    if asked["split"]:
        edits.append(Edit("split", parcels, shape=asked["split"]))
    if asked["road"]:
        edits.append(Edit("road", shape=shape_text(asked["road"], asked["width_m"])))
    if asked["green"]:
        edits.append(Edit("green", shape=shape_text(asked["green"], asked["width_m"])))
    if asked["move"] or asked["remove"]:
        now = option(ws, find_scenario(ws, name))
        edits += [shifted_m(now, *asked["move"])] if asked["move"] else []
        edits += [removed(now, asked["remove"])] if asked["remove"] else []
    return edits
