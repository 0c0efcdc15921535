"""The map of candidate sites: the parcels of all of them, or of the one that is open, marked over the land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.i18n import current_language
from parkplan.jobs.district_map import district_page
from parkplan.jobs.frames import moved
from parkplan.ui.map_host import Fit, click_of, map_host

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.sites import Candidates
    from parkplan.ui.site_state import Reuse

KEY: Final = "reuse_map"
LAYER: Final = "parcels_by_status"
SHOWN: Final = (LAYER, "roads", "water", "streets")
MOST_MARKED: Final = 400


def site_map(ws: Workspace, found: Candidates, now: Reuse, *, height: int) -> None:
    """Draw the map; a click on a parcel opens the site that it belongs to."""
    _take_click(found, now)
    chosen = found.site(now.site) if now.site else None
    shown = [chosen] if chosen is not None else list(found.sites)
    rows = [row for one in shown for row in one.rows][:MOST_MARKED]
    fit = None
    if chosen is not None:
        shape = found.table.geometry[found.table["site_id"] == chosen.id].iloc[0]
        west, south, east, north = (float(value) for value in moved(shape.buffer(150.0), ws.crs.to_wkt()).bounds)
        fit = Fit((west, south, east, north), f"{chosen.id}.{now.looks}")
    page = district_page(ws, current_language(), only=SHOWN)
    map_host(page, key=KEY, height=height, selection={LAYER: rows}, fit=fit)


def _take_click(found: Candidates, now: Reuse) -> None:
    click = click_of(KEY)
    for hit in () if click is None else click.hits:
        owner = next((one for one in found.sites if hit["id"] in one.rows), None)
        if owner is not None:
            now.site = owner.id
            return
