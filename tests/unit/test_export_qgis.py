"""The QGIS project: valid XML that names what is in the GeoPackage, and, where QGIS is installed, opened by QGIS."""

from __future__ import annotations

import json
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from parkplan import jobs
from parkplan.data.export.qgis_expression import quoted, to_qgis
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.i18n import language
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable

PYTHON_OF_QGIS = Path("/usr/bin/python3")


@cache
def qgis_is_here() -> bool:
    if not PYTHON_OF_QGIS.exists():
        return False
    asked = [PYTHON_OF_QGIS, "-c", "import qgis.core"]
    return subprocess.run(asked, check=False, capture_output=True, timeout=60).returncode == 0


def project_of(path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        assert name == path.with_suffix(".qgs").name
        return ElementTree.fromstring(archive.read(name))  # noqa: S314  # our own file


def district(folder: Path, extra: str = "imported") -> Path:
    """Make a district of which every number of drawn features is known."""
    shapes = shapely.box([0, 10, 20, 30, 40], 0, [5, 15, 25, 35, 45], 5)
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": list("abcde"),
            "name": ["一", None, "<b>", "{{7*7}}", "`${x}`"],
            "status": ["idle", "low_efficiency", "in_use", None, "no such status"],
            "site_area_m2": [666.0, 1000.0, None, 1000.0, 0.0],
            "tax_yuan": [20_000.0, None, 5.0, 90_000.0, 3.0],
            "land_use": ["100102", "1001", "0701", None, "zz"],
        },
        geometry=shapes,
        crs="EPSG:4547",
    )
    constraints = gpd.GeoDataFrame(
        {"constraint_id": ["c1", "c2"], "kind": ["ecological_redline", "water"], "severity": ["veto", "warn"]},
        geometry=shapes[:2],
        crs="EPSG:4547",
    )
    workspace = create_workspace(folder, crs="EPSG:4547", actor="test")
    change = Change("test", "make", synthetic=True, note="made up")
    workspace.write({"parcels": parcels, "constraints": constraints, extra: parcels[["geometry"]]}, change=change)
    return folder


def test_project_lists_what_has_data_in_the_order_of_the_tree(tmp_path: Path) -> None:
    made = jobs.export(district(tmp_path / "江海.parkplan"), out=tmp_path / "江海.gpkg")
    assert made.project == str(tmp_path / "江海.qgz")
    project = project_of(tmp_path / "江海.qgz")
    titles = {node.findtext("id"): node.findtext("layername") for node in project.iter("maplayer")}
    leaves = [node.get("id") for node in project.iter("layer-tree-layer")]
    catalogue = [f"parkplan_{layer.id}" for layer in jobs.layers(tmp_path / "江海.parkplan").layers
                 if layer.data in ("present", "no_rows")]  # fmt: skip
    assert leaves == catalogue == list(titles)
    assert titles["parkplan_idle_land"] == "闲置土地"
    assert titles["parkplan_table_imported"] == "imported"
    sources = {node.findtext("datasource") for node in project.iter("maplayer")}
    tables = set(pyogrio.list_layers(tmp_path / "江海.gpkg")[:, 0])
    assert sources == {f"./江海.gpkg|layername={table}" for table in tables}


def test_project_speaks_the_language_of_the_command(tmp_path: Path) -> None:
    folder = district(tmp_path / "a.parkplan")
    with language("en"):
        jobs.export(folder, out=tmp_path / "a.gpkg")
    titles = [node.findtext("layername") for node in project_of(tmp_path / "a.qgz").iter("maplayer")]
    assert "Idle land" in titles
    assert "闲置土地" not in titles


