"""What is prepared for the map gives the same tiles and figures, and never outlives what it was made from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from parkplan._errors import DefinitionError
from parkplan.data import prepared as files
from parkplan.data.prepared import Prepared, forget_prepared, keep_prepared, key_of, read_prepared
from parkplan.data.workspace import Workspace, create_workspace, open_workspace
from parkplan.jobs import district_map, drawn_layer, frames, prepared, tiles, warm_up
from parkplan.jobs import figures as figures_job
from parkplan.jobs import rows as rows_job
from parkplan.jobs.kept import Kept
from parkplan.jobs.tiles import TileRequest
from parkplan.model.workspace import Change
from parkplan.ui import traffic

MEMORIES = (
    (frames, "_tables"),
    (drawn_layer, "_shapes"),
    (drawn_layer, "_labels"),
    (tiles, "_layers"),
    (tiles, "_tiles"),
    (figures_job, "_figures"),
    (rows_job, "_forms"),
    (district_map, "_pages"),
    (district_map, "_classified"),
)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that makes this process as empty as one that has just been started."""

    def forget() -> None:
        for room, name in MEMORIES:
            monkeypatch.setattr(room, name, Kept(limit=1 << 30, weigh=lambda _: 1))
        monkeypatch.setattr(prepared, "_wanted", prepared.defaultdict(set))

    monkeypatch.setattr(prepared, "LEAST_ROWS", 10)
    forget()
    return forget


def parcels(shift_m: float = 0.0, statuses: tuple[str, ...] = ("idle", "in_use", "low_efficiency")) -> gpd.GeoDataFrame:
    """Sixty parcels, one of two parts, one with a hole, one without a place."""
    west, south = np.divmod(np.arange(60), 10)
    left, low = 430_000 + west * 80.0 + shift_m, 2_500_000 + south * 80.0
    shapes = list(shapely.box(left, low, left + 70, low + 70))
    shapes[3] = shapely.union(shapes[3], shapely.box(429_000, 2_500_000, 429_020, 2_500_020))
    shapes[4] = shapes[4].difference(shapes[4].centroid.buffer(9))
    shapes[5] = None
    frame = {
        "parcel_id": [f"P{number:03d}" for number in range(60)],
        "name": ["江海地块" if number % 7 else None for number in range(60)],
        "status": [statuses[number % len(statuses)] for number in range(60)],
        "land_use": "100102",
        "site_area_m2": np.arange(60) * 10.0,
        "tax_yuan": np.where(np.arange(60) % 4, np.arange(60) * 1e5, np.nan),
    }
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4547")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = create_workspace(tmp_path / "w.parkplan", crs="EPSG:4547", actor="test")
    made.write({"parcels": parcels()}, change=Change("test", "make", synthetic=True))
    return made


def kept(ws: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (Path(ws.address) / "derived").glob("*.arrays")}


def everything(ws: Workspace) -> dict[str, object]:
    """Tiles of all kinds and zooms, pages, figures and filter fields."""
    places = [(tile.z, tile.x, tile.y) for tile in warm_up.opening_tiles(ws)]
    places += [(z + 2, 4 * x + 2, 4 * y + 1) for z, x, y in places]
    told: dict[str, object] = {"figures": figures_job.figures(ws), "page": district_map.map_request(ws, "en")}
    for layer in ("parcels_by_status", "tax_per_mu", "idle_land"):
        told[f"{layer} fields"] = rows_job.filter_fields(ws, layer)
        for place in places:
            ask = TileRequest(layer, place)
            told[f"{place} {layer} mvt"] = tiles.vector_tile(ws, ask)
            told[f"{place} {layer} png"] = tiles.overview_tile(ws, ask)
    return told


