"""Files of site plans: indicators recomputed from each exported geometry equal the certificate."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from plan_worlds import MODULES, PLANE, PROFILE, plan

from parkplan.i18n import language, message
from parkplan.jobs.siteplan_files import document, option_bytes, write_options
from parkplan.layout.siteplan_check import CheckedPiece, recomputed
from parkplan.render.plan.page import plan_figure
from parkplan.render.plan.shapes import massing, picture

if TYPE_CHECKING:
    from pathlib import Path


SHOWN = ("far", "density", "coefficient", "green_share", "road_share", "admin_land", "admin_floor", "height_m")


def pieces(frame: gpd.GeoDataFrame) -> list[CheckedPiece]:
    def number(value: float) -> float:
        return 0 if value is None or np.isnan(value) else value

    rows = frame.itertuples()
    return [CheckedPiece(row.kind, row.geometry, int(number(row.storeys)), number(row.storey_height_m)) for row in rows]


@pytest.mark.parametrize("ending", [".gpkg", ".geojson"])
def test_map_files_give_the_figures_of_the_certificate(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"plan{ending}"
    path.write_bytes(option_bytes(plan(), MODULES, PLANE, ending))
    figures = recomputed(plan().site.boundary, pieces(gpd.read_file(path).to_crs(PLANE)))
    for name in SHOWN:
        assert figures[name] == pytest.approx(plan().indicators[name], rel=1e-5, abs=1e-6), name
    lines = {line.rule: line.value for line in plan().certificate}
    assert figures["far"] == pytest.approx(lines["far_min"], rel=1e-5)
    assert figures["coefficient"] == pytest.approx(lines["coefficient_min"], rel=1e-5)
    assert figures["green_share"] == pytest.approx(lines["green_min"], rel=1e-5)


def test_the_drawing_for_cad_has_named_layers_whose_areas_are_those_of_the_plan(tmp_path: Path) -> None:
    import ezdxf

    path = tmp_path / "plan.dxf"
    path.write_bytes(option_bytes(plan(), MODULES, PLANE, ".dxf"))
    space = ezdxf.readfile(path).modelspace()
    area: dict[str, float] = {}
    for line in space.query("LWPOLYLINE[layer!='CENTRELINE']"):
        ring = np.array(line.get_points("xy"))
        signed = float(shapely.Polygon(ring).area)
        area[line.dxf.layer] = area.get(line.dxf.layer, 0.0) + signed
    built = area["BUILDING"] + area["ADMIN_BUILDING"]
    assert built / area["SITE"] == pytest.approx(plan().indicators["density"], rel=1e-6)
    assert {"SITE", "GATE", "ROAD", "CENTRELINE", "GREEN"} <= {layer.dxf.name for layer in ezdxf.readfile(path).layers}


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_the_workbook_has_live_margins_and_headings_in_its_language(spoken: str) -> None:
    with language(spoken):
        book = openpyxl.load_workbook(BytesIO(option_bytes(plan(), MODULES, PLANE, ".xlsx")))
        sheets = [book[message(f"siteplan.sheet_{name}")] for name in ("areas", "buildings", "rules")]
        heads = [message(f"siteplan.head_{name}") for name in ("area", "floor", "margin")]
    assert all(head in {cell.value for cell in sheet[1]} for head, sheet in zip(heads, sheets, strict=True))
    assert all(sheet.freeze_panes and sheet.auto_filter.ref for sheet in sheets)
    assert sum(cell.data_type == "f" for cell in sheets[2]["D"]) == len(plan().certificate)


def test_the_drawing_of_fictional_land_says_so() -> None:
    fictional = replace(plan(), site=replace(plan().site, synthetic=True))
    assert document(fictional)["synthetic"]
    assert not document(plan())["synthetic"]
    for spoken, words in (("zh", "虚构演示数据"), ("en", "Fictional demo data")):
        with language(spoken):
            figures = [plan_figure(one, MODULES) for one in (fictional, plan())]
        assert [any(words in text.get_text() for text in figure.texts) for figure in figures] == [True, False]


def test_the_wall_drawing_in_both_languages() -> None:
    for spoken, word in (("zh", "容积率下限"), ("en", "Least floor area ratio")):
        with language(spoken):
            drawn = option_bytes(plan(), MODULES, PLANE, ".pdf")
            assert drawn.startswith(b"%PDF")
            assert b"/FontFile" in drawn or b"/Type3" in drawn or b"NotoSansSC" in drawn
            assert option_bytes(plan(), MODULES, PLANE, ".pdf") == drawn
            assert {line["title"] for line in document(plan())["certificate"]} >= {word}  # type: ignore[index, attr-defined]
    assert option_bytes(plan(), MODULES, PLANE, ".png").startswith(b"\x89PNG")
    assert option_bytes(plan(), MODULES, PLANE, ".svg").lstrip().startswith(b"<?xml")


def test_the_folder_lists_what_it_holds(tmp_path: Path) -> None:
    paths = write_options(tmp_path, [plan()], PROFILE, MODULES, PLANE, (".geojson",))
    listed = json.loads((tmp_path / "options.json").read_text(encoding="utf-8"))
    assert [path.name for path in paths] == ["options.json", f"option-{plan().id}.geojson"]
    assert listed["crs"] == "EPSG:4547"
    assert all(line["holds"] for line in listed["options"][0]["certificate"])


def test_pictures_for_the_page_hold_every_piece() -> None:
    drawn = picture(plan(), MODULES)
    assert len(drawn["shapes"]) == len(plan().pieces)
    assert drawn["size"][0] == pytest.approx(np.ptp(shapely.get_coordinates(plan().site.boundary)[:, 0]), abs=0.1)
    solid = massing(plan(), MODULES)
    assert len(solid["blocks"]) == len(plan().buildings)
    assert max(block["h"] for block in solid["blocks"]) == pytest.approx(plan().indicators["height_m"], abs=0.06)
    covered = sum(shapely.Polygon(block["p"]).area for block in solid["blocks"])
    assert covered == pytest.approx(plan().indicators["footprint_m2"], rel=1e-3)
    json.dumps([drawn, solid])
