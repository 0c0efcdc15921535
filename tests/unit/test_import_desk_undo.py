"""Imports of the journal, and taking one back: the versions before it, as one change, or one sentence why not."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from parkplan._errors import ConflictError, RequestError
from parkplan.cli import main
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs import import_file
from parkplan.jobs.imports import imports, undo_import
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path


def parcels(*keys: str) -> gpd.GeoDataFrame:
    shapes = [shapely.box(409_000 + 200 * at, 2_497_000, 409_100 + 200 * at, 2_497_100) for at in range(len(keys))]
    return gpd.GeoDataFrame({"parcel_id": list(keys)}, geometry=shapes, crs=4547)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    ws = create_workspace(tmp_path / "a.parkplan", crs="EPSG:4547", actor="测试")
    ws.write({"parcels": parcels("OLD-1", "OLD-2")}, change=Change("规划科", "make"))
    return tmp_path / "a.parkplan"


def bring(place: Path, *keys: str, table: str = "parcels", actor: str = "李工") -> Path:
    path = place.parent / f"{table}{len(keys)}.gpkg"
    parcels(*keys).to_file(path)
    import_file(path, to=place, table=table, actor=actor)
    return path


def keys(place: Path) -> list[str]:
    return [str(key) for key in open_workspace(place).read("parcels")["parcel_id"]]


def test_an_import_is_listed_with_who_file_and_checksum(place: Path) -> None:
    path = bring(place, "NEW-1")
    (entry,) = imports(place)
    assert (entry.actor, [each.table for each in entry.tables]) == ("李工", ["parcels"])
    assert [(file.name, file.sha256) for file in entry.files] == [
        ("parcels1.gpkg", hashlib.sha256(path.read_bytes()).hexdigest())
    ]
    assert entry.can_be_undone


def test_undo_puts_the_former_version_back_as_one_line_of_the_journal(place: Path) -> None:
    before = open_workspace(place).info("parcels")
    bring(place, "NEW-1")
    assert keys(place) == ["NEW-1"]
    done = undo_import(place, actor="王工")
    ws = open_workspace(place)
    assert keys(place) == ["OLD-1", "OLD-2"]
    assert ws.info("parcels") == before
    assert done.tables == {"parcels": before.version}
    last = ws.journal(1)[0]
    assert (last.actor, last.action, len(last.differences)) == ("王工", "undo_import", 1)
    ws.verify()


def test_undo_of_a_new_table_takes_it_away_and_keeps_its_versions(place: Path) -> None:
    bring(place, "A", "B", table="survey")
    version = open_workspace(place).info("survey").version
    undo_import(place)
    ws = open_workspace(place)
    assert [info.name for info in ws.tables()] == ["parcels"]
    ws.verify()
    bring(place, "A", "B", table="survey")
    assert open_workspace(place).info("survey").version == version
    open_workspace(place).verify()


def test_what_was_taken_back_is_not_taken_back_twice(place: Path) -> None:
    bring(place, "NEW-1")
    number = imports(place)[0].number
    undo_import(place)
    with pytest.raises(RequestError, match=str(number)):
        undo_import(place, number)
    with pytest.raises(RequestError):
        undo_import(place)  # there is no other
    with pytest.raises(RequestError):
        undo_import(place, 4711)


def test_imports_of_one_table_are_taken_back_from_the_last_to_the_first(place: Path) -> None:
    bring(place, "NEW-1")
    bring(place, "NEW-1", "NEW-2")
    second, first = imports(place)
    assert (second.can_be_undone, first.can_be_undone) == (True, False)
    with pytest.raises(ConflictError, match=f"#{second.number}"):
        undo_import(place, first.number)
    undo_import(place, second.number)
    assert keys(place) == ["NEW-1"]
    undo_import(place, first.number)
    assert keys(place) == ["OLD-1", "OLD-2"]


def test_a_table_that_was_changed_since_is_left_alone_and_the_change_is_named(place: Path) -> None:
    bring(place, "NEW-1")
    ws = open_workspace(place)
    ws.write({"parcels": parcels("EDITED")}, change=Change("赵工", "edit"))
    with pytest.raises(ConflictError) as caught:
        undo_import(place)
    sentence = caught.value.sentence("zh")
    assert all(word in sentence for word in ("赵工", "edit", "parcels"))
    assert keys(place) == ["EDITED"]


def test_a_write_in_between_is_not_overwritten(place: Path) -> None:
    ws = open_workspace(place)
    before = ws.info("parcels").version
    ws.write({"parcels": parcels("EDITED")}, change=Change("赵工", "edit"))
    with pytest.raises(ConflictError):
        ws.restore({"parcels": before}, expected={"parcels": before}, change=Change("x", "undo_import"))
    with pytest.raises(RequestError):
        ws.restore(
            {"parcels": "0" * 64}, expected={"parcels": ws.info("parcels").version}, change=Change("x", "undo_import")
        )
    assert keys(place) == ["EDITED"]


def test_the_command_lists_and_takes_back(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bring(place, "NEW-1")

    def run(*arguments: object) -> Any:
        code = main(["imports", str(place), "--json", *map(str, arguments)])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    code, told = run()
    assert code == 0
    assert [(one["actor"], one["tables"][0]["table"], one["state"]) for one in told["imports"]] == [
        ("李工", "parcels", "can_be_undone")
    ]
    code, told = run("--undo", told["imports"][0]["number"])
    assert (code, told["imports"][0]["state"]) == (0, "undone")
    assert keys(place) == ["OLD-1", "OLD-2"]
    code, _ = run("--undo", "last")
    assert code == 2
    assert main(["--lang", "zh", "imports", str(place)]) == 0
    said = capsys.readouterr().out
    assert "李工" in said
    assert "parcels1.gpkg" in said
