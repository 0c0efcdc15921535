"""Writes an audit bundle in a process of its own: ``bundle_writer.py WS ZIP LANGUAGE``; what is asked is small."""

from __future__ import annotations

import sys
from datetime import date

from parkplan import jobs
from parkplan.i18n import language
from parkplan.jobs.bundle_question import BundleQuestion
from parkplan.jobs.site_question import SiteChoice
from parkplan.model.allocation import Wish
from parkplan.model.clusters import ClusterQuestion
from parkplan.model.sites import SiteLimits

DAY = date(2026, 6, 30)
PLANNED = "DEMO-P000018"
"""A parcel of 3.9 ha."""
SITES = SiteChoice(limits=SiteLimits(min_area_m2=10_000.0, max_area_m2=40_000.0))
QUESTION = BundleQuestion(
    site_choice=SITES,
    sites=(PLANNED,),
    plans=1,
    clusters=ClusterQuestion(permutations=99, simulations=39),
    wish=Wish(typologies=("logistics", "standard_factory"), clusters=(), options=1, priced=False),
    services=("fire_station", "canteen"),
)

if __name__ == "__main__":
    workspace, target, spoken = sys.argv[1:]
    with language("zh" if spoken == "zh" else "en"):
        jobs.bundle(workspace, out=target, as_of=DAY, question=QUESTION)
