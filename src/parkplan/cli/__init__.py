"""The command line: one face over the jobs, in two languages, for people and for scripts."""

from __future__ import annotations

from typing import Final

from parkplan.cli.frame import run

__all__ = ["COMMANDS", "main"]

COMMANDS: Final[dict[str, str]] = {
    "demo": "parkplan.cli.demo",
    "info": "parkplan.cli.info",
    "title": "parkplan.cli.title",
    "layers": "parkplan.cli.layers",
    "import": "parkplan.cli.importing",
    "imports": "parkplan.cli.imports",
    "crs": "parkplan.cli.crs",
    "check": "parkplan.cli.check",
    "match": "parkplan.cli.match",
    "export": "parkplan.cli.export",
    "screen": "parkplan.cli.screen",
    "explain": "parkplan.cli.explain",
    "clusters": "parkplan.cli.clusters",
    "siteplan": "parkplan.cli.siteplan",
    "sites": "parkplan.cli.sites",
    "portfolio": "parkplan.cli.portfolio",
    "scenario": "parkplan.cli.scenario",
    "optimise": "parkplan.cli.optimise",
    "services": "parkplan.cli.services",
    "compare": "parkplan.cli.compare",
    "targets": "parkplan.cli.targets",
    "report": "parkplan.cli.report",
    "bundle": "parkplan.cli.bundle",
    "verify": "parkplan.cli.verify",
    "serve": "parkplan.cli.serve",
}
"""Each command and the module whose ``command`` it is; a module is imported when its command runs."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 findings, 2 the user must change something, 3 our fault."""
    return run(COMMANDS, arguments)
