"""Old workbooks, OpenStreetMap extracts, and attacks on every ending whose files are archives."""

from __future__ import annotations

import io
import shutil
import stat
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
import source_files

from parkplan.data.intake import vector, worker
from parkplan.data.intake.launch import Options, read_outside
from parkplan.data.intake.records import Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from parkplan.data.intake.records import Answer


@pytest.fixture
def reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Read as the worker does, in this process: for files that never reach a native reader, and for sound ones."""
    monkeypatch.setattr(vector, "_require_drivers", lambda: None)
    monkeypatch.setattr(worker, "tell", lambda *_: None)

    def read(path: Path, **asked: Any) -> Answer:
        room = tmp_path / "room"
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir()
        shutil.copy(path, room / f"source{path.suffix}")
        request = Request(name=path.name, suffix=path.suffix, **asked)
        (room / "request.json").write_text(request.to_json(), "utf-8")
        return worker.answer(room)

    return read


def key(answer: Answer) -> str | None:
    return None if answer.fault is None else answer.fault.key


def test_a_true_old_workbook(tmp_path: Path) -> None:
    source_files.write_xls(tmp_path / "企业.xls")
    read = read_outside(tmp_path / "企业.xls")
    assert (read.report.format, read.report.layer, read.report.rows) == ("xls", "企业", 2)
    assert read.attributes.to_pylist() == [
        {"企业编号": "0440704", "企业名称": "江海一号", "经度": 113.1, "纬度": 22.5, "税收（万元）": 12.5,
         "开工日期": "2021-03-05"},
        {"企业编号": "0440705", "企业名称": "=1+1", "经度": 113.11, "纬度": 22.51, "税收（万元）": None,
         "开工日期": None},
    ]  # fmt: skip
    assert shapely.get_coordinates(read.geometry).tolist() == [[113.1, 22.5], [113.11, 22.51]]


def test_an_old_workbook_whose_chain_turns_round_is_refused(tmp_path: Path, reading: Callable[..., Answer]) -> None:
    path = tmp_path / "a.xls"
    source_files.write_xls(path)
    whole = path.read_bytes()
    table = (struct.unpack_from("<I", whole, 76)[0] + 1) * 512
    for entry, follows in ((0, 0), (1, 0), (0, 60_000)):
        turned = bytearray(whole)
        struct.pack_into("<I", turned, table + 4 * entry, follows)
        path.write_bytes(turned)
        assert key(reading(path)) == "import_broken_file"
    for length in (8, 300, 700, len(whole) // 2):
        path.write_bytes(whole[:length])
        assert key(reading(path)) == "import_broken_file"


@pytest.mark.parametrize(
    ("theme", "rows", "names"),
    [("roads", 2, ["东海路", None]), ("buildings", 1, ["厂房一"]), ("landuse", 1, None)],
)
def test_street_map_in_its_binary_form(tmp_path: Path, theme: str, rows: int, names: list[str] | None) -> None:
    source_files.write_pbf(tmp_path / "a.pbf")
    read = read_outside(tmp_path / "a.pbf", Options(layer=theme))
    assert (read.report.rows, read.report.crs) == (rows, "EPSG:4326")
    tags = {"roads": "highway", "buildings": "building", "landuse": "landuse"}
    ways = [way for way in source_files.WAYS.values() if tags[theme] in way[1]]
    assert read.attributes.column(tags[theme]).to_pylist() == [way[1][tags[theme]] for way in ways]
    if names is not None:
        assert read.attributes.column("name").to_pylist() == names
    for shape, (nodes, _) in zip(read.geometry, ways, strict=True):
        corners = np.array([source_files.NODES[node][::-1] for node in nodes])
        assert {tuple(corner) for corner in shapely.get_coordinates(shape).round(7)} == {
            tuple(each) for each in corners
        }


@pytest.mark.parametrize("ending", [".osm", ".pbf"])
def test_a_street_map_that_is_cut_off_is_refused(tmp_path: Path, ending: str, reading: Callable[..., Answer]) -> None:
    path = tmp_path / f"a{ending}"
    if ending == ".pbf":
        source_files.write_pbf(path)
    else:
        path.write_text(source_files.STREETS, "utf-8")
    whole = path.read_bytes()
    assert key(reading(path, layer="roads")) is None
    for share in (0.3, 0.6, 0.95):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert key(reading(path, layer="roads")) == "import_broken_file"


ARCHIVES = (".zip", ".kmz", ".xlsx")


def packed(path: Path, members: dict[str, bytes]) -> Path:
    parts = {"xl/workbook.xml": b"<workbook/>"} if path.suffix == ".xlsx" else {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | members).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("ending", ARCHIVES)
@pytest.mark.parametrize(
    "name", ["../evil.kml", "/etc/evil.kml", "c:\\evil.kml", "a/../../evil.kml", "区.gdb/../../a00000001.gdbtable"]
)
def test_names_that_lead_out_of_any_archive(
    tmp_path: Path, ending: str, name: str, reading: Callable[..., Answer]
) -> None:
    assert key(reading(packed(tmp_path / f"a{ending}", {name: b"x"}))) == "import_archive_path"
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("ending", ARCHIVES)
def test_attacks_on_any_archive(tmp_path: Path, ending: str, reading: Callable[..., Answer]) -> None:
    path = tmp_path / f"a{ending}"
    assert key(reading(packed(path, {"doc.kml": bytes(50_000_000)}))) == "import_archive_ratio"
    assert key(reading(packed(path, {f"{number}.kml": b"x" for number in range(201)}))) == "import_archive_members"
    inner = io.BytesIO()
    zipfile.ZipFile(inner, "w").close()
    for name in ("inner.zip", "inner.kmz", "xl/inner.zip"):
        assert key(reading(packed(path, {name: inner.getvalue()}))) == "import_archive_nested"
    packed(path, {})
    link = zipfile.ZipInfo("doc.kml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert key(reading(path)) == "import_archive_link"


@pytest.mark.parametrize("ending", [".kmz", ".xlsx"])
def test_a_directory_that_lies_about_a_size(tmp_path: Path, ending: str, reading: Callable[..., Answer]) -> None:
    path = packed(tmp_path / f"a{ending}", {"doc.kml": b"<kml>" + b" x" * 2_000_000})
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 10)
    path.write_bytes(content)
    assert key(reading(path)) in ("import_broken_archive", "import_broken_file")


def test_a_packed_geodatabase_takes_plain_names_only(tmp_path: Path, reading: Callable[..., Answer]) -> None:
    source_files.districts().to_file(tmp_path / "a.gdb", driver="OpenFileGDB", layer="parcels")
    whole = {f"a.gdb/{each.name}": each.read_bytes() for each in (tmp_path / "a.gdb").iterdir()}
    strange = {"a.gdb/deep/evil.kml": b"x", "a.gdb/sub/../evil2": b"x"}
    read = reading(packed(tmp_path / "a.gdb.zip", whole | {"a.gdb/deep/evil.kml": b"x"}))
    assert read.report is not None
    assert read.report.rows == 4
    assert not list((tmp_path / "room").rglob("*evil*"))
    assert key(reading(packed(tmp_path / "b.gdb.zip", whole | strange))) == "import_archive_path"
