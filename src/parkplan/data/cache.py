"""The folder of this machine for what can be made again at any time, where a workspace has no folder of its own."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

VARIABLE: Final = "PARKPLAN_CACHE"


def cache_folder(name: str) -> Path:
    """Return a folder that only this user may enter, made if that is possible.

    It lies in ``PARKPLAN_CACHE``, else where the system keeps such things.
    """
    place = _root() / name
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def _root() -> Path:
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "parkplan/cache"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/parkplan"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parkplan"
