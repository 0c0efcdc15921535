"""The pieces of land while edits are carried out on them, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from parkplan.model.scenarios import Refused, ScenarioState

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from parkplan.model.scenarios import Edit

    Rows = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.object_]
    Parts = tuple[tuple[int, float], ...]

ALIKE: Final = ("land_use", "cluster", "park_id")
"""Properties that a parcel table brings."""
_OWN: Final = ("typology", "far", "phase", "locked", "drawn", "geometry", "source_row", "parcel_id", "alive", *ALIKE)


class Work:
    """Columns of pieces that grow; a piece that is gone is no longer ``alive``."""

    def __init__(self, parcels: gpd.GeoDataFrame) -> None:
        rows = len(parcels)
        self._table = {name: _texts(parcels, name) for name in ALIKE}
        self.parcel_id: Texts = _texts(parcels, "parcel_id")
        self.geometry: npt.NDArray[Any] = np.array(parcels.geometry.array, dtype=object)
        self.source_row: Rows = np.arange(rows)
        self.land_use, self.cluster, self.park_id = (self._table[name].copy() for name in ALIKE)
        self.typology: Texts = np.full(rows, None, dtype=object)
        self.drawn: Texts = np.full(rows, None, dtype=object)
        self.far = np.full(rows, np.nan)
        self.phase: Rows = np.zeros(rows, dtype=np.int64)
        self.locked = np.zeros(rows, dtype=bool)
        self.alive = np.ones(rows, dtype=bool)
        self.parts: dict[int, Parts] = {}
        self.refused: list[Refused] = []
        self._at = dict(zip(self.parcel_id.tolist(), range(rows), strict=True))

    def refuse(self, edit: Edit, key: str, subject: str) -> None:
        """Note that an edit cannot be carried out."""
        self.refused.append(Refused(edit, key, subject))

    def before(self, column: str, rows: Rows) -> Texts:
        """Return what the parcel table says of some pieces."""
        source, found = self.source_row[rows], np.full(len(rows), None, dtype=object)
        known = source >= 0
        found[known] = self._table[column][source[known]]
        return found

    def open_rows(self, edit: Edit) -> Rows:
        """Return the pieces that an edit names and that it may change; the others are refused."""
        found = []
        for name in edit.parcels:
            row = self._at.get(name)
            if row is None or not self.alive[row]:
                self.refuse(edit, "scenario_parcel_missing", name)
            elif self.locked[row] and edit.kind != "lock":
                self.refuse(edit, "scenario_parcel_locked", name)
            else:
                found.append(row)
        return np.asarray(found, dtype=np.int64)

    def parts_of(self, row: int) -> Parts:
        """Return which shares of which table rows a piece is made of."""
        kept = self.parts.get(row)
        if kept is not None:
            return kept
        source = int(self.source_row[row])
        return ((source, 1.0),) if source >= 0 else ()

    def add(self, like: int | None, names: Sequence[str], shapes: Sequence[Any], parts: Sequence[Parts]) -> Rows:
        """Add pieces with the properties of another one, or of none, and return their positions."""
        first, count = len(self.parcel_id), len(names)
        for column in _OWN:
            values = getattr(self, column)
            empty = np.full(1, _EMPTY[column], dtype=values.dtype)
            more = np.repeat(empty if like is None else values[[like]], count)
            setattr(self, column, np.concatenate([values, more]))
        rows = np.arange(first, first + count)
        self.alive[rows] = True
        for row, name, shape, made_of in zip(rows.tolist(), names, shapes, parts, strict=True):
            self.parcel_id[row], self.geometry[row] = name, shape
            self.parts[row] = made_of
            self._at[name] = row
        return rows

    def taken(self, name: str) -> bool:
        """Whether there is a piece of this name now."""
        row = self._at.get(name)
        return row is not None and bool(self.alive[row])

    def remove(self, rows: Sequence[int]) -> None:
        """Take pieces away."""
        self.alive[list(rows)] = False

    def meeting(self, shape: Any) -> list[int]:  # noqa: ANN401  # any polygon
        """Return the pieces that share an area with a shape."""
        box = shapely.bounds(shape)
        west, south, east, north = shapely.bounds(self.geometry).T
        near = (west < box[2]) & (east > box[0]) & (south < box[3]) & (north > box[1]) & self.alive
        rows = np.flatnonzero(near)
        shared = shapely.area(shapely.intersection(self.geometry[rows], shape))
        return [int(row) for row in rows[shared > LEAST_M2]]

    def state(self) -> ScenarioState:
        """Return what the edits led to."""
        rows = np.flatnonzero(self.alive)
        listed = [(piece, part) for piece, row in enumerate(rows.tolist()) for part in self.parts.get(row, ())]
        whole = np.array([row not in self.parts for row in rows.tolist()], dtype=bool)
        piece = np.concatenate([np.flatnonzero(whole), np.array([one for one, _ in listed], dtype=np.int64)])
        source = np.concatenate([self.source_row[rows[whole]], np.array([part[0] for _, part in listed], np.int64)])
        share = np.concatenate([np.ones(int(whole.sum())), np.array([part[1] for _, part in listed])])
        order = np.lexsort((source, piece))
        return ScenarioState(
            **{name: getattr(self, name)[rows] for name in _OWN if name != "alive"},
            part_piece=piece[order],
            part_row=source[order],
            part_share=share[order],
            changed=self._changed(rows) | ~whole,
            refused=tuple(self.refused),
        )

    def _changed(self, rows: Rows) -> npt.NDArray[np.bool_]:
        found = np.isfinite(self.far[rows]) | (self.phase[rows] > 0) | (self.typology[rows] != None)  # noqa: E711
        for column in ALIKE:
            found |= getattr(self, column)[rows] != self.before(column, rows)
        return np.asarray(found, dtype=bool)


LEAST_M2: Final = 1.0
"""Slivers below this are no land: a shape that touches a parcel by so little does not cut it."""
_EMPTY: Final[dict[str, object]] = {
    "typology": None, "far": np.nan, "phase": 0, "locked": False, "drawn": None, "geometry": None, "source_row": -1,
    "parcel_id": None, "alive": True, **dict.fromkeys(ALIKE),
}  # fmt: skip


def _texts(frame: pd.DataFrame, name: str) -> Texts:
    if name not in frame.columns:
        return np.full(len(frame), None, dtype=object)
    values = frame[name].astype(object)
    return np.asarray(values.where(values.notna(), None).to_numpy(dtype=object))
