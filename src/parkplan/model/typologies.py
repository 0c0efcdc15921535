"""What can be built on a site, and what it gives and costs: strict records read from ``layers/typologies/``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from parkplan.i18n import Text as TextPair
from parkplan.model.layers import Colour, Identifier, Record, Text

ASSUMPTION = TextPair("假设", "assumption")


class Figure(Record):
    """A number with the source that it was taken from; without one it is an assumption and is shown as such."""

    value: float
    source: Text | None = None

    @property
    def badge(self) -> TextPair:
        """The source, or the word *assumption*."""
        return ASSUMPTION if self.source is None else TextPair(self.source.zh, self.source.en)


class NotNegative(Figure):
    """A figure that cannot be below zero."""

    value: float = Field(ge=0)


Role = Literal["industry", "logistics", "research", "office", "dormitory"]


class BuildingForm(Record):
    """A shape in which buildings of a typology stand on a site plan.

    ``depths_m`` are the depths across a row, ``length_m`` the least and greatest length along it, ``storeys_range`` the
    storeys that may be used to meet the floor area ratio, ``court`` whether trucks load at one side. Usual storeys,
    floor height and cost are those of the typology; a form that differs says its own.
    """

    id: Identifier
    title: Text
    role: Role
    depths_m: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1, strict=False)]
    length_m: Annotated[tuple[float, float], Field(strict=False)]
    storeys_range: Annotated[tuple[int, int], Field(strict=False)]
    court: bool
    colour: Colour
    storeys: NotNegative | None = None
    floor_height_m: NotNegative | None = None
    cost_yuan_per_floor_m2: NotNegative | None = None


class Typology(Record):
    """A kind of building or open land.

    ``land_use`` the code that its land takes in a scenario; ``far`` floor area by site area; ``density`` footprint by
    site area; output, tax, cost, energy (kg of standard coal) and emissions (kg of CO2) a year and square metre of
    floor, cost once; ``floor_m2_per_job`` floor for each job, None where there are none; ``land_cost_yuan_per_m2`` what
    a square metre of open land costs to make; ``forms`` how its buildings stand on a site plan.
    """

    id: Identifier
    title: Text
    kind: Literal["industry", "service", "open"]
    land_use: str = Field(pattern=r"^\d{2,6}$")
    land_cost_yuan_per_m2: NotNegative
    far: NotNegative
    density: NotNegative
    storeys: NotNegative
    floor_height_m: NotNegative
    output_yuan_per_floor_m2: NotNegative
    tax_yuan_per_floor_m2: NotNegative
    floor_m2_per_job: NotNegative | None
    cost_yuan_per_floor_m2: NotNegative
    energy_kgce_per_floor_m2: NotNegative
    emissions_kgco2_per_floor_m2: NotNegative
    forms: Annotated[tuple[BuildingForm, ...], Field(strict=False)] = ()


class ClusterNeeds(Record):
    """What a cluster asks of a site: a least area, and a distance of its workshops from housing."""

    id: Identifier
    least_area_m2: float = Field(ge=0)
    housing_distance_m: float = Field(ge=0)


class ReuseAssumptions(Record):
    """Figures behind cost, benefit and points of a site.

    ``fill_in_points_per_hectare`` is what a parcel that is not flagged counts in a site,
    ``shared_edge_points_per_100_m`` what a common edge inside a site counts.
    """

    id: Identifier
    title: Text
    land_yuan_per_m2: NotNegative
    buildings_yuan_per_floor_m2: NotNegative
    clearing_yuan_per_floor_m2: NotNegative
    relocation_yuan_per_job: NotNegative
    discount_rate: NotNegative
    horizon_years: NotNegative
    fill_in_points_per_hectare: Figure
    shared_edge_points_per_100_m: NotNegative
    typology: Identifier
    clusters: Annotated[tuple[ClusterNeeds, ...], Field(min_length=1, strict=False)]
