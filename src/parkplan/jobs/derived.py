"""Tables that are computed from those of a workspace and shown on maps like them: verdicts, hexagons, candidate sites.

Each has a `Derivation`, which `derivation` finds by name. The version of a derived table is the hash of everything that
it rests on. It is kept in memory and, where the workspace is a folder, in ``derived/``; either may be lost at any time,
for the same question gives the same table again.

To add one: its columns as a `Table` in `parkplan.model.derived_tables.DERIVED_TABLES`, a derivation named in
`derivation`, a layer file whose ``table`` it is, and a sentence ``ui.layer_not_made_<table>`` for the time when there
is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.data.derived import is_version, keep_derived, read_derived
from parkplan.data.geoparquet import bounds_of
from parkplan.jobs.frames import Loaded
from parkplan.jobs.kept import Kept
from parkplan.model.workspace import TableInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from parkplan.data.workspace import Workspace
    from parkplan.model.columns import Table

_tables: Final = Kept[tuple[str, str, str], Loaded](limit=24)


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a derived table comes about.

    ``table``: its columns. ``base``: the table of the workspace that it rests on most; where that came from, and
    whether it is made up, holds for both. ``in_force``: the table that a map shows which names no version, or None
    where there is none; it must be quick, for every map of the district asks.
    """

    table: Table
    base: str
    in_force: Callable[[Workspace], Loaded | None]


def derivation(name: str) -> Derivation:
    """Return how a derived table comes about.

    Raises:
        KeyError: there is no such derived table.

    """
    from parkplan.jobs.cluster_layers import HEAT_MAP, HEXAGON_MAP
    from parkplan.jobs.scenario_layers import OPTION_MAPS
    from parkplan.jobs.service_layers import SERVICE_MAPS
    from parkplan.jobs.site_layer import SITE_MAP
    from parkplan.jobs.verdict_table import VERDICTS

    known = (VERDICTS, HEXAGON_MAP, HEAT_MAP, SITE_MAP, *OPTION_MAPS, *SERVICE_MAPS)
    return {made.table.name: made for made in known}[name]


def derived_table(ws: Workspace, how: Derivation, version: str, make: Callable[[], gpd.GeoDataFrame]) -> Loaded:
    """Return a derived table in a version: as it was kept, else made now and kept."""

    def found() -> Loaded:
        frame = read_derived(ws, how.table.name, version)
        if frame is None:
            frame = make()
            keep_derived(ws, how.table.name, version, frame)
        return _loaded(ws, how, frame, version)

    return _tables.get((ws.address, how.table.name, version), found)


def kept_table(ws: Workspace, how: Derivation, version: str) -> Loaded | None:
    """Return a derived table in a version if it is kept."""
    place = (ws.address, how.table.name, version)
    loaded = _tables.peek(place)
    if loaded is None and is_version(version):
        frame = read_derived(ws, how.table.name, version)
        loaded = None if frame is None else _tables.get(place, lambda: _loaded(ws, how, frame, version))
    return loaded


def load_derived(ws: Workspace, name: str, version: str | None) -> Loaded | None:
    """Return a derived table in a version that is kept, or the one in force; None where there is none."""
    asked = version or getattr(ws, "shown", {}).get(name)
    how = derivation(name)
    return how.in_force(ws) if asked is None else kept_table(ws, how, asked)


def _loaded(ws: Workspace, how: Derivation, frame: gpd.GeoDataFrame, version: str) -> Loaded:
    base = ws.info(how.base)
    info = TableInfo(
        name=how.table.name,
        version=version,
        rows=len(frame),
        columns=tuple(str(name) for name in frame.columns if name != "geometry"),
        geometry_type=how.table.geometry,
        crs=base.crs,
        bounds=bounds_of(np.asarray(frame.geometry)),
        created_at=datetime.now(UTC),
        source=base.source,
        synthetic=base.synthetic,
        note=base.note,
    )
    return Loaded(info, frame, ws.crs.to_wkt())


class WithDerived:
    """A workspace seen with derived tables of one choice: a map of it shows these and not those in force."""

    def __init__(self, ws: Workspace, *tables: Loaded) -> None:
        self._ws = ws
        self._tables = {table.name: table for table in tables}
        self.shown: dict[str, str] = {table.name: table.info.version for table in tables}

    def __getattr__(self, name: str) -> object:
        return getattr(self._ws, name)

    def tables(self) -> tuple[TableInfo, ...]:
        """Return the tables of the workspace and the derived ones."""
        return (*self._ws.tables(), *(table.info for table in self._tables.values()))

    def info(self, table: str, version: str | None = None) -> TableInfo:
        """Return what is known of a table."""
        return self._tables[table].info if table in self._tables else self._ws.info(table, version)

    def read(self, table: str, columns: Sequence[str] | None = None, version: str | None = None) -> gpd.GeoDataFrame:
        """Return rows of a table."""
        if table not in self._tables:
            return self._ws.read(table, columns, version)
        frame = self._tables[table].frame
        return frame if columns is None else frame[[*columns, "geometry"]]
