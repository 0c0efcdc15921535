"""Typologies and assumptions on reuse, options and services: read from their folders under ``layers/``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan.data.definitions import (
    Faults,
    definitions_folder,
    read_definition,
    read_definitions,
    stamp_of,
    unknown_name,
)
from parkplan.model.options import OptionAssumptions
from parkplan.model.services import ServiceAssumptions
from parkplan.model.typologies import ReuseAssumptions, Typology

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parkplan._errors import DefinitionError
    from parkplan.data.definitions import Definition

TYPOLOGIES: Final = "typologies"
ASSUMPTIONS: Final = Path("reuse") / "assumptions.yaml"
OPTIONS: Final = Path("options") / "assumptions.yaml"
SERVICES: Final = Path("services") / "assumptions.yaml"


def load_typologies(folder: Path | str | None = None) -> Mapping[str, Typology]:
    """Return the typologies of the layer folder by id; read again only when a file has changed.

    >>> load_typologies()["single_storey_plant"].storeys.value
    1.0

    Raises:
        DefinitionError: with one detail for each fault of each file.

    """
    chosen = definitions_folder(folder) / TYPOLOGIES
    return _typologies(chosen, stamp_of(chosen))


def load_assumptions(folder: Path | str | None = None) -> ReuseAssumptions:
    """Return the assumptions on reuse of the layer folder.

    >>> load_assumptions().typology
    'standard_factory'

    Raises:
        DefinitionError: with one detail for each fault.

    """
    chosen = definitions_folder(folder)
    return _assumptions(chosen, stamp_of(chosen / ASSUMPTIONS.parent), tuple(load_typologies(folder)))


def load_option_assumptions(folder: Path | str | None = None) -> OptionAssumptions:
    """Return what the comparison of layout options assumes.

    >>> load_option_assumptions().contiguity_gap_m.value
    30.0

    Raises:
        DefinitionError: with one detail for each fault.

    """
    chosen = definitions_folder(folder)
    return _options(chosen, stamp_of(chosen / OPTIONS.parent))


def load_services(folder: Path | str | None = None) -> ServiceAssumptions:
    """Return the services that are sited, with their reach.

    >>> [one.id for one in load_services().services]
    ['fire_station', 'canteen', 'bus_stop', 'wastewater']

    Raises:
        DefinitionError: with one detail for each fault.

    """
    chosen = definitions_folder(folder)
    return _services(chosen, stamp_of(chosen / SERVICES.parent), tuple(load_typologies(folder)))


@lru_cache(maxsize=8)
def _services(folder: Path, stamp: object, typologies: tuple[str, ...]) -> ServiceAssumptions:
    faults = Faults()
    found = read_definition(folder / SERVICES, ServiceAssumptions, faults)
    for place, one in enumerate(() if found.record is None else found.record.services):
        if one.typology is not None and one.typology not in typologies:
            where = ("services", place, "typology")
            faults.append(unknown_name(found, "definition_typology", where, one.typology, typologies))
    faults.check(folder / SERVICES.parent)
    assert found.record is not None  # noqa: S101  # a file without record has faults
    return found.record


@lru_cache(maxsize=8)
def _options(folder: Path, stamp: object) -> OptionAssumptions:
    faults = Faults()
    found = read_definition(folder / OPTIONS, OptionAssumptions, faults)
    faults.check(folder / OPTIONS.parent)
    assert found.record is not None  # noqa: S101  # a file without record has faults
    return found.record


@lru_cache(maxsize=8)
def _typologies(folder: Path, stamp: object) -> Mapping[str, Typology]:
    faults = Faults()
    found = read_definitions(folder, Typology, faults)
    faults.extend(_forms_twice(found))
    faults.check(folder)
    return {one.record.id: one.record for one in found if one.record is not None}


def _forms_twice(found: Sequence[Definition[Typology]]) -> Iterator[DefinitionError]:
    """Yield a fault for each building form whose id another one has already."""
    owners: dict[str, str] = {}
    for definition in found:
        for index, form in enumerate(definition.record.forms if definition.record else ()):
            if form.id in owners:
                yield definition.fault(
                    "definition_form_twice", "forms", index, "id", name=form.id, other=owners[form.id]
                )
            owners.setdefault(form.id, definition.path.stem)


@lru_cache(maxsize=8)
def _assumptions(folder: Path, stamp: object, typologies: tuple[str, ...]) -> ReuseAssumptions:
    faults = Faults()
    found = read_definition(folder / ASSUMPTIONS, ReuseAssumptions, faults)
    if found.record is not None and found.record.typology not in typologies:
        faults.append(unknown_name(found, "definition_typology", ("typology",), found.record.typology, typologies))
    faults.check(folder / ASSUMPTIONS.parent)
    assert found.record is not None  # noqa: S101  # a file without record has faults
    return found.record
