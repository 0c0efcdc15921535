"""Archives are unpacked by our own code: sound ones are read, the others are refused with the reason."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from parkplan._errors import SourceFileError
from parkplan.data.intake.archive import leads_out
from parkplan.data.intake.launch import Intake, Options

if TYPE_CHECKING:
    from pathlib import Path


def shapefile_parts(folder: Path, name: str = "地块") -> dict[str, bytes]:
    boxes = [shapely.box(113, 22.5, 113.001, 22.501)]
    frame = gpd.GeoDataFrame({"NAME": ["江海区"]}, geometry=boxes, crs=4490)
    made = folder / "made"
    made.mkdir(exist_ok=True)
    frame.to_file(made / f"{name}.shp", driver="ESRI Shapefile", encoding="GB18030")
    (made / f"{name}.cpg").unlink(missing_ok=True)
    return {path.name: path.read_bytes() for path in made.iterdir() if path.stem == name}


def packed(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zipped_shapefile_with_a_chinese_name_is_read(guard: Any, tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path)
    members = {f"数据/{name}": content for name, content in parts.items()}
    members |= {"__MACOSX/._x.shp": b"x", "readme.txt": b"x"}
    read = guard.read(packed(guard.folder / "江海.zip", members))
    assert isinstance(read, Intake)
    assert read.attributes.column("NAME").to_pylist() == ["江海区"]
    assert read.report.crs == "EPSG:4490"
    assert {told.code for told in read.report.findings} >= {"from_archive"}


def test_two_shapefiles_in_one_archive_need_a_choice(guard: Any, tmp_path: Path) -> None:
    members = shapefile_parts(tmp_path, "one") | shapefile_parts(tmp_path, "two")
    path = packed(guard.folder / "two.zip", members)
    fault = guard.read(path)
    assert isinstance(fault, SourceFileError)
    assert fault.key == "import_choose_layer"
    assert fault.values["layers"] == "one, two"
    assert isinstance(guard.read(path, Options(layer="two")), Intake)
    assert guard.read(path, Options(layer="three")).key == "import_unknown_layer"


@pytest.mark.parametrize("name", ["../evil.geojson", "/etc/evil.geojson", "c:\\evil.geojson", "a\\..\\..\\evil.geojson",
                                  "a/../../evil.geojson", "../../../../../../tmp/evil.csv"])  # fmt: skip
def test_names_that_lead_out_are_refused(guard: Any, name: str) -> None:
    fault = guard.read(packed(guard.folder / "out.zip", {name: b"{}"}))
    assert isinstance(fault, SourceFileError)
    assert fault.key == "import_archive_path"


@pytest.mark.parametrize("name", ["a.geojson", "folder/a.b.shp", "地块：一.shp", "..a/b.shp"])
def test_plain_names_do_not_lead_out(name: str) -> None:
    assert not leads_out(name)


def test_a_link_is_refused(guard: Any) -> None:
    path = guard.folder / "link.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("secret.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, str(guard.secret))
    assert guard.read(path).key == "import_archive_link"


def test_bombs_are_refused(guard: Any) -> None:
    dense = packed(guard.folder / "dense.zip", {"zeros.csv": bytes(50_000_000)})
    assert guard.read(dense).key == "import_archive_ratio"
    many = packed(guard.folder / "many.zip", {f"{n}.csv": b"lon,lat\n" for n in range(201)})
    assert guard.read(many).key == "import_archive_members"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "lon,lat\n1,2\n")
    nested = packed(guard.folder / "nested.zip", {"inner.zip": inner.getvalue()})
    assert guard.read(nested).key == "import_archive_nested"
    disguised = packed(guard.folder / "disguised.zip", {"inner.csv": inner.getvalue()})
    assert guard.read(disguised).key == "import_wrong_content"


def test_a_size_that_lies_is_caught_while_unpacking(guard: Any) -> None:
    path = packed(guard.folder / "lie.zip", {"a.csv": b"lon,lat\n" + b"1,2\n" * 100_000_00})
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 10)
    path.write_bytes(content)
    assert isinstance(guard.read(path), SourceFileError)


def test_a_large_total_is_refused(guard: Any) -> None:
    path = packed(guard.folder / "total.zip", {"a.csv": b"x"})
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 20 : directory + 28] = struct.pack("<II", 400_000_000, 400_000_000)
    path.write_bytes(content)
    assert guard.read(path).key == "import_archive_size"


def test_what_cannot_be_unpacked_is_said(guard: Any) -> None:
    assert guard.read(packed(guard.folder / "lzma.zip", {"a.csv": b"lon,lat\n"}, zipfile.ZIP_LZMA)).key == (
        "import_archive_method"
    )
    assert guard.read(packed(guard.folder / "nothing.zip", {"a.docx": b"hello"})).key == "import_archive_nothing"
    assert guard.read(packed(guard.folder / "empty.zip", {})).key == "import_archive_nothing"
    path = packed(guard.folder / "locked.zip", {"a.csv": b"lon,lat\n1,2\n"})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    assert guard.read(path).key == "import_archive_encrypted"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_off_archive_is_refused(guard: Any, tmp_path: Path, share: float) -> None:
    path = packed(guard.folder / "cut.zip", shapefile_parts(tmp_path))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert guard.read(path).key == "import_broken_archive"
