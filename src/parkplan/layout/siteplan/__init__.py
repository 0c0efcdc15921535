"""The generator of site plans: frame, roads, rows by exact dynamic programming, land uses, certificate, variety."""

from __future__ import annotations

from parkplan.layout.siteplan.generate import attempt, generate
from parkplan.layout.siteplan.refine import refine, regenerate
from parkplan.layout.siteplan.site import site_of

__all__ = ["attempt", "generate", "refine", "regenerate", "site_of"]
