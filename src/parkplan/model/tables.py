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

YEARLY_FIGURES: Final = (
    number_column("output_yuan", "年产值", "Annual output", "yuan", "wan_yuan"),
    number_column("tax_yuan", "年税收", "Annual tax", "yuan", "wan_yuan"),
    number_column("value_added_yuan", "年工业增加值", "Annual value added", "yuan", "wan_yuan"),
    number_column("energy_tce", "综合能耗", "Energy use", "tce"),
    number_column("emission_t", "主要污染物排放量", "Emissions of main pollutants", "t"),
    integer_column("employees", "从业人数", "Employees", "person"),
    number_column("rnd_yuan", "研发经费", "R&D spending", "yuan", "wan_yuan"),
)
"""What a parcel yields in a year: once in its own row, or year by year in a table beside it."""

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
        *YEARLY_FIGURES,
        yes_no_column("government_cause", "政府原因延误", "Delay caused by government"),
    ),
)

FIRST_YEAR: Final = 1949
LAST_YEAR: Final = 2100
"""Calendar years that a figure may be of; a number outside is a slip of the pen."""

PARCEL_YEARS: Final = Table(
    "parcel_years",
    Text("地块逐年数据", "Yearly figures of parcels"),
    "parcel_id",
    "none",
    (
        text_column("parcel_id", "宗地编号", "Parcel no."),
        integer_column("year", "年份", "Year", "year"),
        *YEARLY_FIGURES,
    ),
    with_key=("year",),
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
        PARCEL_YEARS,
    )
}


def table_title(name: str) -> str:
    """Return what a reader calls a table; one that the product does not know goes by its own name.

    >>> table_title("my_table")
    'my_table'
    """
    return TABLES[name].title.to() if name in TABLES else name


def is_without_places(table: str) -> bool:
    """Say whether rows of a table have no shape.

    >>> is_without_places("parcel_years"), is_without_places("parcels"), is_without_places("a_table_of_my_own")
    (True, False, False)
    """
    return table in TABLES and TABLES[table].geometry == "none"
