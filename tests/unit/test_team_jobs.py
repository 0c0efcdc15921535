"""A district in a database: every table, verdict, site and option is that of the same district in a folder."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from postgis_server import SECOND, copied

from parkplan.cli import main
from parkplan.data.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    from postgis_server import PostgisServer

DAY = ["--as-of", "2026-06-30"]
PROVEN = ["--exact", "--max-parcels", "2"]
"""Sites whose best set is found and proven, so that no clock decides what is found."""


@pytest.fixture(scope="module")
def team(postgis: PostgisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small demo district, made in a database by its command."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PARKPLAN_CACHE", str(tmp_path_factory.mktemp("cache")))
        address = postgis.address(SECOND)
        assert main(["demo", "--out", address, "--size", "small", "--quiet"]) == 0
        yield address


@pytest.fixture(scope="module")
def district(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same in a folder."""
    return str(shutil.copytree(small_demo, tmp_path_factory.mktemp("folder") / "云汀.parkplan"))


def said(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> Any:
    """Return what a command tells as JSON, without the address."""
    capsys.readouterr()
    assert main([*command, "--json", "--quiet"]) == code
    told = json.loads(capsys.readouterr().out)
    if isinstance(told, dict):
        told.pop("address", None)
    return told


def assert_same(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> None:
    assert left.dtypes.to_dict() == right.dtypes.to_dict()
    pd.testing.assert_frame_equal(
        pd.DataFrame(left.drop(columns="geometry")), pd.DataFrame(right.drop(columns="geometry")), check_exact=True
    )
    assert (shapely.to_wkb(np.asarray(left.geometry)) == shapely.to_wkb(np.asarray(right.geometry))).all()


def test_every_table_is_the_same(team: str, district: str) -> None:
    ours, theirs = open_workspace(team), open_workspace(district)
    assert ours.crs == theirs.crs
    assert ours.synthetic
    assert [info.name for info in ours.tables()] == [info.name for info in theirs.tables()]
    for info in theirs.tables():
        found = ours.info(info.name)
        assert (found.rows, found.columns, found.geometry_type, found.crs, found.bounds, found.source, found.note) == (
            info.rows, info.columns, info.geometry_type, info.crs, info.bounds, info.source, info.note
        )  # fmt: skip
        assert_same(ours.read(info.name), theirs.read(info.name))
    ours.verify()


def test_every_verdict_and_site_is_the_same(
    team: str, district: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {}
    for place, file in ((team, "team.csv"), (district, "folder.csv")):
        verdicts = said(capsys, "screen", place, *DAY, "--out", str(tmp_path / file))
        verdicts.pop("out", None)
        verdicts.pop("path", None)
        told[file] = (verdicts, said(capsys, "sites", place, *DAY, *PROVEN))
    assert (tmp_path / "team.csv").read_bytes() == (tmp_path / "folder.csv").read_bytes()
    (ours, best), (theirs, best_there) = told["team.csv"], told["folder.csv"]
    assert without_places(ours) == without_places(theirs)
    for part in ("candidates", "sites", "assumptions"):
        assert without_places(best[part]) == without_places(best_there[part]), part
    proofs = [(found["proof"]["status"], found["proof"]["value"]) for found in (best["best"], best_there["best"])]
    assert proofs[0] == proofs[1]
    assert proofs[0][0] == "optimal"


def without_places(told: Any) -> Any:
    """Return what was told without files, versions and moments, which differ between two places."""
    if isinstance(told, dict):
        hidden = ("path", "version", "at", "seconds", "time_limit_s", "log", "workspace")
        return {name: without_places(value) for name, value in told.items() if not name.endswith(hidden)}
    return [without_places(value) for value in told] if isinstance(told, (list, tuple)) else told


def test_every_option_is_the_same_and_two_editors_are_kept_apart(
    team: str, district: str, capsys: pytest.CaptureFixture[str]
) -> None:
    compared = []
    for place in (team, district):
        said(capsys, "scenario", "new", place, "--name", "方案甲", "--actor", "张工")
        edit = ["scenario", "edit", place, "方案甲"]
        painted = ["--parcel", "DEMO-P000041", "--typology", "standard_factory", "--actor", "张工"]
        stale = ["--seen", str(said(capsys, *edit, *painted)["step"]["number"])]
        said(capsys, *edit, "--parcel", "DEMO-P000099", "--far", "2.5", "--actor", "李工", *stale)
        said(capsys, *edit, "--parcel", "DEMO-P000018", "--far", "1.5", "--actor", "张工", *stale)
        assert main([*edit, "--parcel", "DEMO-P000099", "--far", "1.0", "--actor", "张工", *stale]) == 2
        assert "李工" in capsys.readouterr().err
        said(capsys, "scenario", "undo", place, "方案甲", "--actor", "张工")
        compared.append(said(capsys, "compare", place, "base", "方案甲"))
    assert without_places(compared[0]) == without_places(compared[1])
    assert [entry.action for entry in open_workspace(team).journal(4)] == [
        "scenario_undo", "scenario_edit", "scenario_edit", "scenario_edit"
    ]  # fmt: skip


def test_results_of_a_team_are_told_and_checked_anywhere(
    team: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "info", team)["synthetic"]
    report = tmp_path / "idle.docx"
    assert said(capsys, "report", team, "--kind", "idle", *DAY, "--out", str(report))
    assert report.stat().st_size > 10_000
    bundle = str(tmp_path / "a.zip")
    said(capsys, "bundle", team, "--out", bundle, *DAY, "--job", "screen", "--job", "scenarios")
    found = said(capsys, "verify", bundle)
    assert (found["differing"], found["differences"]) == (0, [])


def test_tables_travel_from_a_database_to_a_folder_and_back(
    handmade_workspace: Path, team_address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = copied(handmade_workspace, team_address)
    file, folder = tmp_path / "parcels.gpkg", tmp_path / "区.parkplan"
    said(capsys, "export", team_address, "parcels", "--out", str(file))
    done = said(capsys, "import", str(file), "--to", str(folder), "--as", "parcels", "--crs", "EPSG:4547")
    assert done["created"]
    first = ours.read("parcels")  # importing puts columns into their usual order
    assert_same(open_workspace(folder).read("parcels")[first.columns], first)
    further = tmp_path / "further.gpkg"
    said(capsys, "export", str(folder), "parcels", "--out", str(further))
    said(capsys, "import", str(further), "--to", team_address, "--as", "parcels", "--crs", "EPSG:4547")
    again = open_workspace(team_address)
    assert_same(again.read("parcels")[first.columns], first)
    assert again.journal(1)[0].action == "import"
    again.verify()
