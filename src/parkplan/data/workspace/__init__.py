"""The workspace: one district as one folder, or for a team as one database, opened by its address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from parkplan.data.workspace.address import is_database
from parkplan.data.workspace.folder import FolderWorkspace, build_folder
from parkplan.data.workspace.frozen import FrozenWorkspace, is_frozen
from parkplan.data.workspace.store import Workspace

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["Workspace", "build_workspace", "create_workspace", "is_there", "open_workspace", "shown_address"]


def open_workspace(address: str | Path) -> Workspace:
    """Open a workspace, or the folder of an unpacked audit bundle, which can only be read.

    Raises:
        WorkspaceError: there is none at this address, it is broken, or a newer parkplan made it; or the database
            cannot be reached.
    """
    if is_database(address):
        from parkplan.data.workspace.postgis import open_postgis  # brings the driver, which folders need not

        return open_postgis(str(address))
    folder = Path(address)
    return FrozenWorkspace(folder) if is_frozen(folder) else FolderWorkspace(folder)


def is_there(address: str | Path) -> bool:
    """Say whether something is at an address, so that it is to be opened and not made.

    Raises:
        WorkspaceError: the database cannot be reached.
    """
    if is_database(address):
        from parkplan.data.workspace.postgis import has_postgis

        return has_postgis(str(address))
    return Path(address).exists()


def shown_address(address: str | Path) -> str:
    """Return an address as it may be shown: that of a database without a password, with which it opens all the same."""
    if is_database(address):
        from parkplan.data.workspace.postgis import shown_postgis

        return shown_postgis(str(address))
    return str(address)


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
    if is_database(address):
        from parkplan.data.workspace.postgis import build_postgis

        return build_postgis(str(address), crs=crs, actor=actor)
    return build_folder(Path(address), crs=crs, actor=actor)
