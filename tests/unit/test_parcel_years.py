"""Yearly figures of parcels: into a workspace without places, judged by their median, on the card, out again."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from parkplan import jobs
from parkplan._errors import ParkplanError
from parkplan.cli import main
from parkplan.data.intake.years import year_of
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.i18n import language
from parkplan.jobs.card import card
from parkplan.jobs.check import check
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.import_desk import Wanted, bring, confirm, examine
from parkplan.jobs.import_recipe import recipe_of
from parkplan.jobs.import_report import import_report
from parkplan.jobs.imports import imports, undo_import
from parkplan.jobs.overrides import enter_override
from parkplan.jobs.screening_choice import save_choice
from parkplan.jobs.search import search
from parkplan.jobs.verdict_card import verdict_card
from parkplan.model.screening import ScreeningChoice
from parkplan.model.workspace import Change
from parkplan.quality import check_tables
from parkplan.screening.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

DAY = date(2026, 6, 30)
TABLE = "parcel_years"
LONG = """宗地编号,年份,产值（万元）,税收（万元）,从业人员
A,2023,"1,000",450,12
A,2024,2000,150,
A,2025,,75,14
B,2023,500,75,3
B,2024,500,450,3
B,2025,500,600,3
"""
"""Tax of A: 450, 150, 75 in 10k yuan, median 150; of B: 75, 450, 600, median 450.

