"""Rows of a layer by condition, the filter form's fields, conditions as text, and the rows as files."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from parkplan._errors import DefinitionError, RequestError
from parkplan.data.export import ENDINGS
from parkplan.data.workspace import Workspace, open_workspace
from parkplan.expressions import parse
from parkplan.i18n import Text
from parkplan.jobs.rows import condition, conjunction, filter_fields, rows, rows_file
from parkplan.model.results import FilterField

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ws(handmade_workspace: Path) -> Workspace:
    return open_workspace(handmade_workspace)


def test_rows_satisfy_the_condition_and_unknown_is_not_true(ws: Workspace) -> None:
    assert rows(ws, "parcels_by_status", "tax_yuan < 1000000").positions.tolist() == [2]
    assert rows(ws, "parcels_by_status", "not (tax_yuan < 1000000)").positions.tolist() == [0]
    assert rows(ws, "parcels_by_status").positions.tolist() == [0, 1, 2, 3, 4]


def test_the_layers_own_condition_holds_too(ws: Workspace) -> None:
    found = rows(ws, "idle_land", columns=["parcel_id"])
    assert found.frame["parcel_id"].tolist() == ["JH-002"]
    assert list(found.frame.columns) == ["parcel_id", "geometry"]
    assert found.total == 5


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("nothing",), RequestError),
        (("buildings", "nothing == 1"), DefinitionError),
        (("buildings", "storeys >"), DefinitionError),
        (("parcels_by_status", None, ["nothing"]), RequestError),
        (("water",), RequestError),
    ],
)
def test_what_cannot_be_chosen_is_a_sentence(ws: Workspace, arguments: tuple[Any, ...], fault: type[Exception]) -> None:
    with pytest.raises(fault):
        rows(ws, *arguments)


def test_fields_offer_codes_in_order_with_counts_and_ranges_in_the_unit_of_display(ws: Workspace) -> None:
    fields = {field.column: field for field in filter_fields(ws, "parcels_by_status")}
    assert [(one.value, one.title.zh, one.rows) for one in fields["status"].choices] == [
        ("in_use", "已供已用", 1),
        ("low_efficiency", "低效", 1),
        ("idle", "闲置", 1),
    ]
    assert fields["status"].unknown_rows == 2
    assert [one.title.zh for one in fields["park_id"].choices] == ["外海电子信息园", "礼乐新材料园"]
    area = fields["site_area_m2"]
    assert (area.kind, area.unit, area.least, area.most) == ("number", "mu", pytest.approx(15), pytest.approx(30))
    assert {field.column: field.kind for field in filter_fields(ws, "enterprises")}["above_scale"] == "boolean"
    assert filter_fields(ws, "water") == ()


def field(kind: str, column: str = "a", unit: str | None = None) -> FilterField:
    return FilterField(column, Text("甲", "A"), kind, unit=unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "value", "written"),
    [
        (field("choice"), ["x", "it's"], "a in ('x', 'it''s')"),
        (field("choice"), [], None),
        (field("boolean"), None, None),
        (field("boolean"), False, "a == false"),
        (field("text", "b c"), " 电 ", "contains(`b c`, '电')"),
        (field("text"), "", None),
        (field("number", unit="wan_yuan"), (1.5, 2), "a >= 15000.0 and a <= 20000.0"),
        (field("number", unit="mu"), (None, None), None),
        (field("date"), (dt.date(2020, 1, 31), None), "a >= 2020-01-31"),
        (field("boolean", "in"), True, "`in` == true"),
    ],
)
def test_what_a_form_says_becomes_a_condition(asked: FilterField, value: object, written: str | None) -> None:
    assert condition(asked, value) == written
    if written is not None:
        assert parse(written).names == {asked.column}


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_any_text_can_be_chosen_and_stays_text(values: list[str]) -> None:
    written = condition(field("choice"), values)
    assert written is not None
    assert parse(written).names == {"a"}


def test_conditions_are_joined_so_that_an_or_stays_inside() -> None:
    assert conjunction([]) is None
    assert conjunction(["", "a == 1"]) == "a == 1"
    assert conjunction(["a == 1 or b == 2", "c == 3"]) == "(a == 1 or b == 2) and (c == 3)"


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".geojson", ".gpkg"])
def test_chosen_rows_become_a_file(ws: Workspace, ending: str) -> None:
    body = rows_file(ws, rows(ws, "parcels_by_status", "status in ('idle', 'low_efficiency')"), ending)
    if ending == ".geojson":
        features = json.loads(body)["features"]
        assert [feature["properties"]["parcel_id"] for feature in features] == ["JH-002", "JH-003"]
        assert 113.9 < features[0]["geometry"]["coordinates"][0][0][0] < 114.1
    elif ending == ".xlsx":
        book = load_workbook(io.BytesIO(body))
        cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        assert "JH-003" in cells
        assert "<b>{{7*7}}</b>" in cells
        assert "JH-001" not in cells
    else:
        assert b"JH-003" in body
        assert b"JH-001" not in body


@pytest.mark.parametrize("ending", ENDINGS)
def test_rows_whose_columns_are_all_unknown_become_a_file(ws: Workspace, ending: str) -> None:
    chosen = rows(ws, "parcels_by_status", "status is unknown")
    assert chosen.frame["supplied_on"].isna().all()
    assert chosen.frame["holder"].isna().all()
    assert len(rows_file(ws, chosen, ending)) > 100


def test_an_unknown_ending_is_refused(ws: Workspace) -> None:
    with pytest.raises(RequestError):
        rows_file(ws, rows(ws, "parcels_by_status"), ".doc")
