"""Pure measures: a frame in, a named series out, on the same index. A missing value stays missing."""

from parkplan.metrics.area import geodesic_area_m2
from parkplan.metrics.built_form import built_form, counted_floor_area_m2
from parkplan.metrics.condition import mean_built_year, vacancy, vacant_floor_m2
from parkplan.metrics.contiguity import blocks, pairs_within
from parkplan.metrics.firms import firms_on_parcels
from parkplan.metrics.intensity import (
    admin_floor_share,
    admin_land_share,
    building_coefficient,
    building_density,
    built_share,
    far,
    green_ratio,
    investment_share,
    investment_yuan_per_m2,
    jobs_per_hectare,
    output_yuan_per_m2,
    tax_yuan_per_m2,
    under_built_ratio,
    value_added_yuan_per_m2,
)
from parkplan.metrics.overlay import Overlaps, overlaps
from parkplan.metrics.park import PARK_MEASURES, intensive_use, park_kind
from parkplan.metrics.planning import constraint_shares, planned_use
from parkplan.metrics.registry import METRICS, Metric, with_metrics
from parkplan.metrics.years import YearsUsed, over_years, years_used

__all__ = [
    "METRICS",
    "PARK_MEASURES",
    "Metric",
    "Overlaps",
    "YearsUsed",
    "admin_floor_share",
    "admin_land_share",
    "blocks",
    "building_coefficient",
    "building_density",
    "built_form",
    "built_share",
    "constraint_shares",
    "counted_floor_area_m2",
    "far",
    "firms_on_parcels",
    "geodesic_area_m2",
    "green_ratio",
    "intensive_use",
    "investment_share",
    "investment_yuan_per_m2",
    "jobs_per_hectare",
    "mean_built_year",
    "output_yuan_per_m2",
    "over_years",
    "overlaps",
    "pairs_within",
    "park_kind",
    "planned_use",
    "tax_yuan_per_m2",
    "under_built_ratio",
    "vacancy",
    "vacant_floor_m2",
    "value_added_yuan_per_m2",
    "with_metrics",
    "years_used",
]
