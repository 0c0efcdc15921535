"""The column doctor: units, magnitudes, dates, typos, industries, editions of land-use codes, recipes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from parkplan._errors import DefinitionError, RequestError
from parkplan.cli import main
from parkplan.data.intake.advice import Advice
from parkplan.data.intake.industry import divisions, industry_code
from parkplan.data.intake.land_use import conversions, edition_of
from parkplan.data.intake.recipe import load_recipe
from parkplan.data.workspace import open_workspace
from parkplan.jobs import Reading, import_file

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.jobs.import_result import ImportResult


def saved(folder: Path, columns: dict[str, Any], name: str = "a.gpkg") -> Path:
    rows = len(next(iter(columns.values())))
    shapes = [shapely.box(409_000 + 200 * n, 2_497_000, 409_100 + 200 * n, 2_497_100) for n in range(rows)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4547).to_file(folder / name)
    return folder / name


def dry(folder: Path, columns: dict[str, Any], advice: Advice | None = None) -> ImportResult:
    reading = Reading(advice=advice or Advice())
    return import_file(saved(folder, columns), to=folder / "ws", table="parcels", reading=reading, dry_run=True)


def told(done: ImportResult, code: str) -> Any:
    return next(each for each in done.findings if each.code == code)


def test_figures_per_mu_become_totals_where_the_area_is_known(tmp_path: Path) -> None:
    done = dry(tmp_path, {"用地面积（亩）": [15.0, None], "亩均税收（万元/亩）": [8.0, 8.0]})
    assert done.frame["tax_yuan"].iloc[0] == pytest.approx(15 * 8 * 10_000)
    assert pd.isna(done.frame["tax_yuan"].iloc[1])
    assert told(done, "per_area_total").rows == (1,)
    assert done.frame["亩均税收（万元/亩）"].tolist() == [8.0, 8.0]


def test_figures_per_area_stay_as_they_are_without_area_or_unit(tmp_path: Path) -> None:
    for columns in ({"亩均税收(万元/亩)": [8.0]}, {"用地面积（亩）": [15.0], "亩均税收": [8.0]}):
        done = dry(tmp_path, columns)
        assert "tax_yuan" not in done.frame
        assert told(done, "per_area_kept").severity == "warning"
    hectares = dry(tmp_path, {"用地面积(公顷)": [1.0], "投资强度(万元/公顷)": [3_000.0]})
    assert hectares.frame["investment_yuan"].iloc[0] == pytest.approx(3e7)


def test_areas_of_the_size_of_mu_are_told_and_not_converted(tmp_path: Path) -> None:
    columns = {"用地面积": [15.0, 15.2, 900.0]}
    done = dry(tmp_path, columns)
    assert done.frame["site_area_m2"].tolist() == columns["用地面积"]
    assert "亩" in told(done, "area_magnitude").text
    right = dry(tmp_path, columns, Advice(units={"site_area_m2": "亩"}))
    assert right.frame["site_area_m2"].iloc[0] == pytest.approx(10_000)
    assert not [each for each in right.findings if each.code in ("area_magnitude", "unit_assumed")]
    twice = dry(tmp_path, {"用地面积(亩)": [10_000.0]})
    assert told(twice, "area_overconverted").severity == "warning"


def test_dates_in_every_usual_form(tmp_path: Path) -> None:
    days = ["2024年5月1日", "2024/5/1", "20240501", "45413", "２０２４－０５－０１", "2024.5.1"]
    done = dry(tmp_path, {"实际开工时间": days})
    assert set(done.frame["started_on"]) == {dt.date(2024, 5, 1)}
    assert told(done, "date_serial").rows == (4,)


def test_a_year_alone_is_unknown_and_the_original_is_kept(tmp_path: Path) -> None:
    done = dry(tmp_path, {"实际开工时间": ["2024", "2024年5月", "2024-05-01"]})
    assert done.frame["started_on"].tolist() == [None, None, dt.date(2024, 5, 1)]
    assert done.frame["实际开工时间"].tolist() == ["2024", "2024年5月", "2024-05-01"]
    assert told(done, "date_partial").rows == (1, 2)


def test_a_typo_is_proposed_and_taken_only_when_confirmed(tmp_path: Path) -> None:
    columns = {"status": ["闲值", "闲置"]}
    done = dry(tmp_path, columns)
    assert pd.isna(done.frame["status"].iloc[0])
    assert "idle" in told(done, "unknown_code").text
    sure = dry(tmp_path, columns, Advice(values={"status": {"闲值": "idle"}}))
    assert sure.frame["status"].tolist() == ["idle", "idle"]


def test_industry_texts(tmp_path: Path) -> None:
    done = dry(tmp_path, {"所属行业": ["C3823 配电开关", "医药制造业", "做塑料的", "39"]})
    assert done.frame["industry_code"].iloc[[0, 1, 3]].tolist() == ["3823", "27", "39"]
    assert pd.isna(done.frame["industry_code"].iloc[2])
    assert "29" in told(done, "industry_unknown").text
    assert done.frame["所属行业"].iloc[2] == "做塑料的"


def test_every_title_of_a_division_is_understood() -> None:
    assert set(divisions()) == {f"{number}" for number in range(13, 44)}
    assert {code: industry_code(entry["title"]) for code, entry in divisions().items()} == {c: c for c in divisions()}


def test_a_code_with_two_meanings_is_asked_for(tmp_path: Path) -> None:
    columns = {"地类编码": ["1001", "0701"]}
    with pytest.raises(RequestError) as caught:
        dry(tmp_path, columns)
    assert caught.value.key == "land_use_ambiguous"
    assert caught.value.values["code"] == "1001"
    national = dry(tmp_path, columns, Advice(land_use_edition="2023"))
    assert national.frame["land_use"].tolist() == ["1001", "0701"]
    survey = dry(tmp_path, columns, Advice(land_use_edition="third_survey"))
    assert survey.frame["land_use"].tolist() == ["1201", "0701"]  # a railway, not a factory
    assert survey.frame["地类编码"].tolist() == ["1001", "0701"]


def test_headings_and_forms_that_tell_the_edition(tmp_path: Path) -> None:
    assert dry(tmp_path, {"YDYHFLDM": ["1001"]}).frame["land_use"].tolist() == ["1001"]
    done = dry(tmp_path, {"DLBM": ["0601", "08H2", "1001"]})
    assert done.frame["land_use"].iloc[[0, 2]].tolist() == ["1001", "1201"]
    assert pd.isna(done.frame["land_use"].iloc[1])
    assert told(done, "land_use_split").rows == (2,)
    assert dry(tmp_path, {"用地代码": ["M1", "M", "W2"]}).frame["land_use"].tolist() == ["100101", "1001", "110102"]
    assert edition_of({"070101"}, "用地代码") == "2023"
    assert conversions()["2020"]["0602"] == "060201"


def test_a_recipe_repeats_an_import_with_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = saved(tmp_path, {"编码": ["a", "b"], "面积X": [15.0, 15.0], "用地代码": ["1001", "1001"]})
    recipe = tmp_path / "r.yaml"
    said = ["--map", "parcel_id=编码", "--map", "site_area_m2=面积X", "--unit", "site_area_m2=亩",
            "--land-use-edition", "third_survey", "--save-recipe", str(recipe)]  # fmt: skip
    assert main(["import", str(first), "--to", str(tmp_path / "one"), "--as", "parcels", *said]) == 0
    assert load_recipe(recipe).fields["site_area_m2"].unit == "亩"
    second = saved(tmp_path, {"编码": ["c"], "面积X": [30.0], "用地代码": ["0601"]}, "b.gpkg")
    again = ["import", str(second), "--to", str(tmp_path / "two"), "--as", "parcels", "--recipe", str(recipe)]
    assert main(again) == 0
    frame = open_workspace(tmp_path / "two").read("parcels")
    assert frame["parcel_id"].tolist() == ["c"]
    assert frame["site_area_m2"].iloc[0] == pytest.approx(20_000)
    assert frame["land_use"].tolist() == ["1001"]
    capsys.readouterr()
    assert main([*again[:5], "buildings", *again[6:]]) == 2
    assert "parcels" in capsys.readouterr().err


def test_a_faulty_recipe_tells_all_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("table: parcels\ncolour: red\nfields: {tax_yuan: {colum: x}}\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_recipe(path)
    assert len(caught.value.details) == 2
    with pytest.raises(RequestError):
        load_recipe(tmp_path / "none.yaml")
