"""Closeness to the ideal (TOPSIS), with the normalisation stated because it changes the ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

Normalisation = Literal["vector", "min_max"]


def normalised(table: Numbers, benefit: Sequence[bool], normalisation: Normalisation) -> Numbers:
    """Return criteria without units: x / sqrt(sum x²), or (x - min) / (max - min) turned so that more is better.

    A constant column becomes 0 by ``min_max``. Vector normalisation keeps the direction of each criterion.
    """
    if normalisation == "vector":
        length = np.sqrt((table**2).sum(axis=0))
        return np.asarray(np.divide(table, length, out=np.zeros_like(table), where=length > 0))
    span = np.ptp(table, axis=0)
    scaled = np.divide(table - table.min(axis=0), span, out=np.zeros_like(table), where=span > 0)
    return np.asarray(np.where(np.asarray(benefit) | (span == 0), scaled, 1.0 - scaled))


def topsis(
    table: Numbers, weights: Numbers, benefit: Sequence[bool], *, normalisation: Normalisation = "vector"
) -> Numbers:
    """Closeness of each alternative to the ideal, 0 (anti-ideal) to 1 (ideal) (Hwang and Yoon 1981).

    C_i = d-_i / (d+_i + d-_i), the distances to the best and to the worst value of each weighted criterion.

    Args:
        table: m alternatives by k criteria, complete.
        weights: k weights; they are scaled to sum 1.
        benefit: for each criterion whether more is better.
        normalisation: how criteria lose their units.

    Raises:
        ValueError: a value is unknown, or no weight is positive.

    """
    if not np.isfinite(table).all():
        raise ValueError("closeness to the ideal needs complete values")
    if (weights < 0).any() or weights.sum() <= 0:
        raise ValueError("weights must not be negative, and one must be positive")
    weighted = normalised(table, benefit, normalisation) * (weights / weights.sum())
    more_is_better = np.ones(len(weights), dtype=bool) if normalisation == "min_max" else np.asarray(benefit)
    best = np.where(more_is_better, weighted.max(axis=0), weighted.min(axis=0))
    worst = np.where(more_is_better, weighted.min(axis=0), weighted.max(axis=0))
    to_best = np.sqrt(((weighted - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - worst) ** 2).sum(axis=1))
    total = to_best + to_worst
    return np.asarray(np.divide(to_worst, total, out=np.full(len(table), 0.5), where=total > 0))
