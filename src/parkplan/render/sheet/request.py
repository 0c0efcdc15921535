"""What a printed sheet is asked to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 (the field of the record is called date)
from typing import TYPE_CHECKING, Final, Literal

from parkplan.i18n import Language

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from pyproj import CRS

    from parkplan.model.layers import LayerSpec
    from parkplan.render.classes import Classified

SheetFormat = Literal["png", "pdf"]
Paper = Literal["A4", "A3"]
Bounds = tuple[float, float, float, float]

PAPER_MM: Final[dict[str, tuple[float, float]]] = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}


@dataclass(frozen=True, slots=True)
class SheetLayer:
    """One layer of a sheet: its geometry in the CRS of the sheet, the class and the name of each row.

    ``unit`` is what the rows are counted in (宗, 家, 栋); where it is given, the legend states how many rows of each
    class lie in the frame.
    """

    spec: LayerSpec
    geometry: npt.NDArray[np.object_]
    classified: Classified
    names: npt.NDArray[np.object_] | None = None
    opacity: float | None = None
    unit: str = ""

    @property
    def alpha(self) -> float:
        """Opacity of the layer: the one that was chosen on the screen, else its own."""
        return self.spec.symbol.opacity if self.opacity is None else self.opacity


@dataclass(frozen=True, slots=True)
class SheetRequest:
    """A whole sheet: layers from top to bottom, the part of the world in the frame, and what stands around it.

    ``bounds`` are in the units of ``crs``, which must be projected; the frame shows at least them.
    """

    title: str
    layers: tuple[SheetLayer, ...]
    bounds: Bounds
    crs: CRS
    date: Date
    subtitle: str = ""
    source: str = ""
    author: str = ""
    synthetic: bool = False
    paper: Paper = "A3"
    landscape: bool = True
    format: SheetFormat = "pdf"
    language: Language = "zh"
    dots_per_inch: int = 200

    @property
    def page_mm(self) -> tuple[float, float]:
        """Width and height of the page."""
        long, short = PAPER_MM[self.paper]
        return (long, short) if self.landscape else (short, long)
