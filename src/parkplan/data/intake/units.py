"""Units in the names of source columns: ``site_area_ha``, ``用地面积（亩）``, ``投资额(万元)``."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from parkplan.units import M2_PER_HECTARE, M2_PER_KM2, M2_PER_MU, YUAN_PER_WAN, YUAN_PER_YI

FACTORS: Final[dict[str, dict[str, float]]] = {
    "m2": {
        "m2": 1.0,
        "sqm": 1.0,
        "平方米": 1.0,
        "平米": 1.0,
        "ha": M2_PER_HECTARE,
        "hectare": M2_PER_HECTARE,
        "hectares": M2_PER_HECTARE,
        "公顷": M2_PER_HECTARE,
        "mu": M2_PER_MU,
        "亩": M2_PER_MU,
        "km2": M2_PER_KM2,
        "平方公里": M2_PER_KM2,
        "万平方米": 10_000.0,
    },
    "yuan": {
        "yuan": 1.0,
        "元": 1.0,
        "wan_yuan": YUAN_PER_WAN,
        "wan": YUAN_PER_WAN,
        "万元": YUAN_PER_WAN,
        "万": YUAN_PER_WAN,
        "yi_yuan": YUAN_PER_YI,
        "亿元": YUAN_PER_YI,
        "亿": YUAN_PER_YI,
        "cny": 1.0,
        "10k_cny": YUAN_PER_WAN,
        "100m_cny": YUAN_PER_YI,
    },
    "m": {"m": 1.0, "米": 1.0, "km": 1000.0, "公里": 1000.0, "千米": 1000.0},
    "tce": {"tce": 1.0, "吨标准煤": 1.0, "吨标煤": 1.0, "万吨标准煤": 10_000.0},
    "t": {"吨": 1.0, "万吨": 10_000.0},
    "ratio": {"%": 0.01, "percent": 0.01},
}
"""For each unit of storage, how many of it make one of the unit that a column name states."""

_BRACKETS: Final = re.compile(r"[(\[（【〔]([^)\]）】〕]*)[)\]）】〕]\s*$")
_ALL: Final = sorted({unit for units in FACTORS.values() for unit in units}, key=len, reverse=True)


def normal_name(name: str) -> str:
    """Return a column name as it is compared: NFKC, lower case, words joined by ``_``.

    >>> normal_name(" Parcel ID"), normal_name("用地面积（㎡）")
    ('parcel_id', '用地面积(m2)')
    """
    plain = unicodedata.normalize("NFKC", name).strip().lower()
    return re.sub(r"[\s\-]+", "_", plain)


def split_unit(name: str) -> tuple[str, str | None]:
    """Take the unit off a column name: what is left, and the unit or None.

    >>> split_unit("site_area_ha"), split_unit("用地面积（亩）"), split_unit("name")
    (('site_area', 'ha'), ('用地面积', '亩'), ('name', None))
    """
    plain = normal_name(name)
    bracket = _BRACKETS.search(plain)
    if bracket is not None:
        unit = bracket.group(1).strip("_")
        return plain[: bracket.start()].rstrip("_"), unit if unit in _ALL else None
    for unit in _ALL:
        if plain.endswith(f"_{unit}"):
            return plain[: -len(unit) - 1], unit
    return plain, None
