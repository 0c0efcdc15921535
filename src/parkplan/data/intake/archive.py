"""Archives are unpacked by our own code, under fixed names, inside limits."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.formats import FORMATS, Format, by_ending, by_name

if TYPE_CHECKING:
    from parkplan.data.intake.records import Limits

_BLOCK: Final = 1 << 20
_PLAIN_NAME: Final = re.compile(r"^[A-Za-z0-9_.]{1,60}$")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_RATIO_FROM_BYTES: Final = 1_000_000
_NESTED: Final = (".zip", ".kmz", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz")
_KEPT: Final = frozenset(
    ending for each in FORMATS if each.reader != "archive" for ending in (*each.endings, *each.siblings)
)


@dataclass(slots=True)
class Unpacked:
    """One data set found in an archive: its name there, and where its main file lies now."""

    title: str
    format: Format
    path: Path
    members: list[str] = field(default_factory=list)


def unpack(source: Path, folder: Path, limits: Limits, name: str) -> list[Unpacked]:
    """Unpack the data sets of an archive into a folder, each under a fixed name.

    Raises FileFaultError: too many members, too large, packed too densely, a link, an encrypted member, a name that
    leads out of the folder, an archive in the archive, or nothing that can be read.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            check_members(members, limits, name)
            return _extract(archive, members, folder, limits, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        raise FileFaultError("import_broken_archive", file=name) from error


def require_true_sizes(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Unpack each member to nowhere: one whose directory lies about its size ends in `zipfile.BadZipFile`."""
    for member in members:
        with archive.open(member) as packed:
            while packed.read(_BLOCK):
                pass


def check_members(members: list[zipfile.ZipInfo], limits: Limits, name: str) -> None:
    """Refuse what no honest archive has.

    Raises FileFaultError: too many members, too large, packed too densely, a link, an encrypted member, a name that
    leads out of the folder, or an archive in the archive.
    """
    if len(members) > limits.archive_members:
        raise FileFaultError("import_archive_members", file=name, count=len(members), limit=limits.archive_members)
    total = sum(each.file_size for each in members)
    if total > limits.archive_bytes:
        raise FileFaultError("import_archive_size", file=name, limit=limits.archive_bytes // 1_000_000)
    for member in members:
        title = shown_name(member)
        if leads_out(member.filename) or leads_out(title):
            raise FileFaultError("import_archive_path", file=name, member=title)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise FileFaultError("import_archive_link", file=name, member=title)
        if member.flag_bits & 0x1:
            raise FileFaultError("import_archive_encrypted", file=name, member=title)
        if PurePosixPath(title).suffix.lower() in _NESTED:
            raise FileFaultError("import_archive_nested", file=name, member=title)
        _check_packing(member, limits, name)


def _check_packing(member: zipfile.ZipInfo, limits: Limits, name: str) -> None:
    if member.compress_type not in _METHODS:
        raise FileFaultError("import_archive_method", file=name, member=shown_name(member))
    dense = member.file_size > limits.archive_ratio * max(member.compress_size, 1)
    if dense and member.file_size > _RATIO_FROM_BYTES:
        raise FileFaultError("import_archive_ratio", file=name, member=shown_name(member), limit=limits.archive_ratio)


def shown_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; names without the UTF-8 mark are read as UTF-8 or GB18030 where they fit."""
    if member.flag_bits & 0x800:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def leads_out(name: str) -> bool:
    r"""Say whether a member's name leads out of the folder that it is unpacked to.

    >>> [leads_out(name) for name in ("a/b.shp", "../b.shp", "/b.shp", "c:\\b.shp", "a\\..\\b.shp")]
    [False, True, True, True, True]
    """
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ":" in plain.split("/")[0] or ".." in plain.split("/") or "\x00" in plain


def _extract(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path, limits: Limits, name: str
) -> list[Unpacked]:
    found: dict[str, Unpacked] = {}
    for member in members:
        path = PurePosixPath(shown_name(member).replace("\\", "/"))
        made = by_ending(path.suffix)
        base = next((parent for parent in path.parents if parent.suffix.lower() == ".gdb"), None)
        if base is not None:
            place = folder / str(len(found)) / "source.gdb"
            found.setdefault(str(base).lower(), Unpacked(str(base), by_name("filegdb"), place))
        elif made is not None and made.reader != "archive" and not _ignored(path):
            key = path.with_suffix("") if made.name == "shapefile" else path
            place = folder / str(len(found)) / f"source{path.suffix.lower()}"
            found[str(key).lower()] = Unpacked(str(path), made, place)
    found = _without_papers(found)
    left = limits.archive_bytes
    for member in members:
        path = PurePosixPath(shown_name(member).replace("\\", "/"))
        target = _target(path, found)
        if target is not None:
            left -= _copy(archive, member, target, left)
            if left < 0:
                raise FileFaultError("import_archive_size", file=name, limit=limits.archive_bytes // 1_000_000)
    if not found:
        raise FileFaultError("import_archive_nothing", file=name, known=" ".join(sorted(_KEPT)))
    return list(found.values())


def _without_papers(found: dict[str, Unpacked]) -> dict[str, Unpacked]:
    """Leave out texts beside other data: they are papers, not surveys."""
    data = {key: each for key, each in found.items() if each.format.name != "survey"}
    return data or found


def _ignored(path: PurePosixPath) -> bool:
    return path.name.startswith("._") or "__MACOSX" in path.parts


def _target(path: PurePosixPath, found: dict[str, Unpacked]) -> Path | None:
    suffix = path.suffix.lower()
    base = next((parent for parent in path.parents if parent.suffix.lower() == ".gdb"), None)
    if base is not None:
        plain = path.parent == base and _PLAIN_NAME.match(path.name) is not None
        return found[str(base).lower()].path / path.name.lower() if plain else None
    if suffix not in _KEPT or _ignored(path):
        return None
    for key in (str(path), str(path.with_suffix(""))):
        owner = found.get(key.lower())
        if owner is not None and (suffix in owner.format.endings or suffix in owner.format.siblings):
            owner.members.append(str(path))
            return owner.path.with_suffix(suffix)
    return None


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(member) as packed, target.open("wb") as out:
        while block := packed.read(_BLOCK):
            written += len(block)
            if written > left:
                return written
            out.write(block)
    return written