def test_tiles_and_figures_are_the_same_with_and_without_prepared_files(
    ws: Workspace, started: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as small:
        small.setattr(prepared, "LEAST_ROWS", 1000)
        direct = everything(ws)
        assert kept(ws) == {}
    started()
    warm_up.prepare(ws)
    assert {name.partition("-")[0] for name in kept(ws)} == {
        "shapes", "layer", "labels", "opening", "figures", "filterform",
    }  # fmt: skip
    started()

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a table was read")

    with monkeypatch.context() as unread:
        unread.setattr(type(ws), "read", refused)
        warm_up.prepare(ws)
        assert everything(ws) == direct
    assert any(answer.body for answer in direct.values() if isinstance(answer, tiles.Answer))


def harmed(content: bytes, harm: str) -> bytes:
    if harm in {"cut", "empty"}:
        return content[:-70] if harm == "cut" else b""
    place = {"head": 30, "middle": len(content) // 2}[harm]
    return content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


@pytest.mark.parametrize("harm", ["cut", "head", "middle", "empty"])
def test_a_damaged_file_is_made_again(ws: Workspace, started: Any, harm: str) -> None:
    warm_up.prepare(ws)
    before = kept(ws)
    for name, content in before.items():
        path = Path(ws.address) / "derived" / name
        path.unlink()
        path.write_bytes(harmed(content, harm))
    started()
    warm_up.prepare(ws)
    assert kept(ws) == before


def test_a_new_version_of_a_table_never_meets_old_files(ws: Workspace, started: Any) -> None:
    warm_up.prepare(ws)
    old, before = everything(ws), kept(ws)
    ws.write({"parcels": parcels(3.0, ("in_use",))}, change=Change("test", "make", synthetic=True))
    new = everything(ws)
    started()
    warm_up.prepare(ws)
    assert everything(ws) == new
    assert new["figures"] != old["figures"]
    assert new["page"] != old["page"]
    assert not set(kept(ws)) & set(before)  # what was prepared for the old version is gone


def test_files_may_be_deleted_at_any_time(ws: Workspace, started: Any) -> None:
    warm_up.prepare(ws)
    told, before = everything(ws), kept(ws)
    for name in before:
        (Path(ws.address) / "derived" / name).unlink()
    assert everything(ws) == told
    started()
    warm_up.prepare(ws)
    assert kept(ws) == before


def test_a_new_message_makes_records_again(ws: Workspace, started: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up.prepare(ws)
    started()
    monkeypatch.setattr(prepared, "_words", lambda: "other")
    before = set(kept(ws))
    warm_up.prepare(ws)
    changed = {name.partition("-")[0] for name in before - set(kept(ws))}
    assert changed == {"figures", "filterform"}


def test_two_processes_that_prepare_at_once_leave_one_good_set(ws: Workspace, started: Any) -> None:
    script = (
        "import sys\nfrom parkplan.data.workspace import open_workspace\nfrom parkplan.jobs import prepared, warm_up\n"
        "prepared.LEAST_ROWS = 10\nwarm_up.prepare(open_workspace(sys.argv[1]))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, ws.address]) for _ in range(2)]
    assert [one.wait(timeout=600) for one in running] == [0, 0]
    both = kept(ws)
    assert not list((Path(ws.address) / "derived").glob(".tmp*"))
    for path in (Path(ws.address) / "derived").glob("*.arrays"):
        path.unlink()
    warm_up.prepare(ws)
    assert kept(ws) == both


def test_arrays_come_back_as_they_were_and_cannot_be_changed(ws: Workspace) -> None:
    arrays = {
        "a": np.arange(7, dtype=np.int16).reshape(7, 1),
        "none": np.empty((0, 4)),
        "b": np.array([[1.5, np.nan], [np.inf, -0.0]]),
        "flags": np.array([True, False]),
    }
    key = key_of("anything", 1)
    keep_prepared(ws, "test", key, Prepared({"zh": "江"}, arrays))
    found = read_prepared(ws, "test", key)
    assert found is not None
    assert found.facts == {"zh": "江"}
    for name, array in arrays.items():
        back = found.arrays[name]
        assert back.dtype == array.dtype
        assert back.tobytes() == array.tobytes()
        assert back.shape == array.shape
    with pytest.raises(ValueError, match="read-only"):
        found.arrays["a"][0] = 1
    assert read_prepared(ws, "test", key_of("anything", 2)) is None
    assert forget_prepared(ws, {("test", key)}) == 0
    assert forget_prepared(ws, set()) == 1


def test_a_file_that_holds_objects_is_refused(ws: Workspace) -> None:
    made = np.array([0, 0], np.int64)
    key = key_of("objects")
    keep_prepared(ws, "test", key, Prepared({}, {"a": made}))
    path = next((Path(ws.address) / "derived").glob("test-*"))
    content = path.read_bytes().replace(b'"<i8"', b'"|O8"')
    mark, length, _, rest = files._START.unpack_from(content)
    head = content[files._START.size : files._START.size + length]
    path.write_bytes(files._START.pack(mark, length, files.zlib.crc32(head), rest) + content[files._START.size :])
    assert read_prepared(ws, "test", key) is None


def test_a_folder_that_takes_nothing_costs_only_time(
    ws: Workspace, started: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(files, "made_whole", full)
    warm_up.prepare(ws)
    assert kept(ws) == {}
    assert everything(ws)


def test_large_tables_are_prepared_when_they_are_written(
    ws: Workspace, started: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    with monkeypatch.context() as small:
        small.setattr(prepared, "LEAST_ROWS", 1000)
        prepared.prepare_large(ws.address, told.append)
    assert (told, kept(ws)) == ([], {})
    prepared.prepare_large(ws.address, told.append)
    assert len(told) == 1
    assert len(kept(ws)) > 5

    def faulty(_: object) -> None:
        raise DefinitionError("layer_column", column="x")

    monkeypatch.setattr(warm_up, "prepare", faulty)
    prepared.prepare_large(ws.address)  # the page will say what is wrong
    prepared.prepare_large(str(Path(ws.address) / "nowhere"))


def test_tables_are_read_between_visits(ws: Workspace, started: Any) -> None:
    warm_up.prepare(ws)
    started()
    steps: list[bool] = []

    def rest() -> None:
        loaded = frames.require(open_workspace(ws.address), "parcels")
        steps.append(callable(loaded._frame))

    warm_up.warm_up(ws, rest)
    # one pause for the shapes and filters of each layer, which read nothing; everything is read before the last
    assert steps[0] is True
    assert steps[-1] is False
    assert steps == sorted(steps, reverse=True)


def test_waiting_for_quiet_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]

    def slept(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(traffic.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(traffic.time, "sleep", slept)
    traffic.note()
    traffic.wait_for_quiet(2.0, 30.0)
    assert 101.9 < now[0] < 102.3
    traffic.wait_for_quiet(2.0, 30.0)
    assert now[0] < 102.3  # quiet already

    def busy(seconds: float) -> None:
        slept(seconds)
        traffic.note()

    monkeypatch.setattr(traffic.time, "sleep", busy)
    traffic.note()
    begin = now[0]
    traffic.wait_for_quiet(2.0, 30.0)
    assert 29.9 < now[0] - begin < 30.3
