"""One writer at a time, over processes and threads; the system releases the lock of a process that dies."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from parkplan._errors import WorkspaceError
from parkplan.data.files import disk_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE_S: Final = 0.02

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def writer_lock(path: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock file ``path``; others wait up to ``wait_s`` seconds.

    Raises:
        WorkspaceError: somebody else still writes, or the lock file cannot be made.
    """
    with disk_faults(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        give_up = time.monotonic() + wait_s
        while not _try_lock(descriptor):
            if time.monotonic() >= give_up:
                raise WorkspaceError("workspace_busy", path=path.parent)
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            _unlock(descriptor)
    finally:
        os.close(descriptor)
