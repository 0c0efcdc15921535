"""The workspace in a folder and in a database: versions, journal, typed-in values, and ways in which it can be broken.

What both promise is asked of both; what only a folder can suffer stands at the end.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely

from parkplan._errors import ParkplanError, RequestError, SourceFileError, WorkspaceError
from parkplan.data.locks import writer_lock
from parkplan.data.workspace import Workspace, build_workspace, catalogue, create_workspace, is_there, open_workspace
from parkplan.data.workspace.folder import FolderWorkspace
from parkplan.data.workspace.layers import LayerReader
from parkplan.data.workspace.sqlite_schema import MIGRATIONS
from parkplan.i18n import language
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

ADA = Change("Ada", "import", reason="first survey", source="survey.gpkg")


def squares(count: int = 3, **columns: object) -> gpd.GeoDataFrame:
    west = np.arange(count) * 10.0
    return gpd.GeoDataFrame(columns, geometry=shapely.box(west, 0, west + 5, 5), crs="EPSG:4547")


@pytest.fixture(params=["folder", "postgis"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    return request.getfixturevalue("team_address") if request.param == "postgis" else tmp_path / "江海.parkplan"


@pytest.fixture
def workspace(address: str | Path) -> Workspace:
    return create_workspace(address, crs="EPSG:4547", actor="Ada")


@pytest.fixture
def in_folder(tmp_path: Path) -> FolderWorkspace:
    return cast("FolderWorkspace", create_workspace(tmp_path / "江海.parkplan", crs="EPSG:4547", actor="Ada"))


def fault_of(error: pytest.ExceptionInfo[ParkplanError]) -> str:
    """Return the key of a fault after checking that it reads as one sentence in both languages."""
    for chosen in ("zh", "en"):
        sentence = error.value.sentence(chosen)
        assert "\n" not in sentence
        assert "{" not in sentence
    return error.value.key


def test_new_workspace_is_empty(workspace: Workspace) -> None:
    assert workspace.name == "江海"
    assert workspace.crs.to_epsg() == 4547
    assert workspace.tables() == ()
    assert workspace.journal() == ()
    assert not workspace.synthetic
    workspace.verify()


@pytest.mark.usefixtures("in_folder")
def test_new_folder_is_laid_out_as_promised(tmp_path: Path) -> None:
    assert sorted(path.name for path in (tmp_path / "江海.parkplan").iterdir()) == [
        "derived", "layers", "workspace.sqlite"
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["江海.parkplan"]


def test_address_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = create_workspace("区.parkplan", crs="EPSG:4547", actor="Ada")
    made.write({"parcels": squares()}, change=ADA)
    assert made.address == str(tmp_path / "区.parkplan")
    assert len(open_workspace("区.parkplan").read("parcels")) == 3


def test_table_is_a_file_named_by_its_sha256(in_folder: FolderWorkspace) -> None:
    (info,) = in_folder.write({"parcels": squares(编号=["a", "b", None])}, change=ADA)
    (file,) = (in_folder.folder / "layers").iterdir()
    assert file.name == f"{info.version}.parquet"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == info.version
    assert gpd.read_parquet(file)["编号"].tolist()[:2] == ["a", "b"]


def test_table_is_described(workspace: Workspace) -> None:
    (info,) = workspace.write({"parcels": squares(编号=["a", "b", None])}, change=ADA)
    assert workspace.info("parcels") == info
    assert (info.rows, info.columns, info.geometry_type, info.crs) == (3, ("编号",), "polygon", "EPSG:4547")
    assert info.bounds == (0.0, 0.0, 25.0, 5.0)
    assert (info.source, info.synthetic) == ("survey.gpkg", False)


def test_every_canonical_kind_of_column_comes_back_exactly(workspace: Workspace) -> None:
    frame = gpd.GeoDataFrame(
        {
            "文字": pd.Series(["甲", None, ""], dtype="str"),
            "count": pd.array([1, None, 2**60], dtype="Int64"),
            "whole": np.array([1, -2, 3], dtype="int32"),
            "yes": pd.array([True, None, False], dtype="boolean"),
            "flag": [True, False, True],
            "on": [dt.date(1987, 1, 31), None, dt.date(2024, 2, 29)],
            "at": pd.to_datetime(["2024-05-01 08:30:00.123456", None, "1970-01-01 00:00:00.000001"]),
            "local": pd.to_datetime(["2024-05-01 08:30:00.123456", None, "1970-01-01 00:00:00.5"]).tz_localize(
                "Asia/Shanghai"
            ),
            "fine": pd.array(["2024-05-01 08:30:00.123456789", None, "1970-01-01"], dtype="datetime64[ns]"),
            "far": np.array(["12024-05-01", "NaT", "-0044-03-15"], dtype="datetime64[ms]"),
            "tiny": np.array([0, 1, 255], dtype="uint8"),
            "huge": np.array([0, 1, 2**64 - 1], dtype="uint64"),
            "short": np.array([0.1, np.nan, np.inf], dtype="float32"),
            "ratio": [0.1, np.nan, -0.0],
            "nothing": [None, None, None],
            "row_number": ['a\r\nb,"c"', "\\.", "\\N"],
            "一个名字很长的字段，长过数据库允许的六十三个字节，还要原样读回": [1, 2, 3],
        },
        geometry=shapely.from_wkt(["POLYGON Z ((0 0 1, 1 0 2, 1 1 3, 0 0 1))", None, "POINT ZM (1 2 3 4)"]),
        crs="EPSG:4547",
    )
    workspace.write({"parcels": frame}, change=ADA)
    back = workspace.read("parcels")
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(frame), check_exact=True, check_column_type=False)
    assert back.dtypes.to_dict() == frame.dtypes.to_dict()
    assert shapely.to_wkt(back.geometry.iloc[2]) == "POINT ZM (1 2 3 4)"
    assert back.geometry.iloc[1] is None
    assert back.crs == workspace.crs


def test_loose_columns_take_their_canonical_kind(workspace: Workspace) -> None:
    frame = squares(
        3,
        text=pd.Series(["a", None, "b"], dtype=object),
        yes=pd.Series([True, None, False], dtype=object),
        number=pd.Series([1, None, 2.5], dtype=object),
        kind=pd.Categorical(["x", "y", None]),
    ).set_index(pd.Index([7, 7, 9]))
    workspace.write({"parcels": frame}, change=ADA)
    back = workspace.read("parcels")
    assert {name: str(kind) for name, kind in back.dtypes.items()} == {
        "text": "str", "yes": "boolean", "number": "float64", "kind": "str", "geometry": "geometry"
    }  # fmt: skip
    assert back.index.tolist() == [0, 1, 2]
    assert back["number"].tolist()[::2] == [1.0, 2.5]


@pytest.mark.parametrize("values", [[[1], [2], [3]], [b"x", b"y", b"z"], ["a", 1, None], [1 + 2j, 0, 0]])
def test_column_that_no_table_can_hold_is_named(workspace: Workspace, values: list[object]) -> None:
    with pytest.raises(SourceFileError) as fault:
        workspace.write({"parcels": squares(odd=pd.Series(values))}, change=ADA)
    assert fault_of(fault) == "column_kind"
    assert fault.value.values["column"] == "odd"
    assert workspace.tables() == ()


def test_table_without_geometry_or_with_doubled_columns_is_refused(workspace: Workspace) -> None:
    with pytest.raises(SourceFileError) as fault:
        workspace.write({"rows": pd.DataFrame({"a": [1]})}, change=ADA)  # type: ignore[dict-item]
    assert fault_of(fault) == "table_without_geometry"
    doubled = squares(a=[1, 2, 3], b=[1, 2, 3])
    doubled.columns = pd.Index(["a", "a", "geometry"])
    with pytest.raises(SourceFileError) as fault:
        workspace.write({"rows": doubled}, change=ADA)
    assert fault_of(fault) == "column_twice"


def test_crs_must_be_that_of_the_workspace(workspace: Workspace) -> None:
    for frame, found in ((squares().to_crs(4490), "EPSG:4490"), (squares().set_crs(None, allow_override=True), "—")):
        with pytest.raises(RequestError) as fault:
            workspace.write({"parcels": frame}, change=ADA)
        assert fault_of(fault) == "crs_differs"
        assert fault.value.values["found"] == found


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 121, "a\x00b"])
def test_table_needs_a_printable_name(workspace: Workspace, name: str) -> None:
    with pytest.raises(RequestError) as fault:
        workspace.write({name: squares()}, change=ADA)
    assert fault.value.key == "table_name"


def test_table_name_is_never_a_path_nor_a_statement(workspace: Workspace, tmp_path: Path) -> None:
    name = "../../escape'; DROP TABLE journal --\"; DROP TABLE journal --"
    workspace.write({name: squares(**{'x"); DROP TABLE journal --': [1, 2, 3]})}, change=ADA)
    assert workspace.read(name).iloc[:, 0].tolist() == [1, 2, 3]
    assert {path.name for path in tmp_path.iterdir()} <= {"江海.parkplan", "cache"}
    workspace.verify()


def test_same_rows_are_the_same_version_and_other_rows_another(workspace: Workspace) -> None:
    (first,) = workspace.write({"parcels": squares(a=[1, 2, 3])}, change=ADA)
    (again,) = workspace.write({"parcels": squares(a=[1, 2, 3])}, change=ADA)
    pieces = pd.concat([squares(a=[1, 2, 3]).iloc[:1], squares(a=[1, 2, 3]).iloc[1:]])
    (joined,) = workspace.write({"parcels": pieces}, change=ADA)
    (other,) = workspace.write({"parcels": squares(a=[1, 2, 4])}, change=ADA)
    assert first.version == again.version == joined.version != other.version
    assert len(workspace.journal()) == 4


def test_old_versions_stay_readable(workspace: Workspace) -> None:
    (first,) = workspace.write({"parcels": squares(a=[1, 2, 3])}, change=ADA)
    workspace.write({"parcels": squares(a=[4, 5, 6])}, change=ADA)
    assert workspace.read("parcels")["a"].tolist() == [4, 5, 6]
    assert workspace.read("parcels", version=first.version)["a"].tolist() == [1, 2, 3]
    with pytest.raises(RequestError) as fault:
        workspace.read("parcels", version="0" * 64)
    assert fault_of(fault) == "unknown_version"


def test_read_some_columns(workspace: Workspace) -> None:
    workspace.write({"parcels": squares(a=[1, 2, 3], b=["x", "y", "z"])}, change=ADA)
    assert workspace.read("parcels", columns=["b"]).columns.tolist() == ["b", "geometry"]
    assert workspace.read("parcels", columns=[]).columns.tolist() == ["geometry"]
    workspace.read("parcels")
    assert workspace.read("parcels", columns=["b", "geometry", "a"]).columns.tolist() == ["b", "a", "geometry"]
    with pytest.raises(RequestError) as fault:
        workspace.read("parcels", columns=["b", "c"])
    assert fault.value.values["columns"] == "c"
    with pytest.raises(RequestError) as fault:
        workspace.read("rivers")
    assert fault_of(fault) == "unknown_table"


def test_what_a_reader_changes_is_his_own(workspace: Workspace) -> None:
    workspace.write({"parcels": squares(a=[1, 2, 3])}, change=ADA)
    mine = workspace.read("parcels")
    mine.loc[0, "a"] = 99
    mine["new"] = 1
    mine.geometry = mine.geometry.translate(1000)
    with pytest.raises(ValueError, match="read-only"):
        workspace.read("parcels").geometry.values[0] = shapely.Point(0, 0)
    again = workspace.read("parcels")
    assert again["a"].tolist() == [1, 2, 3]
    assert again.columns.tolist() == ["a", "geometry"]
    assert again.total_bounds.tolist() == [0, 0, 25, 5]


def test_several_tables_are_one_change(workspace: Workspace) -> None:
    workspace.write({"parcels": squares(), "parks": squares(1)}, change=ADA)
    (entry,) = workspace.journal()
    assert [difference.subject for difference in entry.differences] == ["table:parcels", "table:parks"]
    bad = {"parcels": squares(a=[7, 8, 9]), "parks": squares(odd=[[1], [2], [3]])}
    with pytest.raises(SourceFileError):
        workspace.write(bad, change=ADA)
    assert workspace.info("parcels").columns == ()
    assert len(workspace.journal()) == 1


def test_journal_says_who_when_what_before_after_and_why(workspace: Workspace) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    (first,) = workspace.write({"parcels": squares(a=[1, 2, 3])}, change=ADA)
    (second,) = workspace.write({"parcels": squares(a=[4, 5, 6])}, change=Change("Bo", "repair", reason="typing error"))
    latest, oldest = workspace.journal()
    assert (latest.number, latest.actor, latest.action, latest.reason) == (2, "Bo", "repair", "typing error")
    assert (latest.differences[0].before, latest.differences[0].after) == (first.version, second.version)
    assert (oldest.actor, oldest.source, oldest.differences[0].before) == ("Ada", "survey.gpkg", None)
    assert before <= oldest.at <= latest.at
    assert workspace.journal(limit=1) == (latest,)


def test_typed_in_values(workspace: Workspace) -> None:
    workspace.enter("targets", "tax_per_mu", 35.5, "Ada", "annual plan")
    workspace.enter("targets", "note", "按 2030 年", "Ada")
    workspace.enter("targets", "tax_per_mu", 40, "Bo", "raised")
    found = workspace.entered("targets")
    assert {id: entry.value for id, entry in found.items()} == {"tax_per_mu": 40, "note": "按 2030 年"}
    assert (found["tax_per_mu"].actor, found["tax_per_mu"].reason) == ("Bo", "raised")
    assert workspace.journal(1)[0].differences[0].before == 35.5
    workspace.enter("targets", "note", None, "Ada")
    assert set(workspace.entered("targets")) == {"tax_per_mu"}
    assert workspace.entered("other") == {}
    workspace.verify()


def test_journal_cannot_be_changed(workspace: Workspace) -> None:
    workspace.write({"parcels": squares()}, change=ADA)
    workspace.enter("targets", "x", 1, "Ada")
    for table in ("journal", "table_version", "entered"):
        for statement in (f"UPDATE {table} SET number = number + 100", f"DELETE FROM {table}"):  # noqa: S608
            with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="append-only"):
                run(workspace, statement)


@pytest.mark.parametrize("column", ["at", "actor", "action", "reason", "source", "differences", "digest"])
def test_altered_journal_line_is_found(workspace: Workspace, column: str) -> None:
    for _ in range(3):
        workspace.write({"parcels": squares()}, change=ADA)
    workspace.verify()
    change = {"at": "2020-01-01T00:00:00.000+00:00", "differences": "[]"}.get(column, "forged")
    tamper(workspace, "journal", f"UPDATE journal SET {column} = '{change}' WHERE number = 2")  # noqa: S608
    with pytest.raises(WorkspaceError) as fault:
        workspace.verify()
    assert fault.value.details[0].values["line"] == 2


@pytest.mark.parametrize("number", [1, 2])
def test_removed_journal_line_is_found(workspace: Workspace, number: int) -> None:
    for _ in range(3):
        workspace.enter("targets", "x", 1, "Ada")
    tamper(workspace, "journal", f"DELETE FROM journal WHERE number = {number}")  # noqa: S608
    with pytest.raises(WorkspaceError):
        workspace.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE table_version SET name = 'forged' WHERE name = 'parcels'",
        "UPDATE table_version SET version = 'forged' WHERE name = 'parcels'",
        "UPDATE table_version SET info = replace(info, '\"rows\": 3', '\"rows\": 4') WHERE name = 'parcels'",
        "UPDATE table_version SET info = replace(info, 'true', 'false') WHERE name = 'parcels'",
        "DELETE FROM table_version WHERE name = 'parcels'",
    ],
)
def test_altered_catalogue_is_found(workspace: Workspace, statement: str) -> None:
    workspace.write({"parcels": squares()}, change=Change("Ada", "demo", synthetic=True))
    workspace.write({"parks": squares(1)}, change=ADA)
    tamper(workspace, "table_version", statement)
    with pytest.raises(WorkspaceError) as fault:
        workspace.verify()
    assert fault.value.details[0].key == "journal_broken"
    assert fault.value.details[0].values["line"] == 1


def test_altered_typed_in_value_is_found(workspace: Workspace) -> None:
    workspace.enter("targets", "税", "35", "Ada")
    workspace.verify()
    tamper(workspace, "entered", "UPDATE entered SET value = '99'")
    with pytest.raises(WorkspaceError):
        workspace.verify()


def test_unreadable_records_are_a_sentence(workspace: Workspace) -> None:
    workspace.write({"parcels": squares()}, change=ADA)
    tamper(workspace, "table_version", "UPDATE table_version SET info = '{}'")
    tamper(workspace, "journal", "UPDATE journal SET differences = 'x'")
    for ask in (workspace.tables, workspace.journal, workspace.verify):
        with pytest.raises(WorkspaceError):
            ask()


def run(workspace: Workspace, *statements: str) -> int:
    """Run statements as somebody with a tool of his own would; return how many rows the last one changed."""
    if workspace.folder is None:
        with psycopg.connect(workspace.address, options="-c search_path=parkplan") as team:
            return [team.execute(statement.encode()).rowcount for statement in statements][-1]
    with closing(sqlite3.connect(workspace.folder / "workspace.sqlite")) as connection, connection:
        return [connection.execute(statement).rowcount for statement in statements][-1]


def tamper(workspace: Workspace, table: str, statement: str) -> None:
    """Change the database as somebody who may do everything would: without the guards."""
    guards = [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete")]
    keys = [f"ALTER TABLE {name} DISABLE TRIGGER ALL" for name in ("journal", "table_version", "entered")]
    assert run(workspace, *(keys if workspace.folder is None else guards), statement) == 1


def test_altered_or_missing_layer_file_is_named(in_folder: FolderWorkspace) -> None:
    (info,) = in_folder.write({"parcels": squares()}, change=ADA)
    in_folder.read("parcels")
    file = in_folder.folder / "layers" / f"{info.version}.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[:-20] + b"x" * 21)
    for _ in range(2):
        with pytest.raises(WorkspaceError) as fault:
            in_folder.read("parcels")
        assert fault_of(fault) == "layer_damaged"
    file.unlink()
    with pytest.raises(WorkspaceError) as fault:
        in_folder.read("parcels")
    assert fault_of(fault) == "layer_missing"
    with pytest.raises(WorkspaceError) as fault:
        in_folder.verify()
    assert [detail.key for detail in fault.value.details] == ["layer_missing"]
    assert in_folder.info("parcels").rows == 3
    in_folder.write({"parcels": squares()}, change=ADA)
    assert file.read_bytes() == whole
    in_folder.verify()


def test_no_workspace_there(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("x")
    for place in (tmp_path / "absent", tmp_path, file):
        with pytest.raises(WorkspaceError) as fault:
            open_workspace(place)
        assert fault_of(fault) == "workspace_missing"
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\x00" * 200])
def test_broken_database(in_folder: FolderWorkspace, content: bytes) -> None:
    (in_folder.folder / "workspace.sqlite").write_bytes(content)
    with pytest.raises(WorkspaceError) as fault:
        open_workspace(in_folder.folder)
    assert fault_of(fault) == "workspace_broken"


def test_cut_database(in_folder: FolderWorkspace) -> None:
    for index in range(20):
        in_folder.enter("targets", f"x{index}", "y" * 500, "Ada")
    database = in_folder.folder / "workspace.sqlite"
    database.write_bytes(database.read_bytes()[:8000])
    with pytest.raises(WorkspaceError):
        open_workspace(in_folder.folder).verify()


def test_someone_elses_database(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "workspace.sqlite").close()
    connection = sqlite3.connect(tmp_path / "workspace.sqlite")
    connection.execute("CREATE TABLE setting (name, value)")
    connection.close()
    with pytest.raises(WorkspaceError) as fault:
        open_workspace(tmp_path)
    assert fault_of(fault) == "workspace_broken"


def test_workspace_of_a_newer_parkplan(in_folder: FolderWorkspace) -> None:
    connection = sqlite3.connect(in_folder.folder / "workspace.sqlite")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(WorkspaceError) as fault:
        open_workspace(in_folder.folder)
    assert fault_of(fault) == "workspace_newer"


def test_older_workspace_is_brought_up_to_date(in_folder: FolderWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    in_folder.enter("targets", "x", 1, "Ada")
    from parkplan.data.workspace import sqlite

    monkeypatch.setattr(sqlite, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE scenario (number INTEGER PRIMARY KEY)",)))
    again = open_workspace(in_folder.folder)
    assert again.entered("targets")["x"].value == 1
    connection = sqlite3.connect(in_folder.folder / "workspace.sqlite")
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS) + 1
    assert connection.execute("SELECT count(*) FROM scenario").fetchone()[0] == 0
    connection.close()


def test_nothing_is_made_where_something_is(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.docx").write_text("x")
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for name in ("full", "file"):
        with pytest.raises(WorkspaceError) as fault:
            create_workspace(tmp_path / name, crs="EPSG:4547", actor="Ada")
        assert fault_of(fault) == "workspace_exists"
    create_workspace(tmp_path / "empty", crs="EPSG:4547", actor="Ada").verify()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file", "full"]


def test_unknown_crs_makes_nothing(address: str | Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as fault:
        create_workspace(address, crs="EPSG:999999", actor="Ada")
    assert fault_of(fault) == "unknown_crs"
    assert not is_there(address)
    assert list(tmp_path.iterdir()) == []


def test_crs_without_a_code_is_kept(address: str | Path) -> None:
    local = "+proj=tmerc +lat_0=0 +lon_0=113.1 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
    made = create_workspace(address, crs=local, actor="Ada")
    made.write({"parcels": squares().set_crs(local, allow_override=True)}, change=ADA)
    again = open_workspace(address)
    assert again.crs.equals(made.crs)
    assert again.read("parcels").crs.equals(made.crs)


def test_interrupted_building_leaves_nothing(address: str | Path, tmp_path: Path) -> None:
    def interrupted() -> None:
        with build_workspace(address, crs="EPSG:4547", actor="Ada") as half:
            half.enter("targets", "x", 1, "Ada")
            half.write({"parcels": squares()}, change=ADA)
            assert len(half.read("parcels")) == 3
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not is_there(address)
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}
    create_workspace(address, crs="EPSG:4547", actor="Ada").verify()


def test_leftovers_of_a_crash_are_cleaned_unless_somebody_writes(in_folder: FolderWorkspace) -> None:
    left = [
        in_folder.folder / "layers" / ".tmp-1.parquet",
        in_folder.folder / "derived" / ".tmp-2.parquet",
    ]
    for path in left:
        path.write_bytes(b"half")
    with writer_lock(in_folder.folder / "writer.lock", wait_s=0):
        open_workspace(in_folder.folder)
        assert all(path.exists() for path in left)
    open_workspace(in_folder.folder)
    assert not any(path.exists() for path in left)


def test_second_writer_waits_and_then_says_so(in_folder: FolderWorkspace) -> None:
    impatient = FolderWorkspace(in_folder.folder, wait_s=0.05)
    with writer_lock(in_folder.folder / "writer.lock", wait_s=0):
        with pytest.raises(WorkspaceError) as fault:
            impatient.write({"parcels": squares()}, change=ADA)
        assert fault_of(fault) == "workspace_busy"
        with pytest.raises(WorkspaceError):
            impatient.enter("targets", "x", 1, "Ada")
        assert impatient.tables() == ()
    assert list((in_folder.folder / "layers").iterdir()) == []


def test_many_threads_write_and_nothing_is_lost(workspace: Workspace) -> None:
    def save(writer: int) -> None:
        for index in range(5):
            workspace.write({f"t{writer}": squares(a=[writer, index, 0])}, change=Change(f"w{writer}", "save"))

    threads = [threading.Thread(target=save, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(workspace.journal()) == 30
    assert [workspace.read(f"t{writer}")["a"].tolist() for writer in range(6)] == [[n, 4, 0] for n in range(6)]
    workspace.verify()


def test_same_answer_in_a_copy_of_the_folder(in_folder: FolderWorkspace, tmp_path: Path) -> None:
    in_folder.write({"parcels": squares(a=[1, 2, 3])}, change=Change("Ada", "demo", synthetic=True, note="made up"))
    copy = tmp_path / "copy.parkplan"
    shutil.copytree(in_folder.folder, copy)
    other = open_workspace(copy)
    assert other.tables() == in_folder.tables()
    assert other.synthetic
    assert other.info("parcels").note == "made up"
    pd.testing.assert_frame_equal(pd.DataFrame(other.read("parcels")), pd.DataFrame(in_folder.read("parcels")))


def test_memory_for_tables_is_bounded(in_folder: FolderWorkspace) -> None:
    infos = [in_folder.write({"parcels": squares(100, a=np.arange(100) + n)}, change=ADA)[0] for n in range(5)]
    reader = LayerReader(cache_bytes=60_000)
    for info in infos * 2:
        path = in_folder.folder / "layers" / f"{info.version}.parquet"
        assert len(reader.read(path, info.version, None, in_folder.crs)) == 100
    assert 1 <= len(reader._kept) <= 3
    assert sum(size for _, size in reader._kept.values()) <= 60_000
    nothing = LayerReader(cache_bytes=10)
    assert nothing.read(path, info.version, ("a",), in_folder.crs)["a"].tolist()[0] == 4
    assert not nothing._kept


@pytest.mark.parametrize("name", ["a b?mode=ro&x=%20#y", "园区'\";--", "{{7*7}}"])
def test_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    workspace = create_workspace(tmp_path / name, crs="EPSG:4547", actor="Ada")
    workspace.write({"parcels": squares()}, change=ADA)
    assert (open_workspace(tmp_path / name).name, len(workspace.read("parcels"))) == (name, 3)


def test_processes_that_write_at_once_lose_nothing(in_folder: FolderWorkspace) -> None:
    script = (
        "import sys; from parkplan.data.workspace import open_workspace\n"
        "for n in range(20): open_workspace(sys.argv[1]).enter('targets', f'{sys.argv[2]}-{n}', n, sys.argv[2])"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, in_folder.folder, str(w)]) for w in range(3)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    assert len(in_folder.entered("targets")) == 60
    in_folder.verify()


@pytest.mark.parametrize("text", ["", "税", '"', "\\", "/", "a\nb\r\t\b\f", "\x01\x1f\x7f", "\u2028é😀"])
def test_what_is_sealed_is_what_sqlite_calls_a_json_array(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        row = connection.execute("SELECT json_array(?, ?, ?)", ("kind", text, json.dumps(text))).fetchone()
    assert catalogue.seal("kind", text, json.dumps(text)) == row[0]


def test_sentences_follow_the_language(tmp_path: Path) -> None:
    with language("en"), pytest.raises(WorkspaceError, match="is not a workspace"):
        open_workspace(tmp_path)
    with language("zh"), pytest.raises(WorkspaceError, match="不是工作区"):
        open_workspace(tmp_path)
