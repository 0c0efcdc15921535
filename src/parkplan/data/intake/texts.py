"""The encoding of a text from outside: its byte order mark, what the user says, or the first that fits strictly.

UTF-8 comes first, then GB18030, then the one-byte encoding of Western Windows. Western text can be GB18030 by chance:
there a lone byte above 127 stands between ASCII letters, which in Chinese text hardly happens.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from parkplan.data.intake import dbase
from parkplan.data.intake.faults import FileFaultError

if TYPE_CHECKING:
    from pathlib import Path

TEXT_BLOCK: Final = 1 << 20
_WESTERN: Final = "cp1252"
_LONE: Final = re.compile(rb"(?<![\x80-\xff])[\xa0-\xff](?![\x80-\xff])")
_HIGH: Final = re.compile(rb"[\x80-\xff]+")


def text_encoding(path: Path, stated: str | None, name: str) -> tuple[str, bool]:
    """Return the encoding of a text file, and whether it has a byte order mark.

    Raises FileFaultError when the stated encoding does not fit, or none of those tried does.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", True
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", True
    tried = [dbase.normal_encoding(stated, name)] if stated else _guesses(path)
    for encoding in tried:
        if _decodes(path, encoding):
            return encoding, False
    if stated:
        raise FileFaultError("import_encoding_misfit", file=name, encoding=tried[0])
    raise FileFaultError("import_encoding_unknown", file=name)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as stream:
            while block := stream.read(TEXT_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guesses(path: Path) -> list[str]:
    with path.open("rb") as stream:
        head = stream.read(TEXT_BLOCK)
    return ["utf-8", _WESTERN, "gb18030"] if looks_western(head) else ["utf-8", "gb18030", _WESTERN]


def looks_western(text: bytes) -> bool:
    """Say whether most of the bytes above 127 stand alone between ASCII letters, and none is a control sign.

    >>> looks_western("Straße, Café".encode("cp1252")), looks_western("江海区".encode("gbk"))
    (True, False)
    """
    runs = _HIGH.findall(text)
    return bool(runs) and len(_LONE.findall(text)) > 0.8 * len(runs)
