"""Firms and the land that they use: quality against efficiency, and the floor they need against what stands ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.clusters.groups import numbers
from parkplan.metrics.condition import vacant_floor_m2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEWEST_FIRMS: Final = 5
"""A median over fewer firms says nothing."""
UNDEVELOPED: Final = ("approved_not_supplied", "supplied_not_started", "idle")


def parts_of_parcels(firms: pd.DataFrame, parcels: pd.DataFrame) -> pd.DataFrame:
    """Divide every parcel among its firms: by the floor that they lease where all of them say so, else evenly.

    The parts of a parcel add up to it. A firm is taken to be on the first of its parcels that is known.

    Returns:
        On the index of the firms: ``site_m2`` and ``floor_m2``, unknown where the parcel or its figure is.

    """
    first = firms["parcel_id"].astype("string").str.split(";").str[0].str.strip()
    leased = numbers(firms, "leased_floor_m2")
    on_parcel = leased.groupby(first)
    told = (on_parcel.transform("count") == on_parcel.transform("size")) & (on_parcel.transform("sum") > 0)
    share = (leased / on_parcel.transform("sum")).where(told, 1.0 / on_parcel.transform("size"))
    whole = parcels.drop_duplicates("parcel_id").set_index("parcel_id")
    return pd.DataFrame(
        {
            "site_m2": share * first.map(numbers(whole, "site_area_m2")).astype(np.float64),
            "floor_m2": leased.fillna(share * first.map(numbers(whole, "floor_area_m2")).astype(np.float64)),
        },
        index=firms.index,
    )


def industry_of_parcels(
    parcels: pd.DataFrame, firms: pd.DataFrame, industry: str, lead: Mapping[str, str]
) -> pd.Series:
    """Return the industry that a parcel stands ready for: its own, else that of most firms on it, else its park's.

    ``lead`` holds the leading industry of parks by number.
    """
    pairs = firms.dropna(subset=["parcel_id", industry])
    most = pairs.groupby("parcel_id")[industry].agg(_commonest)
    own = parcels[industry] if industry in parcels else pd.Series(None, index=parcels.index, dtype=object)
    park = parcels["park_id"].map(lead) if "park_id" in parcels else None
    found = own.fillna(parcels["parcel_id"].map(most))
    return found if park is None else found.fillna(park)


def _commonest(values: pd.Series) -> object:
    return values.mode().iat[0]


def quality_and_land(firms: pd.DataFrame, parts: pd.DataFrame, industry: str) -> pd.DataFrame:
    """Quality of the firms of each industry against what their land yields.

    Shares are over the firms that say yes or no. Ratios are of sums over the firms that report both figures, whose
    number stands in ``<ratio>_known``: ``rnd_intensity`` (R&D over output), ``output_per_job``, ``tax_per_m2``,
    ``output_per_m2`` and ``jobs_per_m2`` of site.
    """
    table = firms.assign(site_m2=parts["site_m2"])
    grouped = table.groupby(industry, dropna=False, sort=True)
    found: dict[str, pd.Series] = {"firms": grouped.size()}
    for name in ("high_tech", "above_scale"):
        answer = table[name].astype("boolean").astype("Float64") if name in table else numbers(table, name)
        by_industry = answer.astype(np.float64).groupby(table[industry], dropna=False)
        found |= {f"{name}_share": by_industry.mean(), f"{name}_known": by_industry.count()}
    pairs = {
        "rnd_intensity": ("rnd_yuan", "output_yuan"),
        "output_per_job": ("output_yuan", "employees"),
        "tax_per_m2": ("tax_yuan", "site_m2"),
        "output_per_m2": ("output_yuan", "site_m2"),
        "jobs_per_m2": ("employees", "site_m2"),
    }
    for name, (above, below) in pairs.items():
        found |= _ratio_of_sums(table, industry, name, (above, below))
    return pd.DataFrame(found).reset_index()


def space_balance(
    firms: pd.DataFrame, parts: pd.DataFrame, parcels: pd.DataFrame, industry: str, *, growth: float = 0.0
) -> pd.DataFrame:
    """Floor that the firms of each industry need against floor and land that stand ready for it.

    Need: what the quarter of firms with least floor per job lack to reach the lower quartile of their industry
    (``crowded_m2``), and what ``growth`` of all known jobs would take at its median (``growth_m2``). Ready, on parcels
    of the industry: floor that is let out and empty (``vacant_m2``), floor that the plan still allows on built parcels
    (``unbuilt_m2``), and land on which nothing stands (``land_m2``). ``balance_m2`` is the vacant floor less the need,
    unknown where either is. Each figure has ``_known`` beside it: how many firms or parcels it rests on.
    """
    need = _need(firms, parts, industry, growth)
    ready = _ready(firms, parcels, industry)
    found = need.join(ready, how="outer")
    found["balance_m2"] = found["vacant_m2"] - found["crowded_m2"] - found["growth_m2"]
    return found.rename_axis(industry).reset_index()


def _need(firms: pd.DataFrame, parts: pd.DataFrame, industry: str, growth: float) -> pd.DataFrame:
    jobs = numbers(firms, "employees")
    per_job = (parts["floor_m2"] / jobs.where(jobs > 0)).rename("per_job")
    by_industry = per_job.groupby(firms[industry])
    median = by_industry.median().where(by_industry.count() >= FEWEST_FIRMS)
    least = firms[industry].map(by_industry.quantile(0.25).where(median.notna())).astype(np.float64)
    lacking = ((least - per_job).clip(lower=0.0) * jobs).groupby(firms[industry])
    all_jobs = jobs.groupby(firms[industry])
    return pd.DataFrame(
        {
            "floor_per_job_m2": median,
            "crowded_m2": lacking.sum(min_count=1),
            "crowded_known": lacking.count(),
            "growth_m2": all_jobs.sum(min_count=1) * growth * median,
            "growth_known": all_jobs.count(),
        }
    )


def _ready(firms: pd.DataFrame, parcels: pd.DataFrame, industry: str) -> pd.DataFrame:
    let_out = "leased_floor_m2" in firms.columns and "floor_area_m2" in parcels.columns
    vacant = vacant_floor_m2(parcels, firms) if let_out else pd.Series(np.nan, index=parcels.index)
    site, floor = numbers(parcels, "site_area_m2"), numbers(parcels, "floor_area_m2")
    empty = parcels["status"].isin(UNDEVELOPED) if "status" in parcels else pd.Series(False, index=parcels.index)
    allowed = (numbers(parcels, "far_max") * site - floor).clip(lower=0.0)
    columns = {"vacant": vacant, "unbuilt": allowed.where(~empty), "land": site.where(empty)}
    return _summed(columns, parcels[industry])


def _summed(columns: dict[str, pd.Series], keys: pd.Series) -> pd.DataFrame:
    found: dict[str, pd.Series] = {}
    for name, values in columns.items():
        grouped = values.groupby(keys)
        found |= {f"{name}_m2": grouped.sum(min_count=1), f"{name}_known": grouped.count()}
    return pd.DataFrame(found)


def _ratio_of_sums(table: pd.DataFrame, industry: str, name: str, columns: Sequence[str]) -> dict[str, pd.Series]:
    above, below = (numbers(table, column) for column in columns)
    both = above.notna() & (below > 0)
    keys = table[industry]
    top = above.where(both).groupby(keys, dropna=False).sum(min_count=1)
    bottom = below.where(both).groupby(keys, dropna=False).sum(min_count=1)
    return {name: top / bottom, f"{name}_known": both.groupby(keys, dropna=False).sum()}
