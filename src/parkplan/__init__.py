"""parkplan: spatial planning and park layout for industrial districts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from parkplan import jobs
    from parkplan.data.workspace import Workspace

    __version__: str

__all__ = ["__version__", "jobs", "open"]  # jobs is imported when it is first used


def open(address: str | Path) -> Workspace:  # the name that scripts use: parkplan.open(path)
    """Open a workspace.

    Raises:
        WorkspaceError: there is none at this address, it is broken, or a newer parkplan made it.
    """
    from parkplan.data.workspace import open_workspace

    return open_workspace(address)


def __getattr__(name: str) -> ModuleType | str:
    """Import the use cases and find out the version when they are first asked for: ``import parkplan`` stays fast."""
    if name == "jobs":
        return import_module("parkplan.jobs")
    if name == "__version__":
        from importlib.metadata import version

        return version("parkplan")
    raise AttributeError(name)
