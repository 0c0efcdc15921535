"""The audit bundle: one zip with inputs, rules, assumptions, parameters, seeds, versions, results and the journal."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pyproj
import shapely

import parkplan
from parkplan._errors import ParkplanError, RequestError
from parkplan.data import bundles
from parkplan.data.definitions import definitions_folder, definitions_in
from parkplan.data.scenarios import freeze_scenarios, scenario_store
from parkplan.data.workspace import open_workspace
from parkplan.data.workspace.frozen import freeze
from parkplan.i18n import LANGUAGES, message
from parkplan.jobs.bundle_question import BundleQuestion, given
from parkplan.jobs.bundle_runs import RUNS, results_of
from parkplan.jobs.export import refuse_inside
from parkplan.jobs.progress import silent
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.jobs.title import title_of
from parkplan.model.bundle import DEFINITIONS, MANIFEST, PROFILES, Manifest, Omission, Program, Run
from parkplan.model.layers import Text
from parkplan.model.screening import ScreeningChoice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress

LIBRARIES: Final = ("geopandas", "highspy", "numpy", "pandas", "pyarrow", "pyproj", "scipy", "shapely")
TABLE_SUBJECT: Final = "table"
"""A difference of the journal about a table begins so; all others are about typed-in values."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle that was written.

    ``fingerprint`` is the SHA-256 of its manifest: whoever knows it from elsewhere sees that nothing was exchanged.
    """

    path: str
    fingerprint: str
    tables: int
    files: int
    runs: tuple[Run, ...]
    omitted: tuple[Omission, ...]
    synthetic: bool


def bundle(
    workspace: str | Path,
    *,
    out: str | Path,
    profiles: Sequence[str] = (),
    as_of: date | None = None,
    question: BundleQuestion | None = None,
    progress: Progress = silent,
) -> Bundled:
    """Write everything that the results of a district rest on, and the results, into one zip.

    The same workspace, definitions and day give the same file to the bit.

    Args:
        workspace: its address.
        out: the zip.
        profiles: rule packs by id or file; without any, those in force in the workspace.
        as_of: the day of judgement; without one, that in force, else today.
        question: what programme, options and site plans are asked; the usual ones without it.
        progress: told what is being done.

    Raises:
        WorkspaceError: the workspace is missing or broken, or the disk is full or read-only.
        RequestError: the question makes no sense, the ending is not .zip, the place lies in the workspace, or a
            profile does not exist.

    """
    opened, target = open_workspace(workspace), Path(out)
    if target.suffix.lower() != ".zip":
        raise RequestError("bundle_ending", path=target)
    refuse_inside(opened, target)
    if not target.absolute().parent.is_dir():
        raise RequestError("folder_missing", path=target.absolute().parent)
    with TemporaryDirectory(prefix="parkplan-bundle-") as made:
        folder = Path(made)
        choice = _choice(opened, profiles, as_of, folder)
        asked = given(opened, choice, question or BundleQuestion())
        manifest = _fill(opened, folder, asked, progress)
        progress(message("cli.bundle_packing", path=target))
        bundles.pack(folder, target)
        fingerprint = bundles.digest(folder / MANIFEST)
    return Bundled(
        path=str(target.absolute()),
        fingerprint=fingerprint,
        tables=len(opened.tables()),
        files=len(manifest.members),
        runs=manifest.runs,
        omitted=manifest.omitted,
        synthetic=manifest.synthetic,
    )


def _choice(ws: Workspace, profiles: Sequence[str], as_of: date | None, folder: Path) -> ScreeningChoice:
    """Return the choice with its day written down; packs that are files are copied and named by their copy."""
    saved = choice_in_force(ws)
    choice = saved.choice if saved is not None else ScreeningChoice()
    names = []
    for place, name in enumerate(profiles or choice.profiles):
        path = Path(name)
        if path.suffix in {".yaml", ".yml"} and path.is_file():
            copied = folder / PROFILES / f"{place}_{path.stem}.yaml"
            copied.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, copied)
            names.append(copied.relative_to(folder).as_posix())
        else:
            names.append(name)
    return choice.model_copy(update={"profiles": tuple(names), "as_of": as_of or choice.as_of or date.today()})


def _fill(ws: Workspace, folder: Path, asked: Mapping[str, Mapping[str, Any]], progress: Progress) -> Manifest:
    """Write the contents; the jobs run on these and not on the workspace, so that nothing is missing from them."""
    progress(message("cli.bundle_copying"))
    freeze(ws, title_of(ws), _kinds(ws), folder)
    freeze_scenarios(scenario_store(ws), folder)
    definitions = definitions_folder()
    for path in sorted(definitions.rglob("*.yaml")):
        copied = folder / DEFINITIONS / path.relative_to(definitions)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
    runs, omitted = _results(ws, folder, asked, progress)
    manifest = Manifest(
        format=1,
        program=program(),
        synthetic=ws.synthetic,
        runs=runs,
        omitted=omitted,
        members=bundles.members(folder),
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8", newline="\n")
    return manifest


def _results(
    ws: Workspace, folder: Path, asked: Mapping[str, Mapping[str, Any]], progress: Progress
) -> tuple[tuple[Run, ...], tuple[Omission, ...]]:
    """Run the jobs and write their results; a job that has nothing to work on says why."""
    runs: list[Run] = []
    omitted: list[Omission] = []
    with definitions_in(folder / DEFINITIONS), bundles.desk(folder):
        for job, parameters in asked.items():
            progress(message("cli.bundle_running", job=message(f"report.job_{job}")))
            try:
                runs.append(_run(job, parameters, folder))
            except ParkplanError as fault:
                zh, en = (fault.sentence(each).replace(str(folder), ws.name) for each in LANGUAGES)
                omitted.append(Omission(job=job, reason=Text(zh=zh, en=en)))
    return tuple(runs), tuple(omitted)


def _kinds(ws: Workspace) -> list[str]:
    """Return the kinds of values that users typed in."""
    subjects = {each.subject.split(":", 1)[0] for entry in ws.journal() for each in entry.differences}
    return sorted(subjects - {TABLE_SUBJECT})


def _run(job: str, parameters: Mapping[str, Any], folder: Path) -> Run:
    contents = results_of(job, folder, parameters)
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return Run(job=job, parameters=dict(parameters), results=tuple(contents), timed=RUNS[job].timed)


def program() -> Program:
    """Return the versions of everything that computes."""
    libraries = {name: version(name) for name in LIBRARIES}
    libraries |= {"GEOS": shapely.geos_version_string, "PROJ": pyproj.proj_version_str}
    return Program(version=parkplan.__version__, python=platform.python_version(), libraries=libraries)
