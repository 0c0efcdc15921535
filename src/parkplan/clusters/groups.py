"""Sums of firms by area and by industry, each with the number of rows that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.clusters.concentration import (
    herfindahl,
    krugman_specialisation,
    quotient_interval,
    quotient_table,
    shannon_diversity,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MEASURES: Final = ("output_yuan", "tax_yuan", "employees", "rnd_yuan", "leased_floor_m2")
FEWEST_FIRMS: Final = 5
"""An area or industry with fewer has no location quotient."""


def numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as numbers, unknown throughout where the frame lacks it."""
    if name not in frame.columns:
        return pd.Series(np.nan, index=frame.index, dtype=np.float64)
    return pd.to_numeric(frame[name], errors="coerce").astype(np.float64)


def sums_by(firms: pd.DataFrame, keys: Sequence[str], measures: Sequence[str] = MEASURES) -> pd.DataFrame:
    """Sum firms by key columns; a missing key is a group of its own.

    Returns:
        The keys, ``firms``, and for each measure ``<measure>`` (the sum over the firms that report it, unknown where
        none does) and ``<measure>_known`` (how many report it).

    """
    table = firms[list(keys)].assign(**{name: numbers(firms, name) for name in measures})
    grouped = table.groupby(list(keys), dropna=False, sort=True)
    found = {"firms": grouped.size()}
    for name in measures:
        found[name] = grouped[name].sum(min_count=1)
        found[f"{name}_known"] = grouped[name].count()
    return pd.DataFrame(found).reset_index()


def crossed(firms: pd.DataFrame, area: str, industry: str, measure: str | None = None) -> pd.DataFrame:
    """Return areas by industries: counts, or sums of what is known; firms without a key are left out."""
    weights = pd.Series(1.0, index=firms.index) if measure is None else numbers(firms, measure).fillna(0.0)
    table = firms[[area, industry]].assign(weight=weights).dropna(subset=[area, industry])
    found: pd.DataFrame = table.pivot_table(
        index=area, columns=industry, values="weight", aggfunc="sum", fill_value=0.0
    )
    return found.astype(np.float64)


def mix_of_areas(firms: pd.DataFrame, area: str, industry: str) -> pd.DataFrame:
    """Specialisation and diversity of each area over its counts of firms.

    Returns:
        By area: ``krugman`` (0 to 2), ``herfindahl`` (1/k to 1), ``shannon`` (0 to 1), and ``leading``, the industry
        with most firms.

    """
    table = crossed(firms, area, industry)
    counts = table.to_numpy()
    leading = table.columns.to_numpy()[counts.argmax(1)] if len(table) else []
    return pd.DataFrame(
        {
            "krugman": krugman_specialisation(counts),
            "herfindahl": herfindahl(counts),
            "shannon": shannon_diversity(counts),
            "leading": leading,
        },
        index=table.index,
    ).reset_index()


def quotients(firms: pd.DataFrame, area: str, industry: str, *, seed: int, alpha: float = 0.05) -> pd.DataFrame:
    """Location quotients of every area and industry, by firms and by the jobs that are known.

    Returns:
        Area, industry, ``lq_firms`` with ``lq_low`` and ``lq_high`` (bootstrap, 1 - alpha), and ``lq_jobs``. An area or
        industry of fewer than five firms has none: a single firm would move it at will.

    """
    table = crossed(firms, area, industry)
    counts = table.to_numpy()
    low, high = quotient_interval(counts, seed=seed, alpha=alpha)
    jobs = crossed(firms, area, industry, "employees").reindex_like(table).fillna(0.0).to_numpy()
    enough = (counts.sum(1, keepdims=True) >= FEWEST_FIRMS) & (counts.sum(0) >= FEWEST_FIRMS)
    columns = {"lq_firms": quotient_table(counts), "lq_low": low, "lq_high": high, "lq_jobs": quotient_table(jobs)}
    found = {name: _shown(values, enough).ravel() for name, values in columns.items()}
    index = pd.MultiIndex.from_product([table.index, table.columns], names=[area, industry])
    return pd.DataFrame(found, index=index).reset_index()


def _shown(values: NDArray[np.float64], enough: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(enough, values, np.nan)
