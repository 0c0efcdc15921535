"""The parent's side: copy the file, start the worker, watch it, and believe nothing that it has not checked."""

from __future__ import annotations

import contextvars
import hashlib
import json
import logging
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
import shapely
from pydantic import TypeAdapter, ValidationError

from parkplan._errors import SourceFileError
from parkplan.data.intake import confine
from parkplan.data.intake.crs_text import plain_crs
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.formats import DRIVERS, ENDINGS, by_ending, sniff
from parkplan.data.intake.records import GEOMETRY, ORIGINAL, SOURCE_ROW, Answer, Limits, Report, Request
from parkplan.data.intake.shapes import Shapes
from parkplan.data.wkb import from_wkb

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from numpy.typing import NDArray

    Progress = Callable[[str, int, int], None]
    Cancelled = Callable[[], bool]

ANSWER: Final = "answer.json"
TABLE: Final = "table.arrow"
ERRORS: Final = "stderr.txt"
_POLL_S: Final = 0.05
_LAST_LINES: Final = 12
_LAST_WORDS_S: Final = 30.0
_COPY_BYTES: Final = 1 << 18
"""Writing a megabyte at a time costs the system three times as much as writing a quarter of it."""
_KEPT_VARIABLES: Final = ("SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_PLAIN_TYPES: Final = (
    pa.types.is_string, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date32,
    pa.types.is_timestamp,
)  # fmt: skip

