"""What the map of a whole district costs the processor when nothing is prepared for it, and when everything is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from parkplan.data.workspace import open_workspace
from parkplan.data.workspace.folder import DERIVED
from parkplan.model.workspace import TableInfo

PREPARE = """
import sys, time
from parkplan.data.workspace import open_workspace
from parkplan.jobs.warm_up import prepare
start = time.process_time()
prepare(open_workspace(sys.argv[1]))
print(time.process_time() - start)
"""


def preparing(place: Path) -> str:
    """Processor time of the map of a district when nothing is prepared and when it is, and what the files take."""
    for file in (place / DERIVED).glob("*.arrays"):
        file.unlink()
    command = [sys.executable, "-c", PREPARE, str(place)]
    seconds = [float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(2)]
    size = sum(file.stat().st_size for file in (place / DERIVED).glob("*.arrays"))
    rows = ", ".join(f"{info.rows:,} {info.name}" for info in sorted(open_workspace(place).tables(), key=_most_first))
    return f"- {seconds[0]:.1f} s, then {seconds[1]:.1f} s, {size / 1e9:.2f} GB: {rows}"


def _most_first(info: TableInfo) -> int:
    return -info.rows


def told_costs(costs: list[str]) -> list[str]:
    """The figures of `preparing` as lines of Markdown; nothing where there are none."""
    if not costs:
        return []
    what = (
        "Processor time of the first visitor's map of the whole districts (both languages, opening tiles, figures,"
        " filter fields, shapes) when nothing is prepared, then when it is, and what the prepared files take:"
    )
    return [what, "", *costs, ""]
