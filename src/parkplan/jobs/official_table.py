"""The survey table of low-efficiency land (39 columns, as the annual update of Zhejiang asks for it).

Of the 39 names, 37 were read in a description of the schema; the serial number and the remark that complete them stand
here by custom. A column of the parcels that bears the code of a column of the survey (``BDCQZ``) fills it; what the
district's data do not hold stays empty, and `official_gaps` says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from parkplan.i18n import Language, Text, message
from parkplan.jobs.writing import land_use, raw
from parkplan.model import codes
from parkplan.screening import Verdict
from parkplan.units import M2_PER_MU, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from parkplan.jobs.screen import Screening

_PER_MU: Final = UNITS["wan_yuan_per_mu"].si_per_unit


def _empty(values: pd.Series, chosen: Language) -> object:
    return None


def _of(name: str) -> Callable[[pd.Series, Language], object]:
    return lambda values, chosen: raw(values.get(name))


def _scaled(name: str, unit: float, decimals: int = 4) -> Callable[[pd.Series, Language], object]:
    def value(values: pd.Series, chosen: Language) -> object:
        known = raw(values.get(name))
        return None if known is None else round(float(str(known)) / unit, decimals)

    return value


def _coded(name: str, titles: dict[str, Text]) -> Callable[[pd.Series, Language], object]:
    def value(values: pd.Series, chosen: Language) -> object:
        known = raw(values.get(name))
        return None if known is None else titles.get(str(known), Text(str(known), str(known))).to(chosen)

    return value


def _use(name: str) -> Callable[[pd.Series, Language], object]:
    def value(values: pd.Series, chosen: Language) -> object:
        known = raw(values.get(name))
        return None if known is None else land_use(str(known)).to(chosen)

    return value


def _low(values: pd.Series, chosen: Language) -> object:
    """Low-efficiency or idle is a yes, a parcel that is to be checked or exempt has no answer."""
    answers = {
        Verdict.LOW_EFFICIENCY: "card.answer_yes",
        Verdict.IDLE: "card.answer_yes",
        Verdict.NOT_LOW_EFFICIENCY: "card.answer_no",
    }
    key = answers.get(Verdict(values["verdict"]))
    return None if key is None else message(key, chosen)


def _remark(values: pd.Series, chosen: Language) -> object:
    return codes.VERDICT[str(values["verdict"])].to(chosen)


COLUMNS: Final[tuple[tuple[str, Text, Any], ...]] = (
    ("XH", Text("序号", "No."), None),
    ("DCDYBH", Text("调查单元编号", "Survey unit"), _of("parcel_id")),
    ("XZMC", Text("镇街名称", "Town or street"), _of("street")),
    ("DCQBH", Text("调查区编号", "Survey area"), _of("park_id")),
    ("ZDBH", Text("宗地编号", "Parcel no."), _of("parcel_id")),
    ("MJ", Text("面积（亩）", "Area (mu)"), _scaled("site_area_m2", M2_PER_MU)),
    ("SYZK", Text("使用状况", "State of use"), _coded("stage", codes.PARCEL_STATUS)),
    ("QZLSYLYDMJ", Text("其中历史遗留用地面积（亩）", "Of it left from the past (mu)"), _empty),
    ("SFCZC", Text("是否城中村", "Urban village"), _empty),
    ("GZMS", Text("拟改造模式", "Intended way of renewal"), _empty),
    ("GZJZ", Text("改造进展", "Progress"), _empty),
    ("GHYT", Text("规划用途", "Planned use"), _use("planned_land_use")),
    ("SFDX", Text("是否低效", "Low-efficiency"), _low),
    ("SFSD", Text("是否三地", "Three kinds of plots"), _empty),
    ("SFCHTD", Text("是否拆后土地", "Cleared land"), _empty),
    ("CQR", Text("产权人", "Owner"), _of("holder")),
    ("BDCQZ", Text("不动产权证号", "Certificate no."), _empty),
    ("DJSJ", Text("登记时间", "Registered on"), _empty),
    ("DJMJ", Text("登记面积（亩）", "Registered area (mu)"), _scaled("site_area_m2", M2_PER_MU)),
    ("SYQLX", Text("使用权类型", "Kind of right"), _empty),
    ("DJYT", Text("登记用途", "Registered use"), _empty),
    ("PZWH", Text("批准文号", "Approval no."), _empty),
    ("PZSJ", Text("批准时间", "Approved on"), _of("supplied_on")),
    ("PZMJ", Text("批准面积（亩）", "Approved area (mu)"), _empty),
    ("PZYT", Text("批准用途", "Approved use"), _empty),
    ("XZTDSYR", Text("现状土地使用人", "Present user"), _of("holder")),
    ("YDSJ", Text("用地发生时间", "In use since"), _of("started_on")),
    ("CFWH", Text("处罚文号", "Penalty no."), _empty),
    ("XZDL", Text("现状地类", "Present land class"), _use("land_use")),
    ("QSXZ", Text("权属性质", "Kind of ownership"), _empty),
    ("XZYT", Text("现状用途", "Present use"), _use("land_use")),
    ("CYLX", Text("产业类型", "Industry"), _coded("cluster", codes.CLUSTER)),
    ("RJL", Text("容积率", "Floor area ratio"), _scaled("far", 1.0)),
    ("JZMD", Text("建筑密度（%）", "Building density (%)"), _scaled("building_density", 0.01)),
    (
        "DJGDZCTZ",
        Text("地均固定资产投资（万元/亩）", "Investment (10k CNY/mu)"),
        _scaled("investment_yuan_per_m2", _PER_MU),
    ),
    ("DJRKSJ", Text("地均入库税金（万元/亩）", "Tax (10k CNY/mu)"), _scaled("tax_yuan_per_m2", _PER_MU)),
    ("HJZK", Text("环境状况", "Environment"), _empty),
    ("JCSSPTSP", Text("基础设施配套水平", "Infrastructure"), _empty),
    ("BZ", Text("备注", "Remark"), _remark),
)


def official_gaps(found: Screening, chosen: Language) -> list[list[object]]:
    """Return code and title of each of the 39 columns, in how many of all rows it is filled, why not in the rest."""
    _, rows = official_rows(found, chosen)
    told = []
    for place, (code, title, value) in enumerate(COLUMNS):
        filled = sum(row[place] is not None for row in rows)
        key = "none" if filled == len(rows) else "some" if filled else "unknown" if value is not _empty else "no_column"
        reason = message(f"verdicts.official_{key}", chosen, code=code)
        told.append([code, title.to(chosen), filled, len(rows), reason])
    return told


def _value(values: pd.Series, code: str, value: Any, chosen: Language) -> object:  # noqa: ANN401  # one of COLUMNS
    """Return what the parcels hold under the code itself, else what stands for it."""
    own = raw(values.get(code))
    return own if own is not None else value(values, chosen)


def official_rows(found: Screening, chosen: Language) -> tuple[tuple[str, ...], list[list[object]]]:
    """Return headings (code and title) and one row for each flagged parcel or one that is to be checked."""
    headings = tuple(f"{code}\n{title.to(chosen)}" for code, title, _ in COLUMNS)
    listed = found.parcels[found.parcels["verdict"].isin([Verdict.IDLE, Verdict.LOW_EFFICIENCY, Verdict.TO_CHECK])]
    rows = [
        [number, *(_value(values, code, value, chosen) for code, _, value in COLUMNS[1:])]
        for number, (_, values) in enumerate(listed.iterrows(), start=1)
    ]
    return headings, rows
