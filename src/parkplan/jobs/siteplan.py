"""Site plans of one site: read the boundary, generate options, check them independently, write them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shapely import Point

from parkplan._errors import RequestError
from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.assumptions import assumptions
from parkplan.jobs.progress import silent
from parkplan.jobs.siteplan_files import ENDINGS, USUAL, write_options
from parkplan.jobs.siteplan_land import land_of_file, land_of_workspace
from parkplan.jobs.siteplan_workers import Workers
from parkplan.layout.siteplan import generate
from parkplan.layout.siteplan_check import CheckedPiece, check
from parkplan.model.siteplan import modules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress
    from parkplan.layout.siteplan.generate import Attempt
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
    keep: Sequence[str] = (),
    options: int = 24,
    seed: int = 0,
    profile: str = DEFAULT_PROFILE,
    formats: Sequence[str] = USUAL,
    workers: int = 0,
    out: str | Path | None = None,
    progress: Progress = silent,
) -> SitePlanning:
    """Generate site plans that keep every rule of the profile, and write them into a folder.

    The site is a parcel or a candidate site of a workspace, or the one polygon of a file. ``gates`` are in the CRS of
    the site, the main one first; ``keep`` names buildings that stay. ``formats`` are endings of the files of each
    option; ``workers`` is the number of processes, 0 for this one alone. Each option has passed the independent
    checker, whatever its certificate says.

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
    unknown = [ending for ending in formats if ending not in ENDINGS]
    if unknown:
        raise RequestError("siteplan_format", formats="、".join(unknown), known=" ".join(ENDINGS))
    limits, modules = choose_profile(profile), load_modules()
    points = tuple(Point(*gate) for gate in gates)
    if boundary is not None:
        land, target = land_of_file(Path(boundary), crs, limits, points)
        synthetic = False
    else:
        opened = open_workspace(str(workspace))
        modules = modules_in(opened)
        land, target = land_of_workspace(opened, str(site), limits, points, keep), opened.crs
        synthetic = opened.synthetic
    progress(message("siteplan.generating", area=f"{land.area_m2 / 10_000:.2f}", options=options))
    plans = options_of(land, limits, modules, count=options, seed=seed, workers=workers)
    if out is not None and plans.options:
        progress(message("siteplan.writing", path=out))
        write_options(Path(out), plans.options, limits, modules, target, formats)
    return SitePlanning(
        land, target.to_string(), limits, plans, seed, synthetic, None if out is None else str(Path(out).absolute())
    )


def modules_in(ws: Workspace) -> Mapping[str, Module]:
    """Return the building modules with the typology figures in force in a workspace, those set by hand included."""
    return modules_of(assumptions(ws).typologies.values())


def options_of(  # noqa: PLR0913 -- what is wanted, by keyword
    land: Site,
    limits: SitePlanProfile,
    modules: Mapping[str, Module],
    *,
    count: int,
    seed: int,
    workers: int = 0,
    tell: Callable[[int, int], None] = lambda tried, valid: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SitePlans:
    """Return options that the independent checker lets pass; ``tell`` hears after each attempt how many were valid."""
    counted = [0, 0]

    def accept(plan: SitePlan) -> bool:
        sound = not violations(plan, limits, modules)
        counted[1] += sound
        return sound

    def heard(attempts: Iterable[Attempt]) -> Iterator[Attempt]:
        for found in attempts:
            if cancelled():
                return
            counted[0] += 1
            yield found
            tell(*counted)

    if not workers:
        return generate(
            land, limits, modules, count=count, seed=seed, accept=accept, cancelled=cancelled,
            run=lambda make, numbers: heard(map(make, numbers)),
        )  # fmt: skip
    with Workers(land, limits, modules, seed, workers) as beside:
        return generate(
            land, limits, modules, count=count, seed=seed, accept=accept, cancelled=cancelled,
            run=lambda _, numbers: heard(beside.map(numbers)),
        )  # fmt: skip


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
