"""The files of site plans: options.json, and for each option GeoJSON, GeoPackage, DXF, a workbook and the drawing."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import geopandas as gpd

from parkplan.data.export import write_table
from parkplan.data.export.drawing import dxf_bytes
from parkplan.data.files import disk_faults, write_whole
from parkplan.jobs.siteplan_books import siteplan_book
from parkplan.render.plan import plan_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyproj import CRS

    from parkplan.model.siteplan import Module, SitePlan, SitePlanProfile

USUAL: Final = (".geojson", ".svg")
ENDINGS: Final = (".geojson", ".gpkg", ".dxf", ".xlsx", ".svg", ".png", ".pdf")


def write_options(
    folder: Path,
    plans: Sequence[SitePlan],
    profile: SitePlanProfile,
    modules: Mapping[str, Module],
    crs: CRS,
    endings: Iterable[str] = USUAL,
) -> list[Path]:
    """Write ``options.json`` and one file of each ending for each option; return their paths.

    Raises:
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    with disk_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
    written = []
    for plan in plans:
        for ending in endings:
            path = folder / f"option-{plan.id}{ending}"
            write_option(path, plan, modules, crs)
            written.append(path)
    listing = folder / "options.json"
    content = {
        "crs": crs.to_string(),
        "profile": profile.id,
        "site": {"area_m2": plans[0].site.area_m2, "wkt": plans[0].site.boundary.wkt},
        "gates": [[gate.x, gate.y] for gate in plans[0].site.gates],
        "gates_proposed": not plans[0].site.gates_given,
        "options": [document(plan) for plan in plans],
    }
    write_whole(listing, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode())
    return [listing, *written]


def write_option(path: Path, plan: SitePlan, modules: Mapping[str, Module], crs: CRS) -> None:
    """Write one plan in the format that the ending names."""
    if path.suffix in {".geojson", ".gpkg"}:
        path.unlink(missing_ok=True)
        write_table(frame_of(plan, modules, crs), "site_plan", path)
    elif path.suffix == ".dxf":
        write_whole(path, dxf_bytes(plan))
    elif path.suffix == ".xlsx":
        write_whole(path, siteplan_book(plan, modules).content())
    else:
        write_whole(path, plan_bytes(plan, modules, path.suffix.removeprefix(".")))


def option_bytes(plan: SitePlan, modules: Mapping[str, Module], crs: CRS, ending: str) -> bytes:
    """Return one plan as the bytes of a file of an ending."""
    with TemporaryDirectory(prefix="parkplan-plan-") as folder:
        path = Path(folder) / f"option-{plan.id}{ending}"
        write_option(path, plan, modules, crs)
        return path.read_bytes()


def frame_of(plan: SitePlan, modules: Mapping[str, Module], crs: CRS) -> gpd.GeoDataFrame:
    """Return the pieces of a plan as rows: all that the checker needs stands in the columns."""
    rows = [
        {
            "piece_id": piece.id,
            "kind": piece.kind,
            "module": piece.module or None,
            "storeys": piece.storeys or None,
            "storey_height_m": piece.storey_height_m or None,
            "role": modules[piece.module].role if piece.module else None,
            "docks": modules[piece.module].court if piece.module else None,
            "area_m2": float(piece.geometry.area),
            "floor_area_m2": piece.floor_area_m2 if piece.storeys else None,
            "phase": piece.phase,
        }
        for piece in plan.pieces
    ]
    return gpd.GeoDataFrame(rows, geometry=[piece.geometry for piece in plan.pieces], crs=crs)


def document(plan: SitePlan) -> dict[str, object]:
    """Return a plan as plain values: indicators, quality, certificate."""
    return {
        "id": plan.id,
        "synthetic": plan.site.synthetic,
        "front": plan.front,
        "pattern": plan.choices.pattern,
        "modules": list(plan.choices.modules),
        "indicators": dict(plan.indicators),
        "quality": dict(plan.quality),
        "certificate": [
            {
                "rule": line.rule,
                "title": line.title.to(),
                "clause": line.clause.model_dump(),
                "limit": line.limit,
                "value": line.value,
                "margin": line.margin,
                "holds": line.holds,
            }
            for line in plan.certificate
        ],
    }