_ANSWER: Final = TypeAdapter(Answer)

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says about a file, and how much reading it may cost.

    ``table`` is what the rows are to become; ``placeless`` says that rows of tables may be without a place.
    """

    layer: str | None = None
    encoding: str | None = None
    limits: Limits = field(default_factory=Limits)
    progress: Progress | None = None
    cancelled: Cancelled | None = None
    table: str = ""
    placeless: bool = False


@dataclass(frozen=True)
class Intake:
    """One file from outside, read and checked.

    ``attributes`` are the file's own columns; ``source_row`` counts from 1; ``original`` has the geometry of repaired
    rows as it was, else None.
    """

    name: str
    sha256: str
    size_bytes: int
    report: Report
    attributes: pa.Table
    source_row: NDArray[np.int64]
    shapes: Shapes
    original: NDArray[np.object_]

    @property
    def geometry(self) -> NDArray[np.object_]:
        """The shapes as objects, None where there is none."""
        return self.shapes.geometry

    @property
    def extent(self) -> NDArray[np.float64]:
        """West, south, east and north of all rows, NaN where none has a shape."""
        return self.shapes.extent


def read_outside(path: Path, options: Options | None = None) -> Intake:
    """Read a file from outside in a process of its own.

    Raises:
        SourceFileError: the file is missing, is not what its name says, is broken, is too large, took too long, or
            the work was cancelled.
    """
    options = options or Options()
    _require_file(path, options.limits)
    with tempfile.TemporaryDirectory(prefix="parkplan-import-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary).resolve()
        digest, size = _bring(path, folder)
        _ask(folder, path, options)
        _run(folder, path.name, options)
        report = _answer(folder, path.name, options.limits)
        return _checked(folder, path.name, (digest, size), (report, options.limits))


def _require_file(path: Path, limits: Limits) -> None:
    kind = by_ending(path.suffix)
    if path.is_dir() and kind is not None and kind.name == "filegdb":
        _require_folder(path, limits)
        return
    if path.is_dir() or kind is None:
        ending = path.suffix or "-"
        if not path.exists():
            raise SourceFileError("import_missing_file", file=str(path))
        raise SourceFileError("import_unsupported", file=path.name, ending=ending, known=" ".join(ENDINGS))
    if not path.is_file():
        raise SourceFileError("import_missing_file", file=str(path))
    if path.stat().st_size > limits.input_bytes:
        raise SourceFileError("import_too_large", file=path.name, limit=limits.input_bytes // 1_000_000)
    try:
        sniff(path, path.suffix, path.name)
    except FileFaultError as fault:
        raise SourceFileError(fault.key, **cast("dict[str, Any]", fault.values)) from fault
    except OSError as error:
        raise SourceFileError("import_unreadable", file=path.name, reason=error.strerror or "-") from error


def _require_folder(path: Path, limits: Limits) -> None:
    """A FileGDB is a folder of plain files, named like those of a FileGDB."""
    files = [each for each in path.iterdir() if each.is_file()]
    if not any(each.suffix == ".gdbtable" for each in files):
        expected, found = "FileGDB", "folder"
        raise SourceFileError(
            "import_wrong_content", file=path.name, ending=path.suffix, expected=expected, found=found
        )
    if len(files) > limits.folder_files or sum(each.stat().st_size for each in files) > limits.input_bytes:
        raise SourceFileError("import_too_large", file=path.name, limit=limits.input_bytes // 1_000_000)


def _bring_folder(path: Path, target: Path) -> tuple[str, int]:
    """Copy the plain files of a folder; the SHA-256 is that of the names and contents in the order of the names."""
    target.mkdir()
    whole, size = hashlib.sha256(), 0
    for each in sorted(path.iterdir()):
        if each.is_file() and not each.is_symlink() and not each.name.endswith(".lock"):
            digest, length = _copy(each, target / each.name)
            whole.update(f"{each.name}\0{digest}\n".encode())
            size += length
    return whole.hexdigest(), size


def _bring(path: Path, folder: Path) -> tuple[str, int]:
    """Copy a file and the files that belong to it under fixed names; return the SHA-256 and size of the main file."""
    if path.is_dir():
        return _bring_folder(path, folder / f"source{path.suffix.lower()}")
    kind = by_ending(path.suffix)
    digest, size = _copy(path, folder / f"source{path.suffix.lower()}")
    beside = {each.suffix.lower(): each for each in path.parent.iterdir() if each.stem == path.stem and each.is_file()}
    for suffix in kind.siblings if kind else ():
        if suffix in beside:
            _copy(beside[suffix], folder / f"source{suffix}")
    return digest, size


def _copy(source: Path, target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    room = memoryview(bytearray(_COPY_BYTES))
    try:
        with source.open("rb", buffering=0) as old, target.open("wb") as new:
            while length := old.readinto(room):
                digest.update(room[:length])
                new.write(room[:length])
                size += length
    except OSError as error:
        raise SourceFileError("import_unreadable", file=source.name, reason=error.strerror or "-") from error
    return digest.hexdigest(), size


def _ask(folder: Path, path: Path, options: Options) -> None:
    request = Request(
        name=path.name,
        suffix=path.suffix.lower(),
        layer=options.layer,
        encoding=options.encoding,
        table=options.table,
        placeless=options.placeless,
        limits=options.limits,
        python_path=_python_path(),
    )
    (folder / "request.json").write_text(request.to_json(), encoding="utf-8")


def _python_path() -> tuple[str, ...]:
    """Return where Python looks for modules, whole at one moment.

    Another thread may change the list at any time, as a server does around each run of a page; who walks through the
    list itself then passes over an entry.
    """
    entries = tuple(sys.path)
    return tuple(str(Path(entry).resolve()) for entry in entries)


def environment(folder: Path) -> dict[str, str]:
    """Return the worker's whole environment: nothing of the user's, and GDAL without what could reach out."""
    import pyogrio

    skipped = sorted(set(pyogrio.list_drivers()) - set(DRIVERS))
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PATH": "",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "TMP": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "GDAL_SKIP": ",".join(skipped),
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_HTTP_PROXY": "127.0.0.1:1",
        "GDAL_CACHEMAX": "64",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "CPL_DEBUG": "OFF",
        "PROJ_NETWORK": "OFF",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "OGR_SQLITE_PRAGMA": "trusted_schema=0,mmap_size=0",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
        "SHAPE_RESTORE_SHX": "YES",
        "DXF_CLOSED_LINE_AS_POLYGON": "YES",
        "LIBKML_RESOLVE_STYLE": "NO",
        "OSM_USE_CUSTOM_INDEXING": "YES",
    }


def _run(folder: Path, name: str, options: Options) -> None:
    deadline = time.monotonic() + options.limits.wall_s
    with (folder / ERRORS).open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 -- our own script in our own interpreter
            [sys.executable, "-I", "-B", str(Path(confine.__file__).resolve()), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env=environment(folder),
            start_new_session=os.name == "posix",
        )
        spoken = contextvars.copy_context()  # the language of this command, for the sentences of its progress
        listening = (_listen, process.stdout, options.progress)
        listener = threading.Thread(target=spoken.run, args=listening, daemon=True)
        listener.start()
        try:
            _watch(process, listener, deadline, (name, options))
        finally:
            _end(process)
            listener.join(_LAST_WORDS_S)
            if process.stdout is not None and not listener.is_alive():
                process.stdout.close()
    if not (folder / ANSWER).is_file():
        words = (folder / ERRORS).read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        _log.warning("the reader of %r ended with %s and no answer: %s", name, process.returncode, "\n".join(words))


def _watch(
    process: subprocess.Popen[bytes], listener: threading.Thread, deadline: float, asked: tuple[str, Options]
) -> None:
    """Wait for the worker: while it may still speak, by the listener, which costs no time of the processor."""
    name, options = asked
    while process.poll() is None:
        if options.cancelled is not None and options.cancelled():
            raise SourceFileError("import_cancelled", file=name)
        if time.monotonic() > deadline:
            raise SourceFileError("import_timeout", file=name, seconds=f"{options.limits.wall_s:g}")
        if listener.is_alive():
            listener.join(_POLL_S)
        else:
            time.sleep(_POLL_S / 10)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


def _listen(stream: IO[bytes] | None, progress: Progress | None) -> None:
    """Hand on the worker's progress lines; what is no such line is passed over."""
    while stream is not None and (line := stream.readline(1000)):
        if progress is None:
            continue
        try:
            told = json.loads(line)
            stage, done, total = str(told["stage"])[:40], int(told["done"]), int(told["total"])
        except (ValueError, TypeError, KeyError):
            continue
        progress(stage, done, total)


