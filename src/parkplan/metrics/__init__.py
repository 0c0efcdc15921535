"""Pure measures: a frame in, a named series out, on the same index. A missing value stays missing."""

from parkplan.metrics.area import geodesic_area_m2
from parkplan.metrics.built_form import built_form, counted_floor_area_m2
from parkplan.metrics.contiguity import blocks, pairs_within
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
from parkplan.metrics.registry import METRICS, Metric, with_metrics

__all__ = [
    "METRICS",
    "Metric",
    "Overlaps",
    "admin_floor_share",
    "admin_land_share",
    "blocks",
    "building_coefficient",
    "building_density",
    "built_form",
    "built_share",
    "counted_floor_area_m2",
    "far",
    "geodesic_area_m2",
    "green_ratio",
    "investment_share",
    "investment_yuan_per_m2",
    "jobs_per_hectare",
    "output_yuan_per_m2",
    "overlaps",
    "pairs_within",
    "tax_yuan_per_m2",
    "under_built_ratio",
    "value_added_yuan_per_m2",
    "with_metrics",
]
