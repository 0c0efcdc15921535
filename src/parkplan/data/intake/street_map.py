"""OpenStreetMap: roads, buildings or land use of an extract, as rows of one kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parkplan.data.intake.containers import refuse_document_types
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.street_file import require_whole
from parkplan.data.intake.vector import Raw, read_vector

if TYPE_CHECKING:
    from parkplan.data.intake.vector import Progress, Source


@dataclass(frozen=True, slots=True)
class Theme:
    """What is taken of an extract: the layer of the reader, and the tag that a row must have."""

    layer: str
    tag: str


THEMES: Final = {
    "roads": Theme("lines", "highway"),
    "buildings": Theme("multipolygons", "building"),
    "landuse": Theme("multipolygons", "landuse"),
}
_OF_TABLE: Final = {"roads": "roads", "buildings": "buildings", "land_use_plan": "landuse", "parcels": "landuse"}


def read_street_map(source: Source, progress: Progress) -> Raw:
    """Read one theme; without a choice it is the one of the table that the rows are to become.

    Columns that are empty in all rows are left out.
    """
    if source.path.suffix == ".osm":
        refuse_document_types(source.path, source.name)
    require_whole(source.path, source.name)
    name = source.layer or _OF_TABLE.get(source.table)
    if name not in THEMES:
        key = "import_choose_layer" if source.layer is None else "import_unknown_layer"
        layers = ", ".join(THEMES)
        raise FileFaultError(key, file=source.name, layers=layers, **({"layer": source.layer} if source.layer else {}))
    theme = THEMES[name]
    raw = read_vector(replace(source, layer=theme.layer), progress)
    has_tag = pc.fill_null(pc.is_valid(raw.attributes.column(theme.tag)), False)
    table = raw.attributes.filter(has_tag)
    table = table.select([column for column in table.column_names if table.column(column).null_count < len(table)])
    kept = np.asarray(has_tag.to_numpy(zero_copy_only=False) if isinstance(has_tag, pa.Array) else has_tag.to_numpy())
    if not kept.any():
        raise FileFaultError("import_no_rows", file=source.name)
    return Raw(table, raw.wkb.filter(pa.array(kept.astype(bool))), name, tuple(THEMES), raw.crs, "utf-8", raw.findings)
