"""The measures of a parcel that rules, layers and reports may name, each with its titles and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from parkplan.i18n import Text
from parkplan.metrics import condition, intensity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure: its name, titles, unit of display (a key of `parkplan.units.UNITS`), formula in SI, and function."""

    name: str
    title: Text
    shown_in: str
    formula: str
    function: Callable[[pd.DataFrame], pd.Series]


def _metric(function: Callable[[pd.DataFrame], pd.Series], zh: str, en: str, shown_in: str, formula: str) -> Metric:
    return Metric(function.__name__, Text(zh, en), shown_in, formula, function)


METRICS: Final[dict[str, Metric]] = {
    metric.name: metric
    for metric in (
        _metric(intensity.far, "容积率", "Floor area ratio", "ratio", "counted_floor_area_m2 / site_area_m2"),
        _metric(intensity.building_density, "建筑密度", "Building density", "percent", "footprint_m2 / site_area_m2"),
        _metric(
            intensity.building_coefficient,
            "建筑系数",
            "Building coefficient",
            "percent",
            "(footprint_m2 + structures_m2 + yard_m2) / site_area_m2",
        ),
        _metric(
            intensity.admin_floor_share,
            "行政办公及生活服务建筑面积占比",
            "Admin share of floor area",
            "percent",
            "admin_floor_area_m2 / floor_area_m2",
        ),
        _metric(
            intensity.admin_land_share,
            "行政办公及生活服务设施用地占比",
            "Admin share of land",
            "percent",
            "coalesce(admin_land_m2 / site_area_m2, admin_floor_area_m2 / floor_area_m2)",
        ),
        _metric(intensity.green_ratio, "绿地率", "Green ratio", "percent", "green_m2 / site_area_m2"),
        _metric(
            intensity.investment_yuan_per_m2,
            "亩均投资",
            "Investment per mu",
            "wan_yuan_per_mu",
            "investment_yuan / site_area_m2",
        ),
        _metric(
            intensity.output_yuan_per_m2, "亩均产值", "Output per mu", "wan_yuan_per_mu", "output_yuan / site_area_m2"
        ),
        _metric(intensity.tax_yuan_per_m2, "亩均税收", "Tax per mu", "wan_yuan_per_mu", "tax_yuan / site_area_m2"),
        _metric(
            intensity.value_added_yuan_per_m2,
            "亩均增加值",
            "Value added per mu",
            "wan_yuan_per_mu",
            "value_added_yuan / site_area_m2",
        ),
        _metric(
            intensity.jobs_per_hectare,
            "每公顷从业人数",
            "Jobs per hectare",
            "ratio",
            "employees / (site_area_m2 / 10000)",
        ),
        _metric(intensity.built_share, "已开发比例", "Developed share", "percent", "developed_area_m2 / site_area_m2"),
        _metric(
            intensity.investment_share,
            "投资到位率",
            "Share of agreed investment",
            "percent",
            "investment_yuan / investment_agreed_yuan",
        ),
        _metric(
            intensity.under_built_ratio,
            "未用容积率比例",
            "Unused share of permitted floor area",
            "percent",
            "(far_max - far) / far_max",
        ),
        _metric(condition.vacancy, "空置率", "Vacancy", "percent", "vacant_floor_m2 / floor_area_m2"),
    )
}


def with_metrics(parcels: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return the parcels with the measures that are named and not yet there, in the order of ``METRICS``.

    A column that the data brought under the name of a measure stays as it is.
    """
    asked = frozenset(names) - frozenset(parcels.columns)
    wanted = [metric for name, metric in METRICS.items() if name in asked]
    return parcels.assign(**{metric.name: metric.function(parcels) for metric in wanted})
