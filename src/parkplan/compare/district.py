"""What all options of a district share: figures of the parcels as they are, who lies near whom, plan, lines, services.

It is worked out once for a version of the data; one option then costs milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from parkplan.compare.columns import numbers
from parkplan.compare.streets import Drawn, Streets, streets_of, with_drawn
from parkplan.metrics import built_form, geodesic_area_m2, overlaps
from parkplan.metrics.network import Tied, nearest_way_m, tied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.model.options import OptionAssumptions

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]

FIGURES: Final = ("floor_area_m2", "footprint_m2", "output_yuan", "tax_yuan", "employees", "energy_tce")
"""What a parcel counts and its pieces share."""
SERVICES: Final = ("school", "hospital")
FIRE: Final = "fire_station"
TOUCH_M: Final = 0.5
MOST_EXTENDED: Final = 16


@dataclass(frozen=True, slots=True)
class Pairs:
    """Positions of pieces that lie near each other, each pair once, and how far apart they are."""

    left: Rows
    right: Rows
    distance_m: Numbers

    def where(self, chosen: npt.NDArray[np.bool_]) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.left[chosen], self.right[chosen], self.distance_m[chosen])


@dataclass(frozen=True, slots=True)
class Zones:
    """Planned zones: shapes with their tree, codes, and limits of FAR and height (NaN where there is none)."""

    shapes: npt.NDArray[Any]
    tree: shapely.STRtree
    land_use: npt.NDArray[np.object_]
    far_min: Numbers
    far_max: Numbers
    height_max_m: Numbers


@dataclass(frozen=True, slots=True)
class Planned:
    """Which part of which piece lies in which zone, in m² of the plane."""

    piece: Rows
    zone: Rows
    area_m2: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class District:
    """A district before any edit.

    ``figures`` by name (see `FIGURES`), n values each, NaN where unknown; ``area_m2`` geodesic, ``planar_m2`` in the
    plane; ``far_min`` and ``far_max`` of the parcels' own terms; ``veto_share`` of each parcel under forbidding lines;
    ``reach_m`` the largest distance over which pairs were sought; ``road_m2`` surfaces of roads outside parcels;
    ``outside_m2`` all other land of the district outside parcels; ``streets`` the roads as a graph (without edges where
    there are none), ``ties`` where ``points`` reach it; ``extended`` keeps the networks with drawn roads that were
    made last, by the shapes of these.
    """

    parcels: gpd.GeoDataFrame
    figures: Mapping[str, Numbers]
    area_m2: Numbers
    planar_m2: Numbers
    far_min: Numbers
    far_max: Numbers
    pairs: Pairs
    reach_m: float
    zones: Zones
    planned: Planned
    veto: npt.NDArray[Any]
    veto_share: Numbers
    fire: Numbers
    services: Numbers
    district_m2: float
    road_m2: float
    streets: Streets
    points: Numbers = field(repr=False)
    ties: Tied = field(repr=False)
    extended: dict[tuple[bytes, ...], Drawn | None] = field(default_factory=dict, repr=False)

    def with_drawn(self, areas: npt.NDArray[Any]) -> Drawn | None:
        """Return the network with some drawn roads, made once for the same roads; see `streets.with_drawn`."""
        place = tuple(shapely.to_wkb(areas).tolist())
        if place not in self.extended:
            while len(self.extended) >= MOST_EXTENDED:
                self.extended.pop(next(iter(self.extended)), None)
            self.extended[place] = with_drawn(self.streets, areas)
        return self.extended[place]

    @property
    def outside_m2(self) -> float:
        """Land of the district that is neither parcel nor road surface."""
        return self.district_m2 - float(np.nansum(self.area_m2)) - self.road_m2


def district_of(
    parcels: gpd.GeoDataFrame, tables: Mapping[str, gpd.GeoDataFrame], assumed: OptionAssumptions
) -> District:
    """Work out what all options share.

    Args:
        parcels: the parcel table in a metric CRS.
        tables: of ``buildings``, ``land_use_plan``, ``constraints``, ``facilities``, ``roads`` and ``streets`` those
            that the district has, in the same CRS.
        assumed: the distances that matter.

    """
    shapes = np.array(parcels.geometry.array, dtype=object)
    area = geodesic_area_m2(parcels.geometry).to_numpy(dtype=np.float64)
    planar = shapely.area(shapes)
    reach = max(
        assumed.housing_distance_class_2_m.value,
        assumed.housing_distance_class_3_m.value,
        assumed.contiguity_gap_m.value,
    )
    zones = _zones(tables.get("land_use_plan"))
    whole, road = _land(parcels, tables, area, planar)
    veto = _veto(tables.get("constraints"))
    points, streets = _coordinates(shapes), streets_of(tables.get("roads"))
    return District(
        parcels=parcels,
        figures=_figures(parcels, tables.get("buildings")),
        area_m2=area,
        planar_m2=planar,
        far_min=numbers(parcels, "far_min"),
        far_max=numbers(parcels, "far_max"),
        pairs=near_pairs(shapes, np.arange(len(shapes)), reach),
        reach_m=reach,
        zones=zones,
        planned=planned_parts(shapes, np.arange(len(shapes)), zones),
        veto=veto,
        veto_share=veto_shares(shapes, veto),
        fire=_points(tables.get("facilities"), (FIRE,)),
        services=_points(tables.get("facilities"), SERVICES),
        district_m2=whole,
        road_m2=road,
        streets=streets,
        points=points,
        ties=tied(streets.graph, points),
    )


def near_pairs(shapes: npt.NDArray[Any], asked: Rows, reach_m: float) -> Pairs:
    """Return the pairs of shapes within reach of which at least one is asked for, with their distances."""
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes[asked], predicate="dwithin", distance=reach_m)
    first, second = asked[one], other.astype(np.int64)
    keep = first != second
    low, high = np.minimum(first, second)[keep], np.maximum(first, second)[keep]
    pair = np.unique(np.column_stack([low, high]), axis=0) if len(low) else np.empty((0, 2), dtype=np.int64)
    distance = shapely.distance(shapes[pair[:, 0]], shapes[pair[:, 1]])
    return Pairs(pair[:, 0], pair[:, 1], np.asarray(distance, dtype=np.float64))


def planned_parts(shapes: npt.NDArray[Any], asked: Rows, zones: Zones) -> Planned:
    """Return which parts of the shapes that are asked for lie in which zone."""
    if not len(zones.shapes) or not len(asked):
        nothing = np.empty(0, dtype=np.int64)
        return Planned(nothing, nothing, np.empty(0))
    found = overlaps(gpd.GeoSeries(shapes[asked]), gpd.GeoSeries(zones.shapes), least_m2=1.0)
    return Planned(asked[found.left], found.right, found.area_m2)


def veto_shares(shapes: npt.NDArray[Any], veto: npt.NDArray[Any]) -> Numbers:
    """Return the share of each shape under lines that forbid."""
    if not len(veto) or not len(shapes):
        return np.zeros(len(shapes))
    covered = overlaps(gpd.GeoSeries(shapes), gpd.GeoSeries(veto)).sum_left(len(shapes))
    own = shapely.area(shapes)
    return np.asarray(np.divide(covered, own, out=np.zeros(len(shapes)), where=own > 0))


def way_m(streets: Streets, origins: tuple[Numbers, Tied], places: Numbers, detour: float) -> Numbers:
    """Return the way from each origin to the nearest place: along the roads, without any the straight line x detour.

    Args:
        streets: the roads, those drawn among them.
        origins: n points, and where they reach the roads.
        places: m points.
        detour: what turns a straight line into a way, where there are no roads.

    Returns:
        n metres; inf without places and where no road leads there, NaN for a point that is unknown.

    """
    points, ties = origins
    if not len(places) or not len(points):
        return np.full(len(points), np.inf)
    if streets:
        return nearest_way_m(streets.graph, ties, tied(streets.graph, places))
    known = np.isfinite(points).all(axis=1)
    found = np.full(len(points), np.nan)
    found[known] = np.asarray(cKDTree(places).query(points[known])[0]) * detour
    return found


def _coordinates(shapes: npt.NDArray[Any]) -> Numbers:
    return np.asarray(shapely.get_coordinates(shapely.centroid(shapes)))


def _figures(parcels: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None) -> dict[str, Numbers]:
    """Return the figures of the table; floor and footprint fall back on the buildings."""
    found = {name: numbers(parcels, name) for name in FIGURES}
    if buildings is not None and len(buildings):
        form = built_form(parcels, buildings)
        for name in ("floor_area_m2", "footprint_m2"):
            found[name] = np.where(np.isnan(found[name]), form[name].to_numpy(dtype=np.float64), found[name])
    return found


def _zones(plan: gpd.GeoDataFrame | None) -> Zones:
    table = gpd.GeoDataFrame({"land_use": []}, geometry=[]) if plan is None else plan
    shapes = np.array(table.geometry.array, dtype=object)
    limits = (numbers(table, name) for name in ("far_min", "far_max", "height_max_m"))
    return Zones(shapes, shapely.STRtree(shapes), table["land_use"].to_numpy(dtype=object), *limits)


def _veto(lines: gpd.GeoDataFrame | None) -> npt.NDArray[Any]:
    if lines is None or not len(lines):
        return np.empty(0, dtype=object)
    forbidding = (lines["severity"] == "veto").to_numpy(dtype=bool, na_value=False)
    merged = shapely.union_all(np.array(lines.geometry.array, dtype=object)[forbidding])
    return np.asarray(shapely.get_parts(merged), dtype=object)


def _points(facilities: gpd.GeoDataFrame | None, kinds: tuple[str, ...]) -> Numbers:
    if facilities is None or not len(facilities):
        return np.empty((0, 2))
    return _coordinates(np.array(facilities.geometry.array, dtype=object)[facilities["kind"].isin(kinds).to_numpy()])


def _land(
    parcels: gpd.GeoDataFrame, tables: Mapping[str, gpd.GeoDataFrame], area: Numbers, planar: Numbers
) -> tuple[float, float]:
    """Return the area of the district, and that of the road surfaces in it outside parcels.

    Without sub-districts the district is its parcels and road surfaces.
    """
    scale = float(np.nansum(area) / np.nansum(planar)) if np.nansum(planar) > 0 else 1.0
    surface = _road_surface(tables.get("roads"), np.array(parcels.geometry.array, dtype=object))
    streets = tables.get("streets")
    if streets is None or not len(streets):
        road = surface.area * scale
        return float(np.nansum(area)) + road, road
    whole = shapely.union_all(np.array(streets.geometry.array, dtype=object))
    road = shapely.intersection(surface, whole).area * scale
    total = float(geodesic_area_m2(gpd.GeoSeries([whole], crs=parcels.crs)).iloc[0])
    return max(total, float(np.nansum(area)) + road), road


def _road_surface(roads: gpd.GeoDataFrame | None, shapes: npt.NDArray[Any]) -> Any:  # noqa: ANN401  # any geometry
    """Return the land within the widths of the roads, less the parcels; roads of unknown width have none."""
    if roads is None or not len(roads):
        return shapely.Polygon()
    width = numbers(roads, "width_m")
    known = np.flatnonzero(width > 0)
    lines = np.array(roads.geometry.array, dtype=object)[known]
    bands = shapely.buffer(lines, width[known] / 2, cap_style="flat", quad_segs=2)
    surface = shapely.union_all(bands)
    near = shapes[shapely.STRtree(shapes).query(surface, predicate="intersects")]
    return shapely.difference(surface, shapely.union_all(near))
