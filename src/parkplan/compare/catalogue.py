"""The measures that options are judged by, each with its unit, direction and formula."""

from __future__ import annotations

from typing import Final

from parkplan.i18n import Text
from parkplan.model.options import Direction, Measure

LAND_CLASSES: Final[dict[str, Text]] = {
    "industry": Text("工业用地", "Industry"),
    "logistics": Text("仓储用地", "Logistics"),
    "housing": Text("居住用地", "Housing"),
    "services": Text("公共服务与商服用地", "Services and business"),
    "utility": Text("公用设施用地", "Utilities"),
    "road": Text("道路与交通用地", "Roads and transport"),
    "green": Text("绿地与广场", "Green and squares"),
    "other": Text("其他地块", "Other parcels"),
    "unknown": Text("用途未知的地块", "Parcels of unknown use"),
    "outside": Text("地块以外的土地", "Land outside parcels"),
}
"""Classes of the land balance; road surfaces between parcels count as roads."""

CLASS_COLOURS: Final[dict[str, str]] = {
    "industry": "#bb9674",
    "logistics": "#9b7fd4",
    "housing": "#f2d13c",
    "services": "#e0457b",
    "utility": "#2f7f9c",
    "road": "#9aa0a6",
    "green": "#3f9b57",
    "other": "#c9b8c4",
    "unknown": "#e3e6e8",
    "outside": "#f1f3f4",
}

_PREFIXES: Final = {
    "10": "industry", "11": "logistics", "07": "housing", "08": "services", "09": "services", "12": "road",
    "13": "utility", "14": "green",
}  # fmt: skip


def land_class(code: object) -> str:
    """Return the class of a land-use code in the land balance.

    >>> land_class("100102"), land_class("1207"), land_class("0301"), land_class(None)
    ('industry', 'road', 'other', 'unknown')
    """
    return _PREFIXES.get(code[:2], "other") if isinstance(code, str) and code else "unknown"


def _measure(id: str, title: Text, shown_in: str, direction: Direction, formula: Text, *assumes: str) -> Measure:
    return Measure(id, title, shown_in, direction, formula, assumes)


_YIELD: Final = ("typologies",)
_CLEARING: Final = (
    "buildings_yuan_per_floor_m2", "clearing_yuan_per_floor_m2", "land_yuan_per_m2", "relocation_yuan_per_job"
)  # fmt: skip

