"""Several layers of one file as one import: each a table of its own, or all of them one table; all or nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError, SourceFileError
from parkplan.jobs.importing import Planned, Reading, import_file, planned, read_file, write_planned
from parkplan.jobs.progress import silent
from parkplan.model.tables import TABLES, is_without_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.data.intake.launch import Intake
    from parkplan.jobs.import_result import ImportResult
    from parkplan.jobs.progress import Progress

ALL: Final = "all"
BY_NAME: Final = "auto"
_SIGNS: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 60


def import_layers(  # noqa: PLR0913 -- the options of the command, by keyword
    path: str | Path,
    layers: Sequence[str],
    *,
    to: str | Path,
    tables: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    reading: Reading | None = None,
    dry_run: bool = False,
    actor: str | None = None,
    progress: Progress = silent,
) -> list[ImportResult]:
    """Import layers of one file (``("all",)``: every one) as one change with one line in the journal.

    ``tables`` names one table for each layer, in their order; one name alone takes the rows of all layers below each
    other, and ``("auto",)`` gives each layer the table that is called like it. Layers in different CRSs come into
    that of the workspace, which for a new one is chosen for the first layer.

    Raises:
        SourceFileError: a layer cannot be read or does not fit its table; nothing is written then.
        RequestError: there are not as many tables as layers, or two layers have one table.
        WorkspaceError: the workspace is broken, locked, or the disk is full.
    """
    wanted = reading or Reading()
    source = Path(path)
    names = layers_of_file(source, wanted, progress) if tuple(layers) == (ALL,) else list(dict.fromkeys(layers))
    targets = _targets(names, tables)
    reads = [
        read_file(source, replace(wanted, layer=name), table, progress=progress)
        for name, table in zip(names, targets, strict=True)
    ]
    if len(set(targets)) == 1:
        return [
            import_file(reads, to=to, table=targets[0], mapping=mapping, reading=wanted, dry_run=dry_run, actor=actor,
                        progress=progress)
        ]  # fmt: skip
    plans: list[Planned] = []
    placed_first = sorted(zip(reads, targets, strict=True), key=lambda pair: is_without_places(pair[1]))
    for read, table in placed_first:
        home = plans[0].crs if plans else None
        plans.append(planned([read], to, table, _of_table(mapping, table, read), wanted, progress, home))
    return [plan.result for plan in plans] if dry_run else write_planned(plans, actor, progress)


def layers_of_file(path: Path, reading: Reading, progress: Progress = silent) -> list[str]:
    """Return the names of the layers of a file.

    Raises:
        SourceFileError: the file cannot be read.
    """
    try:
        read = read_file(path, replace(reading, layer=None), BY_NAME, progress=progress)
    except SourceFileError as fault:
        if fault.key != "import_choose_layer":
            raise
        listed = str(fault.values["layers"]).split(", ")
    else:
        return [read.report.layer]
    return listed


def _targets(layers: Sequence[str], tables: Sequence[str]) -> list[str]:
    if tuple(tables) == (BY_NAME,):
        made = [table_name(layer) for layer in layers]
        if len(set(made)) < len(made):
            raise RequestError("import_layer_names", tables=", ".join(made))
        return made
    if len(tables) == 1:
        return [tables[0]] * len(layers)
    if len(tables) != len(layers) or len(set(tables)) < len(tables):
        raise RequestError("import_layer_tables", layers=", ".join(layers), tables=", ".join(tables))
    return list(tables)


def table_name(layer: str) -> str:
    """Return a table name for a layer: small letters, digits and underscores; pinyin for Chinese names.

    >>> table_name("Parcels 2024"), table_name("地块"), table_name("河道 2024")
    ('parcels_2024', 'parcels', 'he_dao_2024')
    """
    from pypinyin import lazy_pinyin

    plain = _SIGNS.sub("_", "_".join(lazy_pinyin(layer)).lower()).strip("_")[:_LONGEST]
    titles = {table.title.zh: name for name, table in TABLES.items()}
    known = titles.get(layer)
    return known or (plain if plain[:1].isalpha() else f"layer_{plain}".rstrip("_"))


def _of_table(mapping: Mapping[str, str] | None, table: str, read: Intake) -> dict[str, str]:
    """Return the stated columns that this layer has, and that a field of its table takes."""
    canonical = TABLES.get(table)
    return {
        field: column
        for field, column in (mapping or {}).items()
        if column in read.report.columns and (canonical is None or canonical.column(field) is not None)
    }
