"""Evaluation schemes: read from ``layers/evaluations/``, every formula and unit in them checked."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan.data.definitions import Faults, definitions_folder, read_definitions, stamp_of
from parkplan.data.formulas import faults_of_formulas, faults_of_units
from parkplan.model.evaluation import Evaluation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parkplan._errors import DefinitionError
    from parkplan.data.definitions import Definition

EVALUATIONS: Final = "evaluations"


def load_evaluations(folder: Path | str | None = None) -> Mapping[str, Evaluation]:
    """Return the evaluation schemes of the layer folder by id; read again only when a file has changed.

    >>> sum(item.weight for item in load_evaluations()["huangyan_2022"].indicators)
    100.0

    Raises:
        DefinitionError: with one detail for each fault of each file.

    """
    chosen = definitions_folder(folder) / EVALUATIONS
    return _load(chosen, stamp_of(chosen))


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: object) -> Mapping[str, Evaluation]:
    """Read a folder; ``stamp`` is part of the key of the cache."""
    faults = Faults()
    found = read_definitions(folder, Evaluation, faults)
    for definition in found:
        faults.extend(_faults(definition))
    faults.check(folder)
    return {definition.record.id: definition.record for definition in found if definition.record}


def _faults(definition: Definition[Evaluation]) -> Iterator[DefinitionError]:
    listed = definition.value("indicators")
    places = [("indicators", number) for number in range(len(listed) if isinstance(listed, list) else 0)]
    texts = [
        *definition.texts("applies_to"),
        *(text for place in places for text in definition.texts(*place, "expression")),
    ]
    yield from faults_of_formulas(definition, texts)
    yield from faults_of_units(definition, places)
