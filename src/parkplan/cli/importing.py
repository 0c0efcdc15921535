"""``parkplan import FILE... --to WS --as TABLE``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import visible
from parkplan.data.intake.advice import Advice
from parkplan.data.intake.land_use import EDITIONS
from parkplan.i18n import message
from parkplan.jobs.import_layers import ALL, BY_NAME, import_layers
from parkplan.jobs.import_recipe import keep_recipe, with_recipe
from parkplan.jobs.importing import Reading
from parkplan.jobs.prepared import prepare_large

if TYPE_CHECKING:
    from parkplan.jobs.import_result import ImportResult

_FAMILIES: Final = ("polygon", "line", "point")
_SECONDS: Final = click.FloatRange(1, 86_400)


@frame.command(
    "import",
    frame.argument("files", metavar="FILE...", nargs=-1, required=True),
    frame.option("--to", required=True, metavar="WS", help="option_import_to"),
    frame.option("--as", "tables", required=True, multiple=True, metavar="TABLE", help="option_import_as"),
    frame.option("--crs", metavar="CRS", help="option_import_crs"),
    frame.option("--encoding", metavar="E", help="option_import_encoding"),
    frame.option("--layer", "layers", multiple=True, metavar="L", help="option_import_layer"),
    frame.option("--only", type=click.Choice(_FAMILIES), help="option_import_only"),
    frame.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="option_import_map"),
    frame.option("--unit", "units", multiple=True, metavar="FIELD=UNIT", help="option_import_unit"),
    frame.option("--land-use-edition", type=click.Choice(EDITIONS), help="option_import_edition"),
    frame.option("--recipe", metavar="R.yaml", help="option_import_recipe"),
    frame.option("--save-recipe", metavar="R.yaml", help="option_import_save_recipe"),
    frame.option("--control-points", metavar="FILE.csv", help="option_import_points"),
    frame.option("--parameters", type=click.Choice(("4", "7")), default="4", help="option_import_parameters"),
    frame.option("--time-limit", type=_SECONDS, default=30.0, metavar="S", help="option_import_time"),
    frame.option("--dry-run", is_flag=True, help="option_import_dry_run"),
)
def command(**given: Any) -> frame.Answer:  # noqa: ANN401 -- the options above
    """Import files."""
    reading = Reading(
        crs=given["crs"],
        encoding=given["encoding"],
        layer=given["layers"][0] if given["layers"] else None,
        only=given["only"],
        limits=jobs.Limits(wall_s=given["time_limit"]),
        control_points=Path(given["control_points"]) if given["control_points"] else None,
        parameters=int(given["parameters"]),
        advice=Advice(dict(map(_pair, given["units"])), {}, given["land_use_edition"]),
    )
    tables = given["tables"]
    mapping, reading = with_recipe(given["recipe"], tables[0], dict(map(_pair, given["pairs"])), reading)
    how = {"mapping": mapping, "reading": reading, "dry_run": given["dry_run"], "progress": frame.progress}
    if len(given["layers"]) > 1 or given["layers"] == (ALL,) or len(tables) > 1 or tables == (BY_NAME,):
        return _several(given, how)
    done = jobs.import_file(given["files"], to=given["to"], table=tables[0], **how)
    if not done.dry_run:
        prepare_large(done.address, frame.progress)
    lines = _lines(done)
    if given["save_recipe"] is not None:
        path = keep_recipe(done, reading, given["save_recipe"])
        lines.append(message("import.recipe_saved", path=visible(str(path))))
    return frame.Answer(done.told(), lines)


def _several(given: dict[str, Any], how: dict[str, Any]) -> frame.Answer:
    """Import several layers of one file as one change."""
    if len(given["files"]) > 1 or given["save_recipe"] is not None:
        raise RequestError("import_layers_one_file", count=len(given["files"]))
    layers = given["layers"] or (ALL,)
    made = import_layers(given["files"][0], layers, to=given["to"], tables=given["tables"], **how)
    if not made[0].dry_run:
        prepare_large(made[0].address, frame.progress)
    lines = [line for done in made for line in _lines(done)]
    return frame.Answer({"tables": [done.told() for done in made]}, lines)


def _pair(text: str) -> tuple[str, str]:
    name, sign, column = text.partition("=")
    if not (name.strip() and sign and column):
        raise RequestError("import_mapping_form", given=text)
    return name.strip(), column


def _lines(done: ImportResult) -> list[str]:
    key = "import.would" if done.dry_run else "import.done"
    mapped, unmapped = len(done.mapped), len(done.unmapped)
    said = message(key, table=done.table, rows=f"{done.rows:,}", mapped=mapped, unmapped=unmapped)
    lines = [said, *done.crs.reasons]
    lines += [message("import.matched", field=field, column=visible(column)) for field, column in done.mapped.items()]
    if done.unmapped:
        lines.append(message("import.others", columns=", ".join(map(visible, done.unmapped))))
    if done.findings:
        lines.append(message("import.findings", count=len(done.findings)))
        lines += [f"  {visible(each.text)}" for each in done.findings]
    return lines
