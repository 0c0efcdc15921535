"""The attribute file of a Shapefile (.dbf): its header, and the encoding of its text.

The encoding is decided in this order: what the user says, the .cpg file, the language byte of the header, and where
these say nothing or do not fit the bytes, strict UTF-8, then GB18030; at last, text of one byte per character.
"""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.records import Finding, finding

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LANGUAGE_BYTES: Final = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x13: "cp932",
    0x4D: "gb18030",
    0x4E: "cp949",
    0x4F: "cp950",
    0x7A: "gb18030",
    0x7B: "cp932",
    0x78: "cp950",
    0x79: "cp949",
    0xC8: "cp1250",
    0xC9: "cp1251",
}
_CHINESE: Final = {"gbk", "gb2312", "cp936", "936", "gb18030", "ansi 936", "hz"}
_TRIED: Final = ("utf-8", "gb18030")
_LAST_RESORT: Final = "cp1252"
_RECORDS_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a .dbf file: declared records, sizes in bytes, and where the text fields lie in a record."""

    records: int
    header_bytes: int
    record_bytes: int
    language: int
    names: tuple[bytes, ...]
    text_fields: tuple[tuple[int, int], ...]


def read_header(path: Path, name: str) -> Header:
    """Read the header; raises FileFaultError when it makes no sense."""
    data = path.read_bytes()[: 32 + 32 * 2048]
    if len(data) < 33:
        raise FileFaultError("import_broken_dbf", file=name)
    records, header_bytes, record_bytes = struct.unpack("<IHH", data[4:12])
    names: list[bytes] = []
    text: list[tuple[int, int]] = []
    offset = 1
    for start in range(32, min(header_bytes, len(data)) - 31, 32):
        field = data[start : start + 32]
        if field[:1] == b"\r":
            break
        width = field[16] + (field[17] << 8 if field[11:12] == b"C" else 0)
        names.append(field[:11].split(b"\x00")[0])
        if field[11:12] == b"C":
            text.append((offset, width))
        offset += width
    if not names or record_bytes < offset:
        raise FileFaultError("import_broken_dbf", file=name)
    return Header(records, header_bytes, record_bytes, data[29], tuple(names), tuple(text))


def normal_encoding(stated: str, name: str) -> str:
    """Return Python's name of an encoding; every name of the GB family means GB18030, which contains them all.

    >>> normal_encoding("GBK", "a.shp"), normal_encoding("65001", "a.shp")
    ('gb18030', 'utf-8')
    """
    plain = stated.strip().lower().removeprefix("ldid/").replace("_", "-")
    plain = {"65001": "utf-8", "utf8": "utf-8", "88591": "iso-8859-1", "8859-1": "iso-8859-1"}.get(plain, plain)
    if plain in _CHINESE:
        return "gb18030"
    for candidate in (plain, f"cp{plain}"):
        try:
            return codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
    raise FileFaultError("import_unknown_encoding", file=name, encoding=stated)


def decide_encoding(dbf: Path, cpg: Path, stated: str | None, name: str) -> tuple[str, list[Finding]]:
    """Return the encoding of a .dbf file and what was found on the way.

    Raises FileFaultError when the encoding that the user states does not fit the bytes.
    """
    header = read_header(dbf, name)
    samples = [*(each for each in header.names if not each.isascii()), *_non_ascii_values(dbf, header)]
    if stated is not None:
        chosen = normal_encoding(stated, name)
        if not fits(samples, chosen):
            raise FileFaultError("import_encoding_misfit", file=name, encoding=chosen)
        return chosen, []
    declared = _declared(cpg, header, name)
    if declared is not None and fits(samples, declared):
        return declared, []
    chosen = next((each for each in _TRIED if fits(samples, each)), _LAST_RESORT)
    found = [finding("encoding_contradicted", declared=declared, encoding=chosen)] if declared is not None else []
    if samples and declared is None:
        found.append(finding("encoding_detected", severity="note", encoding=chosen))
    return chosen, found


def fits(samples: list[bytes], encoding: str) -> bool:
    """Say whether all samples decode strictly; a character cut off at the end of a field is allowed.

    >>> fits(["江".encode("gbk")], "utf-8"), fits(["江海".encode()[:5]], "utf-8")
    (False, True)
    """
    try:
        for sample in samples:
            codecs.getincrementaldecoder(encoding)("strict").decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _declared(cpg: Path, header: Header, name: str) -> str | None:
    if cpg.exists():
        text = cpg.read_bytes()[:64].decode("ascii", errors="ignore").strip("\x00 \r\n\t")
        try:
            return normal_encoding(text, name) if text else None
        except FileFaultError:
            return None
    return LANGUAGE_BYTES.get(header.language)


def _non_ascii_values(dbf: Path, header: Header) -> list[bytes]:
    """All text values that are not plain ASCII, without the spaces that fill the field."""
    values: list[bytes] = []
    body = np.memmap(dbf, dtype=np.uint8, mode="r")[header.header_bytes :]
    whole = len(body) // header.record_bytes
    records: NDArray[np.uint8] = body[: whole * header.record_bytes].reshape(whole, header.record_bytes)
    for start in range(0, whole, _RECORDS_AT_ONCE):
        block = records[start : start + _RECORDS_AT_ONCE]
        for offset, width in header.text_fields:
            field = block[:, offset : offset + width]
            for row in np.flatnonzero((field >= 0x80).any(axis=1)):
                values.append(field[row].tobytes().rstrip(b" \x00"))
    return values


def count_findings(shp: Path, name: str) -> list[Finding]:
    """Compare what the parts of a Shapefile say about its size; report missing parts."""
    found = [
        finding("missing_part", part=suffix)
        for suffix in (".shx", ".dbf", ".prj")
        if not shp.with_suffix(suffix).exists()
    ]
    declared = struct.unpack(">I", shp.read_bytes()[24:28])[0] * 2
    real = shp.stat().st_size
    if declared != real:
        found.append(finding("shapefile_length", declared=declared, real=real))
    dbf = shp.with_suffix(".dbf")
    if dbf.exists():
        header = read_header(dbf, name)
        rows = (dbf.stat().st_size - header.header_bytes) // max(header.record_bytes, 1)
        if rows < header.records:
            found.append(finding("lying_count", declared=header.records, real=max(rows, 0)))
    return found
