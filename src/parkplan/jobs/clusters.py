"""Where the clusters of a district are: figures by area, concentration, hot spots, outlines, land and space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parkplan import units
from parkplan._errors import RequestError
from parkplan.clusters import KDensity, Refusal, Statement, distance_concentration, ellison_glaeser
from parkplan.clusters.groups import crossed, mix_of_areas, numbers, quotients, sums_by
from parkplan.clusters.land import (
    industry_of_parcels,
    land_balance,
    parts_of_parcels,
    quality_and_land,
    space_balance,
)
from parkplan.data.workspace import open_workspace
from parkplan.i18n import Text, current_language, message
from parkplan.jobs.cluster_places import Places, places
from parkplan.jobs.derived import kept_table
from parkplan.jobs.kept import Kept
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.jobs.verdict_table import MOST_ROWS, VERDICTS, dated, screening_version, verdict_table
from parkplan.jobs.writing import text
from parkplan.model.clusters import By, ClusterQuestion
from parkplan.model.codes import CLUSTER
from parkplan.model.screening import ScreeningChoice

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.model.workspace import TableInfo

CLUSTER_COLUMN: Final = "cluster"
_kept: Final = Kept[tuple[str, str], "Clusters"](limit=8)
LEAST_PLANTS: Final = 10
"""Below, the index of Ellison and Glaeser mirrors the sizes of a few plants."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """The distribution of the enterprises of a district.

    ``areas``: one row for each park or street, with its outline: sums with the number of firms that report them, and
    the mix of clusters; firms outside all areas are a row without a number. ``by_cluster``: area by cluster with sums
    and location quotients. ``concentration``: index of Ellison and Glaeser and distances, one row for each cluster.
    ``places``: hexagons and outlines. ``k_density``: curves, where there are enough firms. ``quality`` and ``space``:
    firms against their land, need against readiness; ``land``: site area for growth against land by verdict.
    ``statements`` say how each came about, ``refusals`` what is not
    given and why.
    """

    question: ClusterQuestion
    areas: gpd.GeoDataFrame
    by_cluster: pd.DataFrame
    concentration: pd.DataFrame
    places: Places
    k_density: dict[str, KDensity]
    quality: pd.DataFrame
    space: pd.DataFrame
    land: pd.DataFrame
    statements: tuple[Statement, ...]
    refusals: tuple[Refusal, ...]
    findings: tuple[str, ...]
    source: TableInfo

    @property
    def synthetic(self) -> bool:
        """Whether the enterprises are made up."""
        return self.source.synthetic


def clusters(workspace: str | Path, *, by: By = "park", question: ClusterQuestion | None = None) -> Clusters:
    """Say where the clusters of a district are.

    Args:
        workspace: its address.
        by: compare parks or streets.
        question: areas, grid, levels and seed in one record, in place of ``by``.

    Raises:
        WorkspaceError: the workspace is missing or broken.
        RequestError: there are no enterprises, or the areas asked for.

    """
    return distribution(open_workspace(workspace), question or ClusterQuestion(by=by))


def distribution(ws: Workspace, question: ClusterQuestion) -> Clusters:
    """Say where the clusters of a district are; see `clusters`."""
    known = {info.name for info in ws.tables()}
    if "enterprises" not in known or ws.info("enterprises").rows == 0:
        raise RequestError("no_enterprises", workspace=ws.name)
    firms, parcels, areas, key = _located(ws, question.by, known)
    ready = firms.dropna(subset=[CLUSTER_COLUMN])
    concentration, curves, refused = _concentration(ready, question)
    found = places(firms, parcels, question)
    parts = parts_of_parcels(firms, parcels)
    lead = _lead(ws, known)
    offered = parcels.assign(cluster=industry_of_parcels(parcels, ready, CLUSTER_COLUMN, lead))
    judged = _judged(ws)
    verdict = None if judged is None else parcels["parcel_id"].map(judged[0])
    return Clusters(
        question=question,
        areas=_areas(firms, areas, key),
        by_cluster=_by_cluster(firms, question),
        concentration=concentration,
        places=found,
        k_density=curves,
        quality=quality_and_land(firms, parts, CLUSTER_COLUMN),
        space=space_balance(ready, parts.loc[ready.index], offered, CLUSTER_COLUMN, growth=question.growth),
        land=land_balance(
            ready, parts.loc[ready.index], offered.assign(verdict=verdict), CLUSTER_COLUMN, growth=question.growth
        ),
        statements=(*_statements(firms, ready, question, found), _land_statement(ready, question, judged)),
        refusals=(*refused, *found.refusals),
        findings=_findings(firms),
        source=ws.info("enterprises"),
    )


def kept_distribution(ws: Workspace, question: ClusterQuestion) -> Clusters:
    """Return the distribution, computed once while tables and question stay the same; see `clusters`."""
    versions = sorted((info.name, info.version) for info in ws.tables())
    told = f"{current_language()} {question.model_dump_json()} {versions} {screening_version(ws, _choice(ws))}"
    return _kept.get((ws.address, told), lambda: distribution(ws, question))


def _choice(ws: Workspace) -> ScreeningChoice:
    """Return the choice of rules in force, else that which every district starts with."""
    saved = choice_in_force(ws)
    return ScreeningChoice() if saved is None else saved.choice


def _judged(ws: Workspace) -> tuple[pd.Series, ScreeningChoice] | None:
    """Return the verdict of each parcel by its number, and by which rules; None where a district is not judged."""
    parcels = next((info for info in ws.tables() if info.name == "parcels"), None)
    if parcels is None:
        return None
    choice = dated(_choice(ws))
    kept = kept_table(ws, VERDICTS, screening_version(ws, choice))
    if kept is None and parcels.rows > MOST_ROWS:
        return None
    frame = (kept or verdict_table(ws, choice)).frame.drop_duplicates("parcel_id")
    return frame.set_index("parcel_id")["verdict"], choice


def _land_statement(
    firms: pd.DataFrame, question: ClusterQuestion, judged: tuple[pd.Series, ScreeningChoice] | None
) -> Statement:
    day, packs = ("—", "—") if judged is None else (str(judged[1].as_of), ", ".join(judged[1].profiles))
    return Statement("land_balance", len(firms), {"growth": f"{question.growth:.0%}", "day": day, "packs": packs})


def cluster_title(code: object) -> Text:
    """Return what a cluster is called."""
    if units.is_unknown(code):
        return text("clusters.unknown")
    return CLUSTER.get(str(code), Text(str(code), str(code)))


def _located(
    ws: Workspace, by: By, known: set[str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame, str]:
    """Return the firms with ``area`` (by their parcel, else by where they stand), parcels, areas and the areas' key."""
    table, key, of_parcel = ("parks", "park_id", "park_id") if by == "park" else ("streets", "name", "street")
    if table not in known:
        raise RequestError("no_cluster_areas", workspace=ws.name, by=message(f"clusters.areas_{by}"))
    firms, areas = _in_one_order(ws.read("enterprises")), ws.read(table)
    none = gpd.GeoDataFrame({"parcel_id": []}, geometry=[], crs=ws.crs)
    parcels = _in_one_order(ws.read("parcels")) if "parcels" in known else none
    for name in (CLUSTER_COLUMN, "parcel_id"):
        if name not in firms.columns:
            firms[name] = pd.Series(None, index=firms.index, dtype="str")
    by_parcel = pd.Series(None, index=firms.index, dtype="str")
    if of_parcel in parcels.columns:
        first = firms["parcel_id"].astype("str").str.split(";").str[0].str.strip()
        by_parcel = first.map(parcels.drop_duplicates("parcel_id").set_index("parcel_id")[of_parcel])
    areas = areas.sort_values(key, kind="stable").reset_index(drop=True)
    tree = shapely.STRtree(np.asarray(areas.geometry))
    where, which = tree.query(np.asarray(firms.geometry), predicate="intersects")
    where, which = (pairs[np.lexsort((which, where))] for pairs in (where, which))
    inside = pd.Series(areas[key].to_numpy()[which], index=firms.index[where], dtype="str")
    return (
        gpd.GeoDataFrame(firms.assign(area=by_parcel.fillna(inside[~inside.index.duplicated()]))), parcels, areas, key
    )  # fmt: skip


