"""From a screened district to the question that assembly answers: candidate parcels, their graph, points and costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from parkplan._errors import RequestError
from parkplan.jobs.screen import FLAGGED
from parkplan.jobs.writing import both, text
from parkplan.model.sites import LIMIT_TITLES, SiteLimits
from parkplan.sites.contiguity import Contiguity, Obstacles, contiguity
from parkplan.sites.facts import Surroundings, acquisition_cost_yuan
from parkplan.sites.problem import Assembly
from parkplan.units import area

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from parkplan.data.workspace import Workspace
    from parkplan.i18n import Text
    from parkplan.jobs.screen import Screening
    from parkplan.model.typologies import ReuseAssumptions

    Flags = npt.NDArray[np.bool_]
    Shapes = npt.NDArray[np.object_]

MAIN_ROADS: Final = ("expressway", "arterial", "railway")
LORRY_ROADS: Final = ("arterial", "secondary", "minor")
FLOWING: Final = ("river", "canal")
LEAST_OVERLAP_M2: Final = 10.0
FRONTAGE_M: Final = 30.0
"""A road whose middle is no farther away gives access."""
VETO_SHARE: Final = 0.05
"""So much of a parcel may lie under forbidding lines before it is left out: their accuracy is that of a plan."""
FILL_IN_USES: Final = ("10", "11", "16", "23")
"""Land uses (用地用海) that may round off a site: industry, storage, reserved and other land."""


def _usual_limits() -> SiteLimits:
    return SiteLimits(min_area_m2=20_000.0, max_area_m2=300_000.0, min_flagged_share=0.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChoice:
    """What is asked: limits, the widest gap, fill-in parcels or not, parcels that must or must not be in a site.

    ``max_constraint_share`` is the share of a parcel that may lie under forbidding lines (vetoes).
    """

    limits: SiteLimits = field(default_factory=_usual_limits)
    max_gap_m: float = 25.0
    max_constraint_share: float = VETO_SHARE
    fill_in: bool = True
    locked: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """``problem`` over the candidates, whose row positions among the parcels are ``rows``; ``findings`` in words."""

    problem: Assembly
    rows: npt.NDArray[np.int64]
    graph: Contiguity
    roads: tuple[str, ...]
    flagged: Flags
    findings: tuple[Text, ...]


def check(choice: SiteChoice) -> None:
    """Refuse limits that make no sense.

    Raises:
        RequestError: a limit is not above 0, or a minimum exceeds its maximum.

    """
    limits = choice.limits
    for name in limits.stated():
        value = getattr(limits, name)
        if name != "frontage" and (not np.isfinite(value) or value <= 0):
            raise RequestError("site_limits", limit=LIMIT_TITLES[name], value=value)
    for low, high in (("min_area_m2", "max_area_m2"), ("min_parcels", "max_parcels")):
        least, most = getattr(limits, low), getattr(limits, high)
        if least is not None and most is not None and least > most:
            raise RequestError("site_limits", limit=LIMIT_TITLES[low], value=least)
    for name in ("min_flagged_share", "min_compactness"):
        share = getattr(limits, name)
        if share is not None and share > 1:
            raise RequestError("site_limits", limit=LIMIT_TITLES[name], value=share)
    if not 0.0 <= choice.max_constraint_share <= 1.0:
        raise RequestError("site_veto_share", value=choice.max_constraint_share)
    if not np.isfinite(choice.max_gap_m) or choice.max_gap_m < 0:
        raise RequestError("negative_gap", gap=choice.max_gap_m)


def question(ws: Workspace, found: Screening, choice: SiteChoice, assumed: ReuseAssumptions) -> Question:
    """Put the question of a choice to a screened district.

    Raises:
        RequestError: a limit makes no sense, or a locked or forbidden parcel is not among the candidates.

    """
    check(choice)
    parcels = found.parcels
    flagged = parcels["verdict"].isin(FLAGGED).to_numpy()
    shapes = np.asarray(parcels.geometry.array, dtype=object)
    usable = _usable(parcels, shapes, choice.max_constraint_share)
    rows = np.flatnonzero(usable & (flagged | _fill_in(parcels, flagged) if choice.fill_in else flagged))
    graph = contiguity(shapes[rows], choice.max_gap_m, obstacles(ws))
    beside = np.flatnonzero(flagged[rows] | _adjoining(graph, flagged[rows]))
    rows, among = rows[beside], graph.among(beside)
    part = parcels.iloc[rows]
    sizes = np.nan_to_num(part["site_area_m2"].to_numpy(dtype=np.float64, na_value=np.nan))
    score = part["score"].to_numpy(dtype=np.float64, na_value=np.nan)
    points = np.where(flagged[rows], np.nan_to_num(score, nan=50.0) / 10.0, assumed.fill_in_points_per_hectare.value)
    allowed = np.ones(len(rows), dtype=np.bool_)
    allowed[_places(part, choice.forbidden)] = False
    locked = np.zeros(len(rows), dtype=np.bool_)
    locked[_places(part, choice.locked)] = True
    problem = Assembly(
        value=points * sizes / 10_000.0,
        area_m2=sizes,
        cost_yuan=acquisition_cost_yuan(part, assumed),
        owner=_owners(part),
        flagged=flagged[rows],
        frontage=_frontage(ws, shapes[rows]),
        allowed=allowed,
        locked=locked,
        left=among.left,
        right=among.right,
        bonus=assumed.shared_edge_points_per_100_m.value * among.shared_m / 100.0,
        limits=choice.limits,
        perimeter_m=shapely.length(shapes[rows]),
        shared_m=among.shared_m,
    )
    findings = _findings(part, flagged, usable, choice.max_constraint_share)
    return Question(problem, rows, among, _road_names(ws), flagged, findings)


def _usable(parcels: gpd.GeoDataFrame, shapes: Shapes, most_share: float) -> Flags:
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    under = parcels["constraint_share"].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(there & ~(np.nan_to_num(under) > most_share))


def _fill_in(parcels: gpd.GeoDataFrame, flagged: Flags) -> Flags:
    use = parcels["land_use"].astype(object).fillna("").astype(str)
    return np.asarray(~flagged & use.str.startswith(FILL_IN_USES).to_numpy())


def _adjoining(graph: Contiguity, flagged: Flags) -> Flags:
    beside = np.zeros(graph.parcels, dtype=np.bool_)
    beside[graph.left[flagged[graph.right]]] = True
    beside[graph.right[flagged[graph.left]]] = True
    return beside


def _owners(part: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Number the owners; each unknown one is somebody else."""
    codes = pd.factorize(part["holder"].astype(object))[0].astype(np.int64)
    unknown = np.flatnonzero(codes < 0)
    codes[unknown] = codes.max(initial=-1) + 1 + np.arange(len(unknown))
    return codes


