"""The map of candidate sites: each an area in the colour of the reuse advised, over the land around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from parkplan.i18n import current_language
from parkplan.jobs.derived import WithDerived, kept_table
from parkplan.jobs.district_map import district_page
from parkplan.jobs.frames import moved
from parkplan.jobs.place import Place, row_at
from parkplan.jobs.site_layer import SITE_MAP
from parkplan.ui.map_host import Fit, click_of, map_host

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.sites import Candidates
    from parkplan.ui.site_state import Reuse

KEY: Final = "reuse_map"
LAYER: Final = "candidate_sites"
SHOWN: Final = (LAYER, "parcels_by_status", "roads", "water", "streets")
MARGIN_M: Final = 150.0


def site_map(ws: Workspace, found: Candidates, now: Reuse, *, height: int) -> None:
    """Draw the map; a click on a site opens it."""
    drawn = kept_table(ws, SITE_MAP, found.version)
    view = cast("Workspace", ws if drawn is None else WithDerived(ws, drawn))
    _take_click(view, found, now)
    chosen = now.site if now.site is not None and found.site(now.site) else None
    rows = [index for index, one in enumerate(found.sites) if one.id == chosen]
    fit = None
    if chosen is not None and now.looks:
        shape = found.table.geometry.iloc[rows[0]].buffer(MARGIN_M)
        west, south, east, north = (float(value) for value in moved(shape, ws.crs.to_wkt()).bounds)
        fit = Fit((west, south, east, north), f"{chosen}.{now.looks}")
    page = district_page(view, current_language(), only=SHOWN)
    map_host(page, key=KEY, height=height, selection={LAYER: rows}, fit=fit)


def _take_click(view: Workspace, found: Candidates, now: Reuse) -> None:
    """Open the site that the click which caused this run has hit."""
    click = click_of(KEY)
    for hit in () if click is None else click.hits:
        if click is not None and hit["layer"] == LAYER:
            row = hit["id"]
            if row is None:  # the layer is shown as pictures here: the row is looked up by its place
                row = row_at(view, LAYER, Place(click.lng, click.lat, click.zoom))
            if row is not None and row < len(found.sites):
                now.site = found.sites[row].id
                return
