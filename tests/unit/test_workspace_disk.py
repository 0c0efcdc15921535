"""The disk is full, read-only or failing, at every single call: the last state stays, and one sentence says why."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from parkplan._errors import WorkspaceError
from parkplan.data import files
from parkplan.data.files import Disk, made_whole, write_whole
from parkplan.data.workspace import catalogue, create_workspace, open_workspace, sqlite
from parkplan.data.workspace.folder import FolderWorkspace
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SAVE = Change("Ada", "save")
CALLS = ("write", "sync_file", "rename", "sync_folder")


class FailingDisk(Disk):
    """Fails at one call, as a disk does: a part of a write may have happened."""

    def __init__(self, call: str, number: int) -> None:
        self._call, self._number = call, number

    def _maybe_fail(self, call: str, path: Path, content: bytes = b"") -> None:
        if call == self._call:
            if content:
                path.write_bytes(content[: len(content) // 2])
            raise OSError(self._number, os.strerror(self._number), str(path))

    def write(self, path: Path, content: bytes) -> None:
        self._maybe_fail("write", path, content)
        super().write(path, content)

    def sync_file(self, path: Path) -> None:
        self._maybe_fail("sync_file", path)
        super().sync_file(path)

    def rename(self, source: Path, target: Path) -> None:
        self._maybe_fail("rename", source)
        super().rename(source, target)

    def sync_folder(self, folder: Path) -> None:
        self._maybe_fail("sync_folder", folder)
        super().sync_folder(folder)


def rows(number: int) -> gpd.GeoDataFrame:
    west = np.arange(50) * 10.0
    return gpd.GeoDataFrame({"number": [number] * 50}, geometry=shapely.box(west, 0, west + 5, 5), crs="EPSG:4547")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_workspace(tmp_path / "a.parkplan", crs="EPSG:4547", actor="Ada").write({"parcels": rows(1)}, change=SAVE)
    return tmp_path / "a.parkplan"


def assert_last_state(folder: Path) -> None:
    workspace = open_workspace(folder)
    workspace.verify()
    assert set(workspace.read("parcels")["number"]) == {1}
    assert len(workspace.journal()) == 1
    assert not list((folder / "layers").glob(".tmp-*"))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("number", "key"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EROFS, "disk_read_only"),
        (errno.EACCES, "disk_read_only"),
        (errno.EIO, "disk_fault"),
    ],
)
def test_every_call_may_fail(folder: Path, call: str, number: int, key: str) -> None:
    workspace = FolderWorkspace(folder, disk=FailingDisk(call, number))
    with pytest.raises(WorkspaceError) as fault:
        workspace.write({"parcels": rows(2), "parks": rows(3)}, change=SAVE)
    assert fault.value.key == key
    assert "\n" not in fault.value.sentence("zh")
    assert_last_state(folder)
    open_workspace(folder).write({"parcels": rows(2)}, change=SAVE)
    assert set(open_workspace(folder).read("parcels")["number"]) == {2}


@pytest.mark.parametrize("call", CALLS[1:3])
def test_file_that_cannot_be_replaced_stays(tmp_path: Path, call: str) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"old")

    def by_library() -> None:
        with made_whole(path, FailingDisk(call, errno.ENOSPC)) as temporary:
            temporary.write_bytes(b"new")

    def by_bytes() -> None:
        write_whole(path, b"new", FailingDisk(call, errno.ENOSPC))

    for write in (by_library, by_bytes):
        with pytest.raises(WorkspaceError):
            write()
        assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("report.csv", b"old")]


def test_too_little_room_is_said_before_writing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FailingDisk("write", errno.EIO)
    monkeypatch.setattr(disk, "free_bytes", lambda _: 1000)
    with pytest.raises(WorkspaceError) as fault:
        FolderWorkspace(folder, disk=disk).write({"parcels": rows(2)}, change=SAVE)
    assert fault.value.key == "disk_too_small"
    assert_last_state(folder)


@pytest.mark.parametrize(
    ("code", "said", "key"),
    [
        (sqlite3.SQLITE_FULL, "database or disk is full", "disk_full"),
        (sqlite3.SQLITE_READONLY, "attempt to write a readonly database", "disk_read_only"),
        (sqlite3.SQLITE_IOERR, "disk I/O error", "disk_fault"),
        (sqlite3.SQLITE_BUSY, "database is locked", "workspace_busy"),
        (sqlite3.SQLITE_CORRUPT, "database disk image is malformed", "workspace_broken"),
    ],
)
def test_database_may_fail(folder: Path, code: int, said: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        fault = sqlite3.OperationalError(said)
        fault.sqlite_errorcode = code
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "add_version", fail)
        with pytest.raises(WorkspaceError) as error:
            open_workspace(folder).write({"parcels": rows(2)}, change=SAVE)
    assert error.value.key == key
    assert_last_state(folder)


def test_database_that_is_really_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect: Callable[[Path], sqlite3.Connection] = sqlite._connect

    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(sqlite, "_connect", small)
        with pytest.raises(WorkspaceError) as fault:
            open_workspace(folder).enter("targets", "note", "x" * 100_000, "Ada")
    assert fault.value.key == "disk_full"
    assert_last_state(folder)


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of 8 MB that fills for real."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs Linux and root")
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], check=False, capture_output=True)
    if done.returncode != 0:
        pytest.skip("this machine does not allow mounting")
    monkeypatch.setattr(files, "RESERVE_BYTES", 0)
    yield place
    subprocess.run(["umount", place], check=True)


def test_disk_that_is_really_full(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small_disk / "a.parkplan"
    create_workspace(folder, crs="EPSG:4547", actor="Ada").write({"parcels": rows(1)}, change=SAVE)
    (small_disk / "filler").write_bytes(bytes(8_000_000))
    noise = rows(2).assign(noise=[os.urandom(10_000).hex() for _ in range(50)])
    with pytest.raises(WorkspaceError) as fault:
        open_workspace(folder).write({"parcels": noise}, change=SAVE)
    assert fault.value.key == "disk_too_small"
    monkeypatch.setattr(Disk, "free_bytes", lambda *_: 10**12)
    with pytest.raises(WorkspaceError) as fault:
        open_workspace(folder).write({"parcels": noise}, change=SAVE)
    assert fault.value.key == "disk_full"
    assert_last_state(folder)


def test_read_only_disk_can_be_read(small_disk: Path) -> None:
    folder = small_disk / "a.parkplan"
    create_workspace(folder, crs="EPSG:4547", actor="Ada").write({"parcels": rows(1)}, change=SAVE)
    (folder / "layers" / ".tmp-left.parquet").write_bytes(b"half")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    try:
        workspace = open_workspace(folder)
        assert set(workspace.read("parcels")["number"]) == {1}
        workspace.verify()
        for act in (
            lambda: workspace.write({"parcels": rows(2)}, change=SAVE),
            lambda: workspace.enter("targets", "x", 1, "Ada"),
            lambda: create_workspace(small_disk / "b", crs="EPSG:4547", actor="Ada"),
        ):
            with pytest.raises(WorkspaceError) as fault:
                act()
            assert fault.value.key == "disk_read_only"
    finally:
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
