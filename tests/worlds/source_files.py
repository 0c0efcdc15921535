"""Small files of the formats that an office holds, each written by something else than what reads it.

The writers are imported where they write: the reader of mutated files, which starts often, needs none of them.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd

SURVEY = (
    "[属性描述]\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n带号=38\r\n转换参数=,,,,,,\r\n[地块坐标]\r\n"
    "10,0.9600,A-1,地块甲,面,,工业用地,0601,@\r\n"
    "J1,1,2497000.000,38409400.000\r\nJ2,1,2497100.000,38409400.000\r\nJ3,1,2497100.000,38409500.000\r\n"
    "J4,1,2497000.000,38409500.000\r\nJ1,1,2497000.000,38409400.000\r\n"
    "J5,2,2497020.000,38409420.000\r\nJ6,2,2497040.000,38409420.000\r\nJ7,2,2497040.000,38409440.000\r\n"
    "J8,2,2497020.000,38409440.000\r\nJ5,2,2497020.000,38409420.000\r\n"
)
STREETS = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
<node id="1" lat="22.50" lon="113.10"/><node id="2" lat="22.50" lon="113.11"/><node id="3" lat="22.51" lon="113.11"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="name" v="东海路"/></way>
<way id="2"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="building" v="industrial"/></way>
<way id="3"><nd ref="1"/><nd ref="3"/><nd ref="2"/><nd ref="1"/><tag k="landuse" v="industrial"/></way></osm>"""
NODES = {1: (22.50, 113.10), 2: (22.50, 113.11), 3: (22.51, 113.11), 4: (22.51, 113.10)}
WAYS = {
    1: ((1, 2), {"highway": "primary", "name": "东海路"}),
    2: ((1, 2, 3, 1), {"building": "industrial", "name": "厂房一"}),
    3: ((1, 3, 4, 1), {"landuse": "industrial"}),
    4: ((2, 4), {"highway": "service"}),
}
ROWS = (
    ("企业编号", "企业名称", "经度", "纬度", "税收（万元）", "开工日期"),
    ("0440704", "江海一号", 113.1, 22.5, 12.5, "2021-03-05"),
    ("0440705", "=1+1", 113.11, 22.51, None, ""),
)


def districts() -> gpd.GeoDataFrame:
    """Four squares with Chinese names, a code with a leading zero, gaps."""
    import geopandas as gpd
    import shapely

    boxes = [shapely.box(113 + 0.01 * n, 22.5, 113.005 + 0.01 * n, 22.505) for n in range(4)]
    columns = {"name": ["江海", "a{{7*7}}", "", None], "code": ["0440704"] * 4, "area": [1.5, 2.0, None, -1e9]}
    return gpd.GeoDataFrame(columns, geometry=boxes, crs=4490)


def write_xls(path: Path) -> None:
    """Write a workbook of the old binary kind (BIFF8)."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("企业")
    for row, cells in enumerate(ROWS):
        for column, cell in enumerate(cells):
            if cell is not None:
                sheet.write(row, column, cell)
    book.save(str(path))


def write_xlsx(path: Path) -> None:
    """Write a workbook of the newer kind."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)


def write_drawing(path: Path) -> None:
    """Write two closed outlines, a text in one of them and an open line."""
    import ezdxf

    drawing = ezdxf.new("R2010")
    space = drawing.modelspace()
    for layer, off in (("1001", 0), ("1101", 500)):
        corners = [(409_400 + off + x, 2_497_000 + y) for x, y in ((0, 0), (100, 0), (100, 50), (0, 50))]
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": layer})
    space.add_line((0, 0), (5, 5), dxfattribs={"layer": "ROAD"})
    space.add_text("JH-01", dxfattribs={"layer": "NOTE"}).set_placement((409_440, 2_497_020))
    drawing.saveas(path)


def write_kmz(path: Path) -> None:
    """Write a KML in its archive."""
    inner = path.with_name("doc.kml")
    districts().to_file(inner, driver="LIBKML")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "doc.kml")
    inner.unlink()


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first, as Protocol Buffers write whole numbers."""
    made = bytearray()
    while number >= 0x80:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])


def zigzag(number: int) -> int:
    """Small numbers of either sign as small numbers without one."""
    return number * 2 if number >= 0 else -number * 2 - 1


def piece(field: int, content: bytes) -> bytes:
    """A field of bytes: its number and length, then the bytes."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def whole(field: int, number: int) -> bytes:
    """A field of one whole number."""
    return varint(field << 3) + varint(number)


def steps(numbers: Iterable[int]) -> bytes:
    """Numbers packed as the steps from each to the next."""
    made, before = b"", 0
    for number in numbers:
        made, before = made + varint(zigzag(number - before)), number
    return made


def block(kind: str, content: bytes) -> bytes:
    """One block of an OSM file: the length of its header, the header, the packed content."""
    blob = whole(2, len(content)) + piece(3, zlib.compress(content))
    header = piece(1, kind.encode()) + whole(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


def write_pbf(path: Path) -> None:
    """Write ``NODES`` and ``WAYS`` as OSM PBF."""
    head, data = street_messages()
    path.write_bytes(block("OSMHeader", head) + block("OSMData", data))


def street_messages() -> tuple[bytes, bytes]:
    """Return ``NODES`` and ``WAYS`` message by message, from the description of the format: the header, the data."""
    words = [""]

    def word(text: str) -> int:
        if text not in words:
            words.append(text)
        return words.index(text)

    dense = piece(1, steps(NODES))
    dense += piece(8, steps(round(lat * 1e7) for lat, _ in NODES.values()))
    dense += piece(9, steps(round(lon * 1e7) for _, lon in NODES.values()))
    ways = b""
    for number, (nodes, tags) in WAYS.items():
        keys = b"".join(varint(word(key)) for key in tags)
        values = b"".join(varint(word(value)) for value in tags.values())
        ways += piece(3, whole(1, number) + piece(2, keys) + piece(3, values) + piece(8, steps(nodes)))
    groups = piece(2, piece(2, dense)) + piece(2, ways)
    texts = piece(1, b"".join(piece(1, text.encode()) for text in words))
    head = piece(4, b"OsmSchema-V0.6") + piece(4, b"DenseNodes")
    return head, texts + groups
