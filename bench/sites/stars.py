"""Random sites for the long form of the benchmark: stars of 4 to 25 ha in any direction, every third with a pond."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Polygon

from parkplan.model.siteplan import Site


def star(rng: np.random.Generator) -> Polygon:
    """Return a polygon of 4 to 9 corners around the origin; where the last passes the first, it crosses itself."""
    corners = int(rng.integers(4, 10))
    angles = np.sort(
        rng.uniform(0, 2 * np.pi, corners) * 0.2 + np.linspace(0, 2 * np.pi, corners, endpoint=False) * 0.95
    )
    radii = rng.uniform(0.7, 1.0, corners)
    return Polygon(np.stack([np.cos(angles) * radii * rng.uniform(1, 1.6), np.sin(angles) * radii], axis=1))


def random_site(seed: int) -> Site:
    """Return the site of a seed, its gate on its longest edge."""
    rng = np.random.default_rng(seed)
    shape = star(rng)
    while not shape.is_valid:
        shape = star(rng)
    factor = np.sqrt(rng.uniform(4, 25) * 1e4 / shape.area)
    shape = shapely.transform(shape, lambda points: points * factor)
    if seed % 3 == 0:
        pond = shape.representative_point().buffer(18).simplify(2)
        shape = shape.difference(pond) if shape.buffer(-60).covers(pond) else shape
    shape = shapely.orient_polygons(shape)
    ring = shapely.get_coordinates(shape.exterior)
    longest = int(np.argmax(np.hypot(*np.diff(ring, axis=0).T)))
    edge = LineString(ring[longest : longest + 2])
    return Site(shape, (edge.interpolate(0.4, normalized=True),), (edge,))
