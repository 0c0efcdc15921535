"""Candidate sites as a map layer: those of the run that a page shows, or of the last run over today's parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.data.derived import kept_versions
from parkplan.jobs.derived import Derivation, kept_table
from parkplan.model.derived_tables import SITES

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.frames import Loaded


def _in_force(ws: Workspace) -> Loaded | None:
    """Return the sites of the last run; none where the parcels have changed since."""
    if all(info.name != "parcels" for info in ws.tables()):
        return None
    for version in kept_versions(ws, SITES.name)[:1]:
        found = kept_table(ws, SITE_MAP, version)
        if found is not None and len(found.frame) and parcels_version(ws) == found.frame["parcels_version"].iat[0]:
            return found
    return None


def parcels_version(ws: Workspace) -> str:
    """Return the version of the parcels, as sites remember it."""
    return ws.info("parcels").version[:12]


SITE_MAP: Final = Derivation(SITES, "parcels", _in_force)
