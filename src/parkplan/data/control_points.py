"""Transformations fitted to control points: points known in two systems lead from one to the other, with residuals.

Four parameters (two shifts, a rotation, a scale) join plane coordinates over a district, such as a local system or an
old zone. Seven parameters (three shifts, three rotations, a scale) join geocentric coordinates of two datums over a
larger area. Both are least squares in closed form: the plane one as a complex line, the spatial one by Umeyama's
method (IEEE PAMI 13, 1991), which takes rotations exactly and not only small ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan._errors import RequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST: Final = {4: 2, 7: 3}
_SPREAD_M: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Similarity:
    """``target = scale * rotation @ source + shift``, in as many dimensions as ``shift`` has.

    ``residuals_m`` are the distances left at the control points, ``rms_m`` their root mean square: over the degrees of
    freedom that are left, NaN where there are none and nothing is checked.
    """

    scale: float
    rotation: Floats
    shift: Floats
    residuals_m: Floats
    rms_m: float

    def apply(self, coordinates: Floats) -> Floats:
        """Bring coordinates (n rows) into the target system."""
        moved: Floats = self.scale * coordinates @ self.rotation.T + self.shift
        return moved


def fit_four(source: Floats, target: Floats) -> Similarity:
    """Fit four parameters to plane coordinates (n x 2) of at least two points.

    Raises:
        RequestError: too few points, or all of them in one place.

    >>> corners = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]])
    >>> fit = fit_four(corners, corners @ np.array([[0.0, 1.0], [-1.0, 0.0]]) + [5.0, 7.0])
    >>> [round(float(value), 6) for value in fit.apply(np.array([[10.0, 0.0]]))[0]]
    [5.0, 17.0]
    """
    _check(source, target, 4)
    middle, aim = source.mean(axis=0), target.mean(axis=0)
    z, w = (part[:, 0] + 1j * part[:, 1] for part in (source - middle, target - aim))
    factor = complex(np.vdot(z, w) / np.vdot(z, z))
    scale = abs(factor)
    cosine, sine = factor.real / scale, factor.imag / scale
    return _solved(source, target, scale, np.array([[cosine, -sine], [sine, cosine]]), 4)


def fit_seven(source: Floats, target: Floats) -> Similarity:
    """Fit seven parameters to geocentric coordinates (n x 3, metres) of at least three points.

    Raises:
        RequestError: too few points, or all of them in one place or line.
    """
    _check(source, target, 7)
    centred, aimed = source - source.mean(axis=0), target - target.mean(axis=0)
    left, sizes, right = np.linalg.svd(aimed.T @ centred)
    if sizes[1] < _SPREAD_M * sizes[0]:
        raise RequestError("control_points_line")
    proper = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    rotation = left @ np.diag(proper) @ right
    return _solved(source, target, float((sizes * proper).sum() / (centred**2).sum()), rotation, 7)


def _check(source: Floats, target: Floats, parameters: int) -> None:
    if source.shape != target.shape or len(source) < FEWEST[parameters]:
        raise RequestError("control_points_few", count=len(source), needed=FEWEST[parameters], parameters=parameters)
    if float(np.abs(source - source.mean(axis=0)).max()) < _SPREAD_M:
        raise RequestError("control_points_line")


def _solved(source: Floats, target: Floats, scale: float, rotation: Floats, parameters: int) -> Similarity:
    shift = target.mean(axis=0) - scale * rotation @ source.mean(axis=0)
    left_over = scale * source @ rotation.T + shift - target
    residuals = np.linalg.norm(left_over, axis=1)
    free = left_over.size - parameters
    rms = float(np.sqrt((left_over**2).sum() / free)) if free > 0 else float("nan")
    return Similarity(scale, rotation, shift, residuals, rms)


def geocentric(longitude: Floats, latitude: Floats, axis_m: float, flattening: float) -> Floats:
    """Turn degrees on an ellipsoid, at height 0, into geocentric metres (n x 3).

    >>> geocentric(np.array([0.0]), np.array([0.0]), 6_378_137.0, 1 / 298.257222101).tolist()
    [[6378137.0, 0.0, 0.0]]
    """
    lon, lat = np.radians(longitude), np.radians(latitude)
    e2 = flattening * (2 - flattening)
    normal = axis_m / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.column_stack(
        [normal * np.cos(lat) * np.cos(lon), normal * np.cos(lat) * np.sin(lon), normal * (1 - e2) * np.sin(lat)]
    )


def geodetic(xyz: Floats, axis_m: float, flattening: float) -> tuple[Floats, Floats]:
    """Turn geocentric metres back into degrees, by Bowring's formula; near the surface it is good to a micrometre."""
    x, y, z = xyz.T
    e2 = flattening * (2 - flattening)
    minor = axis_m * (1 - flattening)
    across = np.hypot(x, y)
    reduced = np.arctan2(z * axis_m, across * minor)
    up = z + e2 / (1 - e2) * minor * np.sin(reduced) ** 3
    out = across - e2 * axis_m * np.cos(reduced) ** 3
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(up, out))