def _answer(folder: Path, name: str, limits: Limits) -> Report:
    if not os.path.lexists(folder / ANSWER):
        raise SourceFileError("import_worker_died", file=name)
    try:
        answer = _ANSWER.validate_json(_left_behind(folder / ANSWER, limits.report_bytes))
    except (OSError, ValidationError) as error:
        raise SourceFileError("import_worker_answer", file=name) from error
    if answer.fault is not None and answer.fault.known():
        raise SourceFileError(answer.fault.key, **cast("dict[str, Any]", answer.fault.values))
    if answer.report is None or not all(told.known() for told in answer.report.findings):
        raise SourceFileError("import_worker_answer", file=name)
    if len(answer.report.columns) > limits.columns or not 0 <= answer.report.rows <= limits.rows:
        raise SourceFileError("import_worker_answer", file=name)
    return replace(answer.report, crs=plain_crs(answer.report.crs))


def _left_behind(path: Path, most_bytes: int) -> bytes:
    """Return the bytes of a file of the worker, which may have left anything there.

    Raises:
        OSError: it is missing, no plain file, or too large.
    """
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 -- a path says nothing of links and pipes
        facts = os.fstat(file.fileno())
        if path.is_symlink() or not stat.S_ISREG(facts.st_mode) or facts.st_size > most_bytes:
            raise OSError(path)
        return file.read(facts.st_size)


def _checked(folder: Path, name: str, content: tuple[str, int], told: tuple[Report, Limits]) -> Intake:
    """Read the worker's table; its rows, columns and types must be what the report says."""
    report, limits = told
    expected = [*report.columns, SOURCE_ROW, ORIGINAL, GEOMETRY]
    try:
        table = pa.ipc.open_file(pa.py_buffer(_left_behind(folder / TABLE, limits.output_bytes))).read_all()
        table.validate(full=True)
        if table.column_names != expected or table.num_rows != report.rows or not _of_known_types(table):
            raise SourceFileError("import_worker_answer", file=name)
        return Intake(
            name=name,
            sha256=content[0],
            size_bytes=content[1],
            report=report,
            attributes=table.select(list(report.columns)),
            source_row=table.column(SOURCE_ROW).to_numpy(),
            shapes=Shapes.read(table.column(GEOMETRY)),
            original=from_wkb(table.column(ORIGINAL)),
        )
    except (pa.ArrowException, OSError, shapely.errors.ShapelyError) as error:
        raise SourceFileError("import_worker_answer", file=name) from error


def _of_known_types(table: pa.Table) -> bool:
    """Say whether attributes are plain, the rows are numbered, and both geometries are bytes."""
    *attributes, rows, original, shapes = table.schema.types
    return (
        all(any(test(kind) for test in _PLAIN_TYPES) for kind in attributes)
        and rows == pa.int64()
        and not table.column(SOURCE_ROW).null_count
        and all(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) for kind in (original, shapes))
    )
