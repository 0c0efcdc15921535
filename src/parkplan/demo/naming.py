"""Invented names. Every word is made of neutral syllables; no name stands for a real firm, street, road or water."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from parkplan.demo.cutting import Integers, Shapes

FIRST: Final = tuple("禾澜汀序朴沐槿荻砚笺簌晗珩翊霁旻珞芃昀筱榆桉柏椴")
SECOND: Final = tuple("野屿岑溯漪朔棠蘅弦庐杳聆湄渚斓琅砂苇畦楹茗谣笙")
THIRD: Final = tuple("衡拓屹谷岭桥舟帆磐槐序岱峪垣坪陌阡")
WORD_STEP: Final = 5_413
"""A prime: stepping by it through all words visits each once, neighbours far apart."""
PLACE_FIRST: Final = tuple("槿荻砚霁珩沐朴芃榆桉笺翊昀筱苇漪斓谣岑聆")
PLACE_SECOND: Final = tuple("汀澜浦岸洲桥湾塘陂埠坡圩坪围陌堤渡")

ORDINALS: Final = tuple("一二三四五六七八九")
TRADES: Final[dict[str, tuple[str, ...]]] = {
    "electronics": ("电子", "光电", "电路", "半导体", "智能终端", "传感科技"),
    "new_materials": ("新材料", "高分子材料", "涂料", "薄膜材料", "合金材料", "精细化工"),
    "equipment": ("机械", "精密制造", "自动化设备", "模具", "机器人", "车用部件"),
    "appliances": ("电器", "照明", "电机", "厨卫电器", "制冷设备", "家居智能"),
    "biomedicine": ("生物科技", "药业", "医疗器械", "健康食品", "卫生材料"),
    "safety": ("安防设备", "应急装备", "环保科技", "消防器材", "储能科技", "环境工程"),
    "other": ("五金制品", "包装", "家具", "纺织", "印刷", "塑胶制品"),
    "07": ("置业", "物业"),
    "08": ("公共服务", "科创服务"),
    "09": ("商贸", "商业管理"),
    "11": ("物流", "仓储"),
    "13": ("公用事业", "水务"),
    "14": ("园林",),
}
"""Words for what a firm does, by cluster, or by the first figures of the land use of what is not industry."""
CODES: Final[dict[str, tuple[str, ...]]] = {
    "electronics": ("3982", "3985", "3975", "3981", "3922", "3974", "3972", "3963", "3983", "4011"),
    "new_materials": ("2641", "2651", "2662", "2921", "2929", "3073", "3252", "3251", "3240", "2669"),
    "equipment": ("3525", "3484", "3491", "3421", "3451", "3569", "3670", "3752", "3443", "3441"),
    "appliances": ("3854", "3872", "3812", "3852", "3857", "3813", "3856", "3874", "3851", "3855"),
    "biomedicine": ("2720", "2770", "2740", "3581", "3584", "1492", "1491", "2761", "2780", "3585"),
    "safety": ("3595", "3591", "3841", "3879", "4210", "4220", "4021", "4030", "3596", "3849"),
    "other": ("3311", "3360", "2231", "2319", "2110", "1771", "1830", "2915", "2926", "3399"),
}
"""GB/T 4754-2017 classes that the firms of each cluster are given, the commonest first."""

SHORT_STREETS: Final = ("云汀", "禾浦", "澜桥")
STREETS: Final = ("云汀街道", "禾浦街道", "澜桥街道")
PARK_TITLES: Final[dict[str, str]] = {
    "electronics": "电子信息产业园",
    "new_materials": "前沿新材料产业园",
    "equipment": "高端装备产业园",
    "appliances": "智能家电产业园",
    "biomedicine": "生物医药产业园",
    "safety": "安全应急产业园",
    "other": "综合产业园",
}


def places(numbers: Integers) -> Shapes:
    """Two-syllable place names, all different while there are enough; then with a number.

    >>> places(np.arange(2)).tolist()
    ['槿汀', '霁岸']
    """
    a, b = len(PLACE_FIRST), len(PLACE_SECOND)
    n = np.asarray(numbers)
    first = np.array(PLACE_FIRST, dtype=object)[(n * 3 + n // (a * b)) % a]
    second = np.array(PLACE_SECOND, dtype=object)[(n * 3 + n // a) % b]
    again = n // (a * b)
    many = int(again.max(initial=0))
    ordinals = np.array(["", *ORDINALS[:many], *(str(i) for i in range(len(ORDINALS) + 1, many + 1))], dtype=object)
    return np.asarray(first + second + ordinals[again])


def firms(trade: Shapes, rng: np.random.Generator, skip: int = 0) -> Shapes:
    """Names of firms, each different: an invented word of three syllables, a trade and a form.

    ``trade`` holds keys of `TRADES`; ``skip`` is how many words are taken already.
    """
    rows = len(trade)
    first, second, third = (np.array(part, dtype=object) for part in (FIRST, SECOND, THIRD))
    total = len(first) * len(second) * len(third)
    again, place = np.divmod(np.arange(skip, skip + rows), total)
    word = place * WORD_STEP % total
    brand = first[word % len(first)] + second[word // len(first) % len(second)]
    brand = brand + third[word // (len(first) * len(second))]
    brand = brand + np.array(["", *(str(n) for n in range(1, int(again.max(initial=0)) + 1))], dtype=object)[again]
    does = np.full(rows, "", dtype=object)
    pick = rng.random(rows)
    for key, words in TRADES.items():
        here = trade == key
        does[here] = np.array(words, dtype=object)[(pick[here] * len(words)).astype(int)]
    form = np.array(["有限公司", "科技有限公司", "实业有限公司", "制造有限公司", "厂"], dtype=object)
    which = rng.choice(5, rows, p=[0.46, 0.2, 0.14, 0.14, 0.06])
    plain = ~np.isin(trade.astype(str), list(CODES)) | np.array([word.endswith("科技") for word in does])
    return np.asarray(brand + does + form[np.where(plain, 0, which)])


def industry(cluster: Shapes, rng: np.random.Generator) -> Shapes:
    """An industry class for each row, consistent with its cluster."""
    code = np.full(len(cluster), None, dtype=object)
    pick = rng.random(len(cluster)) ** 1.6
    for key, values in CODES.items():
        here = cluster == key
        code[here] = np.array(values, dtype=object)[(pick[here] * len(values)).astype(int)]
    return code


def numbered(prefix: str, rows: int) -> Shapes:
    """Identifiers that are visibly not real ones: prefix and a running number.

    >>> numbered("DEMO-P", 2).tolist()
    ['DEMO-P000001', 'DEMO-P000002']
    """
    digits = max(6, len(str(rows)))
    return np.array([f"{prefix}{i:0{digits}d}" for i in range(1, rows + 1)], dtype=object)
