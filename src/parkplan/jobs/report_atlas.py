"""Maps for print: the whole district on a sheet, and each park on one of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import shapely

from parkplan.i18n import current_language, message
from parkplan.jobs.frames import moved
from parkplan.jobs.sheet import SheetOptions, SheetView, sheet_request
from parkplan.jobs.title import title_of
from parkplan.model.document import Heading, Picture
from parkplan.render.sheet import map_atlas, map_sheet
from parkplan.units import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.jobs.report_context import ReportContext
    from parkplan.model.document import Block
    from parkplan.model.facts import Bounds
    from parkplan.render.sheet import Paper, SheetFormat, SheetRequest

MARGIN: Final = 0.15
"""Of the longer side of a park, around it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet of the atlas: its title, and its bounds in degrees, None for the whole district."""

    title: str
    bounds: Bounds | None = None


def atlas(report: ReportContext, paper: Paper) -> bytes:
    """Return all sheets as one PDF: vectors, fonts embedded, title, legend, scale, north, grid, source and date."""
    places = list(_places(report))
    requests = []
    for number, place in enumerate(places, start=1):
        report.progress(message("report.progress_pages", done=number, all=len(places)))
        line = message("report.sheet_number", number=number, count=len(places))
        requests.append(_request(report, place, SheetOptions(subtitle=line, paper=paper)))
    return map_atlas(requests)


def park_maps(report: ReportContext) -> Iterator[Block]:
    """Show each park on a map of its own."""
    for place in list(_places(report))[1:]:
        yield Heading(place.title, 2)
        options = SheetOptions(paper="A4", format="png", dots_per_inch=150)
        yield Picture(map_sheet(_request(report, place, options)), description=place.title)


def _request(report: ReportContext, place: Place, options: SheetOptions) -> SheetRequest:
    form: SheetFormat = options.format
    named = SheetOptions(
        title=place.title,
        subtitle=options.subtitle,
        format=form,
        paper=options.paper,
        on=report.on,
        dots_per_inch=options.dots_per_inch,
    )
    return sheet_request(report.seen, SheetView(report.template.layers, place.bounds), named, current_language())


def _places(report: ReportContext) -> Iterator[Place]:
    name = title_of(report.ws).to()
    yield Place(message("report.title", district=name, report=report.template.title.to()))
    if "parks" not in {info.name for info in report.ws.tables()}:
        return
    parks = report.ws.read("parks")
    for row in parks.to_dict("records"):
        shape = row["geometry"]
        if shape is None or shapely.is_empty(shape):
            continue
        called = row["park_id"] if is_unknown(row.get("name")) else row["name"]
        west, south, east, north = shape.bounds
        wide = MARGIN * max(east - west, north - south)
        around = shapely.box(west - wide, south - wide, east + wide, north + wide)
        title = message("report.title_place", district=name, place=called)
        yield Place(title, moved(around, report.ws.crs.to_wkt()).bounds)
