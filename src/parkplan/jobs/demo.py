"""A fictional district to try everything on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parkplan.data.workspace import build_workspace, open_workspace
from parkplan.demo import DEMO_NOTE, generate_district
from parkplan.i18n import Text, message
from parkplan.jobs.prepared import prepare_large
from parkplan.jobs.progress import silent
from parkplan.jobs.title import set_title
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress
    from parkplan.model.workspace import TableInfo

DEMO_CRS = "EPSG:4547"
DEMO_TITLE = Text("云汀区（虚构）", "Yunting District (fictional)")


@dataclass(frozen=True, slots=True)
class DemoDistrict:
    """The workspace that was made."""

    address: str
    size: str | int
    seed: int
    synthetic: bool
    tables: tuple[TableInfo, ...]


def demo(out: str | Path, *, size: str | int = "district", seed: int = 7, progress: Progress = silent) -> DemoDistrict:
    """Make a fictional district in a new workspace; the same size and seed give the same district.

    ``size`` is "small", "district" (about 1,000 industrial parcels) or a number of parcels up to 1,000,000.

    Raises:
        WorkspaceError: something is already at ``out``, or the disk is full or read-only.
        RequestError: the size is unknown.
    """
    with build_workspace(out, crs=DEMO_CRS, actor="parkplan demo") as workspace:
        set_title(workspace, zh=DEMO_TITLE.zh, en=DEMO_TITLE.en, actor="parkplan demo")
        _fill(workspace, size, seed, progress)
    made = open_workspace(out)
    prepare_large(made.address, progress)
    return DemoDistrict(made.address, size, seed, made.synthetic, made.tables())


def _fill(workspace: Workspace, size: str | int, seed: int, progress: Progress) -> None:
    progress(message("cli.demo_making"))
    tables = generate_district(size=size, seed=seed)
    progress(message("cli.demo_writing"))
    workspace.write(
        tables,
        change=Change(
            actor="parkplan demo",
            action="demo",
            source=f"parkplan demo --size {size} --seed {seed}",
            synthetic=True,
            note=f"{DEMO_NOTE.zh} {DEMO_NOTE.en}",
        ),
    )
