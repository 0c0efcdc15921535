"""The canonical tables: which columns a district has, in which unit, and what they are called.

Columns hold SI units with the unit in the name, dates as dates, codes as text. A missing value means unknown.
Columns of a source file that match none of these are kept under their own names.
"""

from __future__ import annotations

from typing import Final

from parkplan.i18n import Text
from parkplan.model import codes
from parkplan.model.columns import (
    Table,
    code_column,
    day_column,
    integer_column,
    number_column,
    text_column,
    yes_no_column,
)

PARCELS: Final = Table(
    "parcels",
    Text("地块", "Parcels"),
    "parcel_id",
    "polygon",
    (
        text_column("parcel_id", "宗地编号", "Parcel no."),
        text_column("name", "地块名称", "Name"),
        text_column("holder", "土地使用权人", "Land-use right holder"),
        text_column("street", "街道", "Street (sub-district)"),
        text_column("park_id", "所属园区", "Park"),
        text_column("land_use", "现状用地", "Land use"),
        code_column("status", "供地与利用状态", "Status", codes.PARCEL_STATUS),
        text_column("industry_code", "行业代码", "Industry code"),
        code_column("cluster", "产业集群", "Cluster", codes.CLUSTER),
        number_column("site_area_m2", "登记面积", "Registered area", "m2", "mu"),
        number_column("floor_area_m2", "总建筑面积", "Floor area", "m2"),
        number_column("footprint_m2", "建筑基底面积", "Building footprint", "m2"),
        number_column("structures_m2", "构筑物占地", "Structures", "m2"),
        number_column("yard_m2", "露天堆场占地", "Open storage yards", "m2"),
        number_column("green_m2", "绿地面积", "Green land", "m2"),
        number_column("admin_floor_area_m2", "行政办公及生活服务建筑面积", "Admin floor area", "m2"),
        number_column("admin_land_m2", "行政办公及生活服务设施用地", "Admin land", "m2"),
        number_column("vacant_floor_m2", "空置建筑面积", "Vacant floor area", "m2"),
        number_column("far_min", "容积率下限", "Minimum FAR", "ratio"),
        number_column("far_max", "容积率上限", "Maximum FAR", "ratio"),
        day_column("supplied_on", "供地日期", "Supplied on"),
        day_column("handed_over_on", "交地日期", "Handed over on"),
        day_column("start_agreed_on", "约定动工日期", "Agreed start"),
        day_column("started_on", "实际动工日期", "Started on"),
        day_column("finish_agreed_on", "约定竣工日期", "Agreed completion"),
        day_column("finished_on", "实际竣工日期", "Completed on"),
        day_column("suspended_on", "停建日期", "Suspended on"),
        number_column("developed_area_m2", "已动工开发面积", "Developed area", "m2", "mu"),
        number_column("investment_yuan", "已投资额", "Investment", "yuan", "wan_yuan"),
        number_column("investment_agreed_yuan", "约定投资额", "Agreed investment", "yuan", "wan_yuan"),
        number_column("output_yuan", "年产值", "Annual output", "yuan", "wan_yuan"),
        number_column("tax_yuan", "年税收", "Annual tax", "yuan", "wan_yuan"),
        number_column("value_added_yuan", "年工业增加值", "Annual value added", "yuan", "wan_yuan"),
        number_column("energy_tce", "综合能耗", "Energy use", "tce"),
        number_column("emission_t", "主要污染物排放量", "Emissions of main pollutants", "t"),
        integer_column("employees", "从业人数", "Employees", "person"),
        number_column("rnd_yuan", "研发经费", "R&D spending", "yuan", "wan_yuan"),
        yes_no_column("government_cause", "政府原因延误", "Delay caused by government"),
    ),
)

BUILDINGS: Final = Table(
    "buildings",
    Text("建筑", "Buildings"),
    "building_id",
    "polygon",
    (
        text_column("building_id", "建筑编号", "Building no."),
        text_column("parcel_id", "宗地编号", "Parcel no."),
        integer_column("storeys", "层数", "Storeys", "storey"),
        number_column("height_m", "高度", "Height", "m"),
        number_column("floor_area_m2", "建筑面积", "Floor area", "m2"),
        number_column("storey_height_m", "首层层高", "Ground-floor height", "m"),
        code_column("use", "用途", "Use", codes.BUILDING_USE),
        integer_column("built_year", "建成年份", "Year built", "year"),
        code_column("quality", "质量", "Quality", codes.BUILDING_QUALITY),
    ),
)

