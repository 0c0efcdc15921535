"""The scenarios of a workspace: an append-only log of what was begun, done, undone and deleted, sealed by the journal.

Saving is compare-and-swap: who saves says which step was the last one seen. Steps that others saved since then are left
alone where they touch other parcels; where they touch the same, nothing is saved and the fault says who did what.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from parkplan._errors import ConflictError, RequestError
from parkplan.data.workspace import catalogue
from parkplan.model.scenarios import BASE, Edit, History, Scenario, Step
from parkplan.model.workspace import Change, Difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace.catalogue import Book, Records
    from parkplan.model.scenarios import Origin, StepAction

NAME_LENGTH: Final = 80
_NEW: Final = "new"
_DELETE: Final = "delete"
_ROWS: Final = (
    "SELECT l.number, l.scenario, l.action, l.record, j.actor, j.at, j.reason FROM scenario_log l "
    "JOIN journal j ON j.number = l.journal"
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a scenario begins: its name, the scenario that it starts from, and how (see `Scenario`)."""

    name: str
    parent: str
    since: int
    origin: Origin
    district: str


class ScenarioStore:
    """The scenarios among the records of a workspace."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def scenarios(self, *, deleted: bool = False) -> tuple[Scenario, ...]:
        """Return the scenarios, the oldest first; those that were deleted only where they are asked for."""
        with self._book.reading() as records:
            return _living(records, deleted=deleted)

    def history(self, scenario: str) -> History:
        """Return the steps of a scenario, also of a deleted one, for branches of it rest on them."""
        with self._book.reading() as records:
            return _history(records, scenario)

    def begin(self, what: Beginning, *, actor: str, note: str = "", edits: Sequence[Edit] = ()) -> Scenario:
        """Begin a scenario, with a first step where there are edits.

        Raises:
            RequestError: the name is empty, too long or taken.

        """
        name = what.name.strip()
        if not name or len(name) > NAME_LENGTH or not name.isprintable() or name.lower() == BASE:
            raise RequestError("scenario_name", name=what.name)
        with self._book.writing() as records:
            if any(one.name == name for one in _living(records)):
                raise RequestError("scenario_name_used", name=name)
            count = records.execute("SELECT count(*) FROM scenario_log WHERE action = ?", (_NEW,)).fetchone()[0]
            id = f"s{count + 1}"
            record = asdict(replace(what, name=name))
            number, at = _append(records, (id, _NEW, record), Change(actor, "scenario_new", note), None)
            made = Scenario(id=id, head=number, actor=actor, at=at, note=note, **record)
            if edits:
                step = {"edits": [_told(edit) for edit in edits], "target": None}
                number, _ = _append(records, (id, "edit", step), Change(actor, "scenario_edit", note), number)
        return replace(made, head=number)

    def save(self, step: Step, *, seen: int) -> Step:
        """Save a step (its ``number`` and ``at`` are given here) on top of what was ``seen``.

        Raises:
            RequestError: there is no such scenario.
            ConflictError: somebody else touched the same parcels since then, or took the target back.

        """
        with self._book.writing() as records:
            scenario = _required(records, step.scenario)
            history = _history(records, step.scenario)
            _check_target(history, step)
            subjects = _subjects(history, step)
            for other in history.steps:
                clash = _subjects(history, other) & subjects if other.number > seen else frozenset()
                if clash:
                    raise ConflictError(
                        "scenario_clash", subject=min(clash), count=len(clash), actor=other.actor,
                        at=f"{other.at.astimezone():%H:%M:%S}", scenario=scenario.name,
                    )  # fmt: skip
            record = {"edits": [_told(edit) for edit in step.edits], "target": step.target}
            change = Change(step.actor, f"scenario_{step.action}", step.note)
            number, at = _append(records, (step.scenario, step.action, record), change, scenario.head)
        return replace(step, number=number, at=at)

    def delete(self, scenario: str, *, actor: str, note: str = "") -> None:
        """Take a scenario off the list; its steps stay in the log, for the journal and for branches of it."""
        with self._book.writing() as records:
            head = _required(records, scenario).head
            _append(records, (scenario, _DELETE, {}), Change(actor, "scenario_delete", note), head)


def _append(
    records: Records, line: tuple[str, str, dict[str, Any]], change: Change, head: int | None
) -> tuple[int, datetime]:
    """Write one line of the log and the journal line that seals it; return its number and time."""
    scenario, action, content = line
    record = json.dumps(content, ensure_ascii=False)
    number = records.execute("SELECT coalesce(max(number), 0) + 1 FROM scenario_log").fetchone()[0]
    entry = catalogue.add_to_journal(
        records, change, [Difference(f"scenario:{scenario}", head, number)], [catalogue.seal(scenario, action, record)]
    )
    records.execute(
        "INSERT INTO scenario_log (number, scenario, action, record, journal) VALUES (?, ?, ?, ?, ?)",
        (number, scenario, action, record, entry.number),
    )
    return number, entry.at


def _told(edit: Edit) -> dict[str, Any]:
    """Return what is stored of an edit: only what it says.

    >>> _told(Edit("far", ("A",), 2.0))
    {'kind': 'far', 'parcels': ('A',), 'value': 2.0}
    """
    return {name: value for name, value in asdict(edit).items() if value not in (None, "", ())}


def _living(records: Records, *, deleted: bool = False) -> tuple[Scenario, ...]:
    heads = dict(records.execute("SELECT scenario, max(number) FROM scenario_log GROUP BY scenario"))
    gone = records.execute("SELECT scenario FROM scenario_log WHERE action = ?", (_DELETE,))
    hidden = set() if deleted else {row[0] for row in gone}
    rows = records.execute(f"{_ROWS} WHERE l.action = ? ORDER BY l.number", (_NEW,))
    with catalogue.stored():
        return tuple(
            Scenario(
                id=id, head=heads[id], actor=actor, at=datetime.fromisoformat(at), note=note, **json.loads(record)
            )
            for _, id, _, record, actor, at, note in rows
            if id not in hidden
        )  # fmt: skip


def _history(records: Records, scenario: str) -> History:
    rows = records.execute(f"{_ROWS} WHERE l.scenario = ? ORDER BY l.number", (scenario,))
    with catalogue.stored():
        return History(tuple(_step(row) for row in rows if row[2] not in {_NEW, _DELETE}))


def _step(row: tuple[Any, ...]) -> Step:
    number, scenario, action, record, actor, at, note = row
    told = json.loads(record)
    edits = tuple(Edit(**edit | {"parcels": tuple(edit.get("parcels", ()))}) for edit in told["edits"])
    done = cast("StepAction", action)
    return Step(number, scenario, done, edits, told["target"], actor, datetime.fromisoformat(at), note)


def _required(records: Records, scenario: str) -> Scenario:
    known = {one.id: one for one in _living(records)}
    if scenario not in known:
        listed = ", ".join(one.name for one in known.values()) or "—"
        raise RequestError("no_such_scenario", scenario=scenario, known=listed)
    return known[scenario]


def _check_target(history: History, step: Step) -> None:
    """Refuse to take back what was taken back already, and to do again what stands."""
    if step.action == "edit":
        return
    stands = any(one.number == step.target for one in history.standing)
    known = any(one.number == step.target and one.action == "edit" for one in history.steps)
    if not known or stands == (step.action == "redo"):
        raise ConflictError("scenario_step_gone", step=step.target)


def _subjects(history: History, step: Step) -> frozenset[str]:
    """Return what a step touches; an undo touches what its target does."""
    if step.target is None:
        return step.subjects
    return next((one.subjects for one in history.steps if one.number == step.target), frozenset())
