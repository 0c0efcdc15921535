"""A map layer ready to be drawn: the class of each row first, shapes and labels when a tile needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from pyproj import CRS

from parkplan.data.prepared import Prepared
from parkplan.jobs.kept import Kept
from parkplan.jobs.prepared import kept_arrays, worth
from parkplan.render.classes import classify, counts_of, legend
from parkplan.render.tiles import Labels, Shapes, TileLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.frames import Loaded
    from parkplan.model.layers import Label, LayerSet, LayerSpec
    from parkplan.model.workspace import TableInfo

    ReadRows = Callable[[], Loaded]

_MB: Final = 1 << 20
_shapes: Final = Kept[tuple[str, ...], Shapes](limit=3072 * _MB, weigh=lambda shapes: shapes.nbytes)
_labels: Final = Kept[tuple[str, ...], "Labels"](limit=16)


@dataclass(frozen=True, slots=True)
class DrawnLayer:
    """The class of each row of a layer, how many rows each class has, and the colours for painted tiles.

    Below zoom ``overview_below`` painted tiles stand in for vector tiles. ``info`` is the version of the table; its
    rows are not held here, so that those of an old version can go.
    """

    id: str
    info: TableInfo
    codes: NDArray[np.int16]
    counts: NDArray[np.int64]
    overview_below: int
    palette: tuple[str, ...]
    label: Label | None

    def tiles(self, ws: Workspace, rows: ReadRows) -> TileLayer:
        """Return what answers tiles of this layer; ``rows`` reads the table if its shapes are not there."""
        labels = _labels_of(ws, self.info, self.label.column, rows) if self.label is not None else None
        zoom = self.label.min_zoom if self.label is not None else 0
        return TileLayer(self.id, shapes_of(ws, self.info, rows), self.codes, labels, zoom)


def drawn_layer(ws: Workspace, loaded: Loaded, spec: LayerSpec, catalogue: LayerSet, version: str) -> DrawnLayer:
    """Return a layer in a version: as it was prepared, else made now.

    Raises:
        DefinitionError: the table lacks a column that the layer needs.

    """
    classes = legend(spec, catalogue.palettes)

    def make() -> Prepared:
        codes = classify(loaded.frame, spec, catalogue.palettes).codes
        below = TileLayer(spec.id, shapes_of(ws, loaded.info, lambda: loaded), codes).overview_below
        return Prepared({"overview_below": below}, {"codes": codes, "counts": counts_of(codes, len(classes))})

    made = kept_arrays(ws, "layer", (version,), make, keep=worth(loaded.info))
    alpha = f"{round(255 * spec.symbol.fill_opacity):02x}"
    return DrawnLayer(
        id=spec.id,
        info=loaded.info,
        codes=made.arrays["codes"],
        counts=made.arrays["counts"],
        overview_below=int(made.facts["overview_below"]),
        palette=tuple(entry.colour + alpha for entry in classes),
        label=spec.label,
    )


def shapes_of(ws: Workspace, info: TableInfo, rows: ReadRows) -> Shapes:
    """Return the shapes of a table in EPSG:3857, once for all its layers."""

    def make() -> Prepared:
        loaded = rows()
        shapes = Shapes.of(loaded.geometry, CRS.from_user_input(loaded.crs))
        return Prepared({"kind": shapes.kind, "rows": shapes.rows}, shapes.arrays())

    def found() -> Shapes:
        made = kept_arrays(ws, "shapes", (info.version, info.crs), make, keep=worth(info))
        return Shapes.of_arrays(made.facts["kind"], made.facts["rows"], made.arrays)

    return _shapes.get((ws.address, info.name, info.version), found)


def _labels_of(ws: Workspace, info: TableInfo, column: str, rows: ReadRows) -> Labels | None:
    """Return the labels of all rows of a table, for all its layers."""
    if column not in info.columns:
        return None

    def make() -> Prepared:
        loaded = rows()
        texts: NDArray[np.object_] = loaded.frame[column].astype(object).to_numpy()
        return Prepared({}, Labels.of(texts, loaded.geometry, CRS.from_user_input(loaded.crs)).arrays())

    def found() -> Labels:
        made = kept_arrays(ws, "labels", (info.version, info.crs, column), make, keep=worth(info))
        return Labels.of_arrays(made.arrays)

    return _labels.get((ws.address, info.name, info.version, column), found)
