"""Sites of a service and what they cover as map layers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Final

from parkplan.jobs.derived import Derivation, derived_table
from parkplan.model.derived_tables import SERVICE_COVERAGE, SERVICE_SITES

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.frames import Loaded
    from parkplan.jobs.services import Services


def _none(ws: Workspace) -> Loaded | None:
    """No siting is in force: a map shows one only where a page names it."""
    return None


COVERAGE_MAP: Final = Derivation(SERVICE_COVERAGE, "parcels", _none)
SITES_MAP: Final = Derivation(SERVICE_SITES, "parcels", _none)
SERVICE_MAPS: Final = (SITES_MAP, COVERAGE_MAP)
SERVICE_TABLES: Final = frozenset(made.table.name for made in SERVICE_MAPS)
"""Tables that only the page of services shows, so that no other map lists their layers."""


def service_tables(ws: Workspace, found: Services) -> tuple[Loaded, ...]:
    """Return the sites (none where there are none) and the coverage as tables for maps."""
    versions = [(info.name, info.version) for info in ws.tables()]
    edits = [astuple(edit) for edit in found.at.edits]
    content = [versions, edits, asdict(found.wish), found.sites["parcel_id"].tolist()]
    version = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    coverage = derived_table(ws, COVERAGE_MAP, version, lambda: found.coverage)
    if not len(found.sites):
        return (coverage,)
    return derived_table(ws, SITES_MAP, version, lambda: found.sites), coverage
