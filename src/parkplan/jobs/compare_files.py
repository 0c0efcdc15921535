"""A comparison as a document and as files: workbook, table, JSON, and the patches that differ as shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan._errors import RequestError
from parkplan.data.export import Origin, write_tables
from parkplan.data.export.book import BookSheet, write_book
from parkplan.data.files import write_whole
from parkplan.i18n import current_language, language
from parkplan.jobs.book_tables import BOOK
from parkplan.jobs.compare_tables import comparison_book, measures_table, used_figures
from parkplan.jobs.json_values import plain
from parkplan.model.document import now_in

if TYPE_CHECKING:
    from parkplan.i18n import Language
    from parkplan.jobs.compare import Comparison

SHAPES: Final = (".gpkg", ".geojson")
ENDINGS: Final = (BOOK, ".csv", ".json", *SHAPES)


def export_comparison(found: Comparison, out: str | Path, chosen: Language | None = None) -> Path:
    """Write a comparison: .xlsx (all of it), .csv (the measures), .json, .gpkg or .geojson (what differs).

    Raises:
        RequestError: the ending is another one.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    path = Path(out)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise RequestError("output_ending", path=path, known=" ".join(ENDINGS))
    if ending == ".json":
        write_whole(path, json_bytes(found))
    elif ending in SHAPES:
        origin = Origin(source=f"parkplan compare {' '.join(found.names)}", synthetic=found.synthetic)
        write_tables({"differences": difference_frame(found)}, path, origins={"differences": origin})
    elif ending == BOOK:
        write_whole(path, workbook(found, chosen))
    else:
        with language(chosen or current_language()):
            table = measures_table(found)
        rows = [[now_in(cell) for cell in row] for row in table.rows]
        write_book([BookSheet(table.title, tuple(column.title for column in table.columns), rows)], path)
    return path


def workbook(found: Comparison, chosen: Language | None = None) -> bytes:
    """Return the workbook of a comparison."""
    with language(chosen or current_language()):
        return comparison_book(found).content()


def document(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data: every number that its memo names is in it."""
    names, regret = found.names, found.regret
    return {
        "options": [
            {
                "id": one.scenario.id, "name": one.scenario.name, "head": one.scenario.head,
                "measures": one.measures.values, "status": one.measures.statuses, "land_m2": one.measures.balance,
                "district_m2": one.measures.district_m2, "breaches": len(one.measures.breaches),
            }
            for one in found.options
        ],
        "base": found.base.measures.values,
        "known": found.base.measures.known,
        "differences": [
            {"from": names[0], "to": name, "patches": len(one)}
            | {f"{kind}_m2": one.area_of(kind) for kind in ("gained", "lost", "changed")}
            for name, one in zip(names[1:], found.differences, strict=True)
        ],
        "agreement": {name: int((found.agreement == name).sum()) for name in AGREEMENTS},
        "ranking": _ranking(found),
        "regret": {
            "cases": [{"price": price, "demand": demand} for price, demand in regret.cases],
            "value_yuan": dict(zip(names, regret.value_yuan.tolist(), strict=True)),
            "regret_yuan": dict(zip(names, regret.regret_yuan.tolist(), strict=True)),
            "least": names[regret.choice],
        },
        "memo": [{"zh": one.text.zh, "en": one.text.en, "rests_on": one.rests_on} for one in found.memo],
        "assumptions": [
            {"subject": one.subject.zh, "figure": one.name, "value": one.value, "source": one.badge.zh}
            for one in used_figures(found)
        ],
        "synthetic": found.synthetic,
    }  # fmt: skip


def _ranking(found: Comparison) -> dict[str, Any]:
    ranked, names = found.ranked, found.names
    better = zip(names, ranked.better.tolist(), strict=True)
    central = zip(names, ranked.any_weights.central_weights.tolist(), strict=True)
    return {
        "criteria": dict(zip(ranked.criteria, ranked.weights.tolist(), strict=True)),
        "score": dict(zip(names, ranked.score.tolist(), strict=True)),
        "p_first": dict(zip(names, ranked.around.p_first.tolist(), strict=True)),
        "p_first_any_weights": dict(zip(names, ranked.any_weights.p_first.tolist(), strict=True)),
        "central_weights": {name: dict(zip(ranked.criteria, row, strict=True)) for name, row in central},
        "better": {name: dict(zip(names, row, strict=True)) for name, row in better},
        "dominated_by": {
            name: [names[other] for other in by] for name, by in zip(names, ranked.dominated_by, strict=True)
        },
        "turning": dict(ranked.turning),
        "tie": ranked.tie,
    }


AGREEMENTS: Final = ("as_it_is", "agreed", "partly", "differ")


def json_bytes(found: Comparison) -> bytes:
    """Return a comparison as a JSON document; an unknown number is null."""
    return json.dumps(plain(document(found)), ensure_ascii=False, indent=2, allow_nan=False).encode()


def difference_frame(found: Comparison) -> gpd.GeoDataFrame:
    """Return every patch on which an option differs from the first one."""
    first = found.pieces[0]
    parts = []
    for name, pieces, one in zip(found.names[1:], found.pieces[1:], found.differences, strict=True):
        columns = {
            "option": np.full(len(one), name, dtype=object),
            "kind": one.kind,
            "area_m2": one.area_m2,
        }
        for side, of, rows in (("before", first, one.before), ("after", pieces, one.after)):
            for title, values in (("land_use", of.land_use), ("typology", of.state.typology)):
                said = np.full(len(rows), None, dtype=object)
                said[rows >= 0] = values[rows[rows >= 0]]
                columns[f"{title}_{side}"] = said
        parts.append(gpd.GeoDataFrame(columns, geometry=one.geometry, crs=found.base.district.parcels.crs))
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=found.base.district.parcels.crs)
