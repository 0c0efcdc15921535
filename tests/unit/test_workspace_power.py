"""Power fails: after every call to the disk, with any part of what was not yet forced to it lost.

A recording disk notes the calls of real saves. The replay keeps two pictures, as a file system does: what programs
see, and what has reached the disk. At a failure each unforced name and each unforced content survives, is cut, is blank
or is lost, by chance; nothing is assumed about their order. The database is taken as of its last commit (SQLite forces
it itself, with ``synchronous=EXTRA``). Then the workspace is opened for real.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from parkplan._errors import ParkplanError
from parkplan.data.files import Disk, made_whole, write_whole
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.data.workspace.folder import FolderWorkspace
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.kill

SHORT_STATES, LONG_STATES = 300, 5000
SAVES = 8


class RecordingDisk(Disk):
    """Does what is asked and notes it."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def write(self, path: Path, content: bytes) -> None:
        super().write(path, content)
        self.calls.append(("write", path, content))

    def sync_file(self, path: Path) -> None:
        super().sync_file(path)
        self.calls.append(("sync_file", path, path.read_bytes()))

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.calls.append(("rename", source, target))

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self.calls.append(("sync_folder", folder))

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.calls.append(("remove", path))

    def acknowledged(self, note: object) -> None:
        self.calls.append(("acknowledged", note))


class ForgetfulDisk(RecordingDisk):
    """Forces nothing: the control that must fail."""

    def sync_file(self, path: Path) -> None:
        assert path.exists()

    def sync_folder(self, folder: Path) -> None:
        assert folder.exists()


@dataclass
class Content:
    """The content of one file, as programs see it, and as much of it as was forced."""

    seen: bytes
    forced: bytes | None = None

    def after_failure(self, dice: random.Random) -> bytes:
        if self.forced == self.seen:
            return self.seen
        cut = dice.randrange(len(self.seen) + 1)
        return dice.choice([self.seen, self.seen[:cut], bytes(len(self.seen)), b"", self.forced or b""])


@dataclass
class FileSystem:
    """Names and contents, as programs see them and as they have reached the disk."""

    seen: dict[Path, Content] = field(default_factory=dict)
    forced: dict[Path, Content] = field(default_factory=dict)
    pending: list[tuple[Path, Content | None]] = field(default_factory=list)
    note: object = None

    def apply(self, call: tuple[object, ...]) -> None:
        match call:
            case ("write", Path() as path, bytes() as content):
                self._name(path, Content(content))
            case ("sync_file", Path() as path, bytes() as content):
                if path not in self.seen:
                    self._name(path, Content(content))
                self.seen[path].seen = self.seen[path].forced = content
            case ("rename", Path() as source, Path() as target):
                content_of = self.seen[source]
                self._name(target, content_of)
                self._name(source, None)
            case ("remove", Path() as path):
                self._name(path, None)
            case ("sync_folder", Path() as folder):
                self._force_names(folder)
            case ("acknowledged", note):
                self.note = note

    def _force_names(self, folder: Path) -> None:
        for path, content in self.pending:
            if path.parent == folder:
                self._force(path, content)
        self.pending = [entry for entry in self.pending if entry[0].parent != folder]

    def _name(self, path: Path, content: Content | None) -> None:
        if content is None:
            self.seen.pop(path, None)
        else:
            self.seen[path] = content
        self.pending.append((path, content))

    def _force(self, path: Path, content: Content | None) -> None:
        if content is None:
            self.forced.pop(path, None)
        else:
            self.forced[path] = content

    def after_failure(self, dice: random.Random) -> dict[Path, bytes]:
        """Return what is on the disk when the power comes back."""
        survivor = FileSystem(forced=dict(self.forced))
        for path, content in self.pending:
            if dice.random() < 0.5:
                survivor._force(path, content)
        return {path: content.after_failure(dice) for path, content in survivor.forced.items()}


