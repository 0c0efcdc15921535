"""Faults of the formulas and units that a definition file names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan._errors import DefinitionError
from parkplan.data.definitions import AnyRecord, Definition, unknown_name
from parkplan.expressions import parse
from parkplan.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parkplan.data.definitions import Place


def faults_of_formulas(
    definition: Definition[AnyRecord], texts: Iterable[tuple[Place, str]]
) -> Iterator[DefinitionError]:
    """Return a fault for each text that is no expression, with the reason as its detail."""
    for place, text in texts:
        try:
            parse(text)
        except DefinitionError as error:
            fault = definition.fault("definition_formula", *place)
            yield DefinitionError(fault.key, details=(error,), **fault.values)


def faults_of_units(definition: Definition[AnyRecord], places: Iterable[Place]) -> Iterator[DefinitionError]:
    """Return a fault for each place whose ``unit`` is not a key of `parkplan.units.UNITS`."""
    for place in places:
        unit = definition.value(*place, "unit")
        if isinstance(unit, str) and unit not in UNITS:
            yield unknown_name(definition, "definition_unit", (*place, "unit"), unit, list(UNITS))
