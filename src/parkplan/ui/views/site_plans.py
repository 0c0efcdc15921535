"""Site plans: a site, the limits that bind it, options as thumbnails and by measures, one with its certificate."""

from __future__ import annotations

from parkplan.ui import opened, siteplan_panels
from parkplan.ui.boundary import fragment
from parkplan.ui.siteplan_form import question_form, watch
from parkplan.ui.siteplan_state import desk


@fragment
def workbench() -> None:
    """Draw the page; a click on an option runs this part alone."""
    ws = opened.with_parcels()
    if ws is None:
        return
    now = desk()
    question_form(ws, now)
    search = now.search
    if search is None or search.running:
        return
    if search.fault is not None:
        raise search.fault
    plan = now.plan()
    if plan is None:
        siteplan_panels.nothing(now)
        return
    siteplan_panels.facts(now)
    siteplan_panels.options(now, plan)
    siteplan_panels.detail(ws, now, plan)


if (running := desk().search) is not None and running.running:
    watch()
workbench()
