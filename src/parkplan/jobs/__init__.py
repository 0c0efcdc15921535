"""The use cases as plain functions, one file each: what the command line, the app and notebooks call.

A use case is imported when it is first asked for, so that one needs only its own libraries and does not fall with
another. Most functions are named like their module; as attributes of this package these names are the functions.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from parkplan.data.intake.records import Limits
    from parkplan.jobs.bundle import bundle
    from parkplan.jobs.check import check, export_findings
    from parkplan.jobs.cluster_files import export_clusters
    from parkplan.jobs.clusters import clusters
    from parkplan.jobs.compare import compare
    from parkplan.jobs.crs import crs
    from parkplan.jobs.demo import demo
    from parkplan.jobs.export import export
    from parkplan.jobs.importing import Reading, import_file
    from parkplan.jobs.imports import imports, undo_import
    from parkplan.jobs.info import info
    from parkplan.jobs.layers import layers
    from parkplan.jobs.match import match_enterprises
    from parkplan.jobs.optimise import optimise
    from parkplan.jobs.portfolio import portfolio
    from parkplan.jobs.report import report
    from parkplan.jobs.scenario import (
        copy_scenario,
        delete_scenario,
        edit_scenario,
        new_scenario,
        redo_scenario,
        show_scenario,
        undo_scenario,
    )
    from parkplan.jobs.screen import DEFAULT_PROFILES, Screening, explain, screen
    from parkplan.jobs.screening_files import export_screening
    from parkplan.jobs.serve import serve
    from parkplan.jobs.services import services
    from parkplan.jobs.siteplan import siteplan
    from parkplan.jobs.sites import sites
    from parkplan.jobs.targets import set_target, targets
    from parkplan.jobs.title import title
    from parkplan.jobs.verify import verify

__all__ = [
    "DEFAULT_PROFILES",
    "Limits",
    "Reading",
    "Screening",
    "bundle",
    "check",
    "clusters",
    "compare",
    "copy_scenario",
    "crs",
    "delete_scenario",
    "demo",
    "edit_scenario",
    "explain",
    "export",
    "export_clusters",
    "export_findings",
    "export_screening",
    "import_file",
    "imports",
    "info",
    "layers",
    "match_enterprises",
    "new_scenario",
    "optimise",
    "portfolio",
    "redo_scenario",
    "report",
    "screen",
    "serve",
    "services",
    "set_target",
    "show_scenario",
    "siteplan",
    "sites",
    "targets",
    "title",
    "undo_import",
    "undo_scenario",
    "verify",
]

_MODULES: Final = {
    "DEFAULT_PROFILES": "screen",
    "Limits": "importing",
    "Reading": "importing",
    "Screening": "screen",
    "copy_scenario": "scenario",
    "delete_scenario": "scenario",
    "edit_scenario": "scenario",
    "explain": "screen",
    "export_clusters": "cluster_files",
    "export_findings": "check",
    "export_screening": "screening_files",
    "import_file": "importing",
    "match_enterprises": "match",
    "new_scenario": "scenario",
    "redo_scenario": "scenario",
    "set_target": "targets",
    "show_scenario": "scenario",
    "undo_import": "imports",
    "undo_scenario": "scenario",
}
"""Where the names live that are not called like their module."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, name)}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Jobs(ModuleType):
    """The import system writes a submodule into its package; where a function has that name, the function stands."""

    def __setattr__(self, name: str, value: object) -> None:
        is_own = isinstance(value, ModuleType) and name in __all__
        super().__setattr__(name, getattr(value, name, value) if is_own else value)


sys.modules[__name__].__class__ = _Jobs
