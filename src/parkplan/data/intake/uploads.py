"""Files that a browser sent: kept in a folder of their own until they have been read, under names that lead nowhere."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan._errors import SourceFileError
from parkplan.data.files import disk_faults
from parkplan.data.intake.formats import ENDINGS, FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

_LONGEST_NAME: Final = 120
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_SIBLINGS: Final = frozenset(ending for each in FORMATS for ending in each.siblings)
UPLOAD_ENDINGS: Final = tuple(dict.fromkeys(
    (*(ending for ending in ENDINGS if ending != ".gdb"), *sorted(_SIBLINGS))
))  # fmt: skip
"""What may be sent: the formats that are one file, and the files that belong to them; a FileGDB comes as a zip."""


class Uploads:
    """A temporary folder with the files of one upload; it goes when this object does.

    The folder is apart from every workspace, and its files are opened by the reading process alone.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="parkplan-upload-", ignore_cleanup_errors=True)

    def keep(self, name: str, content: BinaryIO) -> Path:
        """Write one file and return where it lies; its name is the last part of what the browser said.

        Raises:
            SourceFileError: the name is empty, or another file of the upload has it.
            WorkspaceError: the disk is full or may not be written.
        """
        plain = plain_name(name)
        target = Path(self._folder.name) / plain
        if not plain or target.exists():
            raise SourceFileError("upload_name", file=name)
        with disk_faults(target), target.open("xb") as sink:
            content.seek(0)
            shutil.copyfileobj(content, sink)
        return target

    def discard(self) -> None:
        """Remove the folder now."""
        self._folder.cleanup()


def plain_name(name: str) -> str:
    """Return the last part of a name without characters that a file system may refuse.

    >>> plain_name("../../etc/地块?.zip"), plain_name("x:/data/!a.shp")
    ('地块_.zip', '!a.shp')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip().strip(".") if name.strip(" ./\\") else ""
    stem, dot, ending = last.rpartition(".")
    kept = f"{stem[:_LONGEST_NAME]}{dot}{ending[:20]}" if stem else last[:_LONGEST_NAME]
    return _FORBIDDEN.sub("_", kept)


def main_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that are read by themselves: the .dbf, .prj and so on of a Shapefile belong to it.

    >>> [path.name for path in main_files([Path("a.dbf"), Path("a.shp"), Path("b.csv")])]
    ['a.shp', 'b.csv']
    """
    return [path for path in paths if path.suffix.lower() not in _SIBLINGS]