ENTERPRISES: Final = Table(
    "enterprises",
    Text("企业", "Enterprises"),
    "enterprise_id",
    "point",
    (
        text_column("enterprise_id", "企业编号", "Enterprise no."),
        text_column("name", "企业名称", "Name"),
        text_column("industry_code", "行业代码", "Industry code"),
        code_column("cluster", "产业集群", "Cluster", codes.CLUSTER),
        text_column("parcel_id", "宗地编号", "Parcel no."),
        yes_no_column("above_scale", "规上企业", "Above designated size"),
        yes_no_column("high_tech", "高新技术企业", "High-tech enterprise"),
        number_column("output_yuan", "年产值", "Annual output", "yuan", "wan_yuan"),
        number_column("tax_yuan", "年税收", "Annual tax", "yuan", "wan_yuan"),
        integer_column("employees", "从业人数", "Employees", "person"),
        number_column("rnd_yuan", "研发经费", "R&D spending", "yuan", "wan_yuan"),
        number_column("leased_floor_m2", "租赁建筑面积", "Leased floor area", "m2"),
    ),
)

PARKS: Final = Table(
    "parks",
    Text("园区", "Parks"),
    "park_id",
    "polygon",
    (
        text_column("park_id", "园区编号", "Park no."),
        text_column("name", "园区名称", "Name"),
        code_column("kind", "类别", "Kind", codes.PARK_KIND),
        code_column("lead_cluster", "主导产业集群", "Lead cluster", codes.CLUSTER),
        number_column("planned_area_m2", "规划面积", "Planned area", "m2", "hectare"),
    ),
)

ROADS: Final = Table(
    "roads",
    Text("道路", "Roads"),
    "road_id",
    "line",
    (
        text_column("road_id", "道路编号", "Road no."),
        text_column("name", "路名", "Name"),
        code_column("class", "等级", "Class", codes.ROAD_CLASS),
        number_column("width_m", "红线宽度", "Width", "m"),
        integer_column("lanes", "车道数", "Lanes", "lane"),
    ),
)

WATER: Final = Table(
    "water",
    Text("水系", "Water"),
    "water_id",
    "polygon",
    (
        text_column("water_id", "水体编号", "Water body no."),
        text_column("name", "名称", "Name"),
        code_column("kind", "类别", "Kind", codes.WATER_KIND),
    ),
)

CONSTRAINTS: Final = Table(
    "constraints",
    Text("控制线", "Constraint lines"),
    "constraint_id",
    "polygon",
    (
        text_column("constraint_id", "编号", "No."),
        text_column("name", "名称", "Name"),
        code_column("kind", "类别", "Kind", codes.CONSTRAINT_KIND),
        code_column("severity", "管控强度", "Severity", codes.SEVERITY),
    ),
)

LAND_USE_PLAN: Final = Table(
    "land_use_plan",
    Text("规划用地", "Planned land use"),
    "zone_id",
    "polygon",
    (
        text_column("zone_id", "规划地块编号", "Zone no."),
        text_column("land_use", "规划用地", "Planned land use"),
        number_column("far_min", "容积率下限", "Minimum FAR", "ratio"),
        number_column("far_max", "容积率上限", "Maximum FAR", "ratio"),
        number_column("density_max", "建筑密度上限", "Maximum density", "ratio", "percent"),
        number_column("height_max_m", "建筑限高", "Maximum height", "m"),
        number_column("green_min", "绿地率下限", "Minimum green share", "ratio", "percent"),
    ),
)

FACILITIES: Final = Table(
    "facilities",
    Text("配套设施", "Facilities"),
    "facility_id",
    "point",
    (
        text_column("facility_id", "设施编号", "Facility no."),
        text_column("name", "名称", "Name"),
        code_column("kind", "类别", "Kind", codes.FACILITY_KIND),
        number_column("capacity", "规模", "Capacity", "count"),
    ),
)

