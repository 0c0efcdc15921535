"""The workspace: one district as one folder (or, for a team, one database), opened by its address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from parkplan._errors import WorkspaceError
from parkplan.data.workspace.folder import FolderWorkspace, build_folder
from parkplan.data.workspace.frozen import FrozenWorkspace, is_frozen
from parkplan.data.workspace.store import Workspace

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["Workspace", "build_workspace", "create_workspace", "open_workspace"]


def open_workspace(address: str | Path) -> Workspace:
    """Open a workspace, or the folder of an unpacked audit bundle, which can only be read.

    Raises:
        WorkspaceError: there is none at this address, it is broken, or a newer parkplan made it.
    """
    folder = _folder(address)
    return FrozenWorkspace(folder) if is_frozen(folder) else FolderWorkspace(folder)


def create_workspace(address: str | Path, *, crs: str, actor: str) -> Workspace:
    """Make an empty workspace. ``crs`` is anything that pyproj reads, "EPSG:4547" by habit; it cannot be changed later.

    Raises:
        WorkspaceError: something is already there, or the place cannot be written.
        RequestError: the CRS is unknown.
    """
    with build_workspace(address, crs=crs, actor=actor):
        pass
    return open_workspace(address)


def build_workspace(address: str | Path, *, crs: str, actor: str) -> AbstractContextManager[Workspace]:
    """Make a workspace and fill it; it appears at its address, whole, when the ``with`` block ends without a fault."""
    return build_folder(_folder(address), crs=crs, actor=actor)


def _folder(address: str | Path) -> Path:
    if str(address).startswith(("postgresql://", "postgres://")):
        raise WorkspaceError("postgres_not_supported")
    return Path(address)
