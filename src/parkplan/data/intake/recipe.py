"""How a file becomes a table, kept as YAML, so that next year's file needs one command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from parkplan._errors import RequestError
from parkplan.data.definitions import Faults, read_definition
from parkplan.data.files import made_whole
from parkplan.data.intake.advice import Advice
from parkplan.model.layers import Record


class RecipeField(Record):
    """Where a field comes from: its column, the unit of its numbers, and what its texts mean."""

    column: str | None = Field(default=None, min_length=1)
    unit: str | None = None
    values: Mapping[str, str] = Field(default_factory=dict)


class Recipe(Record):
    """What was decided about a file when it was first imported."""

    table: str = Field(min_length=1)
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    only: Literal["polygon", "line", "point"] | None = None
    land_use_edition: Literal["2023", "2020", "third_survey", "gb50137"] | None = None
    kept: tuple[str, ...] = ()
    fields: Mapping[str, RecipeField] = Field(default_factory=dict)

    def mapping(self) -> dict[str, str]:
        """Return the column of each field that names one."""
        return {name: given.column for name, given in self.fields.items() if given.column is not None}

    def advice(self) -> Advice:
        """Return units, meanings of texts, edition, and columns that fill no field."""
        units = {name: given.unit for name, given in self.fields.items() if given.unit is not None}
        values = {name: given.values for name, given in self.fields.items() if given.values}
        return Advice(units, values, self.land_use_edition, self.kept)


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe.

    Raises:
        RequestError: there is no such file.
        DefinitionError: it is faulty, with one detail for each fault.

    """
    file = Path(path)
    if not file.is_file():
        raise RequestError("recipe_missing", path=file)
    faults = Faults()
    record = read_definition(file, Recipe, faults).record
    faults.check(file.parent)
    assert record is not None  # noqa: S101 -- a file without faults has a record
    return record


def save_recipe(recipe: Recipe, path: str | Path) -> Path:
    """Write a recipe, whole or not at all.

    Raises:
        WorkspaceError: the disk is full or may not be written.

    """
    target = Path(path)
    with made_whole(target) as temporary:
        temporary.write_text(recipe_text(recipe), encoding="utf-8")
    return target


def recipe_text(recipe: Recipe) -> str:
    """Write a recipe as YAML.

    >>> print(recipe_text(Recipe(table="parcels", crs="EPSG:4547")), end="")
    table: parcels
    crs: EPSG:4547
    """
    plain = recipe.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
