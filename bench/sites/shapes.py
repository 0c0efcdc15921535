"""The sites of the benchmark for layout generators: made by these lines, in metres, the first edge along a road.

`python bench/sites/shapes.py` writes them as GeoJSON beside this file.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from shapely import LineString, Polygon, affinity, geometry

from parkplan.model.siteplan import Site

_ARC = np.linspace(0, np.pi / 2, 14)
_RAGGED = [(0, 0), (430, -18), (468, 140), (408, 292), (318, 338), (262, 262), (120, 300), (-26, 206)]
_L = [(0, 0), (300, 10), (296, 180), (520, 190), (505, 390), (-10, 372)]

OUTLINES: dict[str, tuple[Polygon, float]] = {
    "rectangle_12": (Polygon([(0, 0), (400, 0), (400, 300), (0, 300)]), 12),
    "rectangle_4": (Polygon([(0, 0), (230, 0), (230, 174), (0, 174)]), 4),
    "ragged_12": (Polygon(_RAGGED), 12),
    "l_shape_12": (Polygon(_L), 12),
    "river_edge_12": (Polygon([(0, 0), *((430 * np.cos(t), 300 * np.sin(t)) for t in _ARC)]), 12),
    "pond_12": (
        Polygon([(0, 0), (400, 0), (400, 300), (0, 300)], [[(220, 120), (215, 170), (260, 180), (270, 130)]]),
        12,
    ),
    "steep_corners_8": (Polygon([(0, 0), (420, 0), (300, 260), (90, 230)]), 8),
    "long_10": (Polygon([(0, 0), (700, 0), (700, 143), (0, 143)]), 10),
    "narrow_2": (Polygon([(0, 0), (330, 0), (330, 61), (0, 61)]), 2),
    "ragged_30": (Polygon(_RAGGED), 30),
    "rectangle_60": (Polygon([(0, 0), (900, 0), (900, 667), (0, 667)]), 60),
}


def site(name: str) -> Site:
    """Return a site of the benchmark: its first edge is the access, with two gates."""
    outline, hectares = OUTLINES[name]
    factor = float(np.sqrt(hectares * 1e4 / outline.area))
    boundary = affinity.scale(outline, factor, factor, origin=(0, 0))
    edge = LineString(boundary.exterior.coords[:2])
    gates = edge.interpolate(0.45, normalized=True), edge.interpolate(0.85, normalized=True)
    return Site(boundary, gates, (edge,), name=name)


def main() -> None:
    """Write each site as GeoJSON in plain metres: boundary, gates and the edges along public roads."""
    for name in OUTLINES:
        made = site(name)
        features = [
            {"type": "Feature", "properties": {"role": role}, "geometry": geometry.mapping(shape)}
            for role, shape in [
                ("boundary", made.boundary),
                *(("gate", gate) for gate in made.gates),
                *(("access", line) for line in made.access),
            ]
        ]
        content = json.dumps({"type": "FeatureCollection", "name": name, "features": features})
        (Path(__file__).parent / f"{name}.geojson").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
