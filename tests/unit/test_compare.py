"""Options side by side: differences, agreement, rank, regret and the memo, with figures worked out by hand."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.compare.catalogue import MEASURES
from parkplan.compare.difference import consensus, difference, transitions
from parkplan.compare.district import district_of
from parkplan.compare.measures import Library
from parkplan.compare.memo import BASE, Sentence
from parkplan.compare.pieces import Pieces, pieces_of
from parkplan.compare.ranking import rank_options, regrets
from parkplan.data.typologies import load_assumptions, load_option_assumptions, load_typologies
from parkplan.data.workspace import open_workspace
from parkplan.i18n import Text, language
from parkplan.jobs import scenario as work
from parkplan.jobs.compare import compare
from parkplan.jobs.compare_files import document, export_comparison
from parkplan.jobs.compare_tables import rests_on
from parkplan.layout.scenario import apply_edits
from parkplan.model.options import DemandCase, OptionMeasures, PriceCase
from parkplan.model.scenarios import Edit

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

LIBRARY = Library(load_typologies(), load_assumptions(), load_option_assumptions())
X, Y = 500_000.0, 2_500_000.0
PARCELS = gpd.GeoDataFrame(
    {"parcel_id": list("ABCD"), "land_use": ["1001"] * 4, "floor_area_m2": [5_000.0] * 4},
    geometry=[shapely.box(X + 100 * i, Y, X + 100 * i + 100, Y + 100) for i in range(4)],
    crs="EPSG:4547",
)
DISTRICT = district_of(PARCELS, {}, LIBRARY.options)


def option(*edits: Edit) -> Pieces:
    return pieces_of(DISTRICT, apply_edits(PARCELS, edits), LIBRARY.typologies, LIBRARY.reuse)


HIGH = Edit("typology", ("B",), "high_rise_industry")
GREEN = Edit("typology", ("C",), "green_buffer")
ROAD = Edit("road", shape=shapely.box(X + 180, Y - 10, X + 220, Y + 110).wkt, id="road-1")


def test_a_difference_by_hand() -> None:
    """B gains floor (0.5 to 3.0), C loses it, and a road of 40 m over both takes 20 m from each."""
    first, second = option(), option(HIGH, GREEN)
    found = difference(first, second)
    assert sorted(found.kind.tolist()) == ["gained", "lost"]
    assert (found.area_of("gained"), found.area_of("lost")) == pytest.approx((10_000, 10_000), rel=1e-4)
    assert transitions(found, first, second) == pytest.approx({("industry", "green"): 10_000}, rel=1e-4)
    with_road = difference(second, option(HIGH, GREEN, ROAD))
    assert with_road.area_m2.sum() == pytest.approx(40 * 120, rel=1e-3)
    moved = transitions(with_road, second, option(HIGH, GREEN, ROAD))
    assert moved == pytest.approx(
        {("industry", "road"): 2000, ("green", "road"): 2000, ("outside", "road"): 800}, rel=1e-3
    )


EDITS = st.lists(
    st.one_of(
        st.builds(
            lambda parcel, typology: Edit("typology", (parcel,), typology),
            st.sampled_from("ABCD"),
            st.sampled_from(sorted(LIBRARY.typologies)),
        ),
        st.builds(lambda parcel: Edit("far", (parcel,), 2.0), st.sampled_from("ABCD")),
        st.builds(
            lambda west, n: Edit("green", shape=shapely.box(X + west, Y, X + west + 30, Y + 100).wkt, id=f"g{n}"),
            st.integers(0, 400), st.integers(1, 2),
        ),
        st.just(Edit("merge", ("A", "B"))),
    ),
    max_size=5,
)  # fmt: skip


@given(EDITS, EDITS)
def test_a_difference_is_symmetric_and_empty_with_itself(first: list[Edit], second: list[Edit]) -> None:
    one, other = option(*first), option(*second)
    assert len(difference(one, one)) == 0
    there, back = difference(one, other), difference(other, one)
    assert there.area_of("gained") == pytest.approx(back.area_of("lost"), abs=1)
    assert there.area_of("lost") == pytest.approx(back.area_of("gained"), abs=1)
    assert there.area_of("changed") == pytest.approx(back.area_of("changed"), abs=1)
    assert there.area_m2.sum() <= one.area_m2.sum() + other.area_m2.sum()


def test_where_options_agree() -> None:
    options = [option(HIGH, GREEN), option(HIGH, GREEN), option(HIGH, Edit("typology", ("C",), "road"))]
    assert consensus(options, 4).tolist() == ["as_it_is", "agreed", "differ", "as_it_is"]
    assert consensus([options[0], option(HIGH)], 4).tolist() == ["as_it_is", "agreed", "partly", "as_it_is"]
    assert consensus([options[0]], 4).tolist() == ["as_it_is", "agreed", "agreed", "as_it_is"]
    assert set(consensus([options[0], options[0]], 4)) == {"as_it_is", "agreed"}


def measures(**values: float) -> OptionMeasures:
    given = dict.fromkeys(MEASURES, 0.0) | values
    return OptionMeasures(values=given, known={}, balance={}, district_m2=1.0)


def test_ranks_by_hand() -> None:
    """Utilities (1, 0), (0, 1), (.5, .5), and one that is the worst of all."""
    options = [
        measures(jobs=100, cost_yuan=30),
        measures(jobs=0, cost_yuan=10),
        measures(jobs=50, cost_yuan=20),
        measures(jobs=0, cost_yuan=30),
    ]
    found = rank_options(options, {"jobs": 0.6, "cost_yuan": 0.4})
    assert found.utility.tolist() == [[1, 0], [0, 1], [0.5, 0.5], [0, 0]]
    assert found.score.tolist() == pytest.approx([0.6, 0.4, 0.5, 0.0])
    assert found.order == [0, 2, 1, 3]
    assert found.dominated_by == ((), (), (), (0, 1, 2))
    assert found.turning == pytest.approx({"jobs": 0.5, "cost_yuan": 0.5})
    # over all weights the first two win half of the time each, with mean weights 3/4 and 1/4; the third never
    assert found.any_weights.p_first == pytest.approx([0.5, 0.5, 0.0, 0.0], abs=0.03)
    assert found.any_weights.central_weights[0] == pytest.approx([0.75, 0.25], abs=0.02)
    assert found.better[0, 3] == 1.0
    assert found.better + found.better.T == pytest.approx(np.ones((4, 4)))
    alike = rank_options([options[0], options[0]], {"jobs": 1.0})
    assert alike.tie
    assert alike.dominated_by == ((), ())


def test_regret_by_hand() -> None:
    """Without discount over ten years: A adds 10 a year for 60, B adds 30 for 200 and needs demand for 100 m²."""
    reuse = load_assumptions()
    years = reuse.horizon_years.model_copy(update={"value": 10.0})
    rate = reuse.discount_rate.model_copy(update={"value": 0.0})
    plain = reuse.model_copy(update={"horizon_years": years, "discount_rate": rate})
    title = LIBRARY.options.prices[0].title
    assumed = LIBRARY.options.model_copy(
        update={
            "prices": (PriceCase(id="p", title=title, yield_factor=1.0, cost_factor=1.0),),
            "demands": (
                DemandCase(id="low", title=title, floor_m2=50.0),
                DemandCase(id="high", title=title, floor_m2=1000.0),
            ),
        }
    )
    options = [
        measures(tax_yuan=10, cost_yuan=60, floor_area_m2=40),
        measures(tax_yuan=30, cost_yuan=200, floor_area_m2=100),
    ]
    found = regrets(options, measures(), plain, assumed)
    assert found.cases == (("p", "low"), ("p", "high"))
    assert found.value_yuan.tolist() == pytest.approx(np.array([[40.0, 40.0], [-50.0, 100.0]]))
    assert found.regret_yuan.tolist() == pytest.approx(np.array([[0.0, 60.0], [90.0, 0.0]]))
    assert found.worst.tolist() == pytest.approx([60, 90])
    assert found.choice == 0


@pytest.fixture
def ws(handmade_workspace: Path, tmp_path: Path) -> Workspace:
    place = tmp_path / "copy.parkplan"
    shutil.copytree(handmade_workspace, place)
    made = open_workspace(place)
    for name, typology in (("A", "standard_factory"), ("B", "high_rise_industry"), ("C", "green_buffer")):
        work.new_scenario(made, name, actor="张工")
        work.edit_scenario(made, name, [Edit("typology", ("JH-002", "JH-003"), typology)], actor="张工")
    return made


def test_every_number_of_the_memo_can_be_traced(ws: Workspace) -> None:
    found = compare(ws, ["A", "B", "C"])
    told = document(found)
    known = {one["name"]: one["measures"] for one in told["options"]} | {"base": told["base"] | {}}
    results = {"score", "p_first", "dominated_by", "turning", "regret"}
    assert found.memo
    for sentence in found.memo:
        assert sentence.rests_on
        for name, what in sentence.rests_on:
            assert what in results or what in known[name]
    first = found.memo[0]
    change = found.options[0].measures.values["jobs"] - found.base.measures.values["jobs"]
    assert f"{change:,.0f} 人" in first.text.zh
    assert f"{change:,.0f} persons" in first.text.en
    assert all(not re.search(r"nan|\{|\}", sentence.text.zh + sentence.text.en) for sentence in found.memo)


def test_what_a_sentence_rests_on_is_told_by_titles(ws: Workspace) -> None:
    by_hand = Sentence(Text("", ""), ((BASE, "output_yuan"), ("A", "tax_yuan"), ("A", "score")))
    for chosen, told in (
        ("zh", "现状：年产值；A：年税收、综合得分"),
        ("en", "As it is: Annual output; A: Annual tax, score"),
    ):
        with language(chosen):
            found = compare(ws, ["A", "B", "C"])
            assert rests_on(found, by_hand) == told
            assert not [one for one in found.memo if re.search(r"\bbase\b|_", rests_on(found, one))]


def test_what_cannot_be_compared(ws: Workspace) -> None:
    for names in (["A"], ["A", "A"], ["A"] * 7):
        with pytest.raises(RequestError):
            compare(ws, names)
    with pytest.raises(RequestError, match="nobody"):
        compare(ws, ["A", "nobody"])
    for weights in ({"median_block_m2": 1.0}, {"jobs": -1.0}, {"jobs": 0.0}):
        with pytest.raises(RequestError):
            compare(ws, ["A", "B"], weights)


def test_a_typology_that_is_gone_is_named(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = replace(LIBRARY, typologies={"standard_factory": LIBRARY.typologies["standard_factory"]})
    monkeypatch.setattr("parkplan.jobs.scenario_state.library", lambda: lacking)
    with pytest.raises(RequestError, match="high_rise_industry"):
        compare(ws, ["A", "B"])


def test_the_command_line_and_the_files(ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "compare.json"
    assert main(["compare", ws.address, "base", "A", "B", "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in said["options"]] == ["现状", "A", "B"]
    assert json.loads(out.read_text(encoding="utf-8"))["options"] == said["options"]
    assert said["differences"][0]["gained_m2"] == pytest.approx(20_000, rel=1e-3)
    found = compare(ws, ["A", "C"])
    for ending in (".xlsx", ".csv", ".geojson", ".gpkg"):
        assert export_comparison(found, tmp_path / f"x{ending}").stat().st_size > 200
    shapes = gpd.read_file(tmp_path / "x.gpkg")
    assert set(shapes["kind"]) == {"lost"}
    assert main(["compare", ws.address, "A", "B", "--weight", "jobs=1", "--weight", "cost_yuan=1"]) == 0
    assert main(["compare", ws.address, "A", "B", "--weight", "jobs"]) == 2
    assert main(["compare", ws.address, "A", "B", "--out", str(tmp_path / "x.doc")]) == 2
