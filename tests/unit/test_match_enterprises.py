"""Enterprises and parcels: by number, name, address and place; shares sum to the whole; guesses are only proposed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs import match_enterprises
from parkplan.metrics.firm_matching import match_firms
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

X, Y = 409_000.0, 2_497_000.0


def parcels() -> gpd.GeoDataFrame:
    columns = {
        "parcel_id": ["P1", "P2", "P3", "P4"],
        "holder": ["虚构（甲）电子有限公司", "虚构甲电子有限公司", "虚构乙机械制造有限公司", None],
        "floor_area_m2": [3_000.0, 1_000.0, 500.0, None],
        "地址": [None, None, "示例路 8 号", None],
    }
    shapes = [shapely.box(X + 200 * n, Y, X + 200 * n + 100, Y + 100) for n in range(4)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4547)


def firms(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    columns = ("parcel_id", "name", "地址", "leased_floor_m2")
    data = {name: [row.get(name) for row in rows] for name in columns}
    points = [shapely.Point(X + row["at"], Y + 50) if "at" in row else None for row in rows]
    keys = [f"E{number}" for number in range(1, len(rows) + 1)]
    return gpd.GeoDataFrame({"enterprise_id": keys, **data}, geometry=points, crs=4547)


def test_each_way_of_matching_in_its_order() -> None:
    found = match_firms(
        parcels(),
        firms([
            {"parcel_id": " p3 ", "name": "虚构甲电子有限公司"},
            {"name": "虚构（甲）电子有限公司", "at": 650.0},
            {"地址": "示例路8号"},
            {"at": 650.0},
            {"at": 5_000.0},
        ]),
    )  # fmt: skip
    told = [(row.firm, row.parcel, row.method) for row in found.matched.itertuples()]
    assert told == [(0, 2, "code"), (1, 0, "name"), (1, 1, "name"), (2, 2, "address"), (3, 3, "location")]
    assert found.unmatched == (4,)
    assert found.proposed.empty


def test_shares_sum_to_the_whole_by_floor_area_and_by_leased_floor() -> None:
    found = match_firms(parcels(), firms([
        {"parcel_id": "P1；P2", "leased_floor_m2": 800.0}, {"parcel_id": "P1", "leased_floor_m2": 1_400.0},
        {"parcel_id": "P4、P1"},
    ])).matched  # fmt: skip
    first = found[found["firm"] == 0]
    assert first["share"].tolist() == pytest.approx([0.75, 0.25])
    assert found.groupby("firm")["share"].sum().tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert found.groupby("parcel")["parcel_share"].sum().tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert found[found["firm"] == 2]["share"].tolist() == pytest.approx([0.5, 0.5])  # one floor area is unknown
    two = match_firms(parcels(), firms([{"parcel_id": "P3", "leased_floor_m2": 300.0},
                                        {"parcel_id": "P3", "leased_floor_m2": 100.0}])).matched  # fmt: skip
    assert two["parcel_share"].tolist() == pytest.approx([0.75, 0.25])


def test_what_is_only_likely_is_proposed() -> None:
    found = match_firms(
        parcels(),
        firms(
            [{"name": "虚构乙机械制造公司"}, {"at": 120.0}, {"parcel_id": "P9", "at": 650.0}, {"parcel_id": "P1;P9"}]
        ),
    )
    told = [(row.firm, row.parcel, row.method) for row in found.proposed.itertuples()]
    assert told == [(0, 2, "similar_name"), (1, 0, "nearby"), (2, 3, "location")]
    assert found.matched.empty
    assert found.unmatched == (0, 1, 2, 3)


def workspace(folder: Path) -> Path:
    ws = create_workspace(folder / "w", crs="EPSG:4547", actor="t")
    rows = [{"parcel_id": "P1"}, {"name": "虚构乙机械制造公司", "at": 9_000.0}, {"at": 650.0}]
    ws.write({"parcels": parcels(), "enterprises": firms(rows)}, change=Change("t", "import"))
    return folder / "w"


def test_nothing_is_written_unless_told_and_guesses_never(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    done = match_enterprises(place)
    assert (done.counts, done.unmatched, done.info) == ({"code": 1, "location": 1}, ("E2",), None)
    match_enterprises(place, write=True, actor="planner")
    ws = open_workspace(place)
    assert ws.read("enterprises")["parcel_id"].tolist()[::2] == ["P1", "P4"]
    assert ws.read("enterprises")["parcel_id"].isna().tolist() == [False, True, False]
    assert (ws.journal(1)[0].actor, ws.journal(1)[0].action) == ("planner", "match")
    match_enterprises(place, confirm={"E2": "P3;P2"}, write=True)
    assert open_workspace(place).read("enterprises")["parcel_id"].iloc[1] == "P3;P2"
    with pytest.raises(RequestError):
        match_enterprises(place, confirm={"E2": "P9"})
    with pytest.raises(RequestError):
        match_enterprises(place, confirm={"E9": "P1"})


def test_the_command_lists_proposals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(workspace(tmp_path))
    assert main(["match", place, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["proposed"][0]["method"] == "similar_name"
    assert told["written"] is False
    assert main(["match", place, "--lang", "en", "--confirm", "E2=P3", "--write"]) == 0
    assert "3 of 3" in capsys.readouterr().out
    assert main(["match", place, "--confirm", "E2"]) == 2


def test_a_credit_code_with_a_right_check_character_comes_before_names() -> None:
    # 91350100M000100Y43 is a code whose check character follows from GB 32100-2015; ...Y34 has two letters exchanged
    land = parcels().assign(统一社会信用代码=[None, "９1350100m000100Y43", "91350100M000100Y34", None])
    works = firms([{"name": "虚构乙机械制造有限公司"}, {"name": "虚构乙机械制造有限公司"}]).assign(
        credit_code=["91350100M000100Y43", "91350100M000100Y34"]
    )
    found = match_firms(land, works)
    told = [(row.firm, row.parcel, row.method) for row in found.matched.itertuples()]
    assert told == [(0, 1, "credit_code"), (1, 2, "name")]
    assert found.faulty_codes == (1,)


def test_what_was_rejected_is_not_proposed_again() -> None:
    works = firms([{"name": "虚构乙机械制造公司"}])
    first = match_firms(parcels(), works)
    assert first.proposed[["firm", "parcel"]].to_numpy().tolist() == [[0, 2]]
    assert match_firms(parcels(), works, rejected={"E1": ("P3",)}).proposed.empty
