"""Distance-based concentration: the firms of an industry nearer to each other than sites drawn by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import fft
from scipy.spatial.distance import pdist

from parkplan.clusters.statement import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Counter = Callable[[NDArray[np.float64]], NDArray[np.float64]]
    """Pairs of points by distance, one number for each bin."""

LEAST_FIRMS: Final = 10
"""Below, 45 distances or fewer carry no density."""
EXACT_MOST: Final = 600
"""Up to here every pair is measured; beyond, firms are counted on a raster whose autocorrelation gives the pairs."""
DISTANCES: Final = 101
BINS: Final = 2048
RASTER_SIDE_MOST: Final = 400
"""Cells along the longer side, so that a wide district does not cost more memory."""
SIMULATIONS: Final = 499


@dataclass(frozen=True, slots=True)
class KDensity:
    """Density of distances between the n firms of an industry, against draws of n sites out of all.

    ``density``, ``mean``, ``low`` and ``high`` are per metre, at ``distance_m``. The band is global: under chance the
    whole curve leaves it with probability alpha (studentised largest deviation). ``localised_m`` and ``dispersed_m``
    are the distances, within the range looked at, at which the curve lies above or below it; ``p`` is that of the
    largest deviation. ``raster_m`` is 0 where every pair was measured.
    """

    n: int
    sites: int
    distance_m: NDArray[np.float64]
    density: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p: float
    bandwidth_m: float
    raster_m: float
    simulations: int

    @property
    def localised_m(self) -> tuple[float, float] | None:
        """Shortest and longest distance at which firms are nearer to each other than chance allows."""
        return self._range(self.density > self.high)

    @property
    def dispersed_m(self) -> tuple[float, float] | None:
        """Shortest and longest distance at which firms are farther from each other than chance allows."""
        return self._range(self.density < self.low)

    def _range(self, outside: NDArray[np.bool_]) -> tuple[float, float] | None:
        found = self.distance_m[outside]
        return (float(found[0]), float(found[-1])) if len(found) else None


def distance_concentration(
    sites: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    *,
    subject: str = "",
    seed: int,
    alpha: float = 0.05,
    simulations: int = SIMULATIONS,
) -> KDensity | Refusal:
    """K-density of Duranton and Overman (2005) with a global band, up to the median distance between all sites.

    The kernel is Gaussian, reflected at 0, its bandwidth that of Silverman for the distances among the chosen sites,
    the same for all draws. A draw takes as many sites as are chosen, out of all, without replacement.

    Args:
        sites: all sites in metres, n by 2; several firms may share one place.
        chosen: which of them belong to the industry.
        subject: names the industry in a refusal.
        seed: of the draws.
        alpha: chance that the band is left although nothing is there.
        simulations: number of draws.

    """
    n = int(chosen.sum())
    if n < LEAST_FIRMS:
        return Refusal("k_density", subject, "few_firms", n, LEAST_FIRMS)
    if len(sites) < 2 * n:
        return Refusal("k_density", subject, "few_sites", len(sites), 2 * n)
    reach, bandwidth = _reach(sites, seed), _bandwidth(sites[chosen], seed)
    if reach <= 0 or bandwidth <= 0:
        return Refusal("k_density", subject, "one_place", n, LEAST_FIRMS)
    edges = np.linspace(0.0, reach + 5 * bandwidth, BINS + 1)
    raster = 0.0 if n <= EXACT_MOST else _raster_m(sites, bandwidth)
    count = _raster_pairs(sites, edges, raster) if raster else _pairs(edges)
    distance = np.linspace(0.0, reach, DISTANCES)
    kernel = _kernel(distance, (edges[1:] + edges[:-1]) / 2, bandwidth) / (n * (n - 1) / 2)
    rng = np.random.default_rng(seed)
    draws = (rng.choice(len(sites), n, replace=False) for _ in range(simulations))
    drawn = np.array([count(sites[rows]) for rows in draws]) @ kernel.T
    observed = kernel @ count(sites[chosen])
    mean, low, high, p = _band(observed, drawn, alpha)
    return KDensity(n, len(sites), distance, observed, mean, low, high, p, bandwidth, raster, simulations)


def _band(
    observed: NDArray[np.float64], drawn: NDArray[np.float64], alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Return mean, bounds and p: what was observed counts as a draw, and leaves the band exactly where p <= alpha."""
    curves = np.vstack([drawn, observed])
    mean, spread = curves.mean(0), np.maximum(curves.std(0), 1e-300)
    largest = (np.abs(curves - mean) / spread).max(1)
    limit = float(np.sort(largest)[len(largest) - int(alpha * len(largest)) - 1])
    p = float((largest >= largest[-1]).mean())
    return mean, np.maximum(mean - limit * spread, 0.0), mean + limit * spread, p


