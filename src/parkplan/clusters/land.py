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


def land_balance(
    firms: pd.DataFrame, parts: pd.DataFrame, parcels: pd.DataFrame, industry: str, *, growth: float = 0.0
) -> pd.DataFrame:
    """Site area that more output of each industry takes, against the land of its parcels that could be had.

    Need: ``growth`` of the known output over the output per square metre of site of the firms themselves, at the upper
    quartile (``need_low_m2``) and at the lower one (``need_high_m2``), from five firms on. Land, by ``verdict``:
    ``unsupplied_m2`` (status approved_not_supplied, whatever its verdict), ``idle_m2``, ``low_m2`` and ``to_check_m2``;
    ``ready_low_m2`` is unsupplied and idle land, ``ready_high_m2`` all four. A parcel without a known area, or a
    district that is not judged, adds nothing known: such a sum is unknown, not 0. ``gap_low_m2`` and ``gap_high_m2``
    are the least and the most that need can exceed the land.
    """
    output, site = numbers(firms, "output_yuan"), parts["site_m2"]
    yields = (output / site.where(site > 0)).where(output > 0)
    by_industry = yields.groupby(firms[industry])
    enough = by_industry.count() >= FEWEST_FIRMS
    added = output.groupby(firms[industry]).sum(min_count=1) * growth
    low, high = (by_industry.quantile(share).where(enough) for share in (0.25, 0.75))
    need = pd.DataFrame(
        {
            "yield_known": by_industry.count(),
            "yield_low": low,
            "yield_high": high,
            "added_yuan": added,
            "need_low_m2": added / high,
            "need_high_m2": added / low,
        }
    )
    found = need.join(_land_by_verdict(parcels, industry), how="outer")
    found["gap_low_m2"] = found["need_low_m2"] - found["ready_high_m2"]
    found["gap_high_m2"] = found["need_high_m2"] - found["ready_low_m2"]
    return found.rename_axis(industry).reset_index()


def _land_by_verdict(parcels: pd.DataFrame, industry: str) -> pd.DataFrame:
    """Sum the land of each industry; one that has parcels of known area and none of a kind has 0 of it."""
    site = numbers(parcels, "site_area_m2")
    verdict, status = (
        parcels[name].astype("string") if name in parcels else pd.Series(pd.NA, index=parcels.index, dtype="string")
        for name in ("verdict", "status")
    )
    unsupplied = (status == "approved_not_supplied").fillna(False).astype(bool)
    kinds = {"unsupplied": unsupplied}
    for name, code in (("idle", "idle"), ("low", "low_efficiency"), ("to_check", "to_check")):
        kinds[name] = (verdict == code).fillna(False).astype(bool) & ~unsupplied
    judged = site.where(verdict.notna() | unsupplied)
    keys = parcels[industry]
    known = judged.groupby(keys).count() > 0
    columns = {
        f"{name}_m2": judged.where(chosen, 0.0).groupby(keys).sum().where(known) for name, chosen in kinds.items()
    }
    found = pd.DataFrame(columns)
    found["land_known"] = judged.groupby(keys).count()
    found["ready_low_m2"] = found["unsupplied_m2"] + found["idle_m2"]
    found["ready_high_m2"] = found["ready_low_m2"] + found["low_m2"] + found["to_check_m2"]
    return found


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
    recorded = numbers(parcels, "vacant_floor_m2")
    vacant = recorded.fillna(vacant_floor_m2(parcels, firms)) if let_out else recorded
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
