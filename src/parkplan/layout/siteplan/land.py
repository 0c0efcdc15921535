"""The whole site as pieces that cover it once: roads, courts, plaza, parking, yards, green and buildings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import shapely

from parkplan.layout.siteplan.buildings import RIM_COURT_M, Block, Service
from parkplan.layout.siteplan.roads import Network, lane_land, rounded_blocks, street_land, with_splays
from parkplan.layout.siteplan.shapes import Box, UnbuildableError, boxes, common, parts, union, without

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely import Point, Polygon

    from parkplan.layout.siteplan.frame import Ground
    from parkplan.model.siteplan import PieceKind

STALL_M2: Final = 28.0
CHUNK_M: Final = 6.5
TOUCH_M: Final = 0.1
CHUNK_LEAST_M2: Final = 250.0
CRUMBS_M2: Final = 150.0
MUCH_LARGER: Final = 1.8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the open land has to give: shares of green, parking places, and the least building coefficient."""

    green_aim: float
    green_max: float
    parking_m2: float
    yard_m2: float


@dataclass(frozen=True, slots=True)
class Surface:
    """Open land after the roads: ``belt`` is what lies around them and the islands between them, always green."""

    road: Polygon
    courts: tuple[Polygon, ...]
    passages: tuple[Polygon, ...]
    plaza: tuple[Polygon, ...]
    verges: tuple[Polygon, ...]
    chunks: tuple[Polygon, ...]
    belt: tuple[Polygon, ...]


def surface(place: Ground, net: Network, blocks: Sequence[Block], service: Service | None) -> Surface:
    """Cut the site along roads, walls and courts; raises UnbuildableError where the roads do not hang together."""
    lanes = [lane for block in blocks for lane in lane_land(block.spans, net, (block.west, block.east))]
    land, islands = rounded_blocks(net, union([street_land(net), *lanes]))
    paved = with_splays(union([without(net.outer, union([land, islands])), *net.gates]), net, place)
    road, *crumbs = sorted(parts(paved), key=lambda part: -part.area)
    if sum(crumb.area for crumb in crumbs) > CRUMBS_M2:
        raise UnbuildableError
    halls = union(boxes([hall.sides for block in blocks for row in block.halls for hall in row]))
    slabs = union(boxes([sides for sides, _ in service.slabs])) if service else shapely.Polygon()
    built = union([halls, slabs])
    if common(road, built).area > 1e-6:
        raise UnbuildableError
    free = without(place.boundary, union([road, built]))
    plaza = common(shapely.box(*service.plaza), free) if service else shapely.Polygon()
    free = without(free, plaza)
    belt = without(free, land.buffer(0.01, join_style="mitre"))
    free = without(free, belt)
    courts = common(union(boxes(list(_court_boxes(blocks)))), free)
    courts = union(court for court in parts(courts) if court.distance(halls) < TOUCH_M)
    free = without(free, courts)
    passages = common(union(boxes(list(_passages(blocks)))), free)
    free = without(free, passages)
    chunks = [chunk for chunk in parts(_chunky(free)) if chunk.area >= CHUNK_LEAST_M2]
    verges = without(free, union(chunks)) if chunks else free
    court, passage, ground, verge = (_whole(shape) for shape in (courts, passages, plaza, verges))
    return Surface(road, court, passage, ground, verge, tuple(chunks), _whole(belt))


def _chunky(free: Any) -> Any:  # noqa: ANN401
    core = free.buffer(-CHUNK_M, join_style="mitre", mitre_limit=2.5)
    return common(core.buffer(CHUNK_M, join_style="mitre", mitre_limit=2.5), free)


def _whole(shape: Any) -> tuple[Polygon, ...]:  # noqa: ANN401
    return tuple(part for part in parts(shape) if part.area > 0)


def _court_boxes(blocks: Sequence[Block]) -> list[Box]:
    """Return the paved land before dock sides: through to the road, or as deep as a truck court."""
    found: list[Box] = []
    for block in blocks:
        for row in block.halls:
            for run in _runs(row):
                west, south, _, north = run[0].sides
                east = run[-1].sides[2]
                if run[0].dock_below:
                    found.append((west, south - RIM_COURT_M, east, south))
                if run[0].dock_above:
                    found.append((west, north, east, north + RIM_COURT_M))
    return found


