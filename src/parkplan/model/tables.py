"""The canonical tables: which columns a district has, in which unit, and what they are called.

Columns hold SI units with the unit in the name, dates as dates, codes as text. A missing value means unknown.
Columns of a source file that match none of these are kept under their own names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from parkplan.i18n import Text
from parkplan.model import codes

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "number", "integer", "date", "boolean", "code"]
Geometry = Literal["polygon", "line", "point"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, the unit it is stored in, the unit it is shown in, and its titles.

    ``unit`` and ``shown_in`` are keys of `parkplan.units.UNITS`; ``codes`` lists the values of an enumerated column.
    ``land_use`` columns hold codes of the national land-use classification, which is kept in the layer styles.
    """

    name: str
    title: Text
    kind: Kind = "text"
    unit: str | None = None
    shown_in: str | None = None
    codes: Mapping[str, Text] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its key column, geometry and columns."""

    name: str
    title: Text
    key: str
    geometry: Geometry
    columns: tuple[Column, ...]
    rows_of: str | None = None
    """The table whose rows a derived table has, one for each, in the same order."""

    def column(self, name: str) -> Column | None:
        """Return a canonical column, or None for a column that the source file brought."""
        return next((column for column in self.columns if column.name == name), None)


def _text(name: str, zh: str, en: str) -> Column:
    return Column(name, Text(zh, en))


def _code(name: str, zh: str, en: str, values: Mapping[str, Text]) -> Column:
    return Column(name, Text(zh, en), "code", codes=values)


def _number(name: str, zh: str, en: str, unit: str, shown_in: str | None = None) -> Column:
    return Column(name, Text(zh, en), "number", unit, shown_in or unit)


def _integer(name: str, zh: str, en: str, unit: str = "count") -> Column:
    return Column(name, Text(zh, en), "integer", unit, unit)


def _day(name: str, zh: str, en: str) -> Column:
    return Column(name, Text(zh, en), "date")


def _yes_no(name: str, zh: str, en: str) -> Column:
    return Column(name, Text(zh, en), "boolean")


PARCELS: Final = Table(
    "parcels",
    Text("地块", "Parcels"),
    "parcel_id",
    "polygon",
    (
        _text("parcel_id", "宗地编号", "Parcel no."),
        _text("name", "地块名称", "Name"),
        _text("holder", "土地使用权人", "Land-use right holder"),
        _text("street", "街道", "Street (sub-district)"),
        _text("park_id", "所属园区", "Park"),
        _text("land_use", "现状用地", "Land use"),
        _code("status", "供地与利用状态", "Status", codes.PARCEL_STATUS),
        _text("industry_code", "行业代码", "Industry code"),
        _code("cluster", "产业集群", "Cluster", codes.CLUSTER),
        _number("site_area_m2", "登记面积", "Registered area", "m2", "mu"),
        _number("floor_area_m2", "总建筑面积", "Floor area", "m2"),
        _number("footprint_m2", "建筑基底面积", "Building footprint", "m2"),
        _number("far_min", "容积率下限", "Minimum FAR", "ratio"),
        _number("far_max", "容积率上限", "Maximum FAR", "ratio"),
        _day("supplied_on", "供地日期", "Supplied on"),
        _day("handed_over_on", "交地日期", "Handed over on"),
        _day("start_agreed_on", "约定动工日期", "Agreed start"),
        _day("started_on", "实际动工日期", "Started on"),
        _day("finish_agreed_on", "约定竣工日期", "Agreed completion"),
        _day("finished_on", "实际竣工日期", "Completed on"),
        _day("suspended_on", "停建日期", "Suspended on"),
        _number("developed_area_m2", "已动工开发面积", "Developed area", "m2", "mu"),
        _number("investment_yuan", "已投资额", "Investment", "yuan", "wan_yuan"),
        _number("investment_agreed_yuan", "约定投资额", "Agreed investment", "yuan", "wan_yuan"),
        _number("output_yuan", "年产值", "Annual output", "yuan", "wan_yuan"),
        _number("tax_yuan", "年税收", "Annual tax", "yuan", "wan_yuan"),
        _number("value_added_yuan", "年工业增加值", "Annual value added", "yuan", "wan_yuan"),
        _number("energy_tce", "综合能耗", "Energy use", "tce"),
        _integer("employees", "从业人数", "Employees", "person"),
        _number("rnd_yuan", "研发经费", "R&D spending", "yuan", "wan_yuan"),
        _yes_no("government_cause", "政府原因延误", "Delay caused by government"),
    ),
)

BUILDINGS: Final = Table(
    "buildings",
    Text("建筑", "Buildings"),
    "building_id",
    "polygon",
    (
        _text("building_id", "建筑编号", "Building no."),
        _text("parcel_id", "宗地编号", "Parcel no."),
        _integer("storeys", "层数", "Storeys", "storey"),
        _number("height_m", "高度", "Height", "m"),
        _number("floor_area_m2", "建筑面积", "Floor area", "m2"),
        _number("storey_height_m", "首层层高", "Ground-floor height", "m"),
        _code("use", "用途", "Use", codes.BUILDING_USE),
        _integer("built_year", "建成年份", "Year built", "year"),
        _code("quality", "质量", "Quality", codes.BUILDING_QUALITY),
    ),
)

ENTERPRISES: Final = Table(
    "enterprises",
    Text("企业", "Enterprises"),
    "enterprise_id",
    "point",
    (
        _text("enterprise_id", "企业编号", "Enterprise no."),
        _text("name", "企业名称", "Name"),
        _text("industry_code", "行业代码", "Industry code"),
        _code("cluster", "产业集群", "Cluster", codes.CLUSTER),
        _text("parcel_id", "宗地编号", "Parcel no."),
        _yes_no("above_scale", "规上企业", "Above designated size"),
        _yes_no("high_tech", "高新技术企业", "High-tech enterprise"),
        _number("output_yuan", "年产值", "Annual output", "yuan", "wan_yuan"),
        _number("tax_yuan", "年税收", "Annual tax", "yuan", "wan_yuan"),
        _integer("employees", "从业人数", "Employees", "person"),
        _number("rnd_yuan", "研发经费", "R&D spending", "yuan", "wan_yuan"),
        _number("leased_floor_m2", "租赁建筑面积", "Leased floor area", "m2"),
    ),
)

PARKS: Final = Table(
    "parks",
    Text("园区", "Parks"),
    "park_id",
    "polygon",
    (
        _text("park_id", "园区编号", "Park no."),
        _text("name", "园区名称", "Name"),
        _code("kind", "类别", "Kind", codes.PARK_KIND),
        _code("lead_cluster", "主导产业集群", "Lead cluster", codes.CLUSTER),
        _number("planned_area_m2", "规划面积", "Planned area", "m2", "hectare"),
    ),
)

ROADS: Final = Table(
    "roads",
    Text("道路", "Roads"),
    "road_id",
    "line",
    (
        _text("road_id", "道路编号", "Road no."),
        _text("name", "路名", "Name"),
        _code("class", "等级", "Class", codes.ROAD_CLASS),
        _number("width_m", "红线宽度", "Width", "m"),
        _integer("lanes", "车道数", "Lanes", "lane"),
    ),
)

WATER: Final = Table(
    "water",
    Text("水系", "Water"),
    "water_id",
    "polygon",
    (
        _text("water_id", "水体编号", "Water body no."),
        _text("name", "名称", "Name"),
        _code("kind", "类别", "Kind", codes.WATER_KIND),
    ),
)

CONSTRAINTS: Final = Table(
    "constraints",
    Text("控制线", "Constraint lines"),
    "constraint_id",
    "polygon",
    (
        _text("constraint_id", "编号", "No."),
        _text("name", "名称", "Name"),
        _code("kind", "类别", "Kind", codes.CONSTRAINT_KIND),
        _code("severity", "管控强度", "Severity", codes.SEVERITY),
    ),
)

LAND_USE_PLAN: Final = Table(
    "land_use_plan",
    Text("规划用地", "Planned land use"),
    "zone_id",
    "polygon",
    (
        _text("zone_id", "规划地块编号", "Zone no."),
        _text("land_use", "规划用地", "Planned land use"),
        _number("far_min", "容积率下限", "Minimum FAR", "ratio"),
        _number("far_max", "容积率上限", "Maximum FAR", "ratio"),
        _number("density_max", "建筑密度上限", "Maximum density", "ratio", "percent"),
        _number("height_max_m", "建筑限高", "Maximum height", "m"),
        _number("green_min", "绿地率下限", "Minimum green share", "ratio", "percent"),
    ),
)

FACILITIES: Final = Table(
    "facilities",
    Text("配套设施", "Facilities"),
    "facility_id",
    "point",
    (
        _text("facility_id", "设施编号", "Facility no."),
        _text("name", "名称", "Name"),
        _code("kind", "类别", "Kind", codes.FACILITY_KIND),
        _number("capacity", "规模", "Capacity", "count"),
    ),
)

STREETS: Final = Table(
    "streets",
    Text("街道", "Streets (sub-districts)"),
    "street_id",
    "polygon",
    (
        _text("street_id", "街道代码", "Code"),
        _text("name", "街道名称", "Name"),
    ),
)

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        PARCELS,
        BUILDINGS,
        ENTERPRISES,
        PARKS,
        ROADS,
        WATER,
        CONSTRAINTS,
        LAND_USE_PLAN,
        FACILITIES,
        STREETS,
    )
}

SCREENING: Final = Table(
    "screening",
    Text("研判结论", "Verdicts"),
    "parcel_id",
    "polygon",
    (
        *(
            column
            for column in PARCELS.columns
            if column.name
            in {"parcel_id", "name", "holder", "street", "park_id", "land_use", "status", "industry_code", "cluster"}
        ),
        _code("verdict", "研判结论", "Verdict", codes.VERDICT),
        _code("rule_verdict", "规则结论", "Verdict of the rules", codes.VERDICT),
        _text("override", "人工认定", "Override"),
        _code("stage", "利用阶段", "Life-cycle stage", codes.PARCEL_STATUS),
        _text("flags", "成立的规则", "Rules that hold"),
        _number("p_holds", "规则成立把握", "Chance that a rule holds", "ratio", "percent"),
        _number("site_area_m2", "用地面积", "Site area", "m2", "mu"),
        _number("score", "得分", "Score", "count"),
        _number("score_low", "得分下限", "Lowest score", "count"),
        _number("score_high", "得分上限", "Highest score", "count"),
        _number("closeness", "理想解贴近度", "Closeness to the ideal", "ratio"),
        _number("reliability", "可靠度", "Reliability", "ratio", "percent"),
        _integer("rank", "排名", "Rank"),
        _integer("rank_low", "排名上界", "Best rank"),
        _integer("rank_high", "排名下界", "Worst rank"),
        _number("p_top10", "进前十概率", "Chance of the first ten", "ratio", "percent"),
        _integer("block_id", "连片编号", "Block"),
        _integer("block_parcels", "连片宗数", "Parcels in the block"),
        _number("block_area_m2", "连片面积", "Area of the block", "m2", "hectare"),
        _number("far", "容积率", "Floor area ratio", "ratio"),
        _number("building_density", "建筑密度", "Building density", "ratio", "percent"),
        _number("tax_yuan_per_m2", "亩均税收", "Tax per mu", "yuan_per_m2", "wan_yuan_per_mu"),
        _number("output_yuan_per_m2", "亩均产值", "Output per mu", "yuan_per_m2", "wan_yuan_per_mu"),
        _number("vacancy", "空置率", "Vacancy", "ratio", "percent"),
        _number("plan_conformity", "规划符合比例", "Share in keeping with the plan", "ratio", "percent"),
        _number("constraint_share", "禁止线占比", "Share under forbidding lines", "ratio", "percent"),
        _number("mu_benefit_score", "亩均效益得分", "Mu-benefit score", "count"),
        _text("mu_benefit_class", "亩均效益档次", "Mu-benefit class"),
    ),
    rows_of="parcels",
)

HEXAGONS: Final = Table(
    "cluster_hexagons",
    Text("企业六边形", "Hexagons of enterprises"),
    "cell_id",
    "polygon",
    (
        _text("cell_id", "格编号", "Cell"),
        _code("cluster", "集群", "Cluster", codes.CLUSTER_SHOWN),
        _integer("firms", "企业数", "Enterprises"),
        _code("kind", "局部莫兰类型", "Local Moran", codes.ASSOCIATION),
        _code("spot", "冷热点", "Hot or cold spot", codes.SPOT),
        _number("g_star", "Gi* 的 z 值", "z of Gi*", "ratio"),
        _number("p", "p 值（双侧）", "p (two-sided)", "probability"),
    ),
)

HEAT: Final = Table(
    "enterprise_heat",
    Text("企业热力", "Heat map of enterprises"),
    "cell_id",
    "polygon",
    (
        _text("cell_id", "格编号", "Cell"),
        _code("cluster", "集群", "Cluster", codes.CLUSTER_SHOWN),
        _number("firms_per_km2", "每平方公里企业数", "Enterprises per km²", "ratio"),
    ),
)

SITES: Final = Table(
    "sites",
    Text("候选片区", "Candidate sites"),
    "site_id",
    "polygon",
    (
        _text("site_id", "片区编号", "Site no."),
        _text("rank_label", "图上标注", "Label on the map"),
        _integer("rank", "排名", "Rank"),
        _integer("rank_low", "排名上界", "Best rank"),
        _integer("rank_high", "排名下界", "Worst rank"),
        _number("p_first", "排名第一概率", "Chance of the first rank", "ratio", "percent"),
        _number("score", "得分", "Score", "count"),
        _number("need", "紧迫性", "Need", "ratio"),
        _number("potential", "潜力", "Potential", "ratio"),
        _number("feasibility", "可行性", "Feasibility", "ratio"),
        _number("benefit", "效益费用", "Benefit for cost", "ratio"),
        _number("area_m2", "面积", "Area", "m2", "hectare"),
        _integer("parcel_count", "宗数", "Parcels"),
        _integer("owners", "权利人数", "Owners"),
        _integer("unknown_owners", "权利人未知宗数", "Parcels of unknown owner"),
        _number("flagged_share", "闲置低效占比", "Share of flagged land", "ratio", "percent"),
        _number("floor_area_m2", "现状建筑面积", "Floor area today", "m2"),
        _number("floor_uplift_m2", "可增建筑面积", "Additional floor area", "m2"),
        _number("tax_uplift_yuan", "税收增量/年", "Tax uplift a year", "yuan", "wan_yuan"),
        _number("output_uplift_yuan", "产值增量/年", "Output uplift a year", "yuan", "wan_yuan"),
        _number("jobs_uplift", "新增岗位", "Additional jobs", "count"),
        _number("constraint_share", "禁止线占比", "Share under forbidding lines", "ratio", "percent"),
        _number("plan_industrial", "规划工业占比", "Share planned for industry", "ratio", "percent"),
        Column("frontage", Text("临公共道路", "On a public road"), "boolean"),
        _number("compactness", "紧凑度", "Compactness", "ratio"),
        _number("acquisition_yuan", "收储与腾空费用", "Acquisition and clearing", "yuan", "wan_yuan"),
        _number("building_yuan", "建设费用", "Construction", "yuan", "wan_yuan"),
        _number("benefit_yuan", "税收增量现值", "Present value of tax uplift", "yuan", "wan_yuan"),
        _number("benefit_cost", "效益费用比", "Benefit-cost ratio", "ratio"),
        _code("best_reuse", "建议用途", "Reuse", codes.REUSE),
        _code("best_cluster", "适宜集群", "Cluster", codes.CLUSTER),
        _text("roads_crossed", "跨越道路", "Roads crossed"),
        _text("parcels", "宗地编号", "Parcel numbers"),
        _number("points", "组合分值", "Points of assembly", "count"),
        _text("assumptions", "测算假设", "Assumptions"),
        _text("parcels_version", "宗地数据版本", "Version of the parcels"),
    ),
)

SCENARIO: Final = Table(
    "scenario",
    Text("布局方案", "Layout option"),
    "parcel_id",
    "polygon",
    (
        _text("parcel_id", "地块编号", "Parcel no."),
        _text("land_class", "用地类别", "Class of land"),
        _text("land_use", "用地代码", "Land use"),
        _text("typology", "建设类型", "Typology"),
        _number("far", "容积率", "FAR", "ratio"),
        _code("cluster", "产业集群", "Cluster", codes.CLUSTER),
        _text("park_id", "所属园区", "Park"),
        _integer("phase", "分期", "Phase"),
        _number("area_m2", "面积", "Area", "m2", "mu"),
        _yes_no("changed", "与现状不同", "Changed"),
        _yes_no("locked", "锁定", "Locked"),
    ),
)

OPTION_CHANGES: Final = Table(
    "option_changes",
    Text("方案差异", "What differs between options"),
    "patch_id",
    "polygon",
    (
        _text("patch_id", "图斑编号", "Patch"),
        _text("kind", "差异", "Difference"),
        _text("class_before", "原用地类别", "Class before"),
        _text("class_after", "新用地类别", "Class after"),
        _text("typology_before", "原建设类型", "Typology before"),
        _text("typology_after", "新建设类型", "Typology after"),
        _number("area_m2", "面积", "Area", "m2", "mu"),
    ),
)

OPTION_AGREEMENT: Final = Table(
    "option_agreement",
    Text("方案共识", "Where options agree"),
    "parcel_id",
    "polygon",
    (_text("parcel_id", "地块编号", "Parcel no."), _text("agreement", "共识", "Agreement")),
    rows_of="parcels",
)

DERIVED_TABLES: Final[dict[str, Table]] = {
    table.name: table for table in (SCREENING, HEXAGONS, HEAT, SITES, SCENARIO, OPTION_CHANGES, OPTION_AGREEMENT)
}
"""Tables that are computed from those of the workspace, and kept only so as not to compute them twice."""

DRAWN_TABLES: Final[dict[str, Table]] = TABLES | DERIVED_TABLES
"""Everything that a map layer may show."""
