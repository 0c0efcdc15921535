"""The templates of reports: read from ``layers/reports/``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from parkplan.data.definitions import Faults, definitions_folder, read_definitions, stamp_of
from parkplan.data.layers import load_layers
from parkplan.model.codes import VERDICT
from parkplan.model.reports import ReportTemplate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REPORTS: Final = "reports"


def load_report_templates(folder: Path | str | None = None) -> Mapping[str, ReportTemplate]:
    """Return the templates of the layer folder by id; read again only when a file has changed.

    >>> sorted(load_report_templates())[:2]
    ['candidates', 'district']

    Raises:
        DefinitionError: with one detail for each fault of each file.

    """
    top = definitions_folder(folder)
    return _load(top, stamp_of(top / REPORTS), tuple(load_layers(top).layers))


@lru_cache(maxsize=8)
def _load(top: Path, stamp: object, layers: tuple[str, ...]) -> Mapping[str, ReportTemplate]:
    """Read a folder; ``stamp`` is part of the key of the cache."""
    faults = Faults()
    found = read_definitions(top / REPORTS, ReportTemplate, faults)
    for definition in found:
        for place, known in (("layers", layers), ("verdicts", tuple(VERDICT))):
            for where, name in definition.texts(place):
                if name not in known:
                    faults.append(definition.fault("definition_choice", *where, found=name, known=", ".join(known)))
    faults.check(top / REPORTS)
    return {definition.record.id: definition.record for definition in found if definition.record}
