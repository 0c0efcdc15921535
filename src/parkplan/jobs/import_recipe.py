"""Recipes of imports: read into mapping and reading, and made from an import that went well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parkplan._errors import RequestError
from parkplan.data.intake.advice import Advice
from parkplan.data.intake.recipe import Recipe, RecipeField, load_recipe, save_recipe
from parkplan.data.intake.units import FACTORS
from parkplan.jobs.import_desk import ANY_FILE, Wanted
from parkplan.jobs.importing import Reading
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from parkplan.jobs.import_result import ImportResult


def with_recipe(
    path: str | Path | None, table: str, mapping: Mapping[str, str], reading: Reading
) -> tuple[dict[str, str], Reading]:
    """Return mapping and reading with those of a recipe below them: what is said now prevails.

    Raises:
        RequestError: there is no such recipe, it is for another table, or a unit does not fit its field.
        DefinitionError: the recipe is faulty.

    """
    recipe = Recipe(table=table) if path is None else load_recipe(path)
    if recipe.table != table:
        raise RequestError("recipe_table", recipe=recipe.table, table=table)
    below = recipe.advice()
    advice = Advice(
        {**below.units, **reading.advice.units},
        {**below.values, **reading.advice.values},
        reading.advice.land_use_edition or below.land_use_edition,
        reading.advice.kept or below.kept,
    )
    _check_units(table, advice.units)
    together = replace(
        reading,
        crs=reading.crs or recipe.crs,
        encoding=reading.encoding or recipe.encoding,
        layer=reading.layer or recipe.layer,
        only=reading.only or recipe.only,
        advice=advice,
    )
    return {**recipe.mapping(), **mapping}, together


def wishes_of_recipe(path: Path) -> Wanted:
    """Return the wishes of a recipe, for the import desk.

    Raises:
        RequestError: a unit does not fit its field.
        DefinitionError: the recipe is faulty.

    """
    recipe = load_recipe(path)
    mapping, reading = with_recipe(path, recipe.table, {}, Reading())
    layers = {} if recipe.layer is None else {ANY_FILE: (recipe.layer,)}
    return Wanted(
        table=recipe.table, crs=reading.crs, encoding=reading.encoding, layers=layers, only=reading.only,
        mapping=mapping, advice=reading.advice,
    )  # fmt: skip


def _check_units(table: str, units: Mapping[str, str]) -> None:
    canonical = TABLES.get(table)
    for name, unit in units.items():
        field = canonical.column(name) if canonical is not None else None
        known = FACTORS.get(field.unit or "", {}) if field is not None else {}
        if unit not in known:
            raise RequestError("import_unit", field=name, unit=unit, known=", ".join(known) or "—")


def keep_recipe(done: ImportResult, reading: Reading, path: str | Path) -> Path:
    """Write how an import was done, so that the next file of its kind is imported in the same way.

    Raises:
        WorkspaceError: the disk is full or may not be written.

    """
    return save_recipe(recipe_of(done, reading), path)


def recipe_of(done: ImportResult, reading: Reading) -> Recipe:
    """Return how an import was done, or would be."""
    advice = reading.advice
    names = dict.fromkeys((*done.mapped, *advice.units, *advice.values))
    fields = {
        name: RecipeField(
            column=done.mapped.get(name), unit=advice.units.get(name), values=dict(advice.values.get(name, {}))
        )
        for name in names
    }
    return Recipe.model_validate(
        {
            "table": done.table,
            "crs": reading.crs,
            "encoding": reading.encoding,
            "layer": reading.layer,
            "only": reading.only,
            "land_use_edition": advice.land_use_edition,
            "kept": advice.kept,
            "fields": fields,
        }
    )