def _pairs(edges: NDArray[np.float64]) -> Counter:
    """Return a counter that measures every pair."""

    def count(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return _binned(pdist(points), None, edges)

    return count


def _raster_pairs(sites: NDArray[np.float64], edges: NDArray[np.float64], cell: float) -> Counter:
    """Return a counter of pairs that costs the same however many firms there are.

    Firms are counted on a raster; the autocorrelation of the counts, by Fourier transform, is the number of pairs at
    every offset. Pairs inside one cell are put at the mean distance of two random points of a square, 0.5214 of its
    side.
    """
    origin = sites.min(0)
    shape = ((sites.max(0) - origin) / cell).astype(np.intp) + 1
    size = [fft.next_fast_len(int(2 * side), real=True) for side in shape]
    steps = [np.minimum(np.arange(side), side - np.arange(side)) for side in size]
    apart = (cell * np.hypot(steps[0][:, None], steps[1][None, :])).ravel()
    apart[0] = 0.5214 * cell
    near = np.flatnonzero(apart < edges[-1])

    def count(points: NDArray[np.float64]) -> NDArray[np.float64]:
        place = ((points - origin) / cell).astype(np.intp)
        table = np.bincount(place[:, 0] * shape[1] + place[:, 1], minlength=int(shape.prod())).reshape(shape)
        pairs = np.rint(fft.irfft2(np.abs(fft.rfft2(table, size)) ** 2, size)).ravel()
        pairs[0] -= len(points)
        return _binned(apart[near], pairs[near] / 2, edges)

    return count


def _binned(
    values: NDArray[np.float64], weights: NDArray[np.float64] | None, edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    bins = np.minimum((values * (BINS / edges[-1])).astype(np.intp), BINS)
    return np.bincount(bins, weights, BINS + 1)[:BINS].astype(np.float64)


def _kernel(distance: NDArray[np.float64], middle: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    near = np.exp(-0.5 * ((distance[:, None] - middle) / width) ** 2)
    mirrored = np.exp(-0.5 * ((distance[:, None] + middle) / width) ** 2)
    return np.asarray((near + mirrored) / (width * np.sqrt(2 * np.pi)))


def _raster_m(sites: NDArray[np.float64], bandwidth: float) -> float:
    """Return the width of cells: a quarter of the bandwidth, wider where the district is."""
    return max(bandwidth / 4, float(np.ptp(sites, axis=0).max()) / RASTER_SIDE_MOST)


def _sample(points: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    if len(points) > 1500:
        points = points[np.random.default_rng(seed).choice(len(points), 1500, replace=False)]
    return np.asarray(pdist(points))


def _reach(sites: NDArray[np.float64], seed: int) -> float:
    return float(np.median(_sample(sites, seed)))


def _bandwidth(points: NDArray[np.float64], seed: int) -> float:
    apart = _sample(points, seed)
    middle = float(np.subtract(*np.percentile(apart, [75, 25]))) / 1.349
    pairs = len(points) * (len(points) - 1) / 2
    return float(0.9 * min(float(apart.std()), middle) * pairs**-0.2)
