"""Run an audit bundle again: what was altered since, and which number differs from what it says."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal

from parkplan._errors import ParkplanError, SourceFileError
from parkplan.data import bundles
from parkplan.data.definitions import definitions_in
from parkplan.i18n import message
from parkplan.jobs.bundle import program
from parkplan.jobs.bundle_checks import Answer
from parkplan.jobs.bundle_runs import RUNS, result_name, results_of
from parkplan.jobs.bundle_tables import frame_of, rows_of
from parkplan.jobs.progress import silent
from parkplan.jobs.writing import text
from parkplan.model.bundle import DEFINITIONS, MANIFEST, RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.i18n import Text
    from parkplan.jobs.progress import Progress
    from parkplan.model.bundle import Manifest, Program, Run

Kind = Literal["altered", "missing", "added", "number", "rows", "failed", "unsound"]
MOST_LISTED: Final = 200
"""Differences of one file that are listed; where one row is more or less, all that follow differ."""
RELATIVE: Final = 1e-9
"""Numbers that differ by less are equal: libraries of another version round the last digits in another way."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the bundle says.

    ``where`` is a file of the bundle; for a number also its row, by the first cell and the row's number, and its
    column. ``said`` is what the bundle holds, ``found`` what is there or comes out now. What is ``unsound`` cannot be
    right on any machine, for it contradicts the rest of the bundle.
    """

    kind: Kind
    where: str
    said: str
    found: str
    row: str = ""
    column: str = ""
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of running a bundle again.

    ``cells`` were compared and ``rounded`` of them differ in the last digits only; ``differences`` lists of all
    ``differing`` at most `MOST_LISTED` of each file. ``programs`` are the versions that differ between then and now:
    name, then, now.
    """

    path: str
    fingerprint: str
    synthetic: bool
    files: int
    jobs: tuple[str, ...]
    cells: int
    rounded: int
    differing: int
    differences: tuple[Difference, ...]
    programs: tuple[tuple[str, str, str], ...]

    @property
    def equal(self) -> bool:
        """Whether everything is as the bundle says."""
        return not self.differing


@dataclass(slots=True)
class _Count:
    cells: int = 0
    rounded: int = 0


