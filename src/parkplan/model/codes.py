"""Code lists of the canonical tables: every value that an enumerated column may hold, in both languages.

Sources: life-cycle stages of a parcel follow the usage of the supply registers (批而未供 … 用而未尽); the six clusters
are those of the Jianghai plan for advanced manufacturing. Land-use codes have a table of their own in the layer styles.
"""

from __future__ import annotations

from typing import Final

from parkplan.i18n import Text

PARCEL_STATUS: Final[dict[str, Text]] = {
    "approved_not_supplied": Text("批而未供", "Approved, not supplied"),
    "supplied_not_started": Text("供而未用", "Supplied, not started"),
    "under_construction": Text("在建", "Under construction"),
    "in_use": Text("已供已用", "In use"),
    "partly_unused": Text("用而未尽", "Partly unused"),
    "built_not_producing": Text("建而未投", "Built, not producing"),
    "below_contract": Text("投而未达标", "Producing below contract"),
    "low_efficiency": Text("低效", "Low-efficiency"),
    "idle": Text("闲置", "Idle"),
}

CLUSTER: Final[dict[str, Text]] = {
    "electronics": Text("新一代电子信息", "New-generation electronics"),
    "new_materials": Text("前沿新材料", "Advanced materials"),
    "equipment": Text("高端装备制造", "High-end equipment"),
    "appliances": Text("智能家电", "Smart appliances"),
    "biomedicine": Text("生物医药与健康", "Biomedicine and health"),
    "safety": Text("安全应急与环保", "Safety, emergency and environment"),
    "other": Text("其他", "Other"),
}

CLUSTER_SHOWN: Final[dict[str, Text]] = {"all": Text("全部企业", "All enterprises")} | CLUSTER
"""What a picture of clusters is of."""

SPOT: Final[dict[str, Text]] = {
    "hot": Text("热点", "Hot spot"),
    "cold": Text("冷点", "Cold spot"),
    "none": Text("不显著", "Not significant"),
}

ASSOCIATION: Final[dict[str, Text]] = {
    "high_high": Text("高—高", "High beside high"),
    "low_high": Text("低—高", "Low beside high"),
    "low_low": Text("低—低", "Low beside low"),
    "high_low": Text("高—低", "High beside low"),
}

REUSE: Final[dict[str, Text]] = {
    "renewal": Text("工改工", "Industrial renewal"),
    "vertical": Text("工业上楼", "High-rise industry"),
    "m0": Text("新型产业用地（M0）", "New-type industry (M0)"),
    "open": Text("绿地或公共用途", "Green or public use"),
}

VERDICT: Final[dict[str, Text]] = {
    "idle": Text("闲置", "Idle"),
    "low_efficiency": Text("低效", "Low-efficiency"),
    "to_check": Text("待核查", "To be checked"),
    "exempt": Text("豁免", "Exempt"),
    "not_low_efficiency": Text("非低效", "Not low-efficiency"),
}

PARK_KIND: Final[dict[str, Text]] = {
    "industrial_new_town": Text("产业新城", "Industrial new town"),
    "special_park": Text("特色产业园", "Special park"),
    "agglomeration_area": Text("大型产业集聚区", "Large agglomeration area"),
    "other": Text("其他园区", "Other park"),
}

CONSTRAINT_KIND: Final[dict[str, Text]] = {
    "ecological_redline": Text("生态保护红线", "Ecological red line"),
    "permanent_farmland": Text("永久基本农田", "Permanent farmland"),
    "urban_growth_boundary": Text("城镇开发边界", "Urban growth boundary"),
    "water": Text("河道蓝线", "Water blue line"),
    "flood": Text("洪涝风险区", "Flood risk"),
    "heritage": Text("历史文化保护", "Heritage"),
    "hazard": Text("危险源防护", "Hazard zone"),
    "height_limit": Text("限高", "Height limit"),
}

SEVERITY: Final[dict[str, Text]] = {
    "veto": Text("禁止", "Veto"),
    "warn": Text("提示", "Warning"),
}

FACILITY_KIND: Final[dict[str, Text]] = {
    "fire_station": Text("消防站", "Fire station"),
    "school": Text("学校", "School"),
    "hospital": Text("医院", "Hospital"),
    "substation": Text("变电站", "Substation"),
    "wastewater": Text("污水处理厂", "Wastewater plant"),
    "bus_stop": Text("公交站", "Bus stop"),
    "rail_station": Text("铁路车站", "Rail station"),
    "dormitory": Text("职工宿舍", "Workers' housing"),
    "gate": Text("出入口（园区、高速）", "Gate or access point"),
}

ROAD_CLASS: Final[dict[str, Text]] = {
    "expressway": Text("高速公路", "Expressway"),
    "arterial": Text("主干路", "Arterial"),
    "secondary": Text("次干路", "Secondary road"),
    "minor": Text("支路", "Minor road"),
}

WATER_KIND: Final[dict[str, Text]] = {
    "river": Text("河流", "River"),
    "canal": Text("河涌", "Canal"),
    "pond": Text("坑塘", "Pond"),
}

BUILDING_QUALITY: Final[dict[str, Text]] = {
    "good": Text("良好", "Good"),
    "fair": Text("一般", "Fair"),
    "poor": Text("较差", "Poor"),
    "dangerous": Text("危房", "Dangerous"),
}

BUILDING_USE: Final[dict[str, Text]] = {
    "workshop": Text("厂房", "Workshop"),
    "warehouse": Text("仓库", "Warehouse"),
    "office": Text("办公", "Office"),
    "dormitory": Text("宿舍", "Dormitory"),
    "shed": Text("锡棚", "Tin shed"),
    "residential": Text("住宅", "Housing"),
    "public": Text("公共服务", "Public service"),
    "commercial": Text("商业", "Commerce"),
}

COVERAGE: Final[dict[str, Text]] = {
    "before": Text("现状已覆盖", "Covered today"),
    "gained": Text("新增覆盖", "Newly covered"),
    "uncovered": Text("超出服务距离", "Beyond reach"),
    "unreached": Text("路网不通或未知", "No way, or unknown"),
    "no_demand": Text("无需求", "No demand"),
}
"""How a service reaches a parcel."""