def _places(part: pd.DataFrame, parcels: Sequence[str]) -> list[int]:
    place = {str(name): index for index, name in enumerate(part["parcel_id"])}
    for name in parcels:
        if name not in place:
            raise RequestError("site_parcel", parcel=name)
    return [place[name] for name in parcels]


def table(ws: Workspace, name: str) -> gpd.GeoDataFrame | None:
    """Return a table of the workspace, None where it has none."""
    return ws.read(name) if any(info.name == name for info in ws.tables()) else None


def _column(frame: gpd.GeoDataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame.columns else pd.Series([None] * len(frame), index=frame.index, dtype=object)


def _geometries(frame: gpd.GeoDataFrame | None, column: str, values: Sequence[str]) -> Shapes:
    if frame is None:
        return np.empty(0, dtype=object)
    shapes: Shapes = np.asarray(frame.geometry[_column(frame, column).isin(values).to_numpy()].array, dtype=object)
    known: Shapes = shapes[~shapely.is_missing(shapes)]
    return known


def obstacles(ws: Workspace) -> Obstacles:
    """Return what nothing hangs together across (main roads, railways, flowing water), and the roads that it may."""
    roads, water = table(ws, "roads"), table(ws, "water")
    barriers = np.concatenate([_geometries(roads, "class", MAIN_ROADS), _geometries(water, "kind", FLOWING)])
    return Obstacles(barriers, np.empty(0, object) if roads is None else np.asarray(roads.geometry.array, dtype=object))


def _road_names(ws: Workspace) -> tuple[str, ...]:
    roads = table(ws, "roads")
    return () if roads is None else tuple("" if pd.isna(name) else str(name) for name in _column(roads, "name"))


def _frontage(ws: Workspace, shapes: Shapes) -> Flags:
    roads = _geometries(table(ws, "roads"), "class", LORRY_ROADS)
    found = np.zeros(len(shapes), dtype=np.bool_)
    if len(roads) and len(shapes):
        found[shapely.STRtree(roads).query(shapes, predicate="dwithin", distance=FRONTAGE_M)[0]] = True
    return found


def surroundings(ws: Workspace, parcels: gpd.GeoDataFrame) -> Surroundings:
    """Return what lies around the sites; what the workspace lacks is empty."""
    empty = parcels.iloc[:0]
    firms, parks, plan = table(ws, "enterprises"), table(ws, "parks"), table(ws, "land_use_plan")
    use = parcels["land_use"].astype(object).fillna("").astype(str)
    housing = np.asarray(parcels.geometry[use.str.startswith("07").to_numpy()].array, dtype=object)
    stations = _geometries(table(ws, "facilities"), "kind", ("rail_station",))
    return Surroundings(
        firms=_with(firms, empty, ("cluster",)),
        parks=_with(parks, empty, ("park_id", "name", "kind", "lead_cluster")),
        plan=_with(plan, empty, ("land_use",)),
        housing=housing[~shapely.is_missing(housing)],
        stations=stations,
    )


def _with(frame: gpd.GeoDataFrame | None, empty: gpd.GeoDataFrame, names: Sequence[str]) -> gpd.GeoDataFrame:
    """Return a table if it has the columns that are needed, else an empty one that has them."""
    if frame is not None and set(names) <= set(frame.columns):
        return frame
    return empty.assign(**{name: None for name in names})


def _findings(part: gpd.GeoDataFrame, flagged: Flags, usable: Flags, most_share: float) -> tuple[Text, ...]:
    """Say what a reader must know of the candidates."""
    unknown = int(part["holder"].isna().sum())
    barred = int((flagged & ~usable).sum())
    said = []
    if not flagged.any():
        said.append(text("sites.none_flagged"))
    if barred:
        said.append(text("sites.barred", count=barred, share=f"{100 * most_share:.0f}%"))
    shared = _overlap_m2(part)
    if shared > LEAST_OVERLAP_M2:
        said.append(text("sites.overlapping", area=both(lambda chosen: area(shared, chosen))))
    if unknown:
        said.append(text("sites.unknown_owners", count=unknown))
    return tuple(said)


def _overlap_m2(part: gpd.GeoDataFrame) -> float:
    """Return the area that candidates share with others; such land counts in each of them."""
    shapes = np.asarray(part.geometry.array, dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    once = first < second
    shared = shapely.intersection(shapes[first[once]], shapes[second[once]], grid_size=0.001)
    return float(shapely.area(shared).sum())
