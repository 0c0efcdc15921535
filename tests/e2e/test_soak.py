"""Many users at once: editors lose nothing, sessions see no fault, tiles all arrive. Long counts with ``--long``."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from shutil import copytree
from typing import TYPE_CHECKING
from urllib.request import urlopen

import numpy as np
import pytest

from parkplan.data.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import BrowserPages

pytestmark = pytest.mark.soak

EDITOR = """
import json, sys, time
from parkplan.data.workspace import open_workspace
address, name, edits = sys.argv[1], sys.argv[2], int(sys.argv[3])
workspace, seconds = open_workspace(address), []
for number in range(edits):
    started = time.perf_counter()
    workspace.enter("targets", f"{name}-{number % 5}", number, actor=name, reason="soak")
    seconds.append(time.perf_counter() - started)
print(json.dumps(seconds))
"""


def test_editors_lose_nothing(small_demo: Path, tmp_path: Path, long_form: bool) -> None:
    """Every acknowledged edit of every process is in the journal, in the editor's own order, and the chain holds."""
    editors, edits = (20, 100) if long_form else (4, 10)
    address = tmp_path / "shared.parkplan"
    copytree(small_demo, address)
    before = len(open_workspace(address).journal())
    started = [
        subprocess.Popen(
            [sys.executable, "-c", EDITOR, str(address), f"editor-{number}", str(edits)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(editors)
    ]
    seconds = [second for process in started for second in json.loads(process.communicate(timeout=600)[0])]
    workspace = open_workspace(address)
    workspace.verify()
    entries = list(reversed(workspace.journal()))[before:]
    assert len(entries) == len(seconds) == editors * edits
    for number in range(editors):
        own = [entry.differences[0].after for entry in entries if entry.actor == f"editor-{number}"]
        assert own == list(range(edits))
    print(f"\n{editors} editors x {edits} edits: p95 {np.quantile(seconds, 0.95) * 1000:.0f} ms a save")


def test_tiles_arrive_for_everybody(app: str, long_form: bool) -> None:
    clients, rounds = (20, 200) if long_form else (4, 10)
    tiles = [f"{app}/tiles/parcels_by_status/14/{13338 + x}/{7136 + y}.mvt" for x in range(5) for y in range(4)]

    def visit(client: int) -> list[int]:
        statuses = []
        for number in range(rounds):
            with urlopen(tiles[(client * 7 + number) % len(tiles)], timeout=60) as answer:
                statuses.append(answer.status)
                answer.read()
        return statuses

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        statuses = [status for found in pool.map(visit, range(clients)) for status in found]
    assert len(statuses) == clients * rounds
    assert set(statuses) <= {200, 204}
    assert 200 in statuses
    print(f"\n{clients} clients: {len(statuses) / (time.perf_counter() - started):.0f} tiles a second")


@pytest.mark.browser
def test_sessions_see_no_fault(app: str, browser_page: BrowserPages, long_form: bool) -> None:
    sessions = 30 if long_form else 2
    pages = [browser_page(app) for _ in range(sessions)]
    for page in pages:
        page.get_by_text("虚构").first.wait_for(timeout=120_000)
        assert page.get_by_test_id("stException").count() == 0
