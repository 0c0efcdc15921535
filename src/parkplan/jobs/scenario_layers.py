"""Layout options as map layers: the land of a scenario, what differs between two, where several agree."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np

from parkplan.jobs.compare import option_pieces
from parkplan.jobs.derived import Derivation, derived_table
from parkplan.jobs.options import library
from parkplan.model.derived_tables import OPTION_AGREEMENT, OPTION_CHANGES, SCENARIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parkplan.compare.difference import Differences
    from parkplan.compare.pieces import Pieces
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.frames import Loaded
    from parkplan.jobs.scenario_state import Option

REVISION: Final = 1
"""Raised when the same edits are drawn in another way."""


def _none(ws: Workspace) -> Loaded | None:
    """No option is in force: a map shows one only where a page names it."""
    return None


SCENARIO_MAP: Final = Derivation(SCENARIO, "parcels", _none)
CHANGES_MAP: Final = Derivation(OPTION_CHANGES, "parcels", _none)
AGREEMENT_MAP: Final = Derivation(OPTION_AGREEMENT, "parcels", _none)
OPTION_MAPS: Final = (SCENARIO_MAP, CHANGES_MAP, AGREEMENT_MAP)
OPTION_TABLES: Final = frozenset(made.table.name for made in OPTION_MAPS)
"""Tables that only the pages of options show, so that no other map lists their layers."""


def scenario_table(ws: Workspace, one: Option) -> Loaded:
    """Return the land of a scenario as a table for maps, piece by piece in the order of its state."""
    return derived_table(ws, SCENARIO_MAP, _version(ws, one), lambda: _land(one))


def changes_table(ws: Workspace, first: Option, second: Option, found: Differences) -> Loaded:
    """Return what differs between two scenarios as a table for maps."""
    version = _version(ws, first, second)
    return derived_table(ws, CHANGES_MAP, version, lambda: _changes(first, second, found))


def agreement_table(ws: Workspace, options: Sequence[Option], agreement: npt.NDArray[np.object_]) -> Loaded:
    """Return where scenarios agree as a table for maps, row by row that of the parcels."""

    def make() -> gpd.GeoDataFrame:
        parcels = options[0].district.parcels
        return gpd.GeoDataFrame(
            {"parcel_id": parcels["parcel_id"].to_numpy(dtype=object), "agreement": agreement},
            geometry=parcels.geometry.array,
            crs=parcels.crs,
        )

    return derived_table(ws, AGREEMENT_MAP, _version(ws, *options), make)


def _version(ws: Workspace, *options: Option) -> str:
    """Return the hash of everything that a table of options rests on."""
    uses = {name: one.land_use for name, one in library().typologies.items()}
    content = [REVISION, ws.info("parcels").version, uses, [[astuple(edit) for edit in one.edits] for one in options]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _land(one: Option) -> gpd.GeoDataFrame:
    pieces, state = option_pieces(one), one.state
    return gpd.GeoDataFrame(
        {
            "parcel_id": state.parcel_id,
            "land_class": pieces.land_class,
            "land_use": pieces.land_use,
            "typology": state.typology,
            "far": pieces.far,
            "cluster": state.cluster,
            "park_id": state.park_id,
            "phase": state.phase,
            "area_m2": pieces.area_m2,
            "changed": state.changed,
            "locked": state.locked,
        },
        geometry=state.geometry,
        crs=one.district.parcels.crs,
    )


def _changes(first: Option, second: Option, found: Differences) -> gpd.GeoDataFrame:
    before, after = option_pieces(first), option_pieces(second)
    columns = {
        "patch_id": np.array([f"{number}" for number in range(1, len(found) + 1)], dtype=object),
        "kind": found.kind,
        "class_before": _taken(before.land_class, found.before),
        "class_after": _taken(after.land_class, found.after),
        "typology_before": _taken(before.state.typology, found.before),
        "typology_after": _taken(after.state.typology, found.after),
        "area_m2": found.area_m2,
    }
    return gpd.GeoDataFrame(columns, geometry=found.geometry, crs=first.district.parcels.crs)


def _taken(values: npt.NDArray[np.object_], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    found = np.full(len(rows), None, dtype=object)
    found[rows >= 0] = values[rows[rows >= 0]]
    return found


def pieces_at(pieces: Pieces, names: Sequence[str]) -> list[int]:
    """Return the positions of pieces by name, those that are there."""
    at = {name: place for place, name in enumerate(pieces.state.parcel_id.tolist())}
    return [at[name] for name in names if name in at]
