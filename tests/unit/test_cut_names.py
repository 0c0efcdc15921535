"""Column names that a Shapefile cut after ten bytes are taken for the heading that they begin, or asked."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from parkplan.data.intake.advice import Advice
from parkplan.data.intake.cut_names import full_headings
from parkplan.data.intake.fields import match_columns, open_names
from parkplan.jobs import import_file
from parkplan.jobs.import_columns import column_lines
from parkplan.jobs.importing import Reading, read_file
from parkplan.model.tables import PARCELS

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = shapely.box(409_000, 2_497_000, 409_100, 2_497_100)


def cut(column: str) -> tuple[str | None, str | None]:
    matches = match_columns(PARCELS, [column], {}, "x.shp")
    return next(((match.field, match.heading) for match in matches), (None, None))


@pytest.mark.parametrize(
    ("column", "field", "heading"),
    [
        ("floor_area", "floor_area_m2", None),  # its own base, whole
        ("start_agre", "start_agreed_on", "start_agreed_on"),
        ("STARTED_ON", "started_on", None),
        ("handed_ove", "handed_over_on", "handed_over_on"),
        ("developed_", "developed_area_m2", "developed_area_m2"),
        ("实际竣工时", "finished_on", "实际竣工时间"),  # ten bytes of GBK
        ("实际竣", "finished_on", "实际竣工日期"),  # nine of UTF-8, the tenth was half a character
        ("value_ad_1", "value_added_yuan", "value_added_yuan"),  # numbered after the cut
    ],
)  # fmt: skip
def test_a_cut_name_is_a_guess_with_its_heading(column: str, field: str, heading: str | None) -> None:
    assert cut(column) == (field, heading)


@pytest.mark.parametrize("column", ["start_agr", "start_agree", "note", "实际竣工", "abcdefghij", "remarks_1"])
def test_names_that_were_not_cut_are_left_alone(column: str) -> None:
    assert cut(column) == (None, None)


def test_a_name_that_may_be_of_two_fields_is_asked() -> None:
    matches = match_columns(PARCELS, ["investme_1"], {}, "x.shp")
    assert matches == ()
    assert open_names(PARCELS, ["investme_1"], matches) == {"investme_1": ("investment_yuan", "investment_agreed_yuan")}


def test_two_cut_names_of_one_field_are_both_asked() -> None:
    columns = ["developed_", "develope_1"]
    assert match_columns(PARCELS, columns, {}, "x.shp") == ()
    assert open_names(PARCELS, columns, ()) == dict.fromkeys(columns, ("developed_area_m2",))


def test_of_two_names_that_were_equal_after_the_cut_neither_is_believed() -> None:
    """Which of the two came first in the old table is not known: ``investment`` may be the agreed one."""
    columns = ["investment", "investme_1"]
    assert match_columns(PARCELS, columns, {}, "x.shp") == ()
    assert set(open_names(PARCELS, columns, ())) == set(columns)
    stated = match_columns(PARCELS, columns, {"investment_yuan": "investme_1"}, "x.shp")
    assert {match.field: match.column for match in stated} == {
        "investment_yuan": "investme_1", "investment_agreed_yuan": "investment",
    }  # fmt: skip


def test_a_unit_that_was_cut_off_is_not_invented() -> None:
    assert full_headings("建筑面积（", {"floor_area_m2": ["建筑面积"]}) == {"floor_area_m2": "建筑面积"}
    (match,) = match_columns(PARCELS, ["建筑面积（"], {}, "x.shp")
    assert (match.field, match.unit, match.sure) == ("floor_area_m2", None, False)


def test_a_shapefile_with_cut_names_is_matched_and_says_so(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"宗地编号": ["A1"], "实际竣工时间": ["2020-05-01"], "investment_agreed_yuan": [5e6], "investment_yuan": [4e6]},
        geometry=[SHAPE], crs=4547,
    )  # fmt: skip
    path = tmp_path / "旧库.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL says that it cuts the names
        frame.to_file(path, encoding="GBK")
    read = read_file(path, Reading(), "parcels")
    columns = read.report.columns
    assert "实际竣工时" in columns
    done = import_file([read], to=tmp_path / "w.parkplan", table="parcels", dry_run=True)
    assert done.mapped["finished_on"] == "实际竣工时"
    assert str(done.frame["finished_on"].iloc[0]) == "2020-05-01"
    said = [found.text for found in done.findings if found.code == "name_cut"]
    assert any("实际竣工时间" in text for text in said)
    lines = {line.column: line for line in column_lines([read], "parcels", {}, Advice())}
    assert lines["实际竣工时"].why == "cut"
    assert "实际竣工时间" in lines["实际竣工时"].reason()