def _runs(row: Sequence[Any]) -> list[list[Any]]:
    """Return the halls of a row in groups without a street or a gap wider than a passage between them."""
    groups: list[list[Any]] = []
    for hall in row:
        if groups and hall.sides[0] - groups[-1][-1].sides[2] <= 24:
            groups[-1].append(hall)
        else:
            groups.append([hall])
    return groups


def _passages(blocks: Sequence[Block]) -> list[Box]:
    return [
        (first.sides[2], first.sides[1], second.sides[0], first.sides[3])
        for block in blocks
        for row in block.halls
        for run in _runs(row)
        for first, second in pairwise(run)
    ]


def use_of_land(open_land: Surface, site_m2: float, gate: Point, wanted: Wanted) -> list[tuple[PieceKind, Polygon]]:
    """Give every open piece a use so that parking, green share and building coefficient come out as wanted.

    Parking takes the leftovers nearest to the gate, then passages between halls; verges along lanes become green until
    the aim is reached, and other leftovers become storage yards, or green where green is short.
    """
    pieces: list[tuple[PieceKind, Polygon]] = [("road", open_land.road)]
    pieces += [("court", part) for part in open_land.courts]
    pieces += [("plaza", part) for part in open_land.plaza]
    pieces += [("green", part) for part in open_land.belt]
    rest = list(open_land.chunks)
    passages = sorted(open_land.passages, key=lambda part: round(part.distance(gate), 1))
    lots = sorted(rest, key=lambda part: round(part.distance(gate), 1))
    missing_m2 = wanted.parking_m2
    for part in [*_in_turn([*lots, *passages], missing_m2)]:
        pieces.append(("parking", part))
        missing_m2 -= part.area
        (rest if part in rest else passages).remove(part)
    pieces += [("court", part) for part in passages]
    missing_m2 = max(0.0, missing_m2)
    return pieces + _green_and_yards(open_land, rest, site_m2, wanted, missing_m2)


def _in_turn(lots: Sequence[Polygon], wanted_m2: float) -> Iterator[Polygon]:
    """Yield lots until they hold what is wanted: those much larger than what is missing only where the others end."""
    too_large: list[Polygon] = []
    for part in lots:
        if wanted_m2 <= 0:
            return
        if part.area > MUCH_LARGER * wanted_m2:
            too_large.append(part)
            continue
        wanted_m2 -= part.area
        yield part
    for part in sorted(too_large, key=lambda part: round(part.area, 1)):
        if wanted_m2 <= 0:
            return
        wanted_m2 -= part.area
        yield part


def unused_m2(uses: Sequence[tuple[PieceKind, Polygon]], wanted: Wanted) -> float:
    """Return the open storage and parking beyond what is wanted: leftovers that no building and no rule asked for."""
    yard = sum(float(part.area) for kind, part in uses if kind == "yard")
    parking = sum(float(part.area) for kind, part in uses if kind == "parking")
    return max(0.0, yard - wanted.yard_m2) + max(0.0, parking - wanted.parking_m2)


def _green_and_yards(
    open_land: Surface, rest: list[Polygon], site_m2: float, wanted: Wanted, parking_m2: float
) -> list[tuple[PieceKind, Polygon]]:
    """Verges that do not become green hold the parking that found no room elsewhere."""
    pieces: list[tuple[PieceKind, Polygon]] = []
    green_m2 = sum(part.area for part in open_land.belt)
    for part in sorted(open_land.verges, key=lambda part: -round(part.area, 1)):
        fits = green_m2 + part.area <= wanted.green_max * site_m2
        if fits and (green_m2 < wanted.green_aim * site_m2 or part.area < 150):
            pieces.append(("green", part))
            green_m2 += part.area
        elif parking_m2 > 0 and part.area > STALL_M2:
            pieces.append(("parking", part))
            parking_m2 -= part.area
        else:
            pieces.append(("court", part))
    yard_m2 = sum(part.area for part in rest)
    for part in sorted(rest, key=lambda part: round(part.area, 1)):
        spare = yard_m2 - part.area >= wanted.yard_m2
        if green_m2 < wanted.green_aim * site_m2 and spare and green_m2 + part.area <= wanted.green_max * site_m2:
            pieces.append(("green", part))
            green_m2 += part.area
            yard_m2 -= part.area
        else:
            pieces.append(("yard", part))
    return pieces
