"""A site plan on a map, for what is written of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from bench.sites.shapes import site
from pyproj import CRS

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.layout.siteplan import attempt
from parkplan.layout.siteplan.frame import base_frame

if TYPE_CHECKING:
    from parkplan.model.siteplan import SitePlan

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()
PLANE = CRS("EPSG:4547")


@cache
def plan() -> SitePlan:
    """A plan in the plane of the workspace, as far from the origin as real ones."""
    land = site("ragged_12")

    def east(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shape, lambda xy: xy + np.array([500_000.0, 2_500_000.0]))

    land = replace(land, boundary=east(land.boundary), gates=tuple(map(east, land.gates)),
                   access=tuple(map(east, land.access)))  # fmt: skip
    tried = (attempt(land, base_frame(land), number, 3, PROFILE, MODULES) for number in range(20))
    return next(made for made, broken in tried if made is not None and broken == ())
