"""The layers of one district: those of the catalogue, and a plain one for every table that none of them shows.

A file that is imported under a name of its own, or a canonical table whose columns fill no layer of the catalogue, is
on the map from the first moment, with all its columns in the card and in the filters.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from parkplan.data.geoparquet import GEOMETRY
from parkplan.data.layers import columns_of, load_layers
from parkplan.data.prepared import Prepared
from parkplan.expressions import parse
from parkplan.i18n import catalogue
from parkplan.jobs.kept import Kept
from parkplan.jobs.prepared import kept_arrays, worth
from parkplan.model.derived_tables import DERIVED_TABLES
from parkplan.model.layers import LayerGroup, LayerSet, LayerSpec, SingleStyle, Symbol, Text
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.model.workspace import GeometryType, TableInfo

GROUP: Final = "imported"
FILTERS_MOST: Final = 12
"""How many columns a filter form offers; the table may have many more."""
_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]*")
_COLOURS: Final[Mapping[GeometryType, str]] = {"polygon": "#b5651d", "line": "#6a3d9a", "point": "#c2185b"}
_SYMBOLS: Final[Mapping[GeometryType, Symbol]] = {
    "polygon": Symbol(stroke="#7a3f0c", stroke_width_px=0.8, opacity=0.8, fill_opacity=0.55),
    "line": Symbol(stroke_width_px=2.0, opacity=0.9),
    "point": Symbol(stroke="#ffffff", stroke_width_px=1.0, radius_px=5.0, opacity=0.95),
}
_sets: Final = Kept[tuple[str, ...], "tuple[LayerSet, LayerSet]"](limit=32)
_shown: Final = Kept[tuple[str, ...], bool](limit=1024)


def layers_of(ws: Workspace) -> LayerSet:
    """Return the layers that a workspace can have: the catalogue, before it a group of the tables it does not show.

    Raises:
        DefinitionError: a layer file is faulty.

    """
    known = load_layers()
    tables = [info for info in ws.tables() if info.name not in DERIVED_TABLES]
    place = (ws.address, *(f"{info.name}:{info.version}" for info in tables))

    def make() -> tuple[LayerSet, LayerSet]:
        return known, _with_own(known, [info for info in tables if _needs_own(ws, known, info)])

    base, made = _sets.get(place, make)
    if base is not known:  # a layer file has changed
        _sets.drop(place, (base, made))
        base, made = make()
    return made


def _with_own(known: LayerSet, tables: list[TableInfo]) -> LayerSet:
    if not tables:
        return known
    own: dict[str, LayerSpec] = {}
    for info in tables:
        spec = own_layer(info, taken={*known.layers, *own})
        own[spec.id] = spec
    group = LayerGroup(id=GROUP, title=_text("layers.imported"), layers=tuple(own))
    return LayerSet((group, *known.groups), {**own, **known.layers}, known.palettes)


def own_layer(info: TableInfo, *, taken: set[str]) -> LayerSpec:
    """Return the plain layer of a table: one colour for its kind of geometry, all columns in the card.

    ``taken`` are the ids that other layers have.
    """
    canonical = TABLES.get(info.name)
    kind = info.geometry_type if info.geometry_type in _COLOURS else "polygon"
    title = Text(zh=info.name, en=info.name)
    if canonical is not None:
        title = Text(zh=canonical.title.zh, en=canonical.title.en)
    return LayerSpec(
        id=_identifier(info.name, taken),
        title=title,
        note=_text("layers.imported_note"),
        group=GROUP,
        table=info.name,
        style=SingleStyle(kind="single", colour=_COLOURS[kind]),
        symbol=_SYMBOLS[kind],
        popup=info.columns or (GEOMETRY,),
        filters=info.columns[:FILTERS_MOST],
        visible=True,
    )


def _identifier(table: str, taken: set[str]) -> str:
    """Return an id that addresses and folium can hold, whatever the table is called."""
    plain = _IDENTIFIER.fullmatch(table) is not None
    identifier = f"table_{table if plain else hashlib.sha256(table.encode()).hexdigest()[:12]}"
    while identifier in taken:
        identifier += "_"
    return identifier


def _text(key: str) -> Text:
    found = catalogue()[key]
    return Text(zh=found.zh, en=found.en)


def _needs_own(ws: Workspace, known: LayerSet, info: TableInfo) -> bool:
    """Whether a table has something to draw, and no layer of the catalogue shows a row of it."""
    specs = [spec for spec in known.layers.values() if spec.table == info.name]
    specs.sort(key=lambda spec: spec.where is not None)  # a layer of all rows is known without reading any
    return info.bounds is not None and not any(_shows(ws, spec, info) for spec in specs)


def _shows(ws: Workspace, spec: LayerSpec, info: TableInfo) -> bool:
    if any(column not in info.columns for column in columns_of(spec)):
        return False
    if spec.where is None:
        return True
    condition = parse(spec.where)

    def select() -> Prepared:
        frame = ws.read(info.name, columns=sorted(condition.names), version=info.version)
        return Prepared({"any": bool(condition.select(frame).any())}, {})

    def found() -> bool:
        made = kept_arrays(ws, "shown", (info.version, spec.where), select, keep=worth(info))
        return bool(made.facts["any"])

    return _shown.get((ws.address, info.name, info.version, spec.where), found)
