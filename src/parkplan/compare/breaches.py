"""Rules that an option breaks: FAR and height of the plan, planned use, forbidding lines, distance from housing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.i18n import Text
from parkplan.model.options import Breach

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.compare.district import District
    from parkplan.compare.pieces import Pieces
    from parkplan.model.options import OptionAssumptions

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

COMPARED_DIGITS: Final = 4
SLACK: Final = 1e-6
VETO_LEAST: Final = 0.01
"""A parcel of which less lies under a forbidding line is not reported."""
PLAN_LEAST: Final = 0.5
"""A piece of which less is planned for its use is not as planned."""

RULES: Final[dict[str, Text]] = {
    "far_above": Text("容积率高于上限", "FAR above the limit"),
    "far_below": Text("容积率低于下限", "FAR below the least"),
    "height_above": Text("高度超过限高", "Height above the limit"),
    "off_plan": Text("用途与规划不符（符合比例）", "Use not as planned (share that agrees)"),
    "veto": Text("位于禁止线内（占比）", "Under a forbidding line (share)"),
    "near_housing": Text("与居住用地距离不足（米）", "Too close to housing (m)"),
    "road_apart": Text("所画道路未接入路网（缺口，米）", "Drawn road does not join the network (gap in m)"),
}
"""The rules, with what their number says."""


def breaches_of(district: District, pieces: Pieces, options: OptionAssumptions) -> tuple[Breach, ...]:
    """Return the rules that are broken on land that the option changes, by piece."""
    changed = pieces.state.changed & pieces.state.of_parcels
    built = changed & (pieces.new["floor_area_m2"] > 0)
    zone_min, zone_max, height = (_of_zone(district, pieces, name) for name in ("far_min", "far_max", "height_max_m"))
    far_max = np.where(np.isnan(pieces.far_max), zone_max, pieces.far_max)
    far_min = np.where(np.isnan(pieces.far_min), zone_min, pieces.far_min)
    share = _agreeing_share(district, pieces)
    distance, least = _housing(pieces, options)
    open_land = pieces.of("road", "green")
    checks = (
        ("far_above", built & (pieces.far > far_max + SLACK), pieces.far, far_max),
        ("far_below", built & (pieces.far < far_min - SLACK), pieces.far, far_min),
        ("height_above", built & (pieces.height_m > height + SLACK), pieces.height_m, height),
        ("off_plan", changed & (share < PLAN_LEAST), share, np.full(len(share), PLAN_LEAST)),
        ("veto", changed & ~open_land & (pieces.veto_share > VETO_LEAST), pieces.veto_share, np.zeros(len(share))),
        ("near_housing", changed & (distance < least), distance, least),
        ("road_apart", pieces.apart_m > 0, pieces.apart_m, np.zeros(len(share))),
    )
    names = pieces.state.parcel_id
    return tuple(
        Breach(str(names[place]), rule, float(value[place]), float(limit[place]))
        for rule, broken, value, limit in checks
        for place in np.flatnonzero(broken)
    )


def zone_agrees(district: District, pieces: Pieces) -> Flags:
    """Say for each planned part whether the piece is used as its zone is planned."""
    planned = pieces.planned
    own = np.array([_level(code) for code in pieces.land_use.tolist()], dtype=object)[planned.piece]
    zone = np.array([_level(code) for code in district.zones.land_use.tolist()], dtype=object)[planned.zone]
    known = np.array([code != "" for code in own], dtype=bool) & np.array([code != "" for code in zone], dtype=bool)
    shorter = [one.startswith(other) or other.startswith(one) for one, other in zip(own, zone, strict=True)]
    return np.asarray(known & np.array(shorter, dtype=bool))


def _level(code: object) -> str:
    return code[:COMPARED_DIGITS] if isinstance(code, str) else ""


def _agreeing_share(district: District, pieces: Pieces) -> Numbers:
    """Return the share of each piece's planned land that is used as planned, NaN where nothing is planned."""
    planned, rows = pieces.planned, len(pieces.area_m2)
    agree = zone_agrees(district, pieces)
    whole = np.bincount(planned.piece, weights=planned.area_m2, minlength=rows)
    part = np.bincount(planned.piece[agree], weights=planned.area_m2[agree], minlength=rows)
    return np.asarray(np.divide(part, whole, out=np.full(rows, np.nan), where=whole > 0))


def _of_zone(district: District, pieces: Pieces, name: str) -> Numbers:
    """Return a limit of the zone that a piece lies in with its largest part, NaN where there is none."""
    planned = pieces.planned
    found = np.full(len(pieces.area_m2), np.nan)
    order = np.argsort(planned.area_m2, kind="stable")
    found[planned.piece[order]] = getattr(district.zones, name)[planned.zone[order]]
    return found


def conflicting(pieces: Pieces, options: OptionAssumptions) -> Flags:
    """Return the industrial pieces that lie closer to housing than their class may."""
    distance, least = _housing(pieces, options)
    return np.asarray(distance < least)


def _housing(pieces: Pieces, options: OptionAssumptions) -> tuple[Numbers, Numbers]:
    """Return each piece's distance from housing (inf beyond reach), and the least that its class of industry keeps."""
    least = protective_m(pieces.land_use, options)
    pairs, housing = pieces.pairs, pieces.of("housing")
    distance = np.full(len(least), np.inf)
    for one, other in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
        near = housing[other]
        np.minimum.at(distance, one[near], pairs.distance_m[near])
    return distance, least


def protective_m(land_use: npt.NDArray[np.object_], options: OptionAssumptions) -> Numbers:
    """Return the protective distance from housing by code: class 2 (also unspecified industry), class 3, else none."""
    by_code = {
        "100103": options.housing_distance_class_3_m.value,
        "100102": options.housing_distance_class_2_m.value,
        "1001": options.housing_distance_class_2_m.value,
        "10": options.housing_distance_class_2_m.value,
    }
    return np.array([by_code.get(str(code), 0.0) for code in land_use.tolist()], dtype=np.float64)