On a hectare, 15 mu, that is 10 and 30 in 10k yuan per mu; the limit of the rule is 25.
"""


def parcels() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "parcel_id": ["A", "B", "C"],
            "land_use": "100101",
            "status": "in_use",
            "site_area_m2": 10_000.0,
            "investment_yuan": 9e7,
            "tax_yuan": [None, None, 3.9e6],
        },
        geometry=[shapely.box(409_000 + 200 * at, 2_497_000, 409_100 + 200 * at, 2_497_100) for at in range(3)],
        crs=4547,
    )


@pytest.fixture(params=["folder", "postgis"])
def ws(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    in_database = request.param == "postgis"
    place = request.getfixturevalue("team_address") if in_database else tmp_path / "district.parkplan"
    made = create_workspace(place, crs="EPSG:4547", actor="Ada")
    made.write({"parcels": parcels()}, change=Change("Ada", "import", source="parcels.gpkg"))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Workspace:
    made = create_workspace(tmp_path / "district.parkplan", crs="EPSG:4547", actor="Ada")
    made.write({"parcels": parcels()}, change=Change("Ada", "import", source="parcels.gpkg"))
    return made


def written(path: Path, text: str, encoding: str = "gb18030") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def imported(capsys: pytest.CaptureFixture[str], path: Path, ws: Workspace, *more: str, code: int = 0) -> Any:
    capsys.readouterr()
    command = ["import", str(path), "--to", str(ws.address), "--as", TABLE, "--json", "--quiet", *more]
    assert main(command) == code
    told = capsys.readouterr()
    return json.loads(told.out) if code == 0 else told.err


def rows(ws: Workspace) -> list[list[Any]]:
    frame = ws.read(TABLE)
    assert frame.geometry.isna().all()
    shown = pd.DataFrame(frame).reindex(columns=["parcel_id", "year", "output_yuan", "tax_yuan"]).astype(object)
    return shown.where(shown.notna(), None).to_numpy().tolist()


def codes(told: Any) -> dict[str, list[int]]:
    return {each["code"]: each["rows"] for each in told["findings"] if each["severity"] == "warning"}


@pytest.mark.parametrize(
    ("text", "year"),
    [("2022", 2022), ("２０２２", 2022), (" 2022年 ", 2022), ("2022年度", 2022), ("FY2022", 2022), ("2022.0", 2022),
     ("2022-12-31", 2022), ("2022/1/1", 2022), ("2022年12月31日", 2022), ("20223", None), ("1.5", None), ("22", None),
     ("2022-05", None), ("1022", None), ("9999", None), ("今年", None), ("", None)],
)  # fmt: skip
def test_what_is_a_year(text: str, year: int | None) -> None:
    assert year_of(text) == year


def test_a_csv_without_coordinates_enters_and_is_judged(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = imported(capsys, written(tmp_path / "y.csv", LONG), ws)
    assert told["mapped"] == {
        "parcel_id": "宗地编号", "year": "年份", "output_yuan": "产值（万元）", "tax_yuan": "税收（万元）",
        "employees": "从业人员",
    }  # fmt: skip
    assert codes(told) == {}
    assert [each["code"] for each in told["findings"]].count("parcel_named") == 1
    assert rows(ws)[:3] == [["A", 2023, 1e7, 4.5e6], ["A", 2024, 2e7, 1.5e6], ["A", 2025, None, 7.5e5]]
    info = next(info for info in open_workspace(ws.address).tables() if info.name == TABLE)
    assert (info.rows, info.geometry_type, info.bounds) == (6, "none", None)
    choice = ScreeningChoice(profiles=("jiangmen_draft_2014",), as_of=DAY)
    found = jobs.screen(ws.address, choice=choice)
    assert found.parcels["tax_yuan"].tolist() == [1.5e6, 4.5e6, 3.9e6]
    verdicts = [Verdict.LOW_EFFICIENCY, Verdict.NOT_LOW_EFFICIENCY, Verdict.NOT_LOW_EFFICIENCY]
    assert found.parcels["verdict"].tolist() == verdicts
    ws.verify()


def test_the_last_three_years_are_those_of_the_table(folder: Workspace, tmp_path: Path) -> None:
    """At the end of 2028 the years 2023 to 2025 still count; at the end of 2024 those up to then: (450 + 150) / 2."""
    jobs.import_file(written(tmp_path / "y.csv", LONG), to=folder.address, table=TABLE)
    for day, tax in ((date(2028, 12, 31), 1.5e6), (date(2024, 12, 31), 3e6)):
        found = jobs.screen(folder.address, profiles=("jiangmen_draft_2014",), as_of=day)
        assert found.parcels["tax_yuan"].iloc[0] == tax
    early = jobs.screen(folder.address, profiles=("jiangmen_draft_2014",), as_of=date(2020, 1, 1))
    assert pd.isna(early.parcels["tax_yuan"].iloc[0])


def test_a_workbook_with_a_title_and_units_of_their_own(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["地块逐年产出统计表", None, None, None, None],
        ["宗地代码", "统计年度", "工业总产值", "实缴税金", "综合能耗"],
        [None, None, "（亿元）", "（万元）", "（吨标准煤）"],
        ["A", "2024年", 1.25, 150, 30],
        ["B", 2025, 0.5, None, 20],
    ):
        sheet.append(line)
    path = tmp_path / "统计.xlsx"
    book.save(path)
    told = imported(capsys, path, ws)
    assert codes(told) == {}
    assert rows(ws) == [["A", 2024, 1.25e8, 1.5e6], ["B", 2025, 5e7, None]]
    assert ws.read(TABLE)["energy_tce"].tolist() == [30.0, 20.0]


def test_units_as_the_product_writes_them_in_english_are_read(folder: Workspace, tmp_path: Path) -> None:
    text = "parcel_id,year,output (100M CNY),tax (10k CNY)\nA,2024,1.25,150\n"
    jobs.import_file(written(tmp_path / "y.csv", text), to=folder.address, table=TABLE)
    assert rows(folder) == [["A", 2024, 1.25e8, 1.5e6]]


def test_columns_of_single_years_become_rows(
    folder: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "宗地编号,2023年产值（万元）,2024年产值（万元）,税收2024（万元）,2020年人口\nA,1,2,3,7\nB,,5,,8\nC,,,,9\n"
    told = imported(capsys, written(tmp_path / "wide.csv", text), folder)
    assert rows(folder) == [["A", 2023, 1e4, None], ["A", 2024, 2e4, 3e4], ["B", 2024, 5e4, None]]
    assert folder.read(TABLE)["2020年人口"].tolist() == [7, 7, 8]
    assert told["files"][0]["rows"] == 3
    assert next(each for each in told["findings"] if each["code"] == "years_turned")["severity"] == "note"
    said = imported(
        capsys, written(tmp_path / "b.csv", "宗地编号,2023年产值（万元）,2024年产值（亿元）\nA,1,2\n"), folder, code=2
    )
    assert "产值（万元）, 产值（亿元）" in said
    assert len(rows(folder)) == 3


def test_groups_of_years_above_the_figures_become_rows(folder: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["宗地编号", "2023年", None, "2024年", None],
        [None, "产值（万元）", "税收（万元）", "产值（万元）", "税收（万元）"],
        ["A", 1, 2, 3, 4],
    ):
        sheet.append(line)
    book.save(tmp_path / "w.xlsx")
    jobs.import_file(tmp_path / "w.xlsx", to=folder.address, table=TABLE)
    assert rows(folder) == [["A", 2023, 1e4, 2e4], ["A", 2024, 3e4, 4e4]]


FAULTY = """parcel_id,year,tax_yuan
A,2023,1
A,2023,2
nowhere,2023,3
A,20223,4
A,1.5,5
A,2099,6
,2023,7
B,,8
"""


def test_all_that_is_odd_is_listed_with_its_rows(
    folder: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = imported(capsys, written(tmp_path / "y.csv", FAULTY), folder)
    assert codes(told) == {
        "pair_double": [1, 2], "parcel_unknown": [3], "year_odd": [4, 5], "year_ahead": [6], "key_missing": [7],
        "year_missing": [8],
    }  # fmt: skip
    said = {each["code"]: each["text"] for each in told["findings"]}
    assert "“20223”" in said["year_odd"]
    assert "“nowhere”" in said["parcel_unknown"]
    years = folder.read(TABLE)
    assert years["year"].isna().tolist() == [False, False, False, True, True, False, False, True]
    assert years["year_source"].astype(str).tolist()[3:5] == ["20223.0", "1.5"]  # as the file has it, beside
    found = check(folder.address, as_of=DAY)
    mine = [(each.code, each.row) for each in found.findings if each.table == TABLE]
    assert sorted(mine) == [
        ("key_missing", 7), ("orphan", 3), ("pair_double", 1), ("pair_double", 2), ("year_ahead", 6),
        ("year_missing", 4), ("year_missing", 5), ("year_missing", 8),
    ]  # fmt: skip
    double = next(each for each in found.findings if each.code == "pair_double")
    assert "2023" in double.text("zh")
    assert "2 times" in double.text("en")
    assert found.gate is not None
    assert found.gate.faulty_parcels == 0  # the parcels themselves are in order
    judged = jobs.screen(folder.address, profiles=("jiangmen_draft_2014",), as_of=DAY).parcels
    assert judged["tax_yuan"].iloc[0] == 2.0  # the last of the two rows counts; they are not added up


def test_impossible_years_of_other_programs_are_errors() -> None:
    years = gpd.GeoDataFrame(
        {"parcel_id": ["A", "A"], "year": [20223, 2024], "tax_yuan": [1.0, 2.0]}, geometry=[None, None], crs=4547
    )
    found = check_tables({"parcels": parcels(), TABLE: years}, DAY)
    assert [(each.code, each.row, each.severity) for each in found if each.table == TABLE] == [("year_odd", 1, "error")]


def test_several_files_are_one_table_and_pairs_across_them_are_told(folder: Workspace, tmp_path: Path) -> None:
    first = written(tmp_path / "2023.csv", "宗地编号,年份,税收（万元）\nA,2023,1\nB,2023,2\n")
    second = written(tmp_path / "2024.csv", "宗地编号,年份,税收（万元）\nA,2024,3\nB,2023,4\n")
    done = jobs.import_file([first, second], to=folder.address, table=TABLE)
    assert done.rows == 4
    assert [(each.file, each.rows) for each in done.findings if each.code == "pair_double"] == [
        ("2023.csv/2024.csv", (2, 4))
    ]


def test_what_the_user_must_change_is_one_sentence(
    folder: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = imported(capsys, written(tmp_path / "a.csv", "宗地编号,期别,产值（万元）\nA,2023,1\n"), folder, code=2)
    assert "year" in said
    assert "--map year=" in said
    told = imported(capsys, tmp_path / "a.csv", folder, "--map", "year=期别")
    assert told["mapped"]["year"] == "期别"
    fresh = tmp_path / "new.parkplan"
    assert main(["import", str(tmp_path / "a.csv"), "--to", str(fresh), "--as", TABLE, "--quiet"]) == 2
    assert "--as parcels" in capsys.readouterr().err
    assert not fresh.exists()


def test_shapes_of_a_file_are_left_to_the_parcels(folder: Workspace, tmp_path: Path) -> None:
    frame = parcels()[["parcel_id", "tax_yuan", "geometry"]].assign(年份=2024)
    frame.to_file(tmp_path / "p.gpkg", layer="years")
    done = jobs.import_file(tmp_path / "p.gpkg", to=folder.address, table=TABLE)
    assert [each.code for each in done.findings if each.code == "places_ignored"] == ["places_ignored"]
    assert rows(folder)[2] == ["C", 2024, None, 3.9e6]


def test_an_import_is_examined_written_and_taken_back(ws: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path / "y.csv", LONG)
    wanted = Wanted(table=TABLE)
    seen = examine(ws, bring(ws, [path], wanted).intakes, wanted)
    assert seen.fault is None
    assert (seen.crs, seen.places) == ((), ())
    assert {line.column: line.field for line in seen.columns}["年份"] == "year"
    assert seen.incoming is not None
    assert seen.incoming.gate is not None
    done = confirm(ws, seen, actor="Ada")
    assert recipe_of(done, wanted.reading()).fields["tax_yuan"].column == "税收（万元）"
    with language("zh"):
        book = openpyxl.load_workbook(BytesIO(import_report(done, seen, "xlsx")))
    summary = dict(book["概要"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert summary["表"] == "地块逐年数据"
    assert "工作区坐标系" not in summary  # rows without places have none
    assert [row[1] for row in book["字段"].iter_rows(min_row=2, max_row=3, values_only=True)] == [
        "宗地编号 · parcel_id", "年份 · year"
    ]  # fmt: skip
    (entry,) = (entry for entry in imports(ws.address) if entry.tables[0].table == TABLE)
    assert "产值（万元）" in entry.how
    assert "EPSG" not in entry.how
    undo_import(ws.address, actor="Ada")
    assert [info.name for info in ws.tables()] == ["parcels"]


def test_the_card_tells_the_years_with_their_source(folder: Workspace, tmp_path: Path) -> None:
    jobs.import_file(written(tmp_path / "y.csv", LONG), to=folder.address, table=TABLE)
    section = card(folder, "parcels", key="A").section("years")
    assert section is not None
    assert [entry.title.en for entry in section.entries] == ["2025", "2024", "2023"]
    last = {fact.id: fact for fact in section.entries[0].facts}
    assert (last["tax_yuan"].value, last["tax_yuan"].written.zh) == (7.5e5, "75.0 万元")
    assert not last["output_yuan"].known
    assert last["output_yuan"].written.zh == "未知"
    assert last["tax_yuan"].origin is not None
    assert (last["tax_yuan"].origin.table, last["tax_yuan"].origin.row) == (TABLE, 2)
    facts = {fact.id: fact for fact in section.facts}
    assert facts["years_known"].value == 3
    assert facts["years_source"].written.zh.startswith("y.csv (sha256 ")
    none = card(folder, "parcels", key="C").section("years")
    assert none is not None
    assert none.note is not None
    assert none.entries == ()
    row = card(folder, TABLE, row=2)
    assert row.title.en == "A · 2025"
    assert row.bounds is None
    assert row.section("geometry") is None


GAPS = """宗地编号,年份,税收（万元）
A,2022,900
A,2023,450
A,2024,150
A,2025,75
B,2023,75
B,2024,
B,2025,600
C,2024,390
C,2021,1
"""
"""Of the years 2023 to 2025, A has all, B the first and the last, C the middle one."""
FROM_YEARS = {
    0: ("2023、2024、2025 年的中位数，据地块逐年数据（parcel_years）",
        "Median of 2023, 2024 and 2025, from the yearly figures (parcel_years)"),
    1: ("2023、2025 年的中位数，据地块逐年数据（parcel_years）；近三年只有 2 年已知，2024 年未知",
        "Median of 2023 and 2025, from the yearly figures (parcel_years);"
        " only 2 of the last three years are known, 2024 unknown"),
    2: ("2024 年的数值，据地块逐年数据（parcel_years）；近三年只有 1 年已知，2023、2025 年未知",
        "Figure of 2024 alone, from the yearly figures (parcel_years);"
        " only 1 of the last three years is known, 2023 and 2025 unknown"),
}  # fmt: skip


def test_the_evidence_card_names_the_years_of_its_figures(
    folder: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.import_file(written(tmp_path / "y.csv", GAPS), to=folder.address, table=TABLE)
    found = jobs.screen(folder.address, profiles=("jiangmen_draft_2014",), as_of=DAY)
    assert found.parcels["tax_yuan"].tolist() == [1.5e6, 3.375e6, 3.9e6]
    for row, told in FROM_YEARS.items():
        fact = next(fact for fact in verdict_card(found, row).sources if fact.id == "tax_yuan")
        assert fact.method is not None
        assert (fact.method.zh, fact.method.en) == told
    enter_override(folder, "A", Verdict.IDLE, actor="Ada", reason="so that it has a page", expires_on=date(2099, 1, 1))
    save_choice(folder, ScreeningChoice(profiles=("jiangmen_draft_2014",)), actor="Ada")
    for chosen, told_by in (("zh", 0), ("en", 1)):
        out = tmp_path / f"r_{chosen}.html"
        report = ["report", str(folder.address), "--kind", "idle", "--as-of", "2040-01-01", "--out", str(out)]
        assert main([*report, "--quiet", "--lang", chosen]) == 0
        assert FROM_YEARS[0][told_by] in out.read_text(encoding="utf-8")
        capsys.readouterr()
        ask = ["explain", str(folder.address), "B", "--profile", "jiangmen_draft_2014", "--as-of", str(DAY)]
        assert main([*ask, "--lang", chosen]) == 0
        assert FROM_YEARS[1][told_by] in capsys.readouterr().out
        assert main([*ask, "--lang", chosen, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["years"] == {"tax_yuan": [2023, 2025]}


def test_without_a_year_the_figure_of_the_register_stands(folder: Workspace, tmp_path: Path) -> None:
    jobs.import_file(written(tmp_path / "y.csv", "宗地编号,年份,税收（万元）\nA,2025,\nB,2025,1\n"), to=folder.address,
                     table=TABLE)  # fmt: skip
    found = jobs.screen(folder.address, profiles=("jiangmen_draft_2014",), as_of=DAY)
    for row, value, of_years in ((0, None, False), (1, 1e4, True), (2, 3.9e6, False)):
        fact = next(fact for fact in verdict_card(found, row).sources if fact.id == "tax_yuan")
        assert fact.value == value
        assert (fact.method is not None) == of_years


def test_no_layer_draws_it_and_a_search_finds_the_parcel(folder: Workspace, tmp_path: Path) -> None:
    jobs.import_file(written(tmp_path / "y.csv", LONG), to=folder.address, table=TABLE)
    assert TABLE not in {spec.table for spec in layers_of(folder).layers.values()}
    assert [hit.table for hit in search(folder, "A")] == ["parcels"]
    assert card(folder, "parcels", key="A").section("years") is not None


@pytest.mark.parametrize(("ending", "layer"), [(".csv", ()), (".xlsx", ("--layer",)), (".parquet", ()), (".gpkg", ())])
def test_exports_come_back_as_they_were(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str, layer: tuple[str, ...]
) -> None:
    jobs.import_file(written(tmp_path / "y.csv", LONG), to=ws.address, table=TABLE)
    before = ws.read(TABLE)
    out = tmp_path / f"out{ending}"
    with language("zh"):
        done = jobs.export(ws.address, [TABLE], out=out)
    assert done.crs is None
    assert not [loss.code for loss in done.losses if "geometry" in loss.code or "crs" in loss.code]
    imported(capsys, out, ws, *([*layer, "地块逐年数据"] if layer else []))
    after = ws.read(TABLE)
    pd.testing.assert_frame_equal(
        pd.DataFrame(before.drop(columns="geometry")), pd.DataFrame(after.drop(columns="geometry"))
    )


def test_formats_of_shapes_say_so(folder: Workspace, tmp_path: Path) -> None:
    jobs.import_file(written(tmp_path / "y.csv", LONG), to=folder.address, table=TABLE)
    for ending in (".geojson", ".zip", ".txt"):
        with pytest.raises(ParkplanError) as caught:
            jobs.export(folder.address, [TABLE], out=tmp_path / f"out{ending}")
        assert caught.value.key == "output_no_shapes"
        assert not (tmp_path / f"out{ending}").exists()


def test_a_district_in_a_geopackage_has_it_as_an_attribute_table(
    folder: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.import_file(written(tmp_path / "y.csv", LONG), to=folder.address, table=TABLE)
    package = tmp_path / "all.gpkg"
    jobs.export(folder.address, out=package)
    assert dict(pyogrio.list_layers(package).tolist()) == {"parcels": "Polygon", TABLE: None}
    kinds = sqlite3.connect(package).execute("SELECT table_name, data_type FROM gpkg_contents").fetchall()
    assert dict(kinds) == {"parcels": "features", TABLE: "attributes"}
    again = tmp_path / "again.parkplan"
    assert main(["import", str(package), "--to", str(again), "--as", "auto", "--quiet"]) == 0
    capsys.readouterr()
    assert open_workspace(again).info(TABLE).version == folder.info(TABLE).version
    assert [line.action for line in open_workspace(again).journal()][:1] == ["import"]


def test_a_plain_table_of_a_geopackage_needs_no_place(folder: Workspace, tmp_path: Path) -> None:
    plain = pd.DataFrame({"宗地编号": ["A"], "年度": ["2024"], "税收（万元）": [150.0]})
    pyogrio.write_dataframe(plain, tmp_path / "t.gpkg", layer="台账")
    done = jobs.import_file(tmp_path / "t.gpkg", to=folder.address, table=TABLE)
    assert rows(folder) == [["A", 2024, None, 1.5e6]]
    assert "null_geometry" not in {each.code for each in done.findings}


def test_bundles_and_reports_hold_it(folder: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs.import_file(written(tmp_path / "y.csv", LONG), to=folder.address, table=TABLE)
    bundle = tmp_path / "b.zip"
    assert main(["bundle", str(folder.address), "--out", str(bundle), "--quiet"]) == 0
    assert main(["verify", str(bundle), "--quiet"]) == 0
    report = tmp_path / "r.html"
    assert main(["report", str(folder.address), "--kind", "idle", "--out", str(report), "--quiet"]) in {0, 2}
    assert main(["info", str(folder.address), "--lang", "en"]) == 0
    assert "Yearly figures of parcels" in capsys.readouterr().out
