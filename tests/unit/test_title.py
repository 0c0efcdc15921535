"""What a district is called: entered in both languages, shown on the pages, in ``info`` and on map sheets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import parkplan.jobs.sheet as sheets
from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.workspace import Workspace, create_workspace, open_workspace
from parkplan.i18n import Text
from parkplan.jobs.title import LONGEST, set_title, title_of


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "北岸.parkplan", crs="EPSG:4547", actor="test")


def test_without_a_title_the_folder_stands_for_it(ws: Workspace) -> None:
    assert title_of(ws) == Text("北岸", "北岸")
    assert not jobs.title(ws.address).entered


def test_it_is_entered_in_both_languages_and_in_the_journal(ws: Workspace) -> None:
    assert set_title(ws, zh=" 北岸新区 ", en="North Bank", actor="li") == Text("北岸新区", "North Bank")
    assert [(line.actor, line.differences[0].after) for line in ws.journal()] == [
        ("li", "North Bank"),
        ("li", "北岸新区"),
    ]
    assert jobs.info(ws.address).title == Text("北岸新区", "North Bank")


def test_one_language_stands_for_both_and_an_empty_text_takes_it_back(ws: Workspace) -> None:
    assert set_title(ws, zh="北岸新区", en=None, actor="li").en == "北岸新区"
    assert set_title(ws, zh="", en=None, actor="li") == Text("北岸", "北岸")


@pytest.mark.parametrize("wrong", ["x" * (LONGEST + 1), "a\x1b[31m", "a\nb"])
def test_what_cannot_be_a_title_is_a_sentence(ws: Workspace, wrong: str) -> None:
    with pytest.raises(RequestError) as caught:
        set_title(ws, zh="好", en=wrong, actor="li")
    assert str(LONGEST) in caught.value.sentence("zh")
    assert title_of(ws).zh == "北岸"


def test_the_command_shows_and_enters_it(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["title", ws.address]) == 0
    assert "文件夹名" in capsys.readouterr().out
    assert main(["title", ws.address, "--zh", "北岸新区", "--en", "North Bank", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["title"]["zh"], told["title"]["en"], told["entered"]) == ("北岸新区", "North Bank", True)
    assert main(["info", ws.address, "--lang", "en"]) == 0
    assert "North Bank" in capsys.readouterr().out
    assert main(["title", ws.address, "--en", "x" * 99]) == 2


def test_the_demo_district_has_a_fictional_title(small_demo: Path) -> None:
    title = jobs.info(small_demo).title
    assert "虚构" in title.zh
    assert "fictional" in title.en
    assert title.zh != open_workspace(small_demo).name


def test_sheets_are_headed_by_it(handmade_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(handmade_workspace, tmp_path / "c.parkplan")
    ws = open_workspace(tmp_path / "c.parkplan")
    set_title(ws, zh="北岸新区", en="North Bank", actor="li")
    drawn: list[Any] = []
    monkeypatch.setattr(sheets, "draw", lambda request: drawn.append(request) or b"")
    view = sheets.SheetView(("parcels_by_status",))
    sheets.map_sheet(ws, view, language="en")
    sheets.map_sheet(ws, view, sheets.SheetOptions(title="Mine"), language="zh")
    assert [request.title for request in drawn] == ["North Bank", "Mine"]
