"""The workspace in a database: tables that other programs read, rights of a team, and all that a server may refuse."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from postgis_server import TEMPLATE

from parkplan._errors import ParkplanError, SourceFileError, WorkspaceError
from parkplan.cli import main
from parkplan.data.workspace import build_workspace, create_workspace, is_there, open_workspace, shown_address
from parkplan.data.workspace.address import without_passwords
from parkplan.data.workspace.postgis import open_postgis, schema, server
from parkplan.data.workspace.postgis.server import shown
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postgis_server import PostgisServer

    from parkplan.data.workspace import Workspace

SAVE = Change("张工", "save", source="survey.gpkg")
WRITER = Path(__file__).with_name("workspace_writer.py")


def squares(count: int = 3, **columns: object) -> gpd.GeoDataFrame:
    west = np.arange(count) * 10.0
    return gpd.GeoDataFrame(columns, geometry=shapely.box(west, 0, west + 5, 5), crs="EPSG:4547")


@pytest.fixture
def workspace(team_address: str) -> Workspace:
    return create_workspace(team_address, crs="EPSG:4547", actor="张工")


@pytest.fixture
def roles(postgis: PostgisServer) -> Iterator[None]:
    """Two planners of one group that owns the database, a reader, and a user who must give a password."""
    postgis.ask(
        "CREATE ROLE planners; CREATE ROLE zhang LOGIN IN ROLE planners; CREATE ROLE li LOGIN IN ROLE planners; "
        "CREATE ROLE reader LOGIN; CREATE ROLE with_password LOGIN PASSWORD 'gr%een#1'; "
        'ALTER DATABASE "江海" OWNER TO planners'
    )
    yield
    postgis.ask(
        'ALTER DATABASE "江海" OWNER TO postgres; DROP SCHEMA IF EXISTS parkplan, parkplan_current CASCADE; '
        "ALTER DEFAULT PRIVILEGES FOR ROLE planners REVOKE ALL ON TABLES FROM reader"
    )
    postgis.ask("DROP ROLE zhang, li, reader, with_password, planners")


def refused(act: Callable[[], object]) -> str:
    """Return the key of the fault of an act, after checking that it reads as one sentence in both languages."""
    with pytest.raises(ParkplanError) as fault:
        act()
    for chosen in ("zh", "en"):
        sentence = fault.value.sentence(chosen)
        assert "\n" not in sentence
        assert "{" not in sentence
        assert "gr%een#1" not in sentence
        assert "gr%25een%231" not in sentence
    return fault.value.key


# Tables that other programs read


def test_a_table_is_one_of_postgis(workspace: Workspace, postgis: PostgisServer) -> None:
    rows = squares(2, parcel_id=["0440704", None], 面积=[1.5, None], storeys=pd.array([3, None], dtype="Int64"))
    workspace.write({"parcels": rows}, change=Change("demo", "demo", source="made", synthetic=True, note="Fictional."))
    columns = "SELECT f_table_name, f_geometry_column, srid, type FROM geometry_columns"
    assert postgis.ask(f"{columns} WHERE f_table_schema = 'parkplan_current'") == ["parcels|geometry|4547|POLYGON"]
    found = postgis.ask('SELECT parcel_id, "面积", storeys, ST_Area(geometry) FROM parkplan_current.parcels ORDER BY 1')
    assert found == ["0440704|1.5|3|25", "|||25"]
    kinds = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'parkplan_current'"
    assert postgis.ask(f"{kinds} ORDER BY ordinal_position") == [
        "row_number|integer", "parcel_id|text", "面积|double precision", "storeys|bigint", "geometry|USER-DEFINED",
    ]  # fmt: skip
    assert postgis.ask("SELECT obj_description('parkplan_current.parcels'::regclass)") == ["made; Fictional."]


def test_the_view_shows_the_latest_version(workspace: Workspace, postgis: PostgisServer) -> None:
    (first,) = workspace.write({"parcels": squares(a=[1, 2, 3])}, change=SAVE)
    (second,) = workspace.write({"parcels": squares(b=["x", "y", "z"])}, change=SAVE)
    assert postgis.ask("SELECT b FROM parkplan_current.parcels") == ["x", "y", "z"]
    workspace.restore({"parcels": first.version}, expected={"parcels": second.version}, change=SAVE)
    assert postgis.ask("SELECT a FROM parkplan_current.parcels") == ["1", "2", "3"]
    workspace.restore({"parcels": None}, expected={"parcels": first.version}, change=SAVE)
    assert postgis.ask("SELECT count(*) FROM pg_views WHERE schemaname = 'parkplan_current'") == ["0"]
    assert workspace.tables() == ()


@pytest.mark.parametrize(
    ("wkt", "expected"),
    [
        (["POINT Z (1 2 3)", None], "POINT|3"),
        (["LINESTRING (0 0, 1 1)", "LINESTRING (0 0, 2 1)"], "LINESTRING|2"),
        (["POLYGON ((0 0, 1 0, 1 1, 0 0))", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"], "GEOMETRY|2"),
        (["POINT M (1 2 3)"], "POINTM|3"),
        ([None], "GEOMETRY|2"),
    ],
)
def test_a_column_of_geometry_is_as_narrow_as_its_shapes(
    workspace: Workspace, postgis: PostgisServer, wkt: list[str | None], expected: str
) -> None:
    workspace.write({"t": gpd.GeoDataFrame(geometry=shapely.from_wkt(wkt), crs="EPSG:4547")}, change=SAVE)
    columns = "SELECT type, coord_dimension FROM geometry_columns WHERE f_table_schema = 'parkplan_current'"
    assert postgis.ask(columns) == [expected]


def test_rows_take_no_changes_from_elsewhere(workspace: Workspace) -> None:
    workspace.write({"parcels": squares(a=[1, 2, 3])}, change=SAVE)
    for statement in (
        "UPDATE parkplan_current.parcels SET a = 9",
        "DELETE FROM parkplan_current.parcels",
        "INSERT INTO parkplan_current.parcels (row_number) VALUES (9)",
    ):
        with psycopg.connect(workspace.address) as team, pytest.raises(psycopg.errors.RaiseException):
            team.execute(statement.encode())


def forge(workspace: Workspace, version: str, statement: str) -> None:
    """Change rows as an administrator could, who may take away the guard."""
    with psycopg.connect(workspace.address) as team:
        place = f"parkplan.v_{version[:32]}"
        team.execute(f"ALTER TABLE {place} DISABLE TRIGGER immutable".encode())
        team.execute(statement.format(place=place).encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {place} SET a = 9 WHERE row_number = 1",
        "UPDATE {place} SET geometry = ST_Translate(geometry, 1e-9, 0) WHERE row_number = 0",
        "UPDATE {place} SET b = '' WHERE b IS NULL",
        "DELETE FROM {place} WHERE row_number = 2",
        "ALTER TABLE {place} ALTER a TYPE text USING a || 'x'",
        "ALTER TABLE {place} RENAME COLUMN a TO other",
    ],
)
def test_altered_rows_are_found_and_written_again(workspace: Workspace, statement: str) -> None:
    rows = squares(a=[1, 2, 3], b=["x", None, "y"], c=[statement] * 3)  # what was read once is believed
    (info,) = workspace.write({"parcels": rows, "parks": squares(1)}, change=SAVE)[:1]
    forge(workspace, info.version, "DROP VIEW parkplan_current.parcels")
    forge(workspace, info.version, statement)
    with pytest.raises(WorkspaceError) as fault:
        workspace.verify()
    assert [detail.key for detail in fault.value.details] == ["rows_damaged"]
    assert refused(lambda: workspace.read("parcels")) == "rows_damaged"
    workspace.write({"parcels": rows}, change=SAVE)
    workspace.verify()
    assert workspace.read("parcels")["a"].tolist() == [1, 2, 3]


def test_missing_rows_are_named(workspace: Workspace) -> None:
    (info,) = workspace.write({"parcels": squares(c=[7, 8, 9])}, change=SAVE)
    forge(workspace, info.version, "DROP TABLE {place} CASCADE")
    assert refused(lambda: workspace.read("parcels")) == "rows_missing"
    with pytest.raises(WorkspaceError) as fault:
        workspace.verify()
    assert [detail.key for detail in fault.value.details] == ["rows_missing"]


def test_a_view_of_somebody_else_is_not_taken_away(workspace: Workspace) -> None:
    workspace.write({"parcels": squares(a=[1, 2, 3])}, change=SAVE)
    with psycopg.connect(workspace.address) as team:
        team.execute(b"CREATE VIEW public.mine AS SELECT a FROM parkplan_current.parcels")
    try:
        assert refused(lambda: workspace.write({"parcels": squares(a=[4, 5, 6])}, change=SAVE)) == "postgres_in_use"
        assert workspace.read("parcels")["a"].tolist() == [1, 2, 3]
        assert len(workspace.journal()) == 1
    finally:
        with psycopg.connect(workspace.address) as team:
            team.execute(b"DROP VIEW public.mine")


def test_the_character_that_postgresql_lacks_is_named(workspace: Workspace) -> None:
    with pytest.raises(SourceFileError) as fault:
        workspace.write({"parcels": squares(odd=["a", "b\0c", None])}, change=SAVE)
    assert (fault.value.key, fault.value.values["column"]) == ("text_nul", "odd")
    assert refused(lambda: workspace.enter("targets", "x", 1, "张\0工")) == "postgres_text"
    assert workspace.journal() == ()


# A team


@pytest.mark.usefixtures("roles")
def test_colleagues_change_what_each_other_made_and_readers_read(postgis: PostgisServer, team_address: str) -> None:
    del team_address
    create_workspace(postgis.address(user="zhang"), crs="EPSG:4547", actor="zhang")
    postgis.ask(
        "ALTER DEFAULT PRIVILEGES FOR ROLE planners GRANT SELECT ON TABLES TO reader; "
        "GRANT USAGE ON SCHEMA parkplan, parkplan_current TO reader"
    )
    postgis.ask("GRANT SELECT ON ALL TABLES IN SCHEMA parkplan TO reader")
    for number, user in enumerate(("zhang", "li", "zhang")):
        ws = open_workspace(postgis.address(user=user))
        ws.write({"parcels": squares(a=[number, 0, 0])}, change=Change(user, "save"))
    seen = open_workspace(postgis.address(user="reader"))
    assert seen.read("parcels")["a"].tolist() == [2, 0, 0]
    seen.verify()
    assert [entry.actor for entry in seen.journal()] == ["zhang", "li", "zhang"]
    for act in (
        lambda: seen.write({"parcels": squares(a=[9, 9, 9])}, change=SAVE),
        lambda: seen.enter("targets", "x", 1, "reader"),
    ):
        assert refused(act) == "postgres_rights"
    assert len(seen.journal()) == 3


@pytest.mark.usefixtures("roles")
def test_a_user_without_any_right_is_told(postgis: PostgisServer, workspace: Workspace) -> None:
    del workspace
    assert refused(lambda: open_workspace(postgis.address(user="reader"))) == "postgres_rights"
    where = postgis.address(TEMPLATE, "reader")
    assert refused(lambda: create_workspace(where, crs="EPSG:4547", actor="r")) == "postgres_no_postgis"


def test_second_writer_waits_and_then_says_so(workspace: Workspace) -> None:
    impatient = open_postgis(workspace.address, wait_s=0.05)
    with workspace.book.writing():  # type: ignore[attr-defined]
        assert refused(lambda: impatient.write({"parcels": squares()}, change=SAVE)) == "workspace_busy"
        assert refused(lambda: impatient.enter("targets", "x", 1, "li")) == "workspace_busy"
        assert impatient.tables() == ()
    impatient.enter("targets", "x", 1, "li")


def test_two_who_make_the_same_workspace(team_address: str) -> None:
    """The second waits for the first and is then told; nobody sees a half workspace meanwhile."""
    told: list[str] = []
    with build_workspace(team_address, crs="EPSG:4547", actor="zhang") as first:
        first.write({"parcels": squares()}, change=SAVE)
        assert not is_there(team_address)
        again = threading.Thread(
            target=lambda: told.append(refused(lambda: create_workspace(team_address, crs="EPSG:4547", actor="li")))
        )
        again.start()
    again.join()
    assert told == ["postgres_exists"]
    assert len(open_workspace(team_address).read("parcels")) == 3


# What a server may refuse


def test_nothing_listens_there() -> None:
    assert refused(lambda: open_workspace("postgresql://postgres@127.0.0.1:1/x")) == "postgres_unreachable"


def test_no_such_database_and_no_such_user(postgis: PostgisServer) -> None:
    assert refused(lambda: open_workspace(postgis.address("absent"))) == "postgres_no_database"
    assert refused(lambda: open_workspace(postgis.address(user="nobody"))) == "postgres_login"


def test_no_workspace_in_the_database(team_address: str) -> None:
    assert not is_there(team_address)
    assert refused(lambda: open_workspace(team_address)) == "postgres_no_workspace"


def test_workspace_of_a_newer_parkplan(workspace: Workspace, postgis: PostgisServer) -> None:
    postgis.ask("UPDATE parkplan.setting SET value = '99' WHERE name = 'format'")
    assert refused(lambda: open_workspace(workspace.address)) == "workspace_newer"
    postgis.ask("DELETE FROM parkplan.setting WHERE name = 'format'")
    assert refused(lambda: open_workspace(workspace.address)) == "workspace_broken"


def test_older_workspace_is_brought_up_to_date(
    workspace: Workspace, postgis: PostgisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.enter("targets", "x", 1, "li")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE further (number bigint)",)))
    for _ in range(2):
        assert open_workspace(workspace.address).entered("targets")["x"].value == 1
    assert postgis.ask("SELECT count(*) FROM parkplan.further") == ["0"]
    assert postgis.ask("SELECT value FROM parkplan.setting WHERE name = 'format'") == [str(len(schema.MIGRATIONS))]


def test_connection_that_breaks_leaves_nothing_and_is_made_again(workspace: Workspace, postgis: PostgisServer) -> None:
    workspace.write({"parcels": squares(a=[1, 2, 3])}, change=SAVE)
    end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'parkplan'"

    def broken() -> None:
        with workspace.book.writing() as records:  # type: ignore[attr-defined]
            postgis.ask(end)
            records.execute("INSERT INTO setting VALUES ('x', 'y')")

    assert refused(broken) == "postgres_gone"

    def broken_at_the_end() -> None:
        with workspace.book.writing() as records:  # type: ignore[attr-defined]
            records.execute("INSERT INTO setting VALUES ('x', 'y')")
            postgis.ask(end)

    assert refused(broken_at_the_end) == "postgres_unsure"
    workspace.tables()
    postgis.ask(end)
    assert workspace.read("parcels")["a"].tolist() == [1, 2, 3]
    assert postgis.ask("SELECT count(*) FROM parkplan.setting WHERE name = 'x'") == ["0"]
    workspace.verify()


def test_server_that_stops_and_starts_again(workspace: Workspace, postgis: PostgisServer) -> None:
    workspace.enter("targets", "x", 1, "li")
    postgis.stop()
    try:
        assert refused(workspace.tables) == "postgres_unreachable"
        assert refused(lambda: workspace.enter("targets", "x", 2, "li")) == "postgres_unreachable"
    finally:
        postgis.start()
    assert workspace.entered("targets")["x"].value == 1
    workspace.verify()


@pytest.mark.kill
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed writer is a fork of a prepared process")
def test_killed_writer_leaves_what_it_acknowledged(workspace: Workspace, long_form: bool) -> None:
    address = workspace.address
    process = subprocess.Popen([sys.executable, WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        first = 0
        for kill in range(100 if long_form else 4):
            process.stdin.write(json.dumps({"step": "save", "folder": address, "first": first}) + "\n")
            process.stdin.flush()
            child, acknowledged = int(process.stdout.readline()), int(process.stdout.readline())
            killer = threading.Timer(0.03 * (kill % 4), os.kill, (child, signal.SIGKILL))
            killer.start()
            while (line := process.stdout.readline().strip()) != "dead":
                acknowledged = int(line)
            again = open_workspace(address)
            (found,) = set(again.read("parcels")["number"])
            assert found in (acknowledged, acknowledged + 1)
            assert set(again.read("parks")["number"]) == {found}
            assert again.journal(1)[0].reason == str(found)
            first = acknowledged + 2
        process.stdin.close()
    open_workspace(address).verify()


# Addresses and passwords

NAME = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
PARAMETERS = st.fixed_dictionaries(
    {"dbname": NAME},
    optional={
        "user": NAME,
        "password": st.just("gr%een#1"),
        "host": st.sampled_from(["db", "10.0.0.1", "::1", "/run/postgresql", "a,b", "gis.example"]),
        "port": st.sampled_from(["5432", "5433"]),
        "sslmode": st.sampled_from(["require", "disable"]),
        "sslpassword": st.just("gr%een#1"),
        "application_name": NAME,
    },
)


@given(PARAMETERS)
def test_shown_address_is_read_as_it_was_without_the_secrets(parameters: dict[str, str]) -> None:
    address = shown(parameters)
    assert "gr%25een" not in address
    known = {name: value for name, value in parameters.items() if "password" not in name}
    assert server._parameters(address) == known
    assert shown(known) == address


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:gr%een#1@db/x",
        "postgresql://ada:p@ss@db/x",
        "postgresql://db/x?nothing=1",
        "postgresql://[::1/x",
    ],
)
def test_address_that_cannot_be_read(address: str) -> None:
    assert refused(lambda: open_workspace(address)) == "postgres_address"
    with pytest.raises(WorkspaceError) as fault:
        open_workspace(address)
    assert "p@ss" not in str(fault.value)


def test_texts_lose_their_passwords() -> None:
    told = "parkplan import a.gpkg --to postgresql://ada:p@s/s@db/x --as parcels; postgres://b:c@d/e?sslpassword=f&g=h"
    assert without_passwords(told) == (
        "parkplan import a.gpkg --to postgresql://ada:***@db/x --as parcels; postgres://b:***@d/e?sslpassword=***&g=h"
    )


@pytest.mark.usefixtures("roles")
def test_password_comes_as_libpq_takes_it(
    postgis: PostgisServer, team_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_workspace(team_address, crs="EPSG:4547", actor="postgres")
    postgis.ask("GRANT USAGE ON SCHEMA parkplan TO with_password")
    postgis.ask("GRANT SELECT ON ALL TABLES IN SCHEMA parkplan TO with_password")
    plain = postgis.address(user="with_password")
    monkeypatch.setattr(server, "_servers", {})
    monkeypatch.setenv("HOME", str(tmp_path))
    assert refused(lambda: open_workspace(plain)) == "postgres_password_missing"
    for wrong in (plain.replace("with_password@", "with_password:gr%25een%2312@"), f"{plain}?password=wrong"):
        assert refused(lambda wrong=wrong: open_workspace(wrong)) == "postgres_login"
    with monkeypatch.context() as patched:
        patched.setenv("PGPASSWORD", "gr%een#1")
        assert open_workspace(plain).tables() == ()
    server._servers.clear()
    with monkeypatch.context() as patched:
        (tmp_path / "pass").write_text(f"127.0.0.1:{postgis.port}:*:with_password:gr%een#1\n")
        (tmp_path / "pass").chmod(0o600)
        patched.setenv("PGPASSFILE", str(tmp_path / "pass"))
        assert open_workspace(plain).tables() == ()
    server._servers.clear()
    with monkeypatch.context() as patched:
        (tmp_path / "services").write_text(
            f"[jianghai]\nhost=127.0.0.1\nport={postgis.port}\ndbname=江海\nuser=with_password\npassword=gr%een#1\n",
            encoding="utf-8",
        )
        patched.setenv("PGSERVICEFILE", str(tmp_path / "services"))
        assert open_workspace("postgresql://?service=jianghai").name == "江海"
    server._servers.clear()
    ws = open_workspace(plain.replace("with_password@", "with_password:gr%25een%231@"))
    assert ws.address == plain == shown_address(f"{plain}?password=x")
    assert open_workspace(ws.address).tables() == ()  # as the jobs of this process open it


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("password", ["gr%25een%231", "wrong"])
def test_no_command_tells_the_password(
    postgis: PostgisServer,
    team_address: str,
    password: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_workspace(team_address, crs="EPSG:4547", actor="postgres")
    monkeypatch.setattr(server, "_servers", {})
    address = postgis.address(user="with_password").replace("with_password@", f"with_password:{password}@")
    file = Path(__file__).with_name("absent.gpkg")
    for command in (
        ["info", address], ["export", address, "--out", "x.gpkg"], ["screen", address], ["check", address],
        ["import", str(file), "--to", address, "--as", "parcels", "--dry-run", "--json"], ["demo", "--out", address],
        ["layers", address], ["scenario", "list", address], ["serve", address],
    ):  # fmt: skip
        assert main(command) == 2, command
        told = capsys.readouterr()
        assert told.err.count("\n") == 1, told.err
        assert password not in told.out + told.err
        assert "gr%een#1" not in told.out + told.err
