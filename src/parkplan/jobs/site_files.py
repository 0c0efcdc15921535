"""Candidate sites and programmes as files: a register, and one page with a map for each site."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from parkplan._errors import RequestError
from parkplan.data.export import Origin, write_table
from parkplan.data.files import write_whole
from parkplan.i18n import Language, catalogue, current_language, language, message
from parkplan.jobs.book_tables import BOOK
from parkplan.jobs.frames import moved
from parkplan.jobs.portfolio import Funded
from parkplan.jobs.sheet import SheetOptions, SheetView, map_sheet
from parkplan.jobs.site_books import candidates_book, programme_book
from parkplan.jobs.title import title_of
from parkplan.model.layers import LayerSpec, SingleStyle, Symbol, Text
from parkplan.render.classes import classify
from parkplan.render.sheet import SheetLayer
from parkplan.units import area, money

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.sites import Candidates, Site

SHEET_LAYERS = ("parcels_by_status", "roads", "water")
MARGIN = 0.35
OUTLINE = "#d7191c"


def export_register(found: Candidates | Funded, out: str | Path) -> Path:
    """Write candidates or a programme to a file whose ending names the format; a workbook has live formulas.

    Raises:
        RequestError: the ending is unknown.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    path = Path(out)
    if path.suffix.lower() == BOOK:
        book = programme_book(found) if isinstance(found, Funded) else candidates_book(found)
        write_whole(path, book.content())
        return path
    return write_table(found.table, "sites", out, origin=Origin(source="parkplan sites", synthetic=found.synthetic))


def register_bytes(found: Candidates | Funded, ending: str) -> bytes:
    """Return the register as the bytes of a file."""
    with TemporaryDirectory(prefix="parkplan-sites-") as folder:
        return export_register(found, Path(folder) / f"sites{ending}").read_bytes()


def site_sheet(ws: Workspace, found: Candidates, name: str, chosen: Language | None = None) -> bytes:
    """Return one page about a site, PDF: its map with the parcels around it, and its figures under the title.

    Raises:
        RequestError: there is no such site.

    """
    site = found.site(name)
    if site is None:
        raise RequestError("no_such_site", site=name, known=", ".join(one.id for one in found.sites) or "—")
    spoken = chosen or current_language()
    shape = found.table.geometry[found.table["site_id"] == name].iloc[0]
    west, south, east, north = moved(shape.envelope, ws.crs.to_wkt()).bounds
    wide, high = MARGIN * (east - west), MARGIN * (north - south)
    with language(spoken):
        options = SheetOptions(
            title=message("sites.sheet_title", site=name, district=title_of(ws)),
            subtitle=sheet_line(site),
            paper="A4",
            format="pdf",
        )
        bounds = (west - wide, south - high, east + wide, north + high)
        return map_sheet(ws, SheetView(SHEET_LAYERS, bounds), options, spoken, (_outline(found, name, spoken),))


def _outline(found: Candidates, name: str, chosen: Language) -> SheetLayer:
    """Return the boundary of a site as a layer of the sheet."""
    row = found.table[found.table["site_id"] == name]
    title = catalogue()["sites.column_site"]
    spec = LayerSpec(
        id="site",
        title=Text(zh=title.zh, en=title.en),
        note=Text(zh=title.zh, en=title.en),
        group="site",
        table="sites",
        style=SingleStyle(kind="single", colour=OUTLINE),
        symbol=Symbol(stroke=OUTLINE, stroke_width_px=4.0, fill=False, opacity=1.0),
        popup=("site_id",),
    )
    shapes = np.asarray(row.geometry.array, dtype=object)
    return SheetLayer(spec, shapes, classify(row, spec, {}, chosen))


def sheet_line(site: Site) -> str:
    """Return the figures of a site in one line."""
    facts = site.facts
    return message(
        "sites.sheet_line",
        area=area(facts.area_m2),
        parcels=facts.parcels,
        owners=facts.owners,
        cost=money(facts.acquisition_yuan),
        tax=money(facts.tax_uplift_yuan),
        reuse=site.advice.reuses[0].title,
        cluster=site.advice.clusters[0].title,
    )
