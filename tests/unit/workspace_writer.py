"""A process that writes and acknowledges until it is killed; the kill test starts it.

It makes one child for each line on stdin. A line is a JSON object: what to do, where, and with which number to begin.
Each child tells its process id, then one line for each acknowledged step.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from parkplan.data.export import write_table
from parkplan.data.scenarios import Beginning, scenario_store
from parkplan.data.workspace import open_workspace
from parkplan.model.scenarios import BASE, Edit, Step
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 400


def frame(number: int) -> gpd.GeoDataFrame:
    """Return rows that can be told from those of every other number."""
    west = np.arange(ROWS) * 10.0
    values = {"number": np.full(ROWS, number), "name": [f"地块 {number} {row}" for row in range(ROWS)]}
    return gpd.GeoDataFrame(values, geometry=shapely.box(west, 0, west + 5, 5), crs="EPSG:4547")


def save(folder: str, number: int) -> None:
    """Write two tables as one change."""
    rows = frame(number)
    open_workspace(folder).write({"parcels": rows, "parks": rows.iloc[:3]}, change=Change("w", "save", str(number)))


def enter(folder: str, number: int) -> None:
    """Type in a value."""
    open_workspace(folder).enter("targets", "number", number, "w")


def edit(folder: str, number: int) -> None:
    """Save a step of a scenario, which is begun where there is none."""
    store = scenario_store(open_workspace(folder))
    known = store.scenarios() or (store.begin(Beginning("a", BASE, 0, "branch", ""), actor="w"),)
    edits = (Edit("phase", (f"P{number}",), number),)
    store.save(Step(0, known[0].id, "edit", edits, None, "w", datetime.now(UTC)), seen=known[0].head)


def export(folder: str, number: int) -> None:
    """Write a GeoPackage over the one before."""
    write_table(frame(number), "parcels", Path(folder) / "parcels.gpkg")


def save_naively(folder: str, number: int) -> None:
    """Write in place, as ``frame.to_parquet(path)`` does: the control that must fail."""
    content = number.to_bytes(4, "big") * 500_000
    with (Path(folder) / "parcels.parquet").open("wb") as stream:
        for start in range(0, len(content), 65_536):
            stream.write(content[start : start + 65_536])
            stream.flush()


STEPS: dict[str, Callable[[str, int], None]] = {
    "save": save,
    "enter": enter,
    "edit": edit,
    "export": export,
    "naive": save_naively,
}


def _say(text: object) -> None:
    os.write(1, f"{text}\n".encode())


def _work(order: dict[str, str | int]) -> None:
    step, number = STEPS[str(order["step"])], int(order["first"])
    while True:
        step(str(order["folder"]), number)
        _say(number)
        number += 1


def main() -> None:
    """Start a child for each order, and say when it is dead."""
    _say("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _say(os.getpid())
            _work(json.loads(line))
        os.waitpid(child, 0)
        _say("dead")


if __name__ == "__main__":
    main()
