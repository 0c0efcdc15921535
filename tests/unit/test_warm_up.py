"""The first visitor finds everything prepared, and a page that was started by itself shows nothing."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import parkplan.ui
from parkplan._errors import WorkspaceError
from parkplan.data.workspace import Workspace, create_workspace, open_workspace
from parkplan.jobs import figures as figures_job
from parkplan.jobs import tiles
from parkplan.jobs.district_map import extent
from parkplan.jobs.kept import Kept
from parkplan.jobs.serve import BASE_PATH, WORKSPACE
from parkplan.jobs.warm_up import TILES_ACROSS, opening_tiles, warm_up
from parkplan.ui import gate, opened, server


@pytest.fixture
def ws(handmade_workspace: Path) -> Workspace:
    return open_workspace(handmade_workspace)


def test_figures_and_tiles_are_there_afterwards(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "_tiles", Kept(limit=1 << 20, weigh=len))
    monkeypatch.setattr(figures_job, "_figures", Kept(limit=4))
    warm_up(ws)
    assert len(figures_job._figures) == 1
    assert len(tiles._tiles) >= 4
    before = len(tiles._tiles)
    warm_up(ws)
    assert len(tiles._tiles) == before


def test_the_opening_tiles_cover_the_district(ws: Workspace) -> None:
    found = opening_tiles(ws)
    assert 1 <= len(found) <= TILES_ACROSS**2
    assert len({tile.z for tile in found}) == 1
    assert found[0].z > 10
    west, _, east, _ = extent(ws)
    columns = [tile.x for tile in found]
    width = 360 / 2 ** found[0].z
    assert min(columns) * width - 180 <= west
    assert (max(columns) + 1) * width - 180 >= east


def test_an_empty_workspace_needs_nothing(tmp_path: Path) -> None:
    warm_up(create_workspace(tmp_path / "e.parkplan", crs="EPSG:4547", actor="test"))


def test_it_runs_beside_the_server_and_its_faults_stay_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "broken.parkplan"
    place.mkdir()
    monkeypatch.setenv(WORKSPACE, str(place))
    server._warm_up()
    assert "broken.parkplan" in caplog.text
    with pytest.raises(WorkspaceError):
        open_workspace(place)
    monkeypatch.setenv(WORKSPACE, str(tmp_path / "nothing"))
    server._warm_up()


def test_the_server_starts_it_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    started, release = threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        release.wait(60)

    monkeypatch.setattr(server, "_warm_up", slow)

    async def serving() -> bool:
        async with server._lifespan(server.create()):
            return await asyncio.to_thread(started.wait, 30)

    assert asyncio.run(serving())
    release.set()


def test_a_page_started_by_itself_shows_no_data(handmade_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WORKSPACE, str(handmade_workspace))
    monkeypatch.setattr(gate, "_standing", threading.Event())
    opened._opened.clear()
    page = AppTest.from_file(str(Path(parkplan.ui.__file__).parent / "main.py"), default_timeout=60).run()
    assert any("parkplan serve" in text.value for text in page.text)
    assert not page.metric
    assert not page.dataframe
    assert "handmade" not in str([element.value for element in page.markdown])


def test_fonts_follow_the_base_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BASE_PATH, "/gis/")
    server.parts()
    try:
        assert st.get_option("server.baseUrlPath") == "gis"
        addresses = [face["url"] for face in st.get_option("theme.fontFaces")]
        assert addresses
        assert all(each.startswith("/gis/assets/fonts/") for each in addresses)
    finally:
        monkeypatch.delenv(BASE_PATH)
        st.config.set_option("server.baseUrlPath", "")
        server.parts()
