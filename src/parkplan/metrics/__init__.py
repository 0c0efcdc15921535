"""Pure measures: a frame in, a named series out, on the same index. A missing value stays missing."""

from parkplan.metrics.area import geodesic_area_m2
from parkplan.metrics.overlay import overlaps

__all__ = ["geodesic_area_m2", "overlaps"]