def verify(path: str | Path, *, progress: Progress = silent) -> Verification:
    """Check every file of an audit bundle, run its jobs again with its own rules, and compare number by number.

    Args:
        path: the zip that `bundle` wrote.
        progress: told what is being done.

    Raises:
        SourceFileError: it is no audit bundle, or is damaged so that it cannot be unpacked.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    source = Path(path)
    if not source.is_file():
        raise SourceFileError("bundle_broken", file=source)
    with TemporaryDirectory(prefix="parkplan-verify-") as made:
        folder = Path(made)
        manifest = bundles.unpack(source, folder)
        progress(message("cli.verify_checking", files=len(manifest.members)))
        found = list(_files(manifest, folder))
        count = _Count()
        with definitions_in(folder / DEFINITIONS), bundles.desk(folder):
            for run in manifest.runs:
                progress(message("cli.bundle_running", job=_title(run.job)))
                found += _run_again(run, folder, count)
                found += _unsound(run, folder)
        fingerprint = bundles.digest(folder / MANIFEST)
    return Verification(
        path=str(source.absolute()),
        fingerprint=fingerprint,
        synthetic=manifest.synthetic,
        files=len(manifest.members),
        jobs=tuple(run.job for run in manifest.runs),
        cells=count.cells,
        rounded=count.rounded,
        differing=len(found),
        differences=tuple(_listed(found)),
        programs=_changed(manifest.program, program()),
    )


def _listed(found: list[Difference]) -> Iterator[Difference]:
    """Yield the first differences of each file, and all statements that cannot be right."""
    listed = Counter[str]()
    for each in found:
        listed[each.where] += each.kind == "number"
        if each.kind != "number" or listed[each.where] <= MOST_LISTED:
            yield each


def _files(manifest: Manifest, folder: Path) -> Iterator[Difference]:
    """Compare the files with their checksums."""
    there = bundles.members(folder)
    for name, said in manifest.members.items():
        if name not in there:
            yield Difference("missing", name, said, "")
        elif there[name] != said:
            yield Difference("altered", name, said, there[name])
    yield from (Difference("added", name, "", there[name]) for name in there if name not in manifest.members)


def _run_again(run: Run, folder: Path, count: _Count) -> Iterator[Difference]:
    if run.job not in RUNS:
        yield Difference("failed", run.job, "", message("errors.bundle_job", job=run.job))
        return
    try:
        made = results_of(run.job, folder, run.parameters)
    except (ParkplanError, ValueError, KeyError) as fault:
        yield Difference("failed", run.job, "", str(fault))
        return
    for name in run.results:
        if name not in made:
            yield Difference("failed", name, "", message("errors.bundle_result", name=name))
        elif (folder / name).is_file():
            yield from _compared(name, (folder / name).read_bytes(), made[name], run.timed, count)


def _title(job: str) -> str:
    return message(f"report.job_{job}") if job in RUNS else job


def _unsound(run: Run, folder: Path) -> Iterator[Difference]:
    """Check what a solver's answer says of itself."""
    check = RUNS[run.job].check if run.job in RUNS else None
    if check is None:
        return
    head = f"{RESULTS}/{run.job}_"
    try:
        tables = {
            name.removeprefix(head).removesuffix(".csv"): frame_of((folder / name).read_bytes()) for name in run.results
        }
        faults = check(Answer(folder, run.parameters, tables))
    except (ParkplanError, ValueError, KeyError, AttributeError, TypeError, OSError) as fault:
        yield Difference("failed", run.job, "", str(fault))
        return
    for each in faults:
        where = result_name(run.job, each.table)
        yield Difference("unsound", where, each.said, each.follows, each.row, each.column)


def _compared(name: str, said: bytes, now: bytes, timed: bool, count: _Count) -> Iterator[Difference]:
    """Compare two tables cell by cell, rows in their order."""
    try:
        old, new = rows_of(said), rows_of(now)
    except UnicodeDecodeError:
        yield Difference("failed", name, "", message("errors.bundle_result", name=name))
        return
    if len(old) != len(new) or old[:1] != new[:1]:
        yield Difference("rows", name, _shape(old), _shape(new), timed=timed)
    heads = new[0] if new else []
    for number, (before, after) in enumerate(zip(old[1:], new[1:], strict=False), start=1):
        count.cells += len(after)
        if before == after:
            continue
        key = f"{after[0]} ({number})" if after else str(number)
        for column, (left, right) in zip(heads, zip(before, after, strict=False), strict=False):
            if left == right:
                continue
            if _nearly(left, right):
                count.rounded += 1
            else:
                yield Difference("number", name, left, right, key, column, timed)


def _shape(rows: list[list[str]]) -> str:
    return f"{max(len(rows) - 1, 0)} × {len(rows[0]) if rows else 0}"


def _nearly(left: str, right: str) -> bool:
    try:
        return math.isclose(float(left), float(right), rel_tol=RELATIVE, abs_tol=RELATIVE)
    except ValueError:
        return False


def _changed(then: Program, now: Program) -> tuple[tuple[str, str, str], ...]:
    old = {"parkplan": then.version, "Python": then.python} | then.libraries
    new = {"parkplan": now.version, "Python": now.python} | now.libraries
    return tuple((name, old[name], new.get(name, "—")) for name in old if old[name] != new.get(name))


def described(difference: Difference) -> Text:
    """Write a difference as a sentence."""
    values = {name: str(getattr(difference, name)) or "—" for name in ("where", "said", "found", "row", "column")}
    return text(f"cli.verify_{difference.kind}", **values)
