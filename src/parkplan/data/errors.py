"""How far figures may be off: read from ``layers/errors/``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan.data.definitions import Faults, definitions_folder, read_definition, stamp_of, unknown_name
from parkplan.model.measurement import MeasurementErrors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan._errors import DefinitionError
    from parkplan.data.definitions import Definition

MEASUREMENT: Final = Path("errors") / "measurement.yaml"


def load_measurement_errors(folder: Path | str | None = None) -> MeasurementErrors:
    """Return the assumed errors of figures; read again only when the file has changed.

    >>> next(one.cv for one in load_measurement_errors().sources if one.id == "buildings")
    0.15

    Raises:
        DefinitionError: with one detail for each fault.

    """
    chosen = definitions_folder(folder)
    return _load(chosen, stamp_of(chosen / MEASUREMENT.parent))


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: object) -> MeasurementErrors:
    faults = Faults()
    found = read_definition(folder / MEASUREMENT, MeasurementErrors, faults)
    faults.extend(_faults(found))
    faults.check(folder / MEASUREMENT.parent)
    assert found.record is not None  # noqa: S101  # a file without record has faults
    return found.record


def _faults(found: Definition[MeasurementErrors]) -> Iterator[DefinitionError]:
    if found.record is None:
        return
    known = [one.id for one in found.record.sources]
    named: list[tuple[tuple[str | int, ...], str]] = [(("otherwise",), found.record.otherwise)]
    for place, figure in enumerate(found.record.figures):
        named += [(("figures", place, "source"), figure.source)] if figure.source is not None else []
        named += [(("figures", place, "sources", mark), source) for mark, source in figure.sources.items()]
    for where, name in named:
        if name not in known:
            yield unknown_name(found, "definition_error_source", where, name, known)
