"""Reading layer definitions: faulty files are explained, all at once, with line and way out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from parkplan._errors import DefinitionError
from parkplan.data import definitions
from parkplan.data.layers import columns_of, load_layers
from parkplan.data.targets import load_targets

LAYERS = Path(__file__).parents[2] / "layers"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "layers"
    shutil.copytree(LAYERS, copy)
    return copy


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder: Path, language: str = "zh") -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_layers(folder)
    return caught.value.sentences("en" if language == "en" else "zh")[1:]


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (
            "idle_land.yaml",
            "symbol:",
            "symbl:",
            "layers/idle_land.yaml 第 11 行 symbl：没有“symbl”这个字段，是否想写“symbol”？",
        ),
        (
            "idle_land.yaml",
            "column: status",
            "column: statis",
            "layers/idle_land.yaml 第 10 行 style.column：表中没有字段“statis”，是否想写“status”？",
        ),
        (
            "idle_land.yaml",
            "status == 'idle'",
            "status == 'idel'",
            "layers/idle_land.yaml 第 9 行 where：代码表中没有取值“idel”，是否想写“idle”？",
        ),
        (
            "roads.yaml",
            "table: roads",
            "table: rods",
            "layers/roads.yaml 第 8 行 table：没有数据表“rods”，是否想写“roads”？",
        ),
        (
            "roads.yaml",
            "palette: road_classes",
            "palette: road_class",
            "layers/roads.yaml 第 9 行 style.palette：styles 文件夹中没有色板“road_class”，是否想写“road_classes”？",
        ),
        (
            "roads.yaml",
            "opacity: 1.0",
            "opacity: 3.0",
            "layers/roads.yaml 第 10 行 symbol.opacity：3.0 不能大于 1.0。",
        ),
        (
            "tax_per_mu.yaml",
            "unit: wan_yuan_per_mu",
            "unit: wan_per_mu",
            "layers/tax_per_mu.yaml 第 12 行 style.unit：没有单位“wan_per_mu”，是否想写“wan_yuan_per_mu”？",
        ),
        (
            "tax_per_mu.yaml",
            "[2, 5",
            "[6, 5",
            "layers/tax_per_mu.yaml 第 9 行 style：分级界限 bounds 应由小到大且互不相同。",
        ),
        (
            "tax_per_mu.yaml",
            "15, 25]",
            "15]",
            "layers/tax_per_mu.yaml 第 9 行 style：颜色 colours 的个数应比界限 bounds 多一个。",
        ),
        (
            "streets.yaml",
            "id: streets",
            "id: street",
            "layers/streets.yaml 第 2 行 id：编号“street”与文件名不一致；请改为“streets”，或给文件改名。",
        ),
        (
            "streets.yaml",
            "visible: true",
            "visible: yes please",
            "layers/streets.yaml 第 13 行 visible：“yes please”的类型不对，此处应为 bool；代码类文字请加引号。",
        ),
        (
            "streets.yaml",
            "group: base",
            "group: parks",
            "layers/streets.yaml 第 7 行 group：图层写的组是“parks”，目录却把它列在“base”；请改成一致。",
        ),
        (
            "styles/water.yaml",
            "#a5cfe6",
            "blue",
            "styles/water.yaml 第 7 行 classes.0.colour：“blue”格式不对，应符合 ^#[0-9a-f]{6}$"
            '（颜色写作 "#1f4e9c"，编号用小写字母、数字和下划线）。',
        ),
        (
            "styles/land_use.yaml",
            'shown_as: "01"',
            'shown_as: "0102"',
            "styles/land_use.yaml 第 3 行 —：shown_as 须指向本色板中单独列出的取值；请改正。",
        ),
    ],
)
def test_one_fault_is_one_sentence(folder: Path, name: str, old: str, new: str, sentence: str) -> None:
    change(folder, name, old, new)
    assert faults(folder) == [sentence]


def test_every_fault_of_every_file_at_once_in_both_languages(folder: Path) -> None:
    change(folder, "idle_land.yaml", "symbol:", "symbl:")
    change(folder, "idle_land.yaml", "visible: false", "visible: maybe")
    change(folder, "roads.yaml", "column: class", "column: klass")
    change(folder, "roads.yaml", "opacity: 1.0", "opacity: 3.0")
    (folder / "styles" / "water.yaml").write_text("a: [", encoding="utf-8")
    places = [line.split("：", 1)[0] for line in faults(folder)]
    assert places == [
        "layers/idle_land.yaml 第 11 行 symbl",
        "layers/idle_land.yaml 第 15 行 visible",
        "layers/roads.yaml 第 9 行 style.column",
        "layers/roads.yaml 第 10 行 symbol.opacity",
        "styles/water.yaml 第 1 行",
    ]
    english = faults(folder, "en")
    assert english[0] == ("layers/idle_land.yaml, line 11, symbl: there is no field “symbl”; did you mean “symbol”?")
    assert len(english) == 5


def test_a_formula_of_the_wrong_kind_says_what_and_where(folder: Path) -> None:
    change(folder, "tax_per_mu.yaml", "value: tax_yuan / site_area_m2", "value: status / site_area_m2")
    first, second = faults(folder)
    assert first.startswith("layers/tax_per_mu.yaml 第 11 行 style.value：")
    assert "status / site_area_m2" in second


def test_catalogue_and_files_must_agree(folder: Path) -> None:
    (folder / "streets.yaml").unlink()
    change(folder, "catalog.yaml", "facilities]", "facilities, facilities]")
    shutil.copy(folder / "water.yaml", folder / "lakes.yaml")
    change(folder, "lakes.yaml", "id: water", "id: lakes")
    text = "\n".join(faults(folder))
    assert "目录列出的图层“streets”没有定义文件" in text
    assert "图层“facilities”在目录中列了两次" in text
    assert "图层文件 lakes.yaml 没有列入目录" in text


def test_a_field_given_twice_is_a_fault(folder: Path) -> None:
    path = folder / "water.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "visible: false\n", encoding="utf-8")
    (sentence,) = faults(folder)
    assert sentence.endswith("visible：同一字段写了两次；请删去一处。")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"\xff\xfe\x00", "不是 UTF-8"),
        (b"", "类型不对"),
        (b"- 1\n- 2\n", "类型不对"),
        (b"!!python/object/apply:os.system ['true']\n", "类型不对"),
        (b"a: &x [*x]\n", "不支持 YAML 引用"),
        (b"[" * 100_000, "不合 YAML"),
        (b"x" * 1_000_001, "超过 1000000 字节"),
    ],
)
def test_files_that_are_no_definitions(folder: Path, content: bytes, part: str) -> None:
    (folder / "water.yaml").write_bytes(content)
    assert any(part in line and "layers/water.yaml" in line for line in faults(folder))


def test_template_syntax_in_a_title_is_kept_as_it_is(folder: Path) -> None:
    change(folder, "water.yaml", "zh: 水系", 'zh: "{{7*7}} ${x} {0}"')
    assert load_layers(folder).layers["water"].title.zh == "{{7*7}} ${x} {0}"
    change(folder, "water.yaml", "visible:", "'{visible}':")
    assert any("“{visible}”" in line for line in faults(folder))


def test_a_changed_file_is_read_again(folder: Path) -> None:
    before = load_layers(folder)
    assert load_layers(folder) is before
    change(folder, "water.yaml", "zh: 水系", "zh: 水体分布")
    assert load_layers(folder).layers["water"].title.zh == "水体分布"


def test_folder_by_environment_and_its_absence(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    change(folder, "water.yaml", "zh: 水系", "zh: 水网")
    monkeypatch.setenv(definitions.VARIABLE, str(folder))
    assert load_layers().layers["water"].title.zh == "水网"
    monkeypatch.setenv(definitions.VARIABLE, str(tmp_path / "none"))
    with pytest.raises(DefinitionError, match="PARKPLAN_LAYERS"):
        load_layers()


def test_installed_copy_serves_where_there_is_no_checkout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(definitions.VARIABLE, raising=False)
    monkeypatch.setattr(definitions, "CHECKOUT", folder.parent / "absent")
    monkeypatch.setattr(definitions, "PACKAGED", folder)
    assert definitions.definitions_folder() == folder.resolve()


def test_faulty_targets_are_explained(folder: Path) -> None:
    change(folder, "targets/manufacturing_2025.yaml", "id: advanced_manufacturing_share", "id: tech_credit")
    change(folder, "targets/manufacturing_2025.yaml", "target: 700", "target: viele")
    with pytest.raises(DefinitionError) as caught:
        load_targets(folder)
    assert [line.split("：")[0] for line in caught.value.sentences("zh")[1:]] == [
        "targets/manufacturing_2025.yaml 第 29 行 targets.3.target"
    ]
    change(folder, "targets/manufacturing_2025.yaml", "target: viele", "target: 700")
    with pytest.raises(DefinitionError, match="tech_credit"):
        load_targets(folder)


def test_order_and_needs_of_layers() -> None:
    found = load_layers()
    order = [spec.id for spec in found.ordered()]
    assert len(order) == len(found.layers)
    assert order.index("industrial_new_town") < order.index("parcels_by_status") < order.index("water")
    assert columns_of(found.layers["special_parks"]) == ("kind", "lead_cluster")
    assert columns_of(found.layers["streets"]) == ()


def test_longest_beginning_of_a_code() -> None:
    palette = load_layers().palettes["land_use"]
    exact, longer = palette.find("100109"), palette.find("100109", "longest_prefix")
    assert exact is None
    assert longer is not None
    assert longer.value == "1001"
    assert palette.find("99", "longest_prefix") is None
