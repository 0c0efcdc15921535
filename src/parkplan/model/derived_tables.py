"""Tables computed from those of a district: verdicts, clusters, sites, options, services."""

from __future__ import annotations

from typing import Final

from parkplan.i18n import Text
from parkplan.model import codes
from parkplan.model.columns import (
    Table,
    code_column,
    integer_column,
    number_column,
    text_column,
    yes_no_column,
)
from parkplan.model.tables import PARCELS, TABLES

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
