"""What a database refuses for reasons of its own: its encoding, its connections, a standby that only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from parkplan._errors import WorkspaceError
from parkplan.cli import main
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from postgis_server import PostgisServer

    from parkplan.data.workspace import Workspace

SAVE = Change("张工", "save", source="survey.gpkg")


@pytest.fixture
def database(postgis: PostgisServer) -> Iterator[str]:
    """The name of a database that the test makes and that is dropped again."""
    name = "another"
    yield name
    postgis.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_chinese_text(
    postgis: PostgisServer, database: str, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    postgis.ask(f"CREATE DATABASE {database} ENCODING '{encoding}' TEMPLATE template0", "postgres")
    with pytest.raises(WorkspaceError) as fault:
        create_workspace(postgis.address(database), crs="EPSG:4547", actor="张工")
    assert fault.value.key == "postgres_encoding"
    assert main(["demo", "--out", postgis.address(database), "--size", "small", "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert encoding in said
    assert "createdb --encoding UTF8" in said


def test_a_user_who_may_have_no_more_connections(postgis: PostgisServer, team_address: str) -> None:
    create_workspace(team_address, crs="EPSG:4547", actor="张工")
    postgis.ask("CREATE ROLE guest LOGIN CONNECTION LIMIT 0")
    try:
        with pytest.raises(WorkspaceError) as fault:
            open_workspace(postgis.address(user="guest"))
        assert fault.value.key == "postgres_crowded"
    finally:
        postgis.ask("DROP ROLE guest")


@pytest.fixture
def standby(
    new_postgis: Callable[[], PostgisServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A workspace on a server that was made a hot standby after the workspace was written."""
    monkeypatch.setenv("PARKPLAN_CACHE", str(tmp_path / "cache"))
    server = new_postgis()
    try:
        server.start()
        written = create_workspace(server.address(), crs="EPSG:4547", actor="张工")
        shape = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(0, 0, 5, 5)], crs="EPSG:4547")
        written.write({"parcels": shape}, change=SAVE)
        server.stop("fast")
        server.follow()
        server.start()
        yield open_workspace(server.address())
    finally:
        server.remove()


def test_a_standby_is_read_and_takes_no_change(standby: Workspace) -> None:
    assert standby.read("parcels")["a"].tolist() == [1]
    for act in (
        lambda: standby.enter("targets", "x", 1, "li"),
        lambda: standby.write({"parcels": standby.read("parcels")}, change=SAVE),
    ):
        with pytest.raises(WorkspaceError) as fault:
            act()
        assert fault.value.key == "postgres_read_only"
