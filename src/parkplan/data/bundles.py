"""Audit bundles on disk: a folder becomes one zip that is the same to the bit each time, and comes back unharmed."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from parkplan._errors import SourceFileError
from parkplan.data.files import disk_faults, made_whole
from parkplan.data.workspace.folder import DERIVED
from parkplan.model.bundle import FORMAT, MANIFEST, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_MEMBERS: Final = 5_000
MOST_BYTES: Final = 8 * 1024**3
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE: Final = 0o100644 << 16
_BLOCK: Final = 1 << 20


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def members(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder but the manifest, by its path there, sorted."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: digest(path) for name, path in sorted(found.items()) if name != MANIFEST}


@contextmanager
def desk(folder: Path) -> Iterator[None]:
    """Give the jobs of a ``with`` block a place for derived tables; what lay there before, or is left, is no input."""
    place = folder / DERIVED
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(place, ignore_errors=True)


def pack(folder: Path, target: Path) -> None:
    """Write the files of a folder as a zip: sorted, without times and owners, so that equal files give equal bytes.

    Raises:
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    with made_whole(target) as temporary, zipfile.ZipFile(temporary, "x", zipfile.ZIP_DEFLATED) as archive:
        for name in (MANIFEST, *members(folder)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _PLAIN_FILE, 3
            with (folder / name).open("rb") as source, archive.open(entry, "w", force_zip64=True) as member:
                while block := source.read(_BLOCK):
                    member.write(block)


def unpack(bundle: Path, folder: Path) -> Manifest:
    """Unpack a bundle into an empty folder and return its manifest; nothing is written beside the folder.

    Raises:
        SourceFileError: it is no bundle, of a newer parkplan, damaged, too large, or a name leads out of it.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    try:
        with disk_faults(bundle), zipfile.ZipFile(bundle) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(bundle, entries)
            for entry in entries:
                _extract(archive, entry, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as fault:
        raise SourceFileError("bundle_broken", file=bundle) from fault
    return _manifest(bundle, folder / MANIFEST)


def _check(bundle: Path, entries: Iterable[zipfile.ZipInfo]) -> None:
    listed = list(entries)
    names = [entry.filename for entry in listed]
    if MANIFEST not in names or len(set(names)) != len(names):
        raise SourceFileError("bundle_broken", file=bundle)
    if len(listed) > MOST_MEMBERS or sum(entry.file_size for entry in listed) > MOST_BYTES:
        raise SourceFileError("bundle_too_large", file=bundle, members=MOST_MEMBERS, size=MOST_BYTES // 1024**3)
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
            raise SourceFileError("bundle_member", file=bundle, member=name)


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """Write one member; never more bytes than it declares."""
    target = folder / entry.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, target.open("xb") as stream:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise zipfile.BadZipFile(entry.filename)
            stream.write(block)


def _manifest(bundle: Path, path: Path) -> Manifest:
    content = path.read_bytes()
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as fault:
        places = {".".join(map(str, each["loc"])) for each in fault.errors(include_url=False)}
        key = "bundle_newer" if "format" in places else "bundle_manifest"
        raise SourceFileError(key, file=bundle, known=FORMAT, places=", ".join(sorted(places))) from fault