def _in_one_order(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows by number, name and place: whatever their order in the file, every draw falls on the same row."""
    keys = [name for name in ("enterprise_id", "parcel_id", "name") if name in table.columns]
    places = pd.DataFrame(table.geometry.bounds, index=table.index).iloc[:, :2]
    order = pd.concat([table[keys].astype("string"), places], axis=1).sort_values([*keys, *places.columns])
    return gpd.GeoDataFrame(table.loc[order.index].reset_index(drop=True))


def _areas(firms: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    found = sums_by(firms, ["area"]).merge(mix_of_areas(firms, "area", CLUSTER_COLUMN), on="area", how="left")
    outlines = areas.drop_duplicates(key).set_index(key)
    every = pd.DataFrame({"area": outlines.index}).merge(found, on="area", how="outer")
    every["firms"] = every["firms"].fillna(0).astype(int)
    names = every["area"].map(outlines["name"]) if "name" in outlines else every["area"]
    every.insert(1, "name", names)
    shapes = every["area"].map(outlines.geometry)
    return gpd.GeoDataFrame(every, geometry=gpd.GeoSeries(shapes, crs=areas.crs))


def _by_cluster(firms: gpd.GeoDataFrame, question: ClusterQuestion) -> pd.DataFrame:
    keys = ["area", CLUSTER_COLUMN]
    sums = sums_by(firms, keys)
    told = quotients(firms, *keys, seed=question.seed, alpha=question.alpha)
    return sums.merge(told, on=keys, how="left")


def _concentration(
    firms: gpd.GeoDataFrame, question: ClusterQuestion
) -> tuple[pd.DataFrame, dict[str, KDensity], list[Refusal]]:
    employees = numbers(firms, "employees")
    plants = firms.assign(employees=employees)[(employees > 0) & firms["area"].notna()]
    weights = crossed(plants, "area", CLUSTER_COLUMN, "employees").sum(axis=1)
    placed = firms[~(firms.geometry.is_empty | firms.geometry.isna())]
    sites = np.column_stack([placed.geometry.x, placed.geometry.y])
    rows, curves, refused = [], {}, []
    for code in sorted(firms[CLUSTER_COLUMN].unique()):
        row: dict[str, object] = {CLUSTER_COLUMN: code, "firms": int((firms[CLUSTER_COLUMN] == code).sum())}
        own = plants[plants[CLUSTER_COLUMN] == code]
        if len(own) < LEAST_PLANTS or len(weights) < 2:
            refused.append(Refusal("ellison_glaeser", str(code), "few_firms", len(own), LEAST_PLANTS))
        else:
            place = weights.index.get_indexer(own["area"])
            index = ellison_glaeser(own["employees"], place, weights.to_numpy(), seed=question.seed)
            row |= {"eg_gamma": index.gamma, "eg_p": index.p, "eg_plants": index.n, "eg_herfindahl": index.plants}
        curve = distance_concentration(
            sites, (placed[CLUSTER_COLUMN] == code).to_numpy(), subject=str(code), seed=question.seed,
            alpha=question.alpha, simulations=question.simulations,
        )  # fmt: skip
        if isinstance(curve, Refusal):
            refused.append(curve)
        else:
            curves[str(code)] = curve
            row |= _distances(curve)
        rows.append(row)
    columns = [CLUSTER_COLUMN, "firms", "eg_gamma", "eg_p", "eg_plants", "eg_herfindahl", "kd_p", "kd_localised_from_m",
               "kd_localised_to_m", "kd_dispersed_from_m", "kd_dispersed_to_m"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns), curves, refused


def _distances(curve: KDensity) -> dict[str, object]:
    found: dict[str, object] = {"kd_p": curve.p}
    for name, span in (("localised", curve.localised_m), ("dispersed", curve.dispersed_m)):
        if span is not None:
            found |= {f"kd_{name}_from_m": span[0], f"kd_{name}_to_m": span[1]}
    return found


def _lead(ws: Workspace, known: set[str]) -> dict[str, str]:
    if "parks" not in known:
        return {}
    parks = pd.DataFrame(ws.read("parks"))
    return dict(parks[["park_id", "lead_cluster"]].dropna().to_numpy()) if "lead_cluster" in parks else {}


def _statements(
    firms: gpd.GeoDataFrame, ready: gpd.GeoDataFrame, question: ClusterQuestion, found: Places
) -> tuple[Statement, ...]:
    alpha, seed = question.alpha, question.seed
    inside = int(firms["area"].notna().sum())
    plants = int((ready["area"].notna() & (numbers(ready, "employees") > 0)).sum())
    return (
        Statement("sums", len(firms), {"inside": f"{inside:,}"}),
        Statement("quotients", inside, {"level": f"{1 - alpha:.0%}", "seed": seed}),
        Statement("ellison_glaeser", plants, {"seed": seed}),
        *found.statements,
        Statement(
            "k_density", len(ready), {"simulations": question.simulations, "alpha": f"{alpha:.0%}", "seed": seed}
        ),
        Statement("land", len(firms), {}),
        Statement("space", len(ready), {"growth": f"{question.growth:.0%}"}),
    )


def _findings(firms: gpd.GeoDataFrame) -> tuple[str, ...]:
    whole = f"{len(firms):,}"
    counts = {
        "without_cluster": int(firms[CLUSTER_COLUMN].isna().sum()),
        "without_area": int(firms["area"].isna().sum()),
        "without_place": int((firms.geometry.isna() | firms.geometry.is_empty).sum()),
    }
    return tuple(message(f"clusters.{name}", n=f"{n:,}", all=whole) for name, n in counts.items() if n)
