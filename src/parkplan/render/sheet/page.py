"""One sheet from its parts, as the bytes of a PNG or PDF file."""

from __future__ import annotations

import io
from datetime import datetime, time
from threading import Lock
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from parkplan.i18n import language
from parkplan.render.sheet.instruments import draw_footer, draw_grid, draw_header, draw_instruments
from parkplan.render.sheet.labels import PRINT_IS_FINER, draw_labels
from parkplan.render.sheet.layout import INCH_MM, page_of, view_of
from parkplan.render.sheet.legend import draw_legend, visible_items
from parkplan.render.sheet.shapes import draw_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from parkplan.render.sheet.layout import MapView, Page
    from parkplan.render.sheet.request import SheetLayer, SheetRequest

BACKGROUND: Final = "#fbfaf6"
TRUE_TYPE: Final = 42
_ONE_AT_A_TIME: Final = Lock()
"""matplotlib keeps its settings and fonts in tables of the whole process."""


def map_sheet(request: SheetRequest) -> bytes:
    """Return a sheet as a PNG or PDF file.

    Raises:
        RequestError: the bounds are empty or the CRS is not projected; or set-up has not made the fonts.

    """
    with _ONE_AT_A_TIME, language(request.language), mpl.rc_context({"pdf.fonttype": TRUE_TYPE}):
        return _saved(draw_sheet(request), request)


def map_atlas(requests: Sequence[SheetRequest]) -> bytes:
    """Return several sheets as one PDF file, a page each, in their order.

    Raises:
        RequestError: as `map_sheet`.

    """
    out = io.BytesIO()
    first = requests[0]
    with (
        _ONE_AT_A_TIME,
        language(first.language),
        mpl.rc_context({"pdf.fonttype": TRUE_TYPE}),
        PdfPages(out, metadata=_details(first)) as pages,
    ):
        for request in requests:
            pages.savefig(draw_sheet(request), dpi=request.dots_per_inch)
    return out.getvalue()


def draw_sheet(request: SheetRequest) -> Figure:
    """Return the sheet as a matplotlib figure: axes 0 is the map, axes 1 the page in millimetres."""
    page = page_of(request)
    view = view_of(request.bounds, request.crs, page.frame)
    figure = Figure(figsize=(page.width / INCH_MM, page.height / INCH_MM), facecolor="#ffffff")
    ground = _map_axes(figure, page, view)
    layers = tuple(layer for layer in request.layers if _in_zoom(layer, view))
    for number, layer in enumerate(reversed(layers)):
        draw_layer(ground, layer, page.k, zorder=2.0 * number + 1)
    units_per_mm = (view.bounds[2] - view.bounds[0]) / page.frame.width
    draw_labels(ground, layers, units_per_mm, page.k, view.zoom)
    sheet = _page_axes(figure, page)
    draw_grid(sheet, view, page)
    draw_header(sheet, request, page)
    items = visible_items(layers, ground.get_xlim(), ground.get_ylim())
    draw_legend(sheet, items, page.legend, page.k, request.language)
    draw_instruments(sheet, request, view, page)
    draw_footer(sheet, request, page)
    return figure


def _in_zoom(layer: SheetLayer, view: MapView) -> bool:
    low, high = layer.spec.zoom
    return low <= view.zoom + PRINT_IS_FINER and view.zoom < high + 1


def _map_axes(figure: Figure, page: Page, view: MapView) -> Axes:
    frame = page.frame
    place = (frame.x / page.width, frame.y / page.height, frame.width / page.width, frame.height / page.height)
    axes = figure.add_axes(place, facecolor=BACKGROUND)
    axes.set_xlim(view.bounds[0], view.bounds[2])
    axes.set_ylim(view.bounds[1], view.bounds[3])
    axes.set_autoscale_on(False)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _page_axes(figure: Figure, page: Page) -> Axes:
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, page.width)
    axes.set_ylim(0.0, page.height)
    axes.set_autoscale_on(False)
    axes.set_axis_off()
    return axes


def _saved(figure: Figure, request: SheetRequest) -> bytes:
    out = io.BytesIO()
    if request.format == "png":
        described = {"Title": request.title, "Software": "parkplan"}
        quick = {"compress_level": 3}
        figure.savefig(out, format="png", dpi=request.dots_per_inch, metadata=described, pil_kwargs=quick)
    else:
        figure.savefig(out, format="pdf", dpi=request.dots_per_inch, metadata=_details(request))
    return out.getvalue()


def _details(request: SheetRequest) -> dict[str, str | datetime]:
    made = datetime.combine(request.date, time())
    return {"Title": request.title, "Author": request.author, "Creator": "parkplan", "CreationDate": made}
