"""Site plans: the site, the limits and modules that bind a plan, and the plan itself with its certificate.

Lengths are metres, areas square metres; coordinates are planar in the CRS of the site.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

from pydantic import Field

from parkplan.model.layers import Identifier, Record, Text
from parkplan.model.rules import Clause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely import LineString, Point, Polygon

    from parkplan.model.typologies import BuildingForm, Role, Typology

LimitId = Literal[
    "far_min",
    "far_max",
    "coefficient_min",
    "density_min",
    "density_max",
    "green_min",
    "green_max",
    "admin_land_max",
    "admin_floor_max",
    "road_share_max",
    "height_max_m",
    "setback_boundary_m",
    "setback_access_m",
    "setback_hole_m",
    "separation_m",
    "separation_high_m",
    "length_max_m",
    "lane_width_m",
    "lane_clearance_m",
    "fire_reach_m",
    "one_side_plant_m2",
    "one_side_warehouse_m2",
    "turning_radius_m",
    "corner_cut_m",
    "court_depth_m",
    "parking_per_100_m2",
    "plot_min_m2",
]
LIMIT_IDS: Final[tuple[LimitId, ...]] = get_args(LimitId)
UNITS_OF_LIMITS: Final[Mapping[str, str]] = {
    "coefficient": "share",
    "density": "share",
    "green": "share",
    "admin": "share",
    "road": "share",
}
HIGH_RISE_M: Final = 24.0
DOUBLE_STOREY_M: Final = 8.0
LEAST_MARKING_M: Final = 10.0

Pattern = Literal["ring", "grid", "spine", "comb", "fishbone", "strip"]
PATTERNS: Final[tuple[Pattern, ...]] = get_args(Pattern)
Side = Literal["south", "north"]
PieceKind = Literal["building", "admin_building", "plaza", "road", "court", "yard", "parking", "green"]
PIECE_KINDS: Final[tuple[PieceKind, ...]] = get_args(PieceKind)


class Limit(Record):
    """One control indicator or geometric rule: ``value`` is a share, a ratio or metres, as the id says."""

    id: LimitId
    title: Text
    value: float = Field(ge=0)
    clause: Clause


class SitePlanProfile(Record):
    """The limits that bind the plans of a site, as one file of ``layers/siteplans/``."""

    id: Identifier
    title: Text
    note: Text | None = None
    limits: tuple[Limit, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True, slots=True)
class Module:
    """A kind of building that rows are made of: a form of a typology with the figures in force.

    ``depths_m`` are the depths across the row, ``length_m`` the least and greatest length along it. ``storeys`` is the
    range that the generator may use to meet the floor area ratio; the usual storeys are always within it. ``court``
    says whether trucks load at one side, ``typology`` what the building counts as in a scenario.
    """

    id: str
    title: Text
    role: Role
    typology: str
    depths_m: tuple[float, ...]
    length_m: tuple[float, float]
    storeys: tuple[int, int]
    usual_storeys: int
    storey_height_m: float
    court: bool
    cost_yuan_per_m2: float
    colour: str

    @property
    def administrative(self) -> bool:
        """Whether the building serves administration or living, whose share is limited."""
        return self.role in {"office", "dormitory"}


def modules_of(typologies: Iterable[Typology]) -> dict[str, Module]:
    """Return the building modules by id: storeys, floor height and cost of the typology where the form has none."""
    return {form.id: _module(typology, form) for typology in typologies for form in typology.forms}


def _module(typology: Typology, form: BuildingForm) -> Module:
    usual = max(1, round((form.storeys or typology.storeys).value))
    least, most = form.storeys_range
    return Module(
        id=form.id,
        title=form.title,
        role=form.role,
        typology=typology.id,
        depths_m=form.depths_m,
        length_m=form.length_m,
        storeys=(min(least, usual), max(most, usual)),
        usual_storeys=usual,
        storey_height_m=(form.floor_height_m or typology.floor_height_m).value,
        court=form.court,
        cost_yuan_per_m2=(form.cost_yuan_per_floor_m2 or typology.cost_yuan_per_floor_m2).value,
        colour=form.colour,
    )


@dataclass(frozen=True, slots=True)
class Site:
    """The land to be planned: holes are rivers or kept buildings; gates lie on the boundary.

    ``access`` are the stretches of the boundary along public roads. ``gates_given`` is false where the gates are
    a proposal of the generator, ``synthetic`` says that the land is made up.
    """

    boundary: Polygon
    gates: tuple[Point, ...]
    access: tuple[LineString, ...]
    gates_given: bool = True
    name: str = ""
    synthetic: bool = False

    @property
    def area_m2(self) -> float:
        """Planar area without the holes."""
        return float(self.boundary.area)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the land: the pieces of a plan cover the site once. Buildings have a module, storeys and a phase."""

    id: str
    kind: PieceKind
    geometry: Polygon
    module: str = ""
    storeys: int = 0
    storey_height_m: float = 0.0
    phase: int = 1

    @property
    def height_m(self) -> float:
        """Height of the building; 0 for open land."""
        return self.storeys * self.storey_height_m

    @property
    def floor_area_m2(self) -> float:
        """Gross floor area."""
        return float(self.geometry.area) * self.storeys


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One rule with its clause, limit, value and margin; a margin below zero breaks the rule."""

    rule: LimitId
    title: Text
    clause: Clause
    limit: float
    value: float
    margin: float

    @property
    def holds(self) -> bool:
        """Whether the rule is kept, within the rounding of exported coordinates."""
        return self.margin >= -1e-6


@dataclass(frozen=True, slots=True)
class Street:
    """The middle of a street, which an edit may lock; ``position_m`` is its place across the frame.

    ``width_m`` includes the green median, which is ``median_m`` broad.
    """

    id: str
    line: LineString
    width_m: float
    position_m: float
    median_m: float = 0.0

    @property
    def carriageways(self) -> tuple[LineString, ...]:
        """Return the middle of each carriageway: one, or one on either side of the median."""
        if not self.median_m:
            return (self.line,)
        aside = (self.width_m + self.median_m) / 4
        return self.line.offset_curve(aside), self.line.offset_curve(-aside)


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for one option before any geometry: the same choices give the same plan.

    ``angle_deg`` is the direction of the rows against the base direction of the site, ``streets`` the positions of
    the cross streets along the rows, as shares of the width where they are not locked. ``side`` is where the one road
    of a strip runs, against its rows; ``longest_m`` caps the length of its buildings. ``hole_road`` says whether the
    ring also leads around water and kept buildings; otherwise a green belt lies there.
    """

    angle_deg: float
    pattern: Pattern
    belt_m: float
    front_m: float
    ring_m: float
    street_m: float
    median_m: float
    streets: tuple[float, ...]
    locked_m: tuple[float, ...]
    modules: tuple[str, ...]
    court_m: float
    gap_m: float
    aligned: bool
    green: float
    admin_share: float
    phases: int
    lift: float
    side: Side = "south"
    longest_m: float = float("inf")
    hole_road: bool = True


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One option: pieces, streets, gates, indicators, measures of quality and the certificate."""

    id: str
    site: Site
    pieces: tuple[Piece, ...]
    streets: tuple[Street, ...]
    choices: Choices
    indicators: Mapping[str, float]
    quality: Mapping[str, float]
    certificate: tuple[CertificateLine, ...] = ()
    front: int = 0

    @property
    def valid(self) -> bool:
        """Whether every rule is kept."""
        return bool(self.certificate) and all(line.holds for line in self.certificate)

    def of_kind(self, *kinds: PieceKind) -> tuple[Piece, ...]:
        """Return the pieces of some kinds."""
        return tuple(piece for piece in self.pieces if piece.kind in kinds)

    @property
    def centre_lines(self) -> tuple[LineString, ...]:
        """Return the lines to be marked on the streets: the middle of each carriageway, as far as it is road."""
        stretches = (
            carriageway.intersection(road.geometry)
            for street in self.streets
            for carriageway in street.carriageways
            for road in self.of_kind("road")
        )
        parts = (part for stretch in stretches for part in getattr(stretch, "geoms", (stretch,)))
        return tuple(part for part in parts if part.length > LEAST_MARKING_M)

    @property
    def buildings(self) -> tuple[Piece, ...]:
        """Return all buildings."""
        return self.of_kind("building", "admin_building")


@dataclass(frozen=True, slots=True)
class SitePlans:
    """The options of one site, best first; without any, ``collision`` is the smallest set of rules that collide.

    ``broken`` counts by rule the attempts that broke it, and as ``overlay`` those left because an overlay failed.
    """

    options: tuple[SitePlan, ...]
    tried: int
    valid: int
    least_distance: float | None
    collision: tuple[LimitId, ...] = ()
    broken: Mapping[str, int] = field(default_factory=dict)
