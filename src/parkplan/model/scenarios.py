"""Layout options as lists of edits: scenarios in a tree, steps that can be undone, and the state that they lead to.

A scenario is the district as it is, its ancestors' steps, and its own. A step is what a planner (or the solver) did at
once: one or more edits, undone and redone together. An edit gives some parcels one new property, or cuts the land.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # audit bundles read these records from JSON, by their types
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from parkplan.i18n import Text

if TYPE_CHECKING:
    import numpy.typing as npt

    Texts = npt.NDArray[np.object_]
    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

PropertyKind = Literal["use", "typology", "far", "cluster", "park", "phase", "lock"]
ShapeKind = Literal["merge", "split", "road", "green"]
EditKind = Literal["use", "typology", "far", "cluster", "park", "phase", "lock", "merge", "split", "road", "green"]
PROPERTIES: Final[tuple[PropertyKind, ...]] = get_args(PropertyKind)
SHAPES: Final[tuple[ShapeKind, ...]] = get_args(ShapeKind)
EDIT_KINDS: Final[tuple[EditKind, ...]] = get_args(EditKind)
DRAWN: Final[frozenset[EditKind]] = frozenset({"road", "green"})
DRAWN_TYPOLOGY: Final[dict[str, str]] = {"road": "road", "green": "green_buffer"}
"""The typology of the land under a drawn road or green."""

EDIT_TITLES: Final[dict[EditKind, Text]] = {
    "use": Text("用地", "Land use"),
    "typology": Text("建设类型", "Typology"),
    "far": Text("容积率", "FAR"),
    "cluster": Text("产业集群", "Cluster"),
    "park": Text("园区", "Park"),
    "phase": Text("分期", "Phase"),
    "lock": Text("锁定", "Lock"),
    "merge": Text("合并", "Merge"),
    "split": Text("拆分", "Split"),
    "road": Text("新路", "New road"),
    "green": Text("新绿地", "New green"),
}

Value = str | float | int | bool | None
StepAction = Literal["edit", "undo", "redo", "revert"]
Origin = Literal["base", "branch", "copy"]
BASE: Final = "base"
"""The id of the district as it is: the root of the tree, without steps, never edited."""
LONGEST_PHASES: Final = 20


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of land.

    Attributes:
        kind: what is changed.
        parcels: the ids of the parcels that it touches; for a drawn road or green those that it cuts.
        value: the new property of all of them: a land-use code, a typology, a FAR (m² of floor by m² of land), a
            cluster, a park's id, a phase (1 is first), or whether they are locked. None takes back what an earlier
            edit said. Without meaning for shapes.
        shape: as WKT in the CRS of the workspace: the line that splits, or the polygon of a road or green. A road or
            green without shape removes that of the same ``id``.
        id: the name of a drawn road or green (the same name draws it anew, that is, moves it), or of the parcel that
            a merge makes.

    """

    kind: EditKind
    parcels: tuple[str, ...] = ()
    value: Value = None
    shape: str | None = None
    id: str = ""

    @property
    def subjects(self) -> frozenset[str]:
        """What it touches, by which two edits clash: parcels, and the drawn thing of its name."""
        own = {self.id} if self.id else set()
        return frozenset({*self.parcels, *own})


@dataclass(frozen=True, slots=True)
class Step:
    """What was done at once, with who and when; ``target`` is the step that is undone, redone or reverted.

    ``number`` grows over the whole workspace, so that it also tells which of two steps came first.
    """

    number: int
    scenario: str
    action: StepAction
    edits: tuple[Edit, ...]
    target: int | None
    actor: str
    at: datetime
    note: str = ""

    @property
    def subjects(self) -> frozenset[str]:
        """What its edits touch."""
        return frozenset().union(*(edit.subjects for edit in self.edits))


