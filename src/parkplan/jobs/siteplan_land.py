"""The land of a site plan: a parcel or a candidate site of a workspace, or the one polygon of a file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import shapely

from parkplan._errors import RequestError
from parkplan.data import crs as reference
from parkplan.data.intake.launch import read_outside
from parkplan.data.intake.place import place, source_crs
from parkplan.data.scenarios import scenario_store
from parkplan.i18n import message
from parkplan.jobs.options import shared_district
from parkplan.jobs.scenario_state import edits_of, find_scenario
from parkplan.jobs.site_register import find_site
from parkplan.layout.scenario import apply_edits
from parkplan.layout.siteplan import site_of
from parkplan.units import area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from parkplan.data.workspace import Workspace
    from parkplan.model.siteplan import Site, SitePlanProfile

ROADS_WITHIN_M: Final = 200.0
SEAM_M: Final = 2.0
KEPT_M: Final = 1.0
PIECE: Final = re.compile(r"/[1-9]\d{0,3}$")
"""Behind the id of a candidate site: which of its pieces, by size."""


def land_of_file(
    path: Path, stated: str | None, profile: SitePlanProfile, gates: Sequence[shapely.Point]
) -> tuple[Site, CRS]:
    """Return the site that a file holds, and the CRS in which it is planned.

    Raises:
        RequestError: the file does not hold one polygon that can be planned.
        SourceFileError: the file cannot be read, or its CRS is unknown.

    """
    intake = read_outside(path)
    source, _, _ = source_crs(intake, stated)
    target = reference.workspace_crs(source, reference.extent_in_degrees(intake.extent, source)).crs
    if len(intake.geometry) != 1:
        raise RequestError("siteplan_boundary_parts", count=len(intake.geometry))
    broken = intake.original[0]
    shape = broken if broken is not None else place(intake, source, target).geometry[0]
    return site_of(shape, profile, gates=gates, name=path.stem), target


def land_of_workspace(
    ws: Workspace,
    site: str,
    profile: SitePlanProfile,
    gates: Sequence[shapely.Point] = (),
    keep: Sequence[str] = (),
    scenario: str | None = None,
) -> Site:
    """Return parcels by their numbers, or a candidate site by its id, with the public roads that reach it.

    Several parcels, with commas between them, are one site; seams of up to 2 m are closed. A candidate site that roads
    cut into pieces is planned piece by piece: ``C3/1`` is the largest piece of the site C3. With ``scenario`` the
    parcels are those of that scenario, merged and split ones included. ``keep`` names buildings that stay: their
    ground is left out of the site, like water.

    Raises:
        RequestError: the site or a building is unknown, or the site cannot be planned.

    """
    shape = _shape(ws, site, scenario)
    tables = {info.name for info in ws.tables()}
    kept = _kept(ws, tables, shape, keep)
    if kept:
        shape = shape.difference(shapely.union_all(kept).buffer(KEPT_M, join_style="mitre"))
    roads = None
    if "roads" in tables:
        lines = ws.read("roads", ["geometry"]).geometry
        roads = list(lines[lines.intersects(shape.buffer(ROADS_WITHIN_M))])
    return replace(site_of(shape, profile, gates=gates, roads=roads, name=site), synthetic=ws.synthetic)


def _shape(ws: Workspace, site: str, scenario: str | None) -> shapely.Geometry:
    parcels = _parcels(ws, scenario)
    names = [name.strip() for name in site.replace("，", ",").split(",")]
    if all(name in parcels for name in names):
        return _one_piece(shapely.union_all([parcels[name] for name in names]))
    known, _, number = site.rpartition("/") if PIECE.search(site) else (site, "", "")
    try:
        found = find_site(ws, known)
    except RequestError as unknown:
        if unknown.key != "no_kept_site":
            raise
        raise RequestError("siteplan_unknown_site", site=site) from unknown
    pieces = sorted(shapely.get_parts(_one_piece(found.shape)), key=shapely.area, reverse=True)
    if (number and int(number) > len(pieces)) or (not number and len(pieces) > 1):
        sizes = [f"{known}/{place} {area(float(piece.area))}" for place, piece in enumerate(pieces, start=1)]
        raise RequestError(
            "siteplan_site_apart", site=known, count=len(pieces), pieces=message("sites.comma").join(sizes)
        )
    return pieces[int(number or 1) - 1]


def _parcels(ws: Workspace, scenario: str | None) -> dict[str, shapely.Geometry]:
    if scenario is not None:
        edits = edits_of(scenario_store(ws), find_scenario(ws, scenario))
        state = apply_edits(shared_district(ws).parcels, edits)
        return dict(zip(map(str, state.parcel_id), state.geometry, strict=True))
    frame = ws.read("parcels", ["parcel_id", "geometry"])
    return dict(zip(frame["parcel_id"].astype(str), frame.geometry, strict=True))


def _one_piece(shape: shapely.Geometry) -> shapely.Geometry:
    if shapely.get_num_geometries(shape) == 1:
        return shape
    half = SEAM_M / 2
    return shape.buffer(half, join_style="mitre").buffer(-half, join_style="mitre")


def _kept(ws: Workspace, tables: set[str], shape: shapely.Geometry, keep: Sequence[str]) -> list[shapely.Geometry]:
    if not keep:
        return []
    known = ws.read("buildings", ["building_id", "geometry"]) if "buildings" in tables else None
    here = None if known is None else known[known.geometry.intersects(shape)]
    numbers = [] if here is None else here["building_id"].astype(str).tolist()
    missing = sorted(set(keep) - set(numbers))
    if missing or here is None:
        raise RequestError(
            "siteplan_unknown_building", buildings="、".join(missing), known="、".join(numbers[:8]) or "—"
        )
    return [geometry for number, geometry in zip(numbers, here.geometry, strict=True) if number in set(keep)]


def land_of_upload(
    name: str, content: bytes, stated: str | None, profile: SitePlanProfile, gates: Sequence[shapely.Point] = ()
) -> tuple[Site, CRS]:
    """Return the site of a file that was uploaded; faults as those of `land_of_file`."""
    with TemporaryDirectory(prefix="parkplan-site-") as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        return land_of_file(path, stated, profile, gates)