STREETS: Final = Table(
    "streets",
    Text("街道", "Streets (sub-districts)"),
    "street_id",
    "polygon",
    (
        text_column("street_id", "街道代码", "Code"),
        text_column("name", "街道名称", "Name"),
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
        code_column("verdict", "研判结论", "Verdict", codes.VERDICT),
        code_column("rule_verdict", "规则结论", "Verdict of the rules", codes.VERDICT),
        text_column("override", "人工认定", "Override"),
        code_column("stage", "利用阶段", "Life-cycle stage", codes.PARCEL_STATUS),
        text_column("flags", "成立的规则", "Rules that hold"),
        number_column("p_holds", "规则成立把握", "Chance that a rule holds", "ratio", "percent"),
        number_column("site_area_m2", "用地面积", "Site area", "m2", "mu"),
        number_column("score", "得分", "Score", "count"),
        number_column("score_low", "得分下限", "Lowest score", "count"),
        number_column("score_high", "得分上限", "Highest score", "count"),
        number_column("closeness", "理想解贴近度", "Closeness to the ideal", "ratio"),
        number_column("reliability", "可靠度", "Reliability", "ratio", "percent"),
        integer_column("rank", "排名", "Rank"),
        integer_column("rank_low", "排名上界", "Best rank"),
        integer_column("rank_high", "排名下界", "Worst rank"),
        number_column("p_top10", "进前十概率", "Chance of the first ten", "ratio", "percent"),
        integer_column("block_id", "连片编号", "Block"),
        integer_column("block_parcels", "连片宗数", "Parcels in the block"),
        number_column("block_area_m2", "连片面积", "Area of the block", "m2", "hectare"),
        number_column("far", "容积率", "Floor area ratio", "ratio"),
        number_column("building_density", "建筑密度", "Building density", "ratio", "percent"),
        number_column("tax_yuan_per_m2", "亩均税收", "Tax per mu", "yuan_per_m2", "wan_yuan_per_mu"),
        number_column("output_yuan_per_m2", "亩均产值", "Output per mu", "yuan_per_m2", "wan_yuan_per_mu"),
        number_column("vacancy", "空置率", "Vacancy", "ratio", "percent"),
        number_column("plan_conformity", "规划符合比例", "Share in keeping with the plan", "ratio", "percent"),
        number_column("constraint_share", "禁止线占比", "Share under forbidding lines", "ratio", "percent"),
        number_column("mu_benefit_score", "亩均效益得分", "Mu-benefit score", "count"),
        text_column("mu_benefit_class", "亩均效益档次", "Mu-benefit class"),
    ),
    rows_of="parcels",
)

HEXAGONS: Final = Table(
    "cluster_hexagons",
    Text("企业六边形", "Hexagons of enterprises"),
    "cell_id",
    "polygon",
    (
        text_column("cell_id", "格编号", "Cell"),
        code_column("cluster", "集群", "Cluster", codes.CLUSTER_SHOWN),
        integer_column("firms", "企业数", "Enterprises"),
        code_column("kind", "局部莫兰类型", "Local Moran", codes.ASSOCIATION),
        code_column("spot", "冷热点", "Hot or cold spot", codes.SPOT),
        number_column("g_star", "Gi* 的 z 值", "z of Gi*", "ratio"),
        number_column("p", "p 值（双侧）", "p (two-sided)", "probability"),
    ),
)

HEAT: Final = Table(
    "enterprise_heat",
    Text("企业热力", "Heat map of enterprises"),
    "cell_id",
    "polygon",
    (
        text_column("cell_id", "格编号", "Cell"),
        code_column("cluster", "集群", "Cluster", codes.CLUSTER_SHOWN),
        number_column("firms_per_km2", "每平方公里企业数", "Enterprises per km²", "ratio"),
    ),
)

SITES: Final = Table(
    "sites",
    Text("候选片区", "Candidate sites"),
    "site_id",
    "polygon",
    (
        text_column("site_id", "片区编号", "Site no."),
        text_column("rank_label", "图上标注", "Label on the map"),
        integer_column("rank", "排名", "Rank"),
        integer_column("rank_low", "排名上界", "Best rank"),
        integer_column("rank_high", "排名下界", "Worst rank"),
        number_column("p_first", "排名第一概率", "Chance of the first rank", "ratio", "percent"),
        number_column("score", "得分", "Score", "count"),
        number_column("need", "紧迫性", "Need", "ratio"),
        number_column("potential", "潜力", "Potential", "ratio"),
        number_column("feasibility", "可行性", "Feasibility", "ratio"),
        number_column("benefit", "效益费用", "Benefit for cost", "ratio"),
        number_column("area_m2", "面积", "Area", "m2", "hectare"),
        integer_column("parcel_count", "宗数", "Parcels"),
        integer_column("owners", "权利人数", "Owners"),
        integer_column("unknown_owners", "权利人未知宗数", "Parcels of unknown owner"),
        number_column("flagged_share", "闲置低效占比", "Share of flagged land", "ratio", "percent"),
        number_column("floor_area_m2", "现状建筑面积", "Floor area today", "m2"),
        number_column("floor_uplift_m2", "可增建筑面积", "Additional floor area", "m2"),
        number_column("tax_uplift_yuan", "税收增量/年", "Tax uplift a year", "yuan", "wan_yuan"),
        number_column("output_uplift_yuan", "产值增量/年", "Output uplift a year", "yuan", "wan_yuan"),
        number_column("jobs_uplift", "新增岗位", "Additional jobs", "count"),
        number_column("constraint_share", "禁止线占比", "Share under forbidding lines", "ratio", "percent"),
        number_column("plan_industrial", "规划工业占比", "Share planned for industry", "ratio", "percent"),
        yes_no_column("frontage", "临公共道路", "On a public road"),
        number_column("compactness", "紧凑度", "Compactness", "ratio"),
        number_column("acquisition_yuan", "收储与腾空费用", "Acquisition and clearing", "yuan", "wan_yuan"),
        number_column("building_yuan", "建设费用", "Construction", "yuan", "wan_yuan"),
        number_column("benefit_yuan", "税收增量现值", "Present value of tax uplift", "yuan", "wan_yuan"),
        number_column("benefit_cost", "效益费用比", "Benefit-cost ratio", "ratio"),
        code_column("best_reuse", "建议用途", "Reuse", codes.REUSE),
        code_column("best_cluster", "适宜集群", "Cluster", codes.CLUSTER),
        text_column("best_park", "适宜特色产业园", "Special park"),
        text_column("roads_crossed", "跨越道路", "Roads crossed"),
        text_column("parcels", "宗地编号", "Parcel numbers"),
        number_column("points", "组合分值", "Points of assembly", "count"),
        text_column("assumptions", "测算假设", "Assumptions"),
        text_column("parcels_version", "宗地数据版本", "Version of the parcels"),
    ),
)

