"""DXF drawings: closed lines are areas, the layer of a line is its land use, the text inside is its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import shapely

from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.raw_wkb import binary_column
from parkplan.data.intake.records import finding
from parkplan.data.intake.vector import Raw, read_vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parkplan.data.intake.vector import Progress, Source

    Geometries = NDArray[np.object_]

LAND_USE, NUMBER, TEXT, KIND = "land_use", "parcel_id", "text", "entity"
_POLYGON, _MULTIPOLYGON, _LINE, _POINT = 3, 6, 1, 0
_TEXT_LENGTH: Final = 200


def read_drawing(source: Source, progress: Progress) -> Raw:
    """Read a drawing.

    Closed lines become polygons with ``land_use`` (their layer) and ``parcel_id`` (the text inside, the one nearest to
    the middle where there are several). A drawing without any keeps what it has, as lines and points.
    """
    raw = read_vector(source, progress)
    if len(raw.wkb) == 0:
        raise FileFaultError("import_no_rows", file=source.name)
    features = _closed(shapely.force_2d(shapely.from_wkb(raw.wkb.to_numpy())))
    layers = np.array(raw.attributes.column("Layer").to_pylist(), dtype=object)
    texts = np.array([_plain(text) for text in raw.attributes.column("Text").to_pylist()], dtype=object)
    kinds = shapely.get_type_id(features)
    areas = np.isin(kinds, (_POLYGON, _MULTIPOLYGON))
    labels = (kinds == _POINT) & np.array([text is not None for text in texts], dtype=bool)
    if not areas.any():
        raw.attributes = pa.table({"layer": pa.array(layers, pa.string()), TEXT: pa.array(texts, pa.string())})
        return raw
    numbers, several = _inside(features[areas], features[labels], texts[labels])
    left = len(features) - int(areas.sum()) - int(labels.sum())
    found = [finding("drawing_left_out", severity="note", number=left)] if left else []
    if several:
        found.append(finding("drawing_texts", several))
    table = {LAND_USE: pa.array(layers[areas], pa.string()), NUMBER: pa.array(numbers, pa.string())}
    wkb = binary_column(shapely.to_wkb(features[areas]))
    return Raw(pa.table(table), wkb, raw.layer, raw.layers, raw.crs, raw.encoding, [*raw.findings, *found])


def _closed(features: Geometries) -> Geometries:
    """Make polygons of lines that end where they begin."""
    lines = shapely.get_type_id(features) == _LINE
    rings = lines & shapely.is_closed(features) & (shapely.get_num_coordinates(features) >= 4)
    made = features.copy()
    made[rings] = [shapely.Polygon(shapely.get_coordinates(line)) for line in features[rings]]
    return made


def _plain(text: str | None) -> str | None:
    return (text or "").strip()[:_TEXT_LENGTH] or None


def _inside(areas: Geometries, points: Geometries, texts: Geometries) -> tuple[list[str | None], list[int]]:
    """Give each area the text inside that is nearest to its middle; the rows with several texts are listed."""
    numbers: list[str | None] = [None] * len(areas)
    nearest = np.full(len(areas), np.inf)
    count = np.zeros(len(areas), dtype=int)
    whole = np.where(shapely.is_valid(areas), areas, shapely.make_valid(areas))
    point, area = shapely.STRtree(whole).query(points, predicate="intersects")
    for p, a in zip(point.tolist(), area.tolist(), strict=True):
        count[a] += 1
        far = shapely.distance(points[p], shapely.centroid(whole[a]))
        if far < nearest[a]:
            nearest[a], numbers[a] = far, str(texts[p])
    return numbers, (np.flatnonzero(count > 1) + 1).tolist()
