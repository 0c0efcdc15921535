"""Profiles of site plans, read from ``layers/siteplans/``, and building modules, which are forms of typologies."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.data.definitions import Faults, definitions_folder, near, read_definition, read_definitions, stamp_of
from parkplan.data.typologies import load_typologies
from parkplan.model.siteplan import Module, SitePlanProfile, modules_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SITEPLANS: Final = "siteplans"


def load_modules(folder: Path | str | None = None) -> Mapping[str, Module]:
    """Return the building modules by id, made from the typologies of the layer folder.

    >>> load_modules()["office"].administrative
    True

    Raises:
        DefinitionError: with one detail for each fault of each file.

    """
    return modules_of(load_typologies(folder).values())


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
