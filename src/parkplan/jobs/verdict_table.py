"""Verdicts as a table that maps and filters can use: computed once for the same data, rules and choice."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Final

import geopandas as gpd

import parkplan
from parkplan.data.errors import load_measurement_errors
from parkplan.data.evaluations import load_evaluations
from parkplan.jobs.derived import Derivation, derived_table, kept_table
from parkplan.jobs.kept import Kept
from parkplan.jobs.overrides import KIND as OVERRIDES
from parkplan.jobs.screen import Screening, judge, packs_of
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.model.derived_tables import SCREENING

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.frames import Loaded
    from parkplan.model.screening import ScreeningChoice

REVISION: Final = 2
"""Raised when the same question gets another answer."""
MOST_ROWS: Final = 100_000
"""A larger district is not judged only because somebody opens a map; its verdicts are shown while they are kept."""
_screenings: Final = Kept[tuple[str, str], Screening](limit=8)


def screening_version(ws: Workspace, choice: ScreeningChoice) -> str:
    """Return the hash of everything that a screening rests on: data, rules, limits, overrides, day, this program."""
    said = {name: [item.value, item.actor, item.at.isoformat()] for name, item in ws.entered(OVERRIDES).items()}
    evaluation = load_evaluations().get(choice.evaluation)
    content = [
        REVISION,
        parkplan.__version__,
        sorted((info.name, info.version) for info in ws.tables()),
        dated(choice).model_dump_json(),
        [pack.model_dump_json() for pack in packs_of(choice)],
        "" if evaluation is None else evaluation.model_dump_json(),
        load_measurement_errors().model_dump_json(),
        said,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def dated(choice: ScreeningChoice) -> ScreeningChoice:
    """Return the choice with its day of judgement written down, today if it has none."""
    return choice if choice.as_of is not None else choice.model_copy(update={"as_of": date.today()})


def screening(ws: Workspace, choice: ScreeningChoice) -> Screening:
    """Return the screening of a choice, computed once while data, rules and overrides stay the same.

    Raises:
        ParkplanError: as `parkplan.jobs.screen.judge`.

    """
    return _screenings.get((ws.address, screening_version(ws, choice)), lambda: judge(ws, dated(choice)))


def verdict_table(ws: Workspace, choice: ScreeningChoice) -> Loaded:
    """Return the verdicts of a choice as a table for maps, row by row that of the parcels."""
    return derived_table(ws, VERDICTS, screening_version(ws, choice), lambda: _table_of(screening(ws, choice)))


def _in_force(ws: Workspace) -> Loaded | None:
    saved = choice_in_force(ws)
    if saved is None or all(info.name != SCREENING.rows_of for info in ws.tables()):
        return None
    if ws.info("parcels").rows > MOST_ROWS:
        return kept_table(ws, VERDICTS, screening_version(ws, saved.choice))
    return verdict_table(ws, saved.choice)


def _table_of(found: Screening) -> gpd.GeoDataFrame:
    names = [column.name for column in SCREENING.columns if column.name in found.parcels.columns]
    return gpd.GeoDataFrame(found.parcels[[*names, "geometry"]])


VERDICTS: Final = Derivation(SCREENING, "parcels", _in_force)
