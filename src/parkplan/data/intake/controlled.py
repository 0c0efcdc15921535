"""Geometries brought into the CRS of the workspace by control points, where no published operation leads there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from pyproj.transformer import Transformer

from parkplan._errors import RequestError, SourceFileError
from parkplan.data import crs as reference
from parkplan.data.control_points import Similarity, fit_four, fit_seven, geocentric, geodetic
from parkplan.data.crs_doctor import Reason
from parkplan.data.intake.place import Placed
from parkplan.data.intake.records import finding
from parkplan.data.intake.shapes import Shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj.crs import CRS

    from parkplan.data.crs import SourceCrs
    from parkplan.data.intake.launch import Intake
    from parkplan.data.intake.records import Finding

    Floats = NDArray[np.float64]

COLUMNS: Final = ("from_x", "from_y", "to_x", "to_y")
_WORST_M: Final = 10.0


@dataclass(frozen=True, slots=True)
class ControlPoints:
    """Points in the file's system and in that of the workspace, n x 2 each (x east, y north); 4 or 7 parameters."""

    source: Floats
    target: Floats
    parameters: int


def control_points(intake: Intake, parameters: int) -> ControlPoints:
    """Take control points from a table with the columns ``from_x, from_y, to_x, to_y``.

    Raises:
        SourceFileError: a column is missing or has values that are no numbers.
    """
    columns = {name.strip().lower(): name for name in intake.attributes.column_names}
    try:
        read = np.column_stack([_numbers(intake, columns[name]) for name in COLUMNS])
    except (KeyError, ValueError, TypeError) as error:
        raise SourceFileError("control_points_columns", file=intake.name, columns=", ".join(COLUMNS)) from error
    if not np.isfinite(read).all():
        raise SourceFileError("control_points_columns", file=intake.name, columns=", ".join(COLUMNS))
    return ControlPoints(read[:, :2], read[:, 2:], parameters)


def _numbers(intake: Intake, name: str) -> Floats:
    values: list[Any] = intake.attributes.column(name).to_pylist()
    return np.array([float(value) for value in values], dtype=np.float64)


def place_by_points(intake: Intake, source: SourceCrs, target: CRS, points: ControlPoints) -> Placed:
    """Bring geometries into the CRS of the workspace by a fit to control points.

    Raises:
        RequestError: too few points, points in a line, or a point that is off by more than ten metres.
    """
    if points.parameters == 4:
        fit = fit_four(source.plain(points.source), points.target)
        moved = shapely.transform(intake.geometry, lambda xy: fit.apply(source.plain(xy)))
    else:
        fit = fit_seven(_space(source.plain(points.source), source.crs), _space(points.target, target))
        moved = shapely.transform(
            intake.geometry, lambda xy: _plane(fit.apply(_space(source.plain(xy), source.crs)), target)
        )
    worst = int(fit.residuals_m.argmax())
    if fit.residuals_m[worst] > _WORST_M:
        raise RequestError("control_points_off", point=worst + 1, off=f"{fit.residuals_m[worst]:.1f}")
    accuracy = None if np.isnan(fit.rms_m) else fit.rms_m
    return Placed(Shapes.of(moved), source, accuracy, (_reason(points, target),), (_residuals(fit),))


def _reason(points: ControlPoints, target: CRS) -> Reason:
    values = {
        "count": str(len(points.source)),
        "parameters": str(points.parameters),
        "crs": reference.crs_title(target),
    }
    return Reason("import.crs_control_points", values)


def _residuals(fit: Similarity) -> Finding:
    listed = ", ".join(f"{number}: {off:.3f}" for number, off in enumerate(fit.residuals_m[:20].tolist(), start=1))
    if np.isnan(fit.rms_m):
        return finding("control_unchecked")
    return finding("control_residuals", severity="note", residuals=listed, rms=f"{fit.rms_m:.3f}")


def _space(plane: Floats, crs: CRS) -> Floats:
    """Turn coordinates of a CRS into geocentric metres of its own datum, at height 0."""
    own = crs.geodetic_crs or crs
    longitude, latitude = Transformer.from_crs(crs, own, always_xy=True).transform(plane[:, 0], plane[:, 1])
    return geocentric(np.asarray(longitude), np.asarray(latitude), *_ellipsoid(own))


def _plane(xyz: Floats, crs: CRS) -> Floats:
    own = crs.geodetic_crs or crs
    longitude, latitude = geodetic(xyz, *_ellipsoid(own))
    return np.column_stack(Transformer.from_crs(own, crs, always_xy=True).transform(longitude, latitude))


def _ellipsoid(crs: CRS) -> tuple[float, float]:
    shape = crs.ellipsoid
    if shape is None:
        raise RequestError("crs_no_place", source=reference.crs_title(crs))
    return float(shape.semi_major_metre), 1 / float(shape.inverse_flattening)
