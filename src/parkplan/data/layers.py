"""The layer catalogue: read from ``layers/``, every name in it checked against tables, palettes and formulas."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from parkplan._errors import DefinitionError
from parkplan.data.definitions import (
    CATALOGUE,
    Definition,
    Faults,
    definitions_folder,
    read_definition,
    read_definitions,
    stamp_of,
    unknown_name,
)
from parkplan.expressions import parse, syntax
from parkplan.expressions.evaluation import parts_of
from parkplan.model.derived_tables import DRAWN_TABLES
from parkplan.model.layers import Catalogue, CategoryStyle, GraduatedStyle, LayerSet, LayerSpec, Palette
from parkplan.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.data.definitions import Place
    from parkplan.expressions import Expression
    from parkplan.model.columns import Table

STYLES: Final = "styles"


def load_layers(folder: Path | str | None = None) -> LayerSet:
    """Return the layer catalogue of a folder; it is read again only when a file has changed.

    Without a folder it is that of ``PARKPLAN_LAYERS``, else the checkout's ``layers/``, else the installed copy.

    >>> load_layers().layers["industrial_new_town"].title.zh
    '产业新城'

    Raises:
        DefinitionError: with one detail for each fault of each file.

    """
    chosen = definitions_folder(folder)
    return _load(chosen, stamp_of(chosen))


def columns_of(spec: LayerSpec) -> tuple[str, ...]:
    """Return the columns without which a layer cannot be drawn: those of its filter and its style.

    >>> columns_of(load_layers().layers["tax_per_mu"])
    ('site_area_m2', 'tax_yuan')
    """
    needed: set[str] = set(parse(spec.where).names) if spec.where else set()
    if isinstance(spec.style, CategoryStyle):
        needed.add(spec.style.column)
    elif isinstance(spec.style, GraduatedStyle):
        needed |= parse(spec.style.value).names
    return tuple(sorted(needed))


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: object) -> LayerSet:
    """Read a folder; ``stamp`` is part of the key of the cache."""
    faults = Faults()
    palettes = read_definitions(folder / STYLES, Palette, faults)
    layers = read_definitions(folder, LayerSpec, faults)
    catalogue = read_definition(folder / CATALOGUE, Catalogue, faults)
    names = [palette.path.stem for palette in palettes]
    for layer in layers:
        faults.extend(_faults_of_layer(layer, names))
    if catalogue.record is not None:
        faults.extend(_faults_of_catalogue(catalogue, catalogue.record, layers))
    faults.check(folder)
    return LayerSet(
        catalogue.record.groups if catalogue.record else (),
        {layer.record.id: layer.record for layer in layers if layer.record},
        {palette.record.id: palette.record for palette in palettes if palette.record},
    )


def _faults_of_layer(layer: Definition[LayerSpec], palettes: list[str]) -> Iterator[DefinitionError]:
    for place, name in layer.texts("style", "palette"):
        if name not in palettes:
            yield unknown_name(layer, "definition_palette", place, name, palettes)
    for place, name in layer.texts("style", "unit"):
        if name not in UNITS:
            yield unknown_name(layer, "definition_unit", place, name, list(UNITS))
    for place, name in layer.texts("table"):
        table = DRAWN_TABLES.get(name)
        if table is None or table.geometry == "none":
            drawn = [known for known, each in DRAWN_TABLES.items() if each.geometry != "none"]
            yield unknown_name(layer, "definition_table", place, name, drawn)
        else:
            yield from _faults_of_columns(layer, table)


def _faults_of_columns(layer: Definition[LayerSpec], table: Table) -> Iterator[DefinitionError]:
    columns = [column.name for column in table.columns]
    for field in (("style", "column"), ("label", "column"), ("popup",), ("filters",)):
        for place, name in layer.texts(*field):
            if name not in columns:
                yield unknown_name(layer, "definition_column", place, name, columns)
    for place, text in layer.texts("where"):
        yield from _faults_of_formula(layer, place, text, table)
    for place, text in layer.texts("style", "value"):
        yield from _faults_of_formula(layer, place, text, table)


def _faults_of_formula(
    layer: Definition[LayerSpec], place: Place, text: str, table: Table
) -> Iterator[DefinitionError]:
    columns = [column.name for column in table.columns]
    try:
        expression = parse(text)
        unknown = sorted(expression.names.difference(columns))
        if not unknown:
            frame = _empty(table)
            _ = expression.select(frame) if place == ("where",) else expression.numbers(frame)
    except DefinitionError as error:
        fault = layer.fault("definition_formula", *place)
        yield DefinitionError(fault.key, details=(error,), **fault.values)
        return
    for name in unknown:
        yield unknown_name(layer, "definition_column", place, name, columns)
    for name, value in _codes_used(expression):
        known = column.codes if (column := table.column(name)) else None
        if known is not None and value not in known:
            yield unknown_name(layer, "definition_code", place, value, list(known))


def _empty(table: Table) -> pd.DataFrame:
    """Return a table without rows, so that a formula meets the kinds of its columns."""
    kinds = {"number": "float64", "integer": "float64", "date": "datetime64[s]", "boolean": "boolean"}
    return pd.DataFrame({column.name: pd.Series(dtype=kinds.get(column.kind, "str")) for column in table.columns})


def _codes_used(expression: Expression) -> Iterator[tuple[str, str]]:
    """Return each column that the formula compares with a text, and that text."""
    for node in parts_of(expression.tree):
        match node:
            case syntax.Comparison(_, syntax.Name(name), syntax.Literal(str(value))):
                yield name, value
            case syntax.Membership(syntax.Name(name), choices):
                yield from ((name, choice.value) for choice in choices if isinstance(choice.value, str))


def _faults_of_catalogue(
    definition: Definition[Catalogue], catalogue: Catalogue, layers: list[Definition[LayerSpec]]
) -> Iterator[DefinitionError]:
    files = {layer.path.stem: layer for layer in layers}
    listed: set[str] = set()
    for group_index, group in enumerate(catalogue.groups):
        for index, name in enumerate(group.layers):
            place = ("groups", group_index, "layers", index)
            if name not in files:
                yield unknown_name(definition, "definition_layer", place, name, sorted(files))
            elif name in listed:
                yield definition.fault("definition_listed_twice", *place, name=name)
            elif (found := files[name].value("group")) != group.id:
                yield files[name].fault("definition_group", "group", name=found, group=group.id)
            listed.add(name)
    for name in sorted(set(files) - listed):
        yield definition.fault("definition_not_listed", "groups", name=name)
