"""Rows to classes: against frames whose classes can be told by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkplan._errors import DefinitionError
from parkplan.data.layers import load_layers
from parkplan.model.layers import CategoryStyle, LayerSpec, Palette, PaletteClass, Text
from parkplan.render.classes import NOT_DRAWN, Classified, classify

MU = 2000 / 3


def titles(result: Classified) -> list[str | None]:
    return [result.classes[code].title if code >= 0 else None for code in result.codes]


def layer(name: str, frame: pd.DataFrame, language: str = "zh") -> Classified:
    found = load_layers()
    return classify(frame, found.layers[name], found.palettes, "en" if language == "en" else "zh")


def test_status_known_unknown_and_not_listed() -> None:
    frame = pd.DataFrame({"status": ["idle", None, "demolished", "idle", "in_use"]})
    result = layer("parcels_by_status", frame)
    assert titles(result) == ["闲置", "状态未知", "其他", "闲置", "已供已用"]
    assert {entry.title: entry.count for entry in result.present} == {
        "已供已用": 1,
        "闲置": 2,
        "其他": 1,
        "状态未知": 1,
    }
    assert result.codes.dtype == np.int16
    assert [entry.index for entry in result.classes] == list(range(len(result.classes)))


def test_rows_outside_the_layer_are_not_drawn() -> None:
    frame = pd.DataFrame({"status": ["idle", "in_use", None, "low_efficiency", "below_contract"]})
    result = layer("low_efficiency_land", frame)
    assert titles(result) == [None, None, None, "低效", "投而未达标"]
    assert result.codes[0] == NOT_DRAWN
    assert result.drawn.tolist() == [False, False, False, True, True]
    assert sum(entry.count for entry in result.classes) == 2


def test_land_use_by_longest_beginning_drawn_as_its_parent() -> None:
    frame = pd.DataFrame({"land_use": ["100102", "1001", "10011", "0902", "0901", "99", "", None]})
    result = layer("current_land_use", frame)
    assert titles(result) == [
        "工业用地",
        "工业用地",
        "工业用地",
        "商业服务业用地",
        "商业服务业用地",
        "其他代码",
        "用地未知",
        "用地未知",
    ]


@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_the_kind_of_text_column_does_not_matter(dtype: str) -> None:
    frame = pd.DataFrame({"status": pd.Series(["idle", None, "in_use"], dtype=dtype)})
    assert titles(layer("parcels_by_status", frame)) == ["闲置", "状态未知", "已供已用"]
    assert titles(layer("idle_land", frame)) == ["闲置", None, None]


def test_codes_held_as_numbers_and_truth_values_find_their_class() -> None:
    palette = Palette(
        id="p",
        title=Text(zh="色", en="p"),
        source="test",
        classes=(
            PaletteClass(value="3", colour="#000000", title=Text(zh="三", en="three")),
            PaletteClass(value="true", colour="#ffffff", title=Text(zh="是", en="yes")),
        ),
    )
    base = load_layers().layers["streets"]

    def classes_of(values: pd.Series) -> list[str | None]:
        spec: LayerSpec = base.model_copy(update={"style": CategoryStyle(kind="category", column="x", palette="p")})
        return titles(classify(pd.DataFrame({"x": values}), spec, {"p": palette}, "zh"))

    assert classes_of(pd.Series([3.0, np.nan, 4.5])) == ["三", "未知", "其他"]
    assert classes_of(pd.Series([3, 4])) == ["三", "其他"]
    assert classes_of(pd.Series([True, False, None], dtype="boolean")) == ["是", "其他", "未知"]
    assert classes_of(pd.Series([" 3 "])) == ["三"]


def test_tax_per_mu_in_its_classes_with_units() -> None:
    yuan = [1.9e4, 2e4, 24.9e4, 25e4, 9e4, None, 5e4]
    area = [MU, MU, MU, MU, MU, MU, 0.0]
    result = layer("tax_per_mu", pd.DataFrame({"tax_yuan": yuan, "site_area_m2": area}))
    assert titles(result) == [
        "< 2 万元/亩",
        "2–5 万元/亩",
        "15–25 万元/亩",
        "≥ 25 万元/亩",
        "5–10 万元/亩",
        "未知",
        "未知",
    ]
    english = layer("tax_per_mu", pd.DataFrame({"tax_yuan": yuan, "site_area_m2": area}), "en")
    assert titles(english)[0] == "< 2 10k CNY/mu"


def test_ratio_has_no_unit() -> None:
    frame = pd.DataFrame({"floor_area_m2": [400.0, 5000.0], "site_area_m2": [1000.0, 1000.0]})
    assert titles(layer("floor_area_ratio", frame)) == ["< 0.5", "≥ 2"]


def test_one_class_takes_the_title_of_the_layer() -> None:
    result = layer("streets", pd.DataFrame({"name": ["a", "b"]}))
    assert [(entry.title, entry.count) for entry in result.classes] == [("街道界线", 2)]


def test_widths_and_signs_travel_with_the_classes() -> None:
    roads = layer("roads", pd.DataFrame({"class": ["expressway", "minor"]}))
    assert [roads.classes[code].width_px for code in roads.codes] == [5.0, 1.6]
    sites = layer("facilities", pd.DataFrame({"kind": ["fire_station"]}))
    assert sites.classes[sites.codes[0]].glyph == "消"


def test_a_missing_column_is_said() -> None:
    with pytest.raises(DefinitionError, match="status"):
        layer("parcels_by_status", pd.DataFrame({"x": [1]}))
    with pytest.raises(DefinitionError, match="tax_yuan"):
        layer("tax_per_mu", pd.DataFrame({"site_area_m2": [1.0]}))


def test_no_rows() -> None:
    result = layer("parcels_by_status", pd.DataFrame({"status": pd.Series([], dtype="str")}))
    assert len(result.codes) == 0
    assert result.present == ()


def test_counts_over_some_rows() -> None:
    result = layer("parcels_by_status", pd.DataFrame({"status": ["idle", "in_use", "idle"]}))
    some = result.among(np.array([True, True, False]))
    assert {entry.title: entry.count for entry in some.present} == {"已供已用": 1, "闲置": 1}
    assert [entry.index for entry in some.classes] == [entry.index for entry in result.classes]


@given(st.lists(st.sampled_from(["idle", "in_use", "low_efficiency", "nonsense", None]), max_size=30), st.randoms())
def test_the_order_of_rows_does_not_matter(values: list[str | None], random: object) -> None:
    place = list(range(len(values)))
    random.shuffle(place)  # type: ignore[attr-defined]
    straight = titles(layer("parcels_by_status", pd.DataFrame({"status": pd.Series(values, dtype=object)})))
    mixed = titles(
        layer("parcels_by_status", pd.DataFrame({"status": pd.Series([values[i] for i in place], dtype=object)}))
    )
    assert [straight[i] for i in place] == mixed
    assert len(straight) == len(values)
