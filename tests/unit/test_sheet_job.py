"""The sheet of a workspace: from its tables and the view of the screen to a file."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import geopandas as gpd
import pypdf
import pytest
import shapely

from parkplan._errors import DefinitionError, RequestError
from parkplan.data.workspace import create_workspace
from parkplan.jobs.sheet import SheetOptions, SheetView, map_sheet
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

X, Y = 410_000.0, 2_495_000.0
ON = dt.date(2026, 11, 23)
OPTIONS = SheetOptions(title="示范图", paper="A4", on=ON)


def district(crs: str = "EPSG:4547") -> gpd.GeoDataFrame:
    squares = [shapely.box(X + 100 * i, Y, X + 100 * i + 80, Y + 80) for i in range(4)]
    values = {"parcel_id": list("abcd"), "status": ["idle", "idle", "in_use", "idle"], "tax_yuan": [1.0, 2.0, 3.0, 4.0]}
    frame = gpd.GeoDataFrame(values, geometry=[*squares[:3], None], crs="EPSG:4547")
    return frame.to_crs(crs)


def workspace(folder: Path, crs: str = "EPSG:4547") -> Workspace:
    made = create_workspace(folder / "d.parkplan", crs=crs, actor="t")
    change = Change("t", "import", source="登记册2026", synthetic=True)
    made.write({"parcels": district(crs)}, change=change)
    return made


def words(data: bytes) -> list[str]:
    (page,) = pypdf.PdfReader(io.BytesIO(data)).pages
    return page.extract_text().split()


def test_the_whole_district_with_its_source(tmp_path: Path) -> None:
    found = words(map_sheet(workspace(tmp_path), SheetView(("parcels_by_status", "roads")), OPTIONS, "zh"))
    whole = " ".join(found)
    assert all(part in whole for part in ("示范图", "闲置", "已供已用", "虚构演示数据", "2026年11月23日"))
    assert any("登记册2026" in word for word in found)
    assert found[found.index("闲置") + 1] == "2"  # the third idle parcel has no geometry
    assert "道路" not in found


def test_the_view_of_the_screen_in_degrees_with_a_condition(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    bounds = tuple(district("EPSG:4326").geometry.iloc[:3].total_bounds)
    view = SheetView(("parcels_by_status",), bounds=bounds, where={"parcels_by_status": "tax_yuan < 2"})
    found = words(map_sheet(made, view, OPTIONS, "zh"))
    assert found[found.index("闲置") + 1] == "1"
    assert "已供已用" not in found


def test_a_workspace_in_degrees_is_drawn_in_its_utm_zone(tmp_path: Path) -> None:
    found = " ".join(
        words(map_sheet(workspace(tmp_path, "EPSG:4490"), SheetView(("parcels_by_status",)), OPTIONS, "zh"))
    )
    assert "EPSG:32649" in found
    assert "闲置 2" in found


def test_title_and_language_by_default(tmp_path: Path) -> None:
    options = SheetOptions(paper="A4", on=ON)
    found = words(map_sheet(workspace(tmp_path), SheetView(("parcels_by_status",)), options, "en"))
    assert "Fictional" in found
    assert "Legend" in found


def test_a_layer_whose_columns_are_absent_is_left_out(tmp_path: Path) -> None:
    view = SheetView(("floor_area_ratio", "parcels_by_status"))
    assert "容积率" not in words(map_sheet(workspace(tmp_path), view, OPTIONS, "zh"))


def test_what_cannot_be_made(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    with pytest.raises(RequestError, match="parcels2"):
        map_sheet(made, SheetView(("parcels2",)), OPTIONS)
    with pytest.raises(RequestError, match="png"):
        map_sheet(made, SheetView(()), SheetOptions(format="svg"))  # type: ignore[arg-type]
    with pytest.raises(DefinitionError):
        map_sheet(made, SheetView(("parcels_by_status",), where={"parcels_by_status": "tax_yuan <"}), OPTIONS)
    empty = create_workspace(tmp_path / "empty.parkplan", crs="EPSG:4547", actor="t")
    with pytest.raises(RequestError):
        map_sheet(empty, SheetView(("parcels_by_status",)), OPTIONS)
