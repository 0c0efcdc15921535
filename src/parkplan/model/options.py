"""What layout options are judged by: assumptions of the comparison, measures with unit and direction, their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from parkplan.i18n import Text as TextPair
from parkplan.model.layers import Identifier, Record, Text
from parkplan.model.typologies import NotNegative

if TYPE_CHECKING:
    from collections.abc import Mapping

Direction = Literal["more", "less", "neither"]
Status = Literal["met", "missed", "unknown", "none"]


class PriceCase(Record):
    """A world of prices: factors on what land yields (tax) and on what building costs."""

    id: Identifier
    title: Text
    yield_factor: float = Field(ge=0)
    cost_factor: float = Field(ge=0)


class DemandCase(Record):
    """A world of demand: the new floor area (m²) that finds users."""

    id: Identifier
    title: Text
    floor_m2: float = Field(ge=0)


class Limit(Record):
    """What a measure should reach (or not exceed, where less is better), with its source."""

    metric: Identifier
    value: float
    source: Text | None = None


class Bridge(Record):
    """How a target becomes land: floor (m²) for each unit that is still missing, built as a typology."""

    target: Identifier
    floor_m2_per_unit: NotNegative
    typology: Identifier


class OptionAssumptions(Record):
    """Figures behind the measures of options.

    Distances from housing by class of industrial land, reach of fire engines and of walks along roads, the detour that
    turns a straight line into a way, the gap across which parcels still lie together (a minor road), emissions of a kg
    of standard coal, the worlds over which regret is taken, and the floor that missing targets need.
    """

    id: Identifier
    title: Text
    housing_distance_class_2_m: NotNegative
    housing_distance_class_3_m: NotNegative
    fire_reach_m: NotNegative
    service_reach_m: NotNegative
    detour_factor: NotNegative
    contiguity_gap_m: NotNegative
    emissions_kgco2_per_kgce: NotNegative
    prices: Annotated[tuple[PriceCase, ...], Field(min_length=1, strict=False)]
    demands: Annotated[tuple[DemandCase, ...], Field(min_length=1, strict=False)]
    limits: Annotated[tuple[Limit, ...], Field(strict=False)] = ()
    bridges: Annotated[tuple[Bridge, ...], Field(strict=False)] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of an option: titles, unit of display (a key of `parkplan.units.UNITS`), direction and formula.

    ``assumes`` names the figures of `OptionAssumptions` or of reuse that it rests on.
    """

    id: str
    title: TextPair
    shown_in: str
    direction: Direction
    formula: TextPair
    assumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assumed:
    """A figure that a result rests on, and where it comes from."""

    subject: TextPair
    name: str
    value: float
    badge: TextPair


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a piece of land breaks: which, by what value against which limit (SI units)."""

    parcel: str
    rule: str
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class OptionMeasures:
    """The measures of one option.

    ``values`` by measure in SI units, NaN where unknown; ``known`` is the share of the land whose figures are known, by
    measure; ``balance`` is the land by class in m², which sums to ``district_m2``; ``breaches`` are rules broken on
    land that the option changes; ``assumed`` are the figures used.
    """

    values: Mapping[str, float]
    known: Mapping[str, float]
    balance: Mapping[str, float]
    district_m2: float
    breaches: tuple[Breach, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    statuses: Mapping[str, Status] = field(default_factory=dict)
