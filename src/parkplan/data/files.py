"""Files that are whole or not there: temporary name in the same folder, fsync, rename, fsync of the folder.

Every change that the workspace makes on disk goes through one `Disk`, so that a test can record the calls, fail any of
them, or replay a power loss after each.
"""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import shutil
import sqlite3
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from parkplan._errors import WorkspaceError
from parkplan.data.processes import is_alive

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPORARY: Final = ".tmp-"
RESERVE_BYTES: Final = 16 * 1024 * 1024
_SILENT_S: Final = 86_400

_FULL: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_DENIED: Final = {errno.EACCES, errno.EPERM, errno.EROFS}


class Disk:
    """The calls by which bytes reach the disk."""

    def write(self, path: Path, content: bytes) -> None:
        """Make a new file; its content may still be in the memory of the system."""
        with path.open("xb") as stream:
            stream.write(content)

    def sync_file(self, path: Path) -> None:
        """Force the content of a file to the disk."""
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())

    def rename(self, source: Path, target: Path) -> None:
        """Give a file its name, in place of a file that had it; only one of the two is ever seen."""
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Force the names in a folder to the disk. Windows keeps them in its own journal and offers no such call."""
        if os.name == "nt":
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def free_bytes(self, folder: Path) -> int:
        """Return how much may still be written."""
        return shutil.disk_usage(folder).free


DISK: Final = Disk()


def temporary_path(target: Path) -> Path:
    """Return a fresh hidden name beside ``target``, with the same ending; it names the target and this process.

    >>> temporary_path(Path("a/park.gpkg")).suffix
    '.gpkg'
    """
    return target.with_name(f"{_mark(target)}{_machine()}-{os.getpid()}-{uuid4().hex[:12]}{target.suffix}")


def _mark(target: Path) -> str:
    return f"{TEMPORARY}{hashlib.sha256(target.name.encode()).hexdigest()[:10]}-"


def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]


def remove_orphans(target: Path) -> int:
    """Remove what writers of the same target left beside it when they were killed; return how many there were.

    A writer that lives is left alone; so is one on another machine, unless it is silent for a day.
    """
    found = 0
    for path in target.parent.glob(f"{_mark(target)}*"):
        if _orphaned(path):
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                found += 1
    return found


def _orphaned(path: Path) -> bool:
    machine, _, rest = path.name.removeprefix(TEMPORARY).partition("-")[2].partition("-")
    process = rest.partition("-")[0]
    if machine == _machine() and process.isdigit():
        return not is_alive(int(process))
    with suppress(OSError):
        return time.time() - path.stat().st_mtime > _SILENT_S
    return False


def require_space(folder: Path, needed_bytes: int, disk: Disk = DISK) -> None:
    """Check that a long write will fit, before it is begun.

    Raises:
        WorkspaceError: there is less room than needed, plus a reserve.
    """
    with disk_faults(folder):
        free = disk.free_bytes(folder)
    if free < needed_bytes + RESERVE_BYTES:
        raise WorkspaceError(
            "disk_too_small", path=folder, needed=_megabytes(needed_bytes + RESERVE_BYTES), free=_megabytes(free)
        )


def write_whole(path: Path, content: bytes, disk: Disk = DISK) -> None:
    """Write a file so that it is there whole, also after a crash or a power loss, or not at all.

    Raises:
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    require_space(path.parent, len(content), disk)
    remove_orphans(path)
    with disk_faults(path):
        temporary = temporary_path(path)
        try:
            disk.write(temporary, content)
            disk.sync_file(temporary)
            disk.rename(temporary, path)
        except BaseException:
            disk.remove(temporary)
            raise
        disk.sync_folder(path.parent)


@contextmanager
def made_whole(path: Path, disk: Disk = DISK) -> Iterator[Path]:
    """Lend a temporary path to a library that writes files itself; the result gets its name only when it is whole.

    Raises:
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    remove_orphans(path)
    temporary = temporary_path(path)
    with disk_faults(path):
        try:
            yield temporary
            disk.sync_file(temporary)
            disk.rename(temporary, path)
        except BaseException:
            disk.remove(temporary)
            raise
        disk.sync_folder(path.parent)


def remove_temporaries(folder: Path, disk: Disk = DISK) -> int:
    """Remove what interrupted writes left behind, and say how many files that were."""
    found = [path for path in folder.glob(f"{TEMPORARY}*") if path.is_file()]
    for path in found:
        disk.remove(path)
    return len(found)


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Turn faults of the disk into one sentence that names the path and the way out."""
    try:
        yield
    except OSError as fault:
        raise WorkspaceError(_disk_key(fault), path=path, fault=fault.strerror or str(fault)) from fault
    except sqlite3.Error as fault:
        raise WorkspaceError(_sqlite_key(fault), path=path, fault=fault) from fault


def _disk_key(fault: OSError) -> str:
    if fault.errno in _FULL:
        return "disk_full"
    if fault.errno in _DENIED:
        return "disk_read_only"
    if fault.errno in {errno.ENOENT, errno.ENOTDIR}:
        return "folder_missing"
    return "disk_fault"


def _sqlite_key(fault: sqlite3.Error) -> str:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    return {
        sqlite3.SQLITE_FULL: "disk_full",
        sqlite3.SQLITE_READONLY: "disk_read_only",
        sqlite3.SQLITE_CANTOPEN: "disk_read_only",
        sqlite3.SQLITE_PERM: "disk_read_only",
        sqlite3.SQLITE_BUSY: "workspace_busy",
        sqlite3.SQLITE_LOCKED: "workspace_busy",
        sqlite3.SQLITE_IOERR: "disk_fault",
    }.get(code, "workspace_broken")


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:,.0f} MB"
