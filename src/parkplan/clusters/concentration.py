"""Concentration and specialisation from a table of areas by industries; no positions are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

DRAWS: Final = 999


def location_quotient(
    local: ArrayLike, local_all: ArrayLike, whole: ArrayLike, whole_all: float
) -> NDArray[np.float64]:
    """Share of an industry in an area over its share in the whole; NaN where a share has no base.

    ``LQ = (e_ij / e_j) / (e_i / e)``; above 1 the area has more of the industry than the whole.

    >>> float(location_quotient(1714, 79006, 879213, 15593224).round(7))
    0.3847623
    """
    local_share = _ratio(np.asarray(local, np.float64), np.asarray(local_all, np.float64))
    return _ratio(local_share, _ratio(np.asarray(whole, np.float64), np.asarray(whole_all, np.float64)))


def quotient_table(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the location quotients of a table of areas (rows) by industries (columns).

    The mean of a column, weighted by the areas' shares of the whole, is 1.
    """
    return location_quotient(counts, counts.sum(1, keepdims=True), counts.sum(0), float(counts.sum()))


def quotient_interval(
    counts: NDArray[np.float64], *, seed: int, alpha: float = 0.05, draws: int = DRAWS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper bound of the location quotients of counts of firms, by a multinomial bootstrap.

    Each draw places as many firms as there are into the cells of the table, with the chances that the table shows;
    the bounds are percentiles over the draws. They say how far a quotient would move by chance, not by measurement.
    """
    total = int(counts.sum())
    if total == 0:
        unknown = np.full(counts.shape, np.nan)
        return unknown, unknown.copy()
    drawn = np.random.default_rng(seed).multinomial(total, (counts / total).ravel(), size=draws)
    table = drawn.reshape(draws, *counts.shape).astype(np.float64)
    share = _ratio(table, table.sum(2, keepdims=True))
    found = _ratio(share, table.sum(1, keepdims=True) / total)
    empty = np.isnan(found).all(axis=0)
    bounds = np.nanpercentile(np.where(empty, 0.0, found), [50 * alpha, 100 - 50 * alpha], axis=0)
    low, high = (np.where(empty, np.nan, bound) for bound in bounds)
    return low, high


def krugman_specialisation(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the mix of each area is from the mix of all others together: the sum of absolute differences of shares.

    0 is the same mix, 2 that no industry is shared (Krugman 1991). NaN for an empty area, or where it is the only one.

    >>> krugman_specialisation(np.array([[10.0, 0.0], [0.0, 5.0]])).tolist()
    [2.0, 2.0]
    """
    rest = counts.sum(0) - counts
    own = _ratio(counts, counts.sum(1, keepdims=True))
    return np.asarray(np.abs(own - _ratio(rest, rest.sum(1, keepdims=True))).sum(1), np.float64)


def herfindahl(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of squared shares of each row: 1 where one industry has all, 1/k where k are even; NaN for an empty row.

    >>> herfindahl(np.array([[1.0, 1.0], [4.0, 0.0]])).tolist()
    [0.5, 1.0]
    """
    return np.asarray((_ratio(counts, counts.sum(1, keepdims=True)) ** 2).sum(1), np.float64)


def shannon_diversity(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shannon entropy of each row's shares over its maximum ``ln k``, k the number of columns: 0 one industry, 1 even.

    >>> shannon_diversity(np.array([[3.0, 3.0], [5.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    shares = _ratio(counts, counts.sum(1, keepdims=True))
    if counts.shape[1] < 2:
        return np.full(len(counts), np.nan)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(np.abs((shares * logs).sum(1)) / np.log(counts.shape[1]), np.float64)


@dataclass(frozen=True, slots=True)
class EllisonGlaeser:
    """Concentration of an industry beyond that of its plants.

    ``gamma`` is about 0 where plants fall like darts, above it where they draw together, below where they avoid each
    other; ``gini`` is the raw concentration G, ``plants`` the Herfindahl index of plant sizes. ``p`` is two-sided, from
    dartboard draws; ``n`` plants in ``areas`` areas.
    """

    gamma: float
    gini: float
    plants: float
    p: float
    n: int
    areas: int


def ellison_glaeser(
    sizes: ArrayLike, area: ArrayLike, weights: ArrayLike, *, seed: int = 0, draws: int = DRAWS
) -> EllisonGlaeser:
    """Index of Ellison and Glaeser (1997).

    ``gamma = (G - X H) / (X (1 - H))`` with ``G = sum (s_r - x_r)^2``, ``X = 1 - sum x_r^2``, H over plants.

    Args:
        sizes: n employments of plants, above 0.
        area: n positions of their areas.
        weights: the aggregate of each area (such as all jobs); their shares are x.
        seed: of the draws for ``p``.
        draws: how often all plants are thrown anew, each into an area with chance x.

    >>> sizes = [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000]
    >>> ellison_glaeser(sizes, [0] * 5 + [1] * 4 + [2], [500_000, 400_000, 100_000]).gamma.__round__(8)
    0.05990628
    """
    size, place = np.asarray(sizes, np.float64), np.asarray(area, np.intp)
    share = np.asarray(weights, np.float64) / np.sum(weights)
    plant = size / size.sum()
    spread, plants = 1.0 - float((share**2).sum()), float((plant**2).sum())
    gini = float(((np.bincount(place, plant, len(share)) - share) ** 2).sum())
    if len(size) < 2 or spread <= 0:
        return EllisonGlaeser(np.nan, gini, plants, np.nan, len(size), len(share))
    gamma = (gini - spread * plants) / (spread * (1.0 - plants))
    thrown = np.random.default_rng(seed).choice(len(share), size=(draws, len(size)), p=share)
    cells = thrown + len(share) * np.arange(draws)[:, None]
    drawn = np.bincount(cells.ravel(), np.tile(plant, draws), draws * len(share)).reshape(draws, -1)
    chance = ((drawn - share) ** 2).sum(1)
    return EllisonGlaeser(gamma, gini, plants, two_sided(gini, chance), len(size), len(share))


def two_sided(observed: float, draws: NDArray[np.float64]) -> float:
    """Return twice the smaller tail of draws as extreme as what was observed, itself counted among them, at most 1.

    >>> two_sided(10.0, np.arange(9.0))
    0.2
    """
    tolerance = 1e-12 * max(abs(observed), 1e-300)
    above = 1 + int((draws >= observed - tolerance).sum())
    below = 1 + int((draws <= observed + tolerance).sum())
    return min(1.0, 2.0 * min(above, below) / (len(draws) + 1))


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    above, below = np.broadcast_arrays(above, below)
    found: NDArray[np.float64] = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return found
