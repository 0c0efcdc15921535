"""Site plans of one site: read the boundary, generate options, check them independently, write them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shapely import Point

from parkplan._errors import RequestError
from parkplan.data import crs as reference
from parkplan.data.intake.launch import read_outside
from parkplan.data.intake.place import place, source_crs
from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.progress import silent
from parkplan.jobs.siteplan_files import write_options
from parkplan.layout.siteplan import generate, site_of
from parkplan.layout.siteplan_check import CheckedPiece, check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyproj import CRS

    from parkplan.jobs.progress import Progress
    from parkplan.layout.siteplan_check import Violation
    from parkplan.model.siteplan import Module, Site, SitePlan, SitePlanProfile, SitePlans

DEFAULT_PROFILE: Final = "cn_industrial"
MOST_OPTIONS: Final = 200


@dataclass(frozen=True, slots=True)
class SitePlanning:
    """Options of a site with what binds them; ``out`` is the folder that was written, if one was asked for."""

    site: Site
    crs: str
    profile: SitePlanProfile
    plans: SitePlans
    seed: int
    synthetic: bool
    out: str | None


def siteplan(  # noqa: PLR0913 -- the options of the command, by keyword
    workspace: str | Path | None = None,
    *,
    site: str | None = None,
    boundary: str | Path | None = None,
    crs: str | None = None,
    gates: Sequence[tuple[float, float]] = (),
    options: int = 24,
    seed: int = 0,
    profile: str = DEFAULT_PROFILE,
    out: str | Path | None = None,
    progress: Progress = silent,
) -> SitePlanning:
    """Generate site plans that keep every rule of the profile, and write them into a folder.

    The site is a parcel of a workspace, or the one polygon of a file. ``gates`` are in the CRS of the site, the main
    one first. Each option has passed the independent checker, whatever its certificate says.

    Raises:
        RequestError: neither or both of workspace and boundary are given, the site or the profile is unknown, or the
            site cannot be planned (self-crossing, too small, without access, contradicting limits).
        SourceFileError: the boundary file cannot be read, or its CRS is unknown.
        WorkspaceError: the workspace is missing or broken, or the disk is full or read-only.
    """
    if (workspace is None) == (boundary is None) or (workspace is not None and site is None):
        raise RequestError("siteplan_source")
    if not 1 <= options <= MOST_OPTIONS:
        raise RequestError("siteplan_options", options=options, most=MOST_OPTIONS)
    limits, modules = choose_profile(profile), load_modules()
    points = tuple(Point(*gate) for gate in gates)
    if boundary is not None:
        land, target = _from_file(Path(boundary), crs, limits, points)
        synthetic = False
    else:
        opened = open_workspace(str(workspace))
        land, target, synthetic = _from_workspace(opened, str(site), limits, points), opened.crs, opened.synthetic
    progress(message("siteplan.generating", area=f"{land.area_m2 / 10_000:.2f}", options=options))
    plans = generate(
        land, limits, modules, count=options, seed=seed, accept=lambda plan: not violations(plan, limits, modules)
    )
    if out is not None and plans.options:
        progress(message("siteplan.writing", path=out))
        write_options(Path(out), plans.options, limits, modules, target)
    return SitePlanning(
        land, target.to_string(), limits, plans, seed, synthetic, None if out is None else str(Path(out).absolute())
    )


def violations(plan: SitePlan, profile: SitePlanProfile, modules: Mapping[str, Module]) -> list[Violation]:
    """Return what the independent checker finds wrong with a plan."""
    pieces = [
        CheckedPiece(
            piece.kind,
            piece.geometry,
            piece.storeys,
            piece.storey_height_m,
            docks=bool(piece.module) and modules[piece.module].court,
            warehouse=bool(piece.module) and modules[piece.module].role == "logistics",
        )
        for piece in plan.pieces
    ]
    limits: dict[str, float] = {limit.id: limit.value for limit in profile.limits}
    return check(plan.site.boundary, plan.site.gates, plan.site.access, pieces, limits)


def _from_file(path: Path, stated: str | None, profile: SitePlanProfile, gates: Sequence[Point]) -> tuple[Site, CRS]:
    intake = read_outside(path)
    source, _, _ = source_crs(intake, stated)
    target = reference.workspace_crs(source, reference.lonlat_bounds(intake.geometry, source)).crs
    if len(intake.geometry) != 1:
        raise RequestError("siteplan_boundary_parts", count=len(intake.geometry))
    broken = intake.original[0]
    shape = broken if broken is not None else place(intake, source, target).geometry[0]
    return site_of(shape, profile, gates=gates, name=path.stem), target


def _from_workspace(workspace: object, site: str, profile: SitePlanProfile, gates: Sequence[Point]) -> Site:
    tables = {info.name for info in workspace.tables()}  # type: ignore[attr-defined]
    frame = workspace.read("parcels", ["parcel_id", "geometry"])  # type: ignore[attr-defined]
    rows = frame[frame["parcel_id"].astype(str) == site]
    if rows.empty:
        raise RequestError("siteplan_unknown_site", site=site)
    shape = rows.geometry.iloc[0]
    roads = None
    if "roads" in tables:
        lines = workspace.read("roads", ["geometry"]).geometry  # type: ignore[attr-defined]
        roads = list(lines[lines.intersects(shape.buffer(200))])
    return site_of(shape, profile, gates=gates, roads=roads, name=site)
