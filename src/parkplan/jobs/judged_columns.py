"""Titles and units of every column that a rule can name: canonical ones, measures, and what other tables tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.expressions import parse
from parkplan.i18n import Text
from parkplan.jobs.writing import raw, text
from parkplan.metrics import METRICS
from parkplan.model.codes import CONSTRAINT_KIND
from parkplan.model.columns import Column
from parkplan.model.derived_tables import SCREENING
from parkplan.model.rules import UNANSWERABLE
from parkplan.model.tables import PARCELS

if TYPE_CHECKING:
    import pandas as pd

_SI: Final = {"wan_yuan_per_mu": "yuan_per_m2", "percent": "ratio"}


def _derived(name: str, zh: str, en: str, unit: str | None = None, shown_in: str | None = None) -> Column:
    return Column(name, Text(zh, en), "number" if unit else "text", unit, shown_in or unit)


DERIVED_COLUMNS: Final[dict[str, Column]] = {
    column.name: column
    for column in (
        Column("as_of", Text("研判日期", "Day of judgement"), "date"),
        _derived("geodesic_area_m2", "图形面积", "Area of the shape", "m2", "mu"),
        _derived("counted_floor_area_m2", "计容建筑面积", "Counted floor area", "m2"),
        _derived("mean_built_year", "平均建成年份", "Mean year built", "year"),
        _derived("building_age_years", "平均房龄", "Mean age of buildings", "count"),
        _derived("planned_land_use", "规划用地", "Planned land use"),
        _derived("constraint_share", "禁止线占比", "Share under forbidding lines", "ratio", "percent"),
        *(
            Column(f"constraint_share_{kind}", text("screen.share_under", title=title), "number", "ratio", "percent")
            for kind, title in CONSTRAINT_KIND.items()
        ),
        _derived("firms", "企业数", "Firms", "count"),
        _derived("firms_output_yuan", "企业年产值合计", "Output of the firms", "yuan", "wan_yuan"),
        _derived("firms_tax_yuan", "企业年税收合计", "Tax of the firms", "yuan", "wan_yuan"),
        _derived("firms_employees", "企业从业人数合计", "Employees of the firms", "person"),
        _derived("firms_rnd_yuan", "企业研发经费合计", "R&D spending of the firms", "yuan", "wan_yuan"),
        Column(UNANSWERABLE, Text("规则有误，暂不能判断", "The rule is faulty and has no answer"), "boolean"),
    )
}


def judged_column(name: str) -> Column:
    """Return title and unit of a column of the judged parcels; one that nobody foresaw goes by its own name.

    >>> judged_column("far").title.zh, judged_column("tax_yuan").title.en, judged_column("zzz").title.zh
    ('容积率', 'Annual tax', 'zzz')
    """
    if name in METRICS:
        metric = METRICS[name]
        return Column(name, metric.title, "number", _SI.get(metric.shown_in, metric.shown_in), metric.shown_in)
    known = DERIVED_COLUMNS.get(name) or PARCELS.column(name) or SCREENING.column(name)
    return known or Column(name, Text(name, name))


def lacking(name: str, values: pd.Series) -> tuple[str, ...]:
    """Return what has to be collected for a value that is missing: of a measure, its missing parts, down to columns.

    >>> import pandas as pd
    >>> lacking("tax_yuan_per_m2", pd.Series({"tax_yuan": None, "site_area_m2": 20_000.0}))
    ('tax_yuan',)
    >>> lacking("street", pd.Series({"street": None}))
    ('street',)
    """
    if name not in METRICS:
        return (name,)
    parts = [part for part in parse(METRICS[name].formula).names if raw(values.get(part)) is None]
    return tuple(sorted({deep for part in parts for deep in lacking(part, values)})) or (name,)
