"""Profiles and modules of site plans: read from ``layers/siteplans/``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.data.definitions import Faults, definitions_folder, near, read_definition, read_definitions, stamp_of
from parkplan.model.siteplan import Module, SitePlanProfile

if TYPE_CHECKING:
    from collections.abc import Mapping

SITEPLANS: Final = "siteplans"
MODULES: Final = "modules"


def load_modules(folder: Path | str | None = None) -> Mapping[str, Module]:
    """Return the building modules by id.

    >>> load_modules()["office"].administrative
    True

    Raises:
        DefinitionError: with one detail for each fault of each file.

    """
    chosen = definitions_folder(folder) / SITEPLANS / MODULES
    return _modules(chosen, stamp_of(chosen))


def choose_profile(name: str, folder: Path | str | None = None) -> SitePlanProfile:
    """Return the limits of site plans by id or by the path of a file.

    >>> choose_profile("cn_industrial").limits[0].id
    'far_min'

    Raises:
        RequestError: the name is neither a profile nor a file.
        DefinitionError: with one detail for each fault of each file.

    """
    chosen = definitions_folder(folder) / SITEPLANS
    known = _profiles(chosen, stamp_of(chosen))
    if name in known:
        return known[name]
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        faults = Faults()
        definition = read_definition(path, SitePlanProfile, faults)
        faults.check(path.parent)
        if definition.record is not None:
            return definition.record
    raise RequestError("unknown_siteplan_profile", name=name, near=near(name, known) or "—", known=", ".join(known))


@lru_cache(maxsize=8)
def _profiles(folder: Path, stamp: object) -> Mapping[str, SitePlanProfile]:
    faults = Faults()
    found = read_definitions(folder, SitePlanProfile, faults)
    faults.check(folder)
    return {profile.record.id: profile.record for profile in found if profile.record}


@lru_cache(maxsize=8)
def _modules(folder: Path, stamp: object) -> Mapping[str, Module]:
    faults = Faults()
    found = read_definitions(folder, Module, faults)
    faults.check(folder)
    return {module.record.id: module.record for module in found if module.record}