@pytest.mark.parametrize("name", ["<script>", 'a"b&c', "`${x}`", "{{7*7}}", "a|layerid=0"])
def test_names_stay_text_in_the_project(tmp_path: Path, name: str) -> None:
    jobs.export(district(tmp_path / "a.parkplan", name), out=tmp_path / "a.gpkg")
    titles = [node.findtext("layername") for node in project_of(tmp_path / "a.qgz").iter("maplayer")]
    assert titles[0] == name


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("status == 'it''s'", """("status" = 'it''s')"""),
        ("not (a > 1.5) or b != -2", '((NOT ("a" > 1.5)) OR ("b" <> (-2)))'),
        ("a is not unknown and b is unknown", '((NOT ("a" IS NULL)) AND ("b" IS NULL))'),
        ("supplied_on >= 2024-05-01", "(\"supplied_on\" >= to_date('2024-05-01'))"),
        ("kind not in ('a', 'b')", "(NOT (\"kind\" IN ('a', 'b')))"),
        ("min(a, b) * 2 == true", '((if("a" IS NULL OR "b" IS NULL, NULL, min("a", "b")) * 2) = TRUE)'),
        ("`容积 率` between 1 and 2", '(("容积 率" >= 1) AND ("容积 率" <= 2))'),
        ("starts_with(code, '10')", "(left(\"code\", length('10')) = '10')"),
    ],
)
def test_expressions_in_the_language_of_qgis(ours: str, theirs: str) -> None:
    assert to_qgis(ours) == theirs


def test_text_cannot_leave_its_quotes() -> None:
    assert quoted("' OR 1=1 --") == "''' OR 1=1 --'"
    assert quoted("\\") == "'\\\\'"


@pytest.fixture
def opened_by_qgis() -> Callable[..., dict[str, object]]:
    if not qgis_is_here():
        pytest.skip("QGIS with its Python is not installed here")

    def ask(path: Path, *styles: Path) -> dict[str, object]:
        command = [PYTHON_OF_QGIS, Path(__file__).with_name("qgis_opens.py"), path, *styles]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    return ask


def test_qgis_opens_the_project(tmp_path: Path, opened_by_qgis: Callable[..., dict[str, object]]) -> None:
    folder = district(tmp_path / "江海.parkplan")
    jobs.export(folder, out=tmp_path / "江海.gpkg")
    found = opened_by_qgis(tmp_path / "江海.qgz")
    assert (found["read"], found["title"], found["crs"]) == (True, "江海", "EPSG:4547")
    layers = found["layers"]
    assert isinstance(layers, dict)
    assert all(layer and layer["valid"] and layer["faulty"] == [] for layer in layers.values())
    expected = {f"parkplan_{layer.id}": layer.rows for layer in jobs.layers(folder).layers if layer.data == "present"}
    assert {name: layers[name]["drawn"] for name in expected} == expected
    assert layers["parkplan_parcels_by_status"]["title"] == "地块（按状态）"
    assert layers["parkplan_parcels_by_status"]["group"] == "土地利用"
    assert "登记面积（平方米）" in layers["parkplan_parcels_by_status"]["aliases"]


def test_qgis_reads_styles_and_project_in_the_other_language(
    tmp_path: Path, opened_by_qgis: Callable[..., dict[str, object]]
) -> None:
    folder = district(tmp_path / "江海.parkplan")
    made = jobs.export(folder, out=tmp_path / "江海.gpkg")
    assert made.beside == (str(tmp_path / "江海.en.qgz"), str(tmp_path / "江海_styles.zip"))
    with zipfile.ZipFile(tmp_path / "江海_styles.zip") as archive:
        archive.extractall(tmp_path)
    expected = {layer.id: layer.rows for layer in jobs.layers(folder).layers if layer.data == "present"}
    styles = [tmp_path / chosen / f"{name}.qml" for chosen in ("zh", "en") for name in expected]
    assert set(styles) <= set(tmp_path.glob("*/*.qml"))
    found = opened_by_qgis(tmp_path / "江海.en.qgz", *styles)
    layers, read = found["layers"], found["styles"]
    assert isinstance(layers, dict)
    assert isinstance(read, dict)
    assert layers["parkplan_parcels_by_status"]["group"] == "Land"
    assert "Registered area (m²)" in layers["parkplan_parcels_by_status"]["aliases"]
    assert {style: (told["read"], told["drawn"]) for style, told in read.items()} == {
        str(style): (True, expected[style.stem]) for style in styles
    }


def test_export_does_not_change_the_workspace(tmp_path: Path) -> None:
    folder = district(tmp_path / "a.parkplan")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    jobs.export(folder, out=tmp_path / "a.gpkg")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    back = gpd.read_file(tmp_path / "a.gpkg", layer="parcels")
    assert back["name"].tolist()[2:] == ["<b>", "{{7*7}}", "`${x}`"]
    stored = open_workspace(folder).read("parcels")
    assert back.geometry.geom_equals_exact(stored.geometry, 0).all()
    pd.testing.assert_series_equal(back["site_area_m2"], stored["site_area_m2"])
