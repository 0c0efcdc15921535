"""Several layers of one file as one change: tables of their own or one for all, in several CRSs, all or none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from parkplan._errors import RequestError, SourceFileError
from parkplan.cli import main
from parkplan.data.workspace import open_workspace
from parkplan.jobs.import_layers import import_layers, table_name

if TYPE_CHECKING:
    from pathlib import Path

EAST, NORTH = 409_400.0, 2_497_000.0


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """Parcels in a Gauss-Kruger zone, roads in degrees, buildings in the zone with its number."""
    path = tmp_path / "district.gpkg"
    boxes = [shapely.box(EAST + 200 * n, NORTH, EAST + 100 + 200 * n, NORTH + 100) for n in range(3)]
    frame = gpd.GeoDataFrame({"parcel_id": ["P1", "P2", "P3"]}, geometry=boxes, crs=4547)
    frame.to_file(path, layer="地块")
    lines = gpd.GeoSeries([shapely.LineString([(EAST, NORTH), (EAST + 500, NORTH)])], crs=4547).to_crs(4490)
    gpd.GeoDataFrame({"road_id": ["R1"], "name": ["东海路"]}, geometry=lines).to_file(path, layer="roads")
    frame.to_crs(4526).rename(columns={"parcel_id": "building_id"}).to_file(path, layer="buildings")
    return path


def test_all_layers_become_tables_in_one_change(tmp_path: Path, district: Path) -> None:
    made = import_layers(district, ["all"], to=tmp_path / "ws", tables=["auto"])
    assert [each.table for each in made] == ["parcels", "roads", "buildings"]
    workspace = open_workspace(tmp_path / "ws")
    assert workspace.crs.to_epsg() == 4547
    assert [each.name for each in workspace.tables() if each.rows] == ["buildings", "parcels", "roads"]
    road = workspace.read("roads").geometry.iloc[0]
    assert shapely.get_coordinates(road).ravel() == pytest.approx([EAST, NORTH, EAST + 500, NORTH], abs=0.001)
    assert workspace.read("buildings").geometry.iloc[0].bounds == pytest.approx(
        (EAST, NORTH, EAST + 100, NORTH + 100), abs=0.001
    )
    entries = [each for each in workspace.journal() if each.action == "import"]
    assert len(entries) == 1
    assert entries[0].source.count("sha256") == 1
    for done in made:
        (note,) = [each for each in done.findings if each.code == "other_layers"]
        assert "EPSG" in note.text


def test_one_table_takes_the_rows_of_several_layers(tmp_path: Path, district: Path) -> None:
    gpd.read_file(district, layer="地块").iloc[:2].to_file(district, layer="more")
    (done,) = import_layers(district, ["地块", "more"], to=tmp_path / "ws", tables=["parcels"])
    assert done.rows == 5
    assert "key_duplicate" in {each.code for each in done.findings}
    assert [each.layer for each in done.files] == ["地块", "more"]


def test_a_layer_that_does_not_fit_leaves_everything_as_it_was(tmp_path: Path, district: Path) -> None:
    with pytest.raises(SourceFileError) as fault:
        import_layers(district, ["地块", "roads"], to=tmp_path / "ws", tables=["parcels", "buildings"])
    assert fault.value.key == "import_wrong_geometry"
    assert not (tmp_path / "ws").exists()
    for tables in (["a", "b", "c"], ["a", "a"]):
        with pytest.raises(RequestError) as request:
            import_layers(district, ["地块", "roads"], to=tmp_path / "ws", tables=tables)
        assert request.value.key == "import_layer_tables"


def test_names_of_tables() -> None:
    assert [table_name(name) for name in ("地块", "Parcels 2024", "2024", "用地-规划", "!")] == [
        "parcels", "parcels_2024", "layer_2024", "yong_di_gui_hua", "layer",
    ]  # fmt: skip


def test_command_takes_several_layers(tmp_path: Path, district: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = str(tmp_path / "ws")
    words = [
        "import",
        str(district),
        "--to",
        to,
        "--layer",
        "地块",
        "--as",
        "parcels",
        "--layer",
        "roads",
        "--as",
        "roads",
    ]
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [(each["table"], each["rows"]) for each in document["tables"]] == [("parcels", 3), ("roads", 1)]
    assert main(["import", str(district), str(district), "--to", to, "--layer", "all", "--as", "auto"]) == 2
    assert main(["import", str(district), "--to", to, "--layer", "all", "--as", "auto", "--dry-run"]) == 0