@dataclass(frozen=True, slots=True)
class History:
    """The steps of one scenario in their order: which stand, which can be undone and done again."""

    steps: tuple[Step, ...]

    def _replayed(self) -> tuple[dict[int, Step], list[int]]:
        known = {step.number: step for step in self.steps if step.action == "edit"}
        standing: dict[int, Step] = {}
        undone: list[int] = []
        for step in self.steps:
            if step.action == "edit":
                standing[step.number] = step
                undone.clear()
            elif step.target is not None and step.target in known:
                if step.action == "redo":
                    standing[step.target] = known[step.target]
                    undone = [number for number in undone if number != step.target]
                else:
                    standing.pop(step.target, None)
                    undone.append(step.target)
        return dict(sorted(standing.items())), undone

    @property
    def standing(self) -> tuple[Step, ...]:
        """The steps that hold, in the order in which they were made."""
        return tuple(self._replayed()[0].values())

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits that hold."""
        return tuple(edit for step in self.standing for edit in step.edits)

    @property
    def undoable(self) -> Step | None:
        """The step that an undo takes back: the last that holds."""
        return next(reversed(self.standing), None)

    @property
    def redoable(self) -> Step | None:
        """The step that a redo does again: the last that was undone, unless something was done since."""
        undone = self._replayed()[1]
        return next((step for step in self.steps if undone and step.number == undone[-1]), None)

    def until(self, number: int) -> History:
        """Return the history as it was at a step."""
        return History(tuple(step for step in self.steps if step.number <= number))


@dataclass(frozen=True, slots=True)
class Scenario:
    """One layout option.

    ``parent`` is the scenario that it started from, as that stood at step ``since``; a branch keeps resting on those
    steps, a copy has none of its own parents but the base. ``head`` is the number of its last step (that of its
    beginning, where it has none): who saves says which head was seen. ``district`` is the version of the parcel table
    that it was begun on.
    """

    id: str
    name: str
    parent: str
    since: int
    origin: Origin
    head: int
    district: str
    actor: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An edit that could not be carried out on the parcels as they are, and why (a message of ``errors.yaml``)."""

    edit: Edit
    key: str
    subject: str


@dataclass(frozen=True, slots=True)
class ScenarioState:
    """The land of a district after all edits: n pieces, the parcels of the table first and in its order.

    Parcels that were merged, split up or wholly built over by a drawn road are gone; what came of them follows.

    Attributes:
        parcel_id: n names.
        geometry: n polygons in the CRS of the workspace.
        source_row: n positions in the parcel table, that of the largest part for a merged piece; -1 for what was drawn.
        part_piece: m pieces, with ``part_row`` and ``part_share`` saying what a piece is made of: this share (0 to 1)
            of this row of the table. What a parcel counts (floor, output, jobs) its pieces count by these shares.
        part_row: m positions in the parcel table.
        part_share: m shares of planar area.
        land_use: n codes, None where unknown.
        typology: n ids, None where the land stays as it is built.
        far: n floor area ratios that were asked for, NaN where none was.
        cluster: n clusters, None where none.
        park_id: n parks, None where none.
        phase: n phases, 0 where none was given.
        locked: n flags.
        changed: n flags: differs from the parcel table in anything but the lock.
        drawn: n kinds of what was drawn (``road``, ``green``), None for parcels.
        refused: edits that could not be carried out.

    """

    parcel_id: Texts
    geometry: npt.NDArray[Any]
    source_row: Rows
    part_piece: Rows
    part_row: Rows
    part_share: Numbers
    land_use: Texts
    typology: Texts
    far: Numbers
    cluster: Texts
    park_id: Texts
    phase: Rows
    locked: Flags
    changed: Flags
    drawn: Texts
    refused: tuple[Refused, ...] = ()

    @property
    def of_parcels(self) -> Flags:
        """N flags: the piece comes from the parcel table and was not drawn."""
        return np.asarray(self.drawn == None)  # noqa: E711  # element by element

    def __len__(self) -> int:
        return len(self.parcel_id)
