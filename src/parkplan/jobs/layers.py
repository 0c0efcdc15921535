"""The layer catalogue, and which of its layers a workspace can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parkplan.data.layers import columns_of, load_layers
from parkplan.data.workspace import open_workspace
from parkplan.expressions import parse
from parkplan.jobs.district_layers import layers_of

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.model.layers import LayerSpec, Text

DataState = Literal["not_asked", "present", "no_rows", "no_columns", "no_table"]


@dataclass(frozen=True, slots=True)
class LayerState:
    """One layer of the catalogue. ``rows`` is how many rows it shows, None without a workspace or its columns."""

    id: str
    title: Text
    group: str
    group_title: Text
    table: str
    data: DataState
    rows: int | None
    missing_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LayerStates:
    """The layers in the order of the tree."""

    workspace: str | None
    layers: tuple[LayerState, ...]


def layers(workspace: str | Path | None = None) -> LayerStates:
    """List the layer catalogue and, for a workspace, which layers have data; a layer without data is listed too.

    Tables of the workspace that no layer of the catalogue shows have a layer of their own.

    Raises:
        WorkspaceError: the workspace is missing or broken.
        DefinitionError: a layer file is faulty.
    """
    opened = None if workspace is None else open_workspace(workspace)
    known = load_layers() if opened is None else layers_of(opened)
    states = []
    for group in known.groups:
        for identifier in group.layers:
            spec = known.layers[identifier]
            data, rows, missing = _data(spec, opened)
            states.append(
                LayerState(spec.id, spec.title, group.id, group.title, spec.table, data, rows, tuple(missing))
            )
    return LayerStates(None if opened is None else opened.address, tuple(states))


def _data(spec: LayerSpec, workspace: Workspace | None) -> tuple[DataState, int | None, list[str]]:
    if workspace is None:
        return "not_asked", None, []
    info = {table.name: table for table in workspace.tables()}.get(spec.table)
    if info is None:
        return "no_table", None, []
    missing = [column for column in columns_of(spec) if column not in info.columns]
    if missing:
        return "no_columns", None, missing
    rows = info.rows
    if spec.where:
        condition = parse(spec.where)
        rows = int(condition.select(workspace.read(spec.table, columns=sorted(condition.names))).sum())
    return ("present" if rows else "no_rows"), rows, []
