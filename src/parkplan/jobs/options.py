"""The district as all its layout options share it, and the library that judges them; kept by versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.compare.district import District, district_of
from parkplan.compare.measures import Library
from parkplan.data.typologies import load_assumptions, load_option_assumptions, load_typologies
from parkplan.jobs.frames import require
from parkplan.jobs.kept import Kept
from parkplan.model.tables import PARCELS

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

TABLES: Final = ("buildings", "land_use_plan", "constraints", "facilities", "roads", "streets")
_districts: Final = Kept[tuple[object, ...], District](limit=4)


def library() -> Library:
    """Return typologies and assumptions as the layer folder has them now."""
    return Library(load_typologies(), load_assumptions(), load_option_assumptions())


def shared_district(ws: Workspace) -> District:
    """Return what all options of a workspace share, worked out once for the same data and assumptions.

    Raises:
        RequestError: the workspace has no parcels, or they have no numbers.

    """
    known = {info.name: info for info in ws.tables()}
    parcels = require(ws, PARCELS.name)
    if PARCELS.key not in parcels.info.columns:
        raise RequestError("scenario_no_numbers", workspace=ws.name)
    assumed = load_option_assumptions()
    there = [name for name in TABLES if name in known]
    versions = tuple((name, known[name].version) for name in (PARCELS.name, *there))

    def make() -> District:
        return district_of(parcels.frame, {name: require(ws, name).frame for name in there}, assumed)

    return _districts.get((ws.address, versions, assumed.model_dump_json()), make)
