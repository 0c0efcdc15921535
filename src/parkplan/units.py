"""Units at the edge: square metres and yuan inside, 亩, 公顷, 万元 and 亿元 on screen and on paper.

1 亩 is 2000/3 m² and 1 公顷 is 10,000 m² (15 亩). A missing value is unknown and is never shown as 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

from parkplan.i18n import Language, Text, current_language

M2_PER_MU: Final = 2000.0 / 3.0
M2_PER_HECTARE: Final = 10_000.0
M2_PER_KM2: Final = 1_000_000.0
YUAN_PER_WAN: Final = 10_000.0
YUAN_PER_YI: Final = 100_000_000.0

UNKNOWN: Final = Text("未知", "unknown")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of display: its symbol in both languages and how many SI units make one."""

    symbol: Text
    si_per_unit: float
    decimals: int


UNITS: Final[dict[str, Unit]] = {
    "m": Unit(Text("米", "m"), 1.0, 1),
    "km": Unit(Text("公里", "km"), 1000.0, 2),
    "m2": Unit(Text("平方米", "m²"), 1.0, 0),
    "mu": Unit(Text("亩", "mu"), M2_PER_MU, 2),
    "hectare": Unit(Text("公顷", "ha"), M2_PER_HECTARE, 2),
    "km2": Unit(Text("平方公里", "km²"), M2_PER_KM2, 2),
    "yuan": Unit(Text("元", "CNY"), 1.0, 0),
    "wan_yuan": Unit(Text("万元", "10k CNY"), YUAN_PER_WAN, 1),
    "yi_yuan": Unit(Text("亿元", "100M CNY"), YUAN_PER_YI, 2),
    "yuan_per_m2": Unit(Text("元/平方米", "CNY/m²"), 1.0, 2),
    "wan_yuan_per_mu": Unit(Text("万元/亩", "10k CNY/mu"), YUAN_PER_WAN / M2_PER_MU, 2),
    "t": Unit(Text("吨", "t"), 1.0, 3),
    "tce": Unit(Text("吨标准煤", "tce"), 1.0, 1),
    "tco2": Unit(Text("吨二氧化碳", "t CO2"), 1000.0, 0),
    "person": Unit(Text("人", "persons"), 1.0, 0),
    "storey": Unit(Text("层", "storeys"), 1.0, 0),
    "lane": Unit(Text("车道", "lanes"), 1.0, 0),
    "percent": Unit(Text("%", "%"), 0.01, 1),
    "ratio": Unit(Text("", ""), 1.0, 2),
    "probability": Unit(Text("", ""), 1.0, 4),
    "year": Unit(Text("年", ""), 1.0, 0),
    "count": Unit(Text("", ""), 1.0, 0),
}


def is_unknown(value: object) -> bool:
    """Say whether a value is missing (None, NaN, NaT or pandas.NA).

    >>> is_unknown(float("nan")), is_unknown(0)
    (True, False)
    """
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in {"NAType", "NaTType"}


def quantity(value: float | None, unit: str, chosen: Language | None = None, *, decimals: int | None = None) -> str:
    """Write an SI value in a unit of display, with its symbol.

    >>> quantity(20000.0, "mu", "zh")
    '30.00 亩'
    >>> quantity(None, "mu", "en")
    'unknown'
    """
    if value is None or is_unknown(value):
        return UNKNOWN.to(chosen)
    shown = UNITS[unit]
    places = shown.decimals if decimals is None else decimals
    number = f"{value / shown.si_per_unit:,.{places}f}" if unit != "year" else f"{value:.0f}"
    symbol = shown.symbol.to(chosen)
    return f"{number}{'' if symbol in ('', '%') else ' '}{symbol}"


def money(yuan: float | None, chosen: Language | None = None) -> str:
    """Write an amount in 万元, or in 亿元 from one 亿 on.

    >>> money(2.5e8, "zh"), money(120_000.0, "en")
    ('2.50 亿元', '12.0 10k CNY')
    """
    if yuan is None or is_unknown(yuan):
        return UNKNOWN.to(chosen)
    return quantity(yuan, "yi_yuan" if abs(yuan) >= YUAN_PER_YI else "wan_yuan", chosen)


def area(m2: float | None, chosen: Language | None = None) -> str:
    """Write a land area in the two units that a planner reads side by side.

    >>> area(20000.0, "zh")
    '2.00 公顷（30.00 亩）'
    """
    if m2 is None or is_unknown(m2):
        return UNKNOWN.to(chosen)
    hectares, mu = quantity(m2, "hectare", chosen), quantity(m2, "mu", chosen)
    return f"{hectares} ({mu})" if (chosen or current_language()) == "en" else f"{hectares}（{mu}）"


def day(value: date | None, chosen: Language | None = None) -> str:
    """Write a date.

    >>> day(date(2024, 5, 1), "zh"), day(date(2024, 5, 1), "en")
    ('2024年5月1日', '2024-05-01')
    """
    if value is None or is_unknown(value):
        return UNKNOWN.to(chosen)
    if (chosen or current_language()) == "en":
        return value.isoformat()[:10]
    return f"{value.year}年{value.month}月{value.day}日"
