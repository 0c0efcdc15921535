"""One option from its choices: roads, rows, service block, land uses, storeys, phases, figures, certificate."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import shapely

from parkplan.layout.siteplan.buildings import give_service
from parkplan.layout.siteplan.certificate import certify
from parkplan.layout.siteplan.coverage import as_coverage
from parkplan.layout.siteplan.frame import Frame, ground
from parkplan.layout.siteplan.land import STALL_M2, Wanted, surface, unused_m2, use_of_land
from parkplan.layout.siteplan.measures import indicators, quality, soundness
from parkplan.layout.siteplan.phases import phased
from parkplan.layout.siteplan.settle import settled, stand
from parkplan.layout.siteplan.shapes import UnbuildableError, union
from parkplan.layout.siteplan.storeys import fit_admin, fit_storeys
from parkplan.model.siteplan import HIGH_RISE_M, Piece, SitePlan, Street

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely import Polygon

    from parkplan.layout.siteplan.buildings import Block, Service
    from parkplan.layout.siteplan.frame import Ground
    from parkplan.layout.siteplan.roads import Network
    from parkplan.model.siteplan import Choices, Module, PieceKind, Site, SitePlanProfile

COVER_M2: Final = 0.45
HIGHEST_M: Final = 999.0


def lay_out(
    site: Site,
    frame: Frame,
    choices: Choices,
    profile: SitePlanProfile,
    modules: Mapping[str, Module],
    *,
    settle: bool = False,
) -> SitePlan:
    """Return the plan that follows from choices, with its certificate; raises UnbuildableError where there is none.

    With ``settle`` the cross streets are first moved to where the rows hold most; the plan has the choices that follow.
    """
    limits: dict[str, float] = {limit.id: limit.value for limit in profile.limits}
    if choices.pattern == "strip":
        limits["height_max_m"] = min(limits.get("height_max_m", HIGH_RISE_M), HIGH_RISE_M)
    turned = frame.turned(choices.angle_deg)
    place = ground(site, turned)
    standing = settled(place, choices, modules, limits) if settle else stand(place, choices, modules, limits)
    choices, net, blocks = standing.choices, standing.net, standing.blocks
    share = min(choices.admin_share, limits.get("admin_land_max", 1.0) - 0.005)
    blocks, service = give_service(blocks, place.gates[0], share * place.area_m2, modules)
    open_land = surface(place, net, blocks, service)
    built = _buildings(blocks, service, place, choices, limits, modules)
    footprint = sum(float(piece.geometry.area) for piece in built)
    floor = sum(piece.floor_area_m2 for piece in built)
    wanted = Wanted(
        green_aim=choices.green,
        green_max=limits.get("green_max", 1.0) - 0.002,
        parking_m2=(floor / 100 * limits.get("parking_per_100_m2", 0.0) + 4) * STALL_M2,
        yard_m2=max(0.0, (limits.get("coefficient_min", 0.0) + 0.002) * place.area_m2 - footprint),
    )
    uses = use_of_land(open_land, place.area_m2, place.gates[0], wanted)
    pieces = phased(_sealed(built, uses, place), place.gates[0], choices.phases)
    placed = tuple(replace(piece, geometry=turned.outward(piece.geometry)) for piece in pieces)
    if not _covers_once([piece.geometry for piece in placed], site):
        raise UnbuildableError
    figures = indicators(placed, site.area_m2)
    merits = quality(pieces, blocks, modules, place, unused_m2(uses, wanted))
    merits |= {"gate_distance_m": _gate_distance(built, place)}
    merits |= {"soundness": soundness(merits)}
    return SitePlan(
        id="",
        site=site,
        pieces=placed,
        streets=_street_lines(net, turned),
        choices=choices,
        indicators=figures,
        quality=merits,
        certificate=certify(pieces, place, figures, profile, modules),
    )


def _sealed(built: Sequence[Piece], uses: Sequence[tuple[PieceKind, Polygon]], place: Ground) -> list[Piece]:
    """Return buildings and open land as a coverage, the open land numbered by kind."""
    shapes = [*(piece.geometry for piece in built), *(shape for _, shape in uses)]
    sealed = as_coverage(shapes, place.boundary, rigid=len(built))
    if any(len(found) != 1 for found in sealed[: len(built)]):
        raise UnbuildableError
    pieces = [replace(piece, geometry=found[0]) for piece, found in zip(built, sealed, strict=False)]
    counted: Counter[str] = Counter()
    for (kind, _), found in zip(uses, sealed[len(built) :], strict=True):
        for shape in found:
            counted[kind] += 1
            pieces.append(Piece(f"{kind}-{counted[kind]}", kind, shape))
    return pieces


def _covers_once(shapes: list[Polygon], site: Site) -> bool:
    """Return whether valid pieces cover the site once, within half a square metre."""
    if not shapely.is_valid(shapes).all():
        return False
    together = float(union(shapes).area)
    apart = together - float(shapely.area(shapes).sum()), together - site.area_m2
    return max(abs(gap) for gap in apart) < COVER_M2


def _buildings(
    blocks: Sequence[Block],
    service: Service | None,
    place: Ground,
    choices: Choices,
    limits: Mapping[str, float],
    modules: Mapping[str, Module],
) -> list[Piece]:
    halls = [hall for block in blocks for row in block.halls for hall in row]
    slabs = service.slabs if service else ()
    slab_areas = [(name, float(shapely.box(*sides).area)) for sides, name in slabs]
    usual_admin = sum(area * modules[name].storeys[0] for name, area in slab_areas) / place.area_m2
    far = limits.get("far_min", 0.0) - usual_admin, limits.get("far_max", 99.0) - 2 * usual_admin - 0.01
    storeys = fit_storeys(
        [(hall.module, hall.area_m2) for hall in halls],
        modules,
        place.area_m2,
        far,
        limits.get("height_max_m", HIGHEST_M),
    )
    floor = sum(hall.area_m2 * storeys[hall.module] for hall in halls)
    highest = limits.get("height_max_m", HIGHEST_M)
    if choices.gap_m < limits.get("separation_high_m", 0.0):
        highest = min(highest, HIGH_RISE_M)
    admin = fit_admin(slab_areas, floor, limits.get("admin_floor_max", 1.0) - 0.002, modules, highest)
    found = [
        Piece(
            f"building-{number}",
            "building",
            shapely.box(*hall.sides),
            hall.module,
            storeys[hall.module],
            modules[hall.module].storey_height_m,
        )
        for number, hall in enumerate(halls, start=1)
    ]
    for number, (sides, name) in enumerate(slabs, start=1):
        height = modules[name].storey_height_m
        found.append(
            Piece(f"admin_building-{number}", "admin_building", shapely.box(*sides), name, admin[name], height)
        )
    return found


def _street_lines(net: Network, frame: Frame) -> tuple[Street, ...]:
    return tuple(
        Street(
            f"street-{number}",
            _within(net, frame, (west + east) / 2),
            east - west,
            (west + east) / 2,
            sum(right - left for left, right in net.medians if west < left and right < east),
        )
        for number, (west, east) in enumerate(net.streets, start=1)
    )


def _within(net: Network, frame: Frame, x: float) -> shapely.LineString:
    """Return the centre line of a street from the first to the last kerb that it crosses."""
    _, south, _, north = net.outer.bounds
    line = shapely.LineString([(x, south), (x, north)]).intersection(net.outer)
    _, low, _, high = line.bounds
    return frame.outward(shapely.LineString([(x, low), (x, high)]))


def _gate_distance(built: Sequence[Piece], place: Ground) -> float:
    floor = sum(piece.floor_area_m2 for piece in built)
    weighted = sum(piece.geometry.centroid.distance(place.gates[0]) * piece.floor_area_m2 for piece in built)
    return weighted / floor if floor else 0.0