SCENARIO: Final = Table(
    "scenario",
    Text("布局方案", "Layout option"),
    "parcel_id",
    "polygon",
    (
        text_column("parcel_id", "地块编号", "Parcel no."),
        text_column("land_class", "用地类别", "Class of land"),
        text_column("land_use", "用地代码", "Land use"),
        text_column("typology", "建设类型", "Typology"),
        number_column("far", "容积率", "FAR", "ratio"),
        code_column("cluster", "产业集群", "Cluster", codes.CLUSTER),
        text_column("park_id", "所属园区", "Park"),
        integer_column("phase", "分期", "Phase"),
        number_column("area_m2", "面积", "Area", "m2", "mu"),
        yes_no_column("changed", "与现状不同", "Changed"),
        yes_no_column("locked", "锁定", "Locked"),
    ),
)

OPTION_CHANGES: Final = Table(
    "option_changes",
    Text("方案差异", "What differs between options"),
    "patch_id",
    "polygon",
    (
        text_column("patch_id", "图斑编号", "Patch"),
        text_column("kind", "差异", "Difference"),
        text_column("class_before", "原用地类别", "Class before"),
        text_column("class_after", "新用地类别", "Class after"),
        text_column("typology_before", "原建设类型", "Typology before"),
        text_column("typology_after", "新建设类型", "Typology after"),
        number_column("area_m2", "面积", "Area", "m2", "mu"),
    ),
)

OPTION_AGREEMENT: Final = Table(
    "option_agreement",
    Text("方案共识", "Where options agree"),
    "parcel_id",
    "polygon",
    (text_column("parcel_id", "地块编号", "Parcel no."), text_column("agreement", "共识", "Agreement")),
    rows_of="parcels",
)

SERVICE_COVERAGE: Final = Table(
    "service_coverage",
    Text("服务覆盖", "Coverage by a service"),
    "parcel_id",
    "polygon",
    (
        text_column("parcel_id", "地块编号", "Parcel no."),
        code_column("state", "覆盖情况", "Coverage", codes.COVERAGE),
        number_column("demand", "需求量", "Demand", "count"),
        number_column("way_before_m", "现状路网距离", "Way today", "m"),
        number_column("way_after_m", "选址后路网距离", "Way with the sites", "m"),
    ),
)

SERVICE_SITES: Final = Table(
    "service_sites",
    Text("选定的设施点", "Sites of a service"),
    "parcel_id",
    "polygon",
    (
        text_column("parcel_id", "地块编号", "Parcel no."),
        text_column("site", "序号", "Site"),
        number_column("gained", "新增覆盖需求", "Demand newly covered", "count"),
        number_column("assigned", "服务的需求", "Demand served", "count"),
        number_column("longest_m", "最远路网距离", "Longest way", "m"),
        number_column("area_m2", "面积", "Area", "m2", "mu"),
    ),
)

DERIVED_TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        SCREENING,
        HEXAGONS,
        HEAT,
        SITES,
        SCENARIO,
        OPTION_CHANGES,
        OPTION_AGREEMENT,
        SERVICE_COVERAGE,
        SERVICE_SITES,
    )
}
"""Tables that are computed from those of the workspace, and kept only so as not to compute them twice."""

DRAWN_TABLES: Final[dict[str, Table]] = TABLES | DERIVED_TABLES
"""Everything that a map layer may show."""
