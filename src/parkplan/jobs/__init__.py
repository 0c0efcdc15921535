"""The use cases as plain functions, one file each: what the command line, the app and notebooks call."""

from __future__ import annotations

from parkplan.jobs.demo import demo
from parkplan.jobs.export import export
from parkplan.jobs.importing import Limits, Reading, import_file
from parkplan.jobs.info import info
from parkplan.jobs.layers import layers
from parkplan.jobs.screen import DEFAULT_PROFILES, Screening, explain, screen
from parkplan.jobs.screening_files import export_screening
from parkplan.jobs.serve import serve

__all__ = [
    "DEFAULT_PROFILES",
    "Limits",
    "Reading",
    "Screening",
    "demo",
    "explain",
    "export",
    "export_screening",
    "import_file",
    "info",
    "layers",
    "screen",
    "serve",
]
