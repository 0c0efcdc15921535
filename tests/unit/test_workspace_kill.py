"""A writer is killed at random moments: what it acknowledged is there, and nothing is unreadable."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio
import pytest

from parkplan.data.files import TEMPORARY
from parkplan.data.scenarios import scenario_store
from parkplan.data.workspace import create_workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WRITER = Path(__file__).with_name("workspace_writer.py")
ROWS = 400
LONGEST_LIFE_S = 0.12
SHORT_KILLS, LONG_KILLS = 24, 1000

pytestmark = [
    pytest.mark.kill,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed writer is a fork of a prepared process"),
]


@dataclass
class Writers:
    """A prepared process whose children write until they are killed."""

    process: subprocess.Popen[str]

    def life(self, step: str, folder: Path, first: int, seconds: float) -> list[int]:
        """Let a writer live for a while after its first acknowledged step; return the steps that it acknowledged."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"step": step, "folder": str(folder), "first": first}) + "\n")
        self.process.stdin.flush()
        child = int(self._line())
        killer: threading.Timer | None = None
        acknowledged: list[int] = []
        while (line := self._line()) != "dead":
            acknowledged.append(int(line))
            if killer is None:
                killer = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
                killer.start()
        assert killer is not None, "the writer died by itself"
        killer.join()
        return acknowledged

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def writers() -> Iterator[Writers]:
    process = subprocess.Popen([sys.executable, WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        running = Writers(process)
        assert running._line() == "ready"
        yield running
        assert process.stdin is not None
        process.stdin.close()


def saved(folder: Path) -> int:
    """Return the number of the last save, after checking that both tables are whole and of the same save."""
    workspace = open_workspace(folder)
    workspace.verify()
    parcels, parks = workspace.read("parcels"), workspace.read("parks")
    (number,) = set(parcels["number"])
    assert len(parcels) == ROWS
    assert set(parks["number"]) == {number}
    assert workspace.journal(1)[0].reason == str(number)
    leftovers = [path for path in folder.rglob("*") if path.name.startswith(TEMPORARY)]
    assert leftovers == []
    return int(number)


def entered(folder: Path) -> int:
    workspace = open_workspace(folder)
    workspace.verify()
    value = workspace.entered("targets")["number"].value
    assert isinstance(value, int)
    return value


def edited(folder: Path) -> int:
    workspace = open_workspace(folder)
    workspace.verify()
    store = scenario_store(workspace)
    value = store.history(store.scenarios()[0].id).edits[-1].value
    assert isinstance(value, int)
    return value


def exported(folder: Path) -> int:
    frame = pyogrio.read_dataframe(folder / "parcels.gpkg")
    (number,) = set(frame["number"])
    assert len(frame) == ROWS
    return int(number)


def written_naively(folder: Path) -> int:
    content = (folder / "parcels.parquet").read_bytes()
    assert len(content) == 2_000_000
    return int.from_bytes(content[-4:], "big")


def kill_often(
    writers: Writers, folder: Path, step: str, last: Callable[[Path], int], kills: int
) -> tuple[int, int, int, float]:
    """Kill a writer many times; return steps acknowledged, kills that lost one, broken states, slowest opening."""
    dice = random.Random(20_260_101)  # noqa: S311  # moments, not secrets
    lost = broken = steps = first = 0
    slowest = 0.0
    for _ in range(kills):
        acknowledged = writers.life(step, folder, first, dice.uniform(0, LONGEST_LIFE_S))
        steps += len(acknowledged)
        try:
            started = time.perf_counter()
            if step in ("save", "enter", "edit"):
                open_workspace(folder).tables()
            slowest = max(slowest, time.perf_counter() - started)
            found = last(folder)
        except Exception:
            broken += 1
        else:
            lost += found not in (acknowledged[-1], acknowledged[-1] + 1)
        first = acknowledged[-1] + 2
    return steps, lost, broken, slowest


FORMS = {"save": (saved, 2), "enter": (entered, 4), "edit": (edited, 4), "export": (exported, 4)}


@pytest.mark.slow
@pytest.mark.parametrize("step", FORMS)
def test_nothing_acknowledged_is_lost(writers: Writers, tmp_path: Path, long_form: bool, step: str) -> None:
    folder = tmp_path / "a.parkplan"
    create_workspace(folder, crs="EPSG:4547", actor="test")
    last, share = FORMS[step]
    kills = (LONG_KILLS if long_form else SHORT_KILLS) // share
    steps, lost, broken, slowest = kill_often(writers, folder, step, last, kills)
    print(f"{step}: {kills} kills, {steps} steps acknowledged, slowest opening {slowest:.3f} s")
    assert steps >= kills
    assert (lost, broken) == (0, 0)


def test_the_kill_test_finds_a_writer_that_writes_in_place(writers: Writers, tmp_path: Path) -> None:
    _, _, broken, _ = kill_often(writers, tmp_path, "naive", written_naively, 20)
    assert broken > 0
