"""What an audit bundle says of itself: the district, the program, what was run and the SHA-256 of every file."""

from __future__ import annotations

from typing import Any, Final, Literal

from parkplan.model.layers import Record, Text
from parkplan.model.scenarios import Scenario, Step
from parkplan.model.workspace import Entered, JournalEntry, TableInfo

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DISTRICT: Final = "district.json"
SCENARIOS: Final = "scenarios.json"
TABLES: Final = "tables"
DEFINITIONS: Final = "definitions"
PROFILES: Final = "profiles"
RESULTS: Final = "results"


class Program(Record):
    """What computed the results: the version of parkplan, of Python, and of each library that handles numbers."""

    version: str
    python: str
    libraries: dict[str, str]


class District(Record):
    """A workspace at one moment, as plain records; the rows of a table are a file named by its version."""

    name: str
    title: Text
    crs: str
    tables: tuple[TableInfo, ...]
    entered: tuple[Entered, ...]
    journal: tuple[JournalEntry, ...]


class ScenarioLog(Record):
    """Every scenario that was ever begun, those that were deleted since, and all steps in their order."""

    scenarios: tuple[Scenario, ...]
    deleted: tuple[str, ...]
    steps: tuple[Step, ...]


class Run(Record):
    """One job with everything that it was given; ``results`` are files of the bundle.

    ``timed``: the job stops by the clock where the question is too large to be answered wholly, so that a slower
    machine may give another answer; what it says of its answer is checked on its own.
    """

    job: str
    parameters: dict[str, Any]
    results: tuple[str, ...]
    timed: bool


class Omission(Record):
    """A job that had nothing to work on, and why."""

    job: str
    reason: Text


class Manifest(Record):
    """The contents of a bundle. ``members`` maps each file beside this one to its SHA-256."""

    format: Literal[1]
    program: Program
    synthetic: bool
    runs: tuple[Run, ...]
    omitted: tuple[Omission, ...]
    members: dict[str, str]