MEASURES: Final[dict[str, Measure]] = {
    one.id: one
    for one in (
        _measure("changed_m2", Text("调整用地面积", "Land changed"), "hectare", "neither",
                 Text("与现状不同的地块面积之和", "Land of all pieces that differ from the district as it is")),
        _measure("developable_share", Text("净可开发用地比例", "Developable share"), "percent", "more",
                 Text("（地块面积－道路－绿地－禁止线内面积）÷区域面积",
                  "(parcels - roads - green - land under forbidding lines) / district")),
        _measure("road_share", Text("道路用地比例", "Road share"), "percent", "neither",
                 Text("（道路红线面积＋道路地块）÷区域面积", "(road surfaces + road parcels) / district")),
        _measure("green_share", Text("绿地比例", "Green share"), "percent", "more",
                 Text("绿地与广场面积÷区域面积", "Green and squares / district")),
        _measure("median_block_m2", Text("街块面积中位数", "Median block"), "hectare", "neither",
                 Text("相接地块（道路、绿地除外）组成的街块面积的中位数",
                  "Median area of the groups of parcels that touch, roads and green left out")),
        _measure("floor_area_m2", Text("总建筑面积", "Floor area"), "m2", "more",
                 Text("保留建筑面积＋新建建筑面积", "Floor kept + floor built"), *_YIELD),
        _measure("industrial_far", Text("工业用地容积率", "FAR of industrial land"), "ratio", "more",
                 Text("工业、仓储地块建筑面积÷其用地面积", "Floor on industrial and logistics land / land"), *_YIELD),
        _measure("building_coefficient", Text("建筑系数", "Building coefficient"), "percent", "more",
                 Text("工业、仓储地块基底面积÷其用地面积", "Footprint on industrial and logistics land / land"),
                 *_YIELD),
        _measure("output_yuan", Text("年产值", "Annual output"), "yi_yuan", "more",
                 Text("保留产值＋新建面积×单位产值", "Output kept + new floor x output by floor"), *_YIELD),
        _measure("tax_yuan", Text("年税收", "Annual tax"), "yi_yuan", "more",
                 Text("保留税收＋新建面积×单位税收", "Tax kept + new floor x tax by floor"), *_YIELD),
        _measure("jobs", Text("就业岗位", "Jobs"), "person", "more",
                 Text("保留岗位＋新建面积÷人均面积", "Jobs kept + new floor / floor by job"), *_YIELD),
        _measure("investment_yuan", Text("建设投资", "Investment"), "yi_yuan", "neither",
                 Text("新建面积×造价＋道路绿地面积×造价", "New floor x cost + open land x cost"), *_YIELD),
        _measure("cost_yuan", Text("改造总成本", "Total cost"), "yi_yuan", "less",
                 Text("建设投资＋用地、建筑补偿、清拆与搬迁", "Investment + land, buildings, clearing and moving"),
                 *_YIELD, *_CLEARING),
        _measure("demolition_m2", Text("拆除建筑面积", "Demolition"), "m2", "less",
                 Text("现状建筑面积－保留建筑面积", "Floor today - floor kept")),
        _measure("emissions_kgco2", Text("年碳排放", "Annual emissions"), "tco2", "less",
                 Text("保留能耗×排放因子＋新建面积×单位排放", "Energy kept x factor + new floor x emissions by floor"),
                 *_YIELD, "emissions_kgco2_per_kgce"),
        _measure("blocks_50", Text("50亩以上连片", "Blocks of 50 mu"), "count", "more",
                 Text("园区内连片工业、仓储用地达到50亩的片数", "Contiguous industrial blocks in parks, 50 mu or more"),
                 "contiguity_gap_m"),
        _measure("blocks_100", Text("100亩以上连片", "Blocks of 100 mu"), "count", "more",
                 Text("同上，100亩", "The same, 100 mu"), "contiguity_gap_m"),
        _measure("blocks_500", Text("500亩以上连片", "Blocks of 500 mu"), "count", "more",
                 Text("同上，500亩", "The same, 500 mu"), "contiguity_gap_m"),
        _measure("fire_coverage", Text("消防5分钟覆盖", "Fire cover, 5 minutes"), "percent", "more",
                 Text("到消防站的路网距离在限内的建筑面积占比（无道路数据时取直线×绕行系数）",
                  "Share of floor whose way along roads to a fire station is within reach "
                  "(straight line x detour where there are no roads)"),
                 "fire_reach_m", "detour_factor"),
        _measure("service_coverage", Text("15分钟服务覆盖", "Services, 15 minutes"), "percent", "more",
                 Text("到学校、医院或共享服务的路网距离在限内的岗位占比（无道路数据时取直线×绕行系数）",
                  "Share of jobs whose way along roads to a school, hospital or shared services is within reach "
                  "(straight line x detour where there are no roads)"),
                 "service_reach_m", "detour_factor"),
        _measure("main_road_way_m", Text("到主干路平均路程", "Way to a main road"), "m", "less",
                 Text("工业、仓储地块沿路网到主干路或高速公路的路程，按面积平均",
                  "Mean way along roads from industrial and logistics land to an arterial or expressway, by area")),
        _measure("conflicts", Text("工居冲突地块", "Conflicts with housing"), "count", "less",
                 Text("距居住用地小于防护距离的二、三类工业地块数",
                  "Industrial parcels of class 2 or 3 closer to housing than their protective distance"),
                 "housing_distance_class_2_m", "housing_distance_class_3_m"),
        _measure("veto_land_m2", Text("禁止线内建设用地", "Built land under forbidding lines"), "hectare", "less",
                 Text("道路、绿地以外的地块落在禁止线内的面积", "Parcels other than roads and green under such lines")),
        _measure("plan_conformity", Text("规划符合率", "Plan conformity"), "percent", "more",
                 Text("与规划用地一致的面积÷有规划的地块面积", "Land used as planned / parcels that are planned")),
    )
}  # fmt: skip
"""In the order in which a planner reads them."""