def states(calls: list[tuple[object, ...]], count: int) -> list[tuple[object, dict[Path, bytes]]]:
    """Return what was acknowledged last and what is on the disk, for failures spread over all calls."""
    dice = random.Random(7)  # noqa: S311  # chance, not secrets
    found = []
    for index in range(count):
        system = FileSystem()
        for call in calls[: 1 + index % len(calls)]:
            system.apply(call)
        found.append((system.note, system.after_failure(dice)))
    return found


def rows(number: int) -> gpd.GeoDataFrame:
    west = np.arange(20) * 10.0
    return gpd.GeoDataFrame({"number": [number] * 20}, geometry=shapely.box(west, 0, west + 5, 5), crs="EPSG:4547")


def recorded_saves(folder: Path, disk: RecordingDisk) -> dict[int, bytes]:
    """Save a few times; return the database after each commit."""
    create_workspace(folder, crs="EPSG:4547", actor="test")
    workspace = FolderWorkspace(folder, disk=disk)
    databases = {-1: (folder / "workspace.sqlite").read_bytes()}
    disk.acknowledged(-1)
    for number in range(SAVES):
        shared = rows(number // 2)
        workspace.write({"parcels": rows(number), "parks": shared}, change=Change("w", "save", str(number)))
        databases[number] = (folder / "workspace.sqlite").read_bytes()
        disk.acknowledged(number)
    return databases


def damaged_states(place: Path, disk: RecordingDisk, count: int) -> int:
    """Count the states after a failure in which something acknowledged is lost or cannot be read."""
    folder = place / "a.parkplan"
    databases = recorded_saves(folder, disk)
    damaged = 0
    for index, (note, files) in enumerate(states(disk.calls, count)):
        again = place / "again" / str(index)
        (again / "layers").mkdir(parents=True)
        (again / "workspace.sqlite").write_bytes(databases[note if isinstance(note, int) else -1])
        for path, content in files.items():
            (again / path.relative_to(folder)).write_bytes(content)
        try:
            workspace = open_workspace(again)
            workspace.verify()
            assert note in (None, -1) or set(workspace.read("parcels")["number"]) == {note}
            assert not list((again / "layers").glob(".tmp-*"))
            if index % 10 == 0:
                workspace.write({"parcels": rows(99)}, change=Change("w", "save"))
                workspace.verify()
        except ParkplanError:
            damaged += 1
    return damaged


def test_no_save_is_lost_when_the_power_fails(tmp_path: Path, long_form: bool) -> None:
    assert damaged_states(tmp_path, RecordingDisk(), LONG_STATES if long_form else SHORT_STATES) == 0


def test_the_replay_finds_a_store_that_forces_nothing(tmp_path: Path) -> None:
    assert damaged_states(tmp_path, ForgetfulDisk(), 100) > 20


def old_or_new(folder: Path, disk: RecordingDisk, write: Callable[[Path, bytes], None], count: int) -> int:
    """Count the states in which a replaced file is neither the acknowledged content nor the next one."""
    path = folder / "report.csv"
    contents = [bytes([65 + number]) * 5000 for number in range(6)]
    for number, content in enumerate(contents):
        write(path, content)
        disk.acknowledged(number)
    damaged = 0
    for note, files in states(disk.calls, count):
        allowed = contents[:1] if note is None else [contents[note], *contents[note + 1 : note + 2]]  # type: ignore[index, operator]
        found = files.get(path)
        damaged += found not in allowed and not (found is None and note is None)
    return damaged


@pytest.mark.parametrize("way", ["bytes", "library"])
@pytest.mark.parametrize(("disk", "safe"), [(RecordingDisk, True), (ForgetfulDisk, False)])
def test_replaced_file_is_old_or_new(
    tmp_path: Path, disk: type[RecordingDisk], safe: bool, way: str, long_form: bool
) -> None:
    recording = disk()

    def by_library(path: Path, content: bytes) -> None:
        with made_whole(path, recording) as temporary:
            recording.write(temporary, content)

    def by_bytes(path: Path, content: bytes) -> None:
        write_whole(path, content, recording)

    write = by_library if way == "library" else by_bytes
    damaged = old_or_new(tmp_path, recording, write, LONG_STATES if long_form else SHORT_STATES)
    assert (damaged == 0) is safe
