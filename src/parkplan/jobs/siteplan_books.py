"""A site plan as a workbook: its land, its buildings and its certificate; sums, shares and margins are live."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Final

import pandas as pd

from parkplan.i18n import message
from parkplan.jobs.book_tables import Field, Register, frame_table
from parkplan.model.document import Column, Table, Worked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.model.siteplan import CertificateLine, Module, SitePlan

SHARE: Final = "100*{area}/SUM({area:all})"
FLOOR: Final = "{area}*{storeys}"
NUMBERS: Final = ("limit", "value", "margin")


def siteplan_book(plan: SitePlan, modules: Mapping[str, Module]) -> Register:
    """Return the workbook of a plan."""
    title = message("siteplan.drawing_title", option=plan.id)
    tables = (_land(plan), _buildings(plan, modules), _certificate(plan))
    return Register(title, (), tables, plan.site.synthetic, date.today())


def _head(name: str) -> str:
    return message(f"siteplan.head_{name}")


def _land(plan: SitePlan) -> Table:
    kinds = sorted({piece.kind for piece in plan.pieces})
    areas = [sum(float(piece.geometry.area) for piece in plan.of_kind(kind)) for kind in kinds]
    frame = pd.DataFrame({"land": [message(f"siteplan.kind_{kind}") for kind in kinds], "area": areas})
    frame["share"] = frame["area"] / frame["area"].sum()
    fields = [
        Field("land", _head("land")),
        Field("area", _head("area"), summed=True),
        Field("share", _head("share"), "percent", formula=SHARE),
    ]
    return frame_table(frame, fields, title=message("siteplan.sheet_areas"))


def _buildings(plan: SitePlan, modules: Mapping[str, Module]) -> Table:
    rows = [
        {
            "id": piece.id,
            "module": modules[piece.module].title.to(),
            "area": float(piece.geometry.area),
            "storeys": piece.storeys,
            "height": piece.height_m,
            "floor": piece.floor_area_m2,
            "phase": piece.phase,
        }
        for piece in plan.buildings
    ]
    names = ("id", "module", "area", "storeys", "height", "floor", "phase")
    fields = [
        Field(name, _head(name), summed=name in {"area", "floor"}, formula=FLOOR if name == "floor" else "")
        for name in names
    ]
    frame = pd.DataFrame(rows, columns=[field.name for field in fields])
    return frame_table(frame, fields, title=message("siteplan.sheet_buildings"))


def _certificate(plan: SitePlan) -> Table:
    columns = tuple(
        Column(_head(name), "right" if name in NUMBERS else "left", key=name) for name in ("rule", *NUMBERS, "clause")
    )
    rows = tuple(
        (line.title.to(), line.limit, line.value, _margin(line), f"{line.clause.number} {line.clause.clause}".strip())
        for line in plan.certificate
    )
    return Table(columns, rows, decimals=4, title=message("siteplan.sheet_rules"))


def _margin(line: CertificateLine) -> Worked:
    at_least = math.isclose(line.margin, line.value - line.limit, abs_tol=1e-9)
    return Worked(line.margin, "{value}-{limit}" if at_least else "{limit}-{value}")
