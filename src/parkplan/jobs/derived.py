"""Verdicts as a table that maps and filters can use: computed once for the same data, rules and choice.

The version of such a table is the hash of everything that it rests on. It is kept in memory and, where the workspace is
a folder, in ``derived/``; either may be lost at any time, for the same question gives the same table again.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np

import parkplan
from parkplan.data.derived import is_version, keep_derived, read_derived
from parkplan.data.evaluations import load_evaluations
from parkplan.data.geoparquet import bounds_of
from parkplan.jobs.frames import Loaded
from parkplan.jobs.kept import Kept
from parkplan.jobs.overrides import KIND as OVERRIDES
from parkplan.jobs.screen import Screening, judge, packs_of
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.model.tables import SCREENING
from parkplan.model.workspace import TableInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.model.screening import ScreeningChoice

REVISION: Final = 1
"""Raised when the same question gets another answer."""
MOST_ROWS: Final = 100_000
"""A larger district is not judged only because somebody opens a map; its verdicts are shown while they are kept."""
_screenings: Final = Kept[tuple[str, str], Screening](limit=8)
_tables: Final = Kept[tuple[str, str], Loaded](limit=12)


def screening_version(ws: Workspace, choice: ScreeningChoice) -> str:
    """Return the hash of everything that a screening rests on: data, rules, limits, overrides, day, this program."""
    said = {name: [item.value, item.actor, item.at.isoformat()] for name, item in ws.entered(OVERRIDES).items()}
    evaluation = load_evaluations().get(choice.evaluation)
    content = [
        REVISION,
        parkplan.__version__,
        sorted((info.name, info.version) for info in ws.tables()),
        dated(choice).model_dump_json(),
        [pack.model_dump_json() for pack in packs_of(choice)],
        "" if evaluation is None else evaluation.model_dump_json(),
        said,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def dated(choice: ScreeningChoice) -> ScreeningChoice:
    """Return the choice with its day of judgement written down, today if it has none."""
    return choice if choice.as_of is not None else choice.model_copy(update={"as_of": date.today()})


def screening(ws: Workspace, choice: ScreeningChoice) -> Screening:
    """Return the screening of a choice, computed once while data, rules and overrides stay the same.

    Raises:
        ParkplanError: as `parkplan.jobs.screen.judge`.

    """
    return _screenings.get((ws.address, screening_version(ws, choice)), lambda: judge(ws, dated(choice)))


def verdict_table(ws: Workspace, choice: ScreeningChoice) -> Loaded:
    """Return the verdicts of a choice as a table for maps, row by row that of the parcels."""
    version = screening_version(ws, choice)

    def make() -> Loaded:
        kept = read_derived(ws, SCREENING.name, version)
        if kept is None:
            kept = _table_of(screening(ws, choice))
            keep_derived(ws, SCREENING.name, version, kept)
        return _loaded(ws, kept, version)

    return _tables.get((ws.address, version), make)


def load_derived(ws: Workspace, name: str, version: str | None) -> Loaded | None:
    """Return a derived table in a version that is kept, or the one in force; None where there is none."""
    if name != SCREENING.name:
        return None
    asked = version or getattr(ws, "verdicts", None)
    if asked is None:
        return _in_force(ws)
    return _kept(ws, str(asked))


def _kept(ws: Workspace, version: str) -> Loaded | None:
    loaded = _tables.peek((ws.address, version))
    if loaded is None and is_version(version):
        frame = read_derived(ws, SCREENING.name, version)
        loaded = None if frame is None else _tables.get((ws.address, version), lambda: _loaded(ws, frame, version))
    return loaded


def _in_force(ws: Workspace) -> Loaded | None:
    saved = choice_in_force(ws)
    if saved is None or all(info.name != SCREENING.rows_of for info in ws.tables()):
        return None
    if ws.info("parcels").rows > MOST_ROWS:
        return _kept(ws, screening_version(ws, saved.choice))
    return verdict_table(ws, saved.choice)


def _table_of(found: Screening) -> gpd.GeoDataFrame:
    names = [column.name for column in SCREENING.columns if column.name in found.parcels.columns]
    return gpd.GeoDataFrame(found.parcels[[*names, "geometry"]])


def _loaded(ws: Workspace, frame: gpd.GeoDataFrame, version: str) -> Loaded:
    parcels = ws.info("parcels")
    info = TableInfo(
        name=SCREENING.name,
        version=version,
        rows=len(frame),
        columns=tuple(str(name) for name in frame.columns if name != "geometry"),
        geometry_type="polygon",
        crs=parcels.crs,
        bounds=bounds_of(np.asarray(frame.geometry)),
        created_at=datetime.now(UTC),
        source=parcels.source,
        synthetic=parcels.synthetic,
        note=parcels.note,
    )
    return Loaded(info, frame, ws.crs.to_wkt())


class WithVerdicts:
    """A workspace seen with the verdicts of one choice: a map of it shows these and not those in force."""

    def __init__(self, ws: Workspace, table: Loaded) -> None:
        self._ws = ws
        self._table = table
        self.verdicts: str = table.info.version

    def __getattr__(self, name: str) -> object:
        return getattr(self._ws, name)

    def tables(self) -> tuple[TableInfo, ...]:
        """Return the tables of the workspace and that of the verdicts."""
        return (*self._ws.tables(), self._table.info)

    def info(self, table: str, version: str | None = None) -> TableInfo:
        """Return what is known of a table."""
        return self._table.info if table == SCREENING.name else self._ws.info(table, version)

    def read(self, table: str, columns: Sequence[str] | None = None, version: str | None = None) -> gpd.GeoDataFrame:
        """Return rows of a table."""
        if table != SCREENING.name:
            return self._ws.read(table, columns, version)
        frame = self._table.frame
        return frame if columns is None else gpd.GeoDataFrame(frame[[*columns, "geometry"]])
