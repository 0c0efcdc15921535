"""On which parcels a firm works: by number, name, address or place; what is only likely is proposed, never taken."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from parkplan.metrics.firms import SEPARATOR, firm_shares
from parkplan.model.credit_code import is_credit_code, plain_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import geopandas as gpd

METHODS: Final = ("confirmed", "code", "credit_code", "name", "address", "location")
"""Ways by which a firm is matched; the first that finds a parcel is used."""
ADDRESS_COLUMNS: Final = ("location", "address", "地址", "坐落", "宗地坐落", "土地坐落", "ZL")
CREDIT_COLUMNS: Final = (
    "credit_code", "统一社会信用代码", "社会信用代码", "信用代码", "TYSHXYDM", "XYDM", "creditCode",
)  # fmt: skip
LIKE_NAME: Final = 0.85
NEAR_M: Final = 30.0
_SEPARATORS: Final = re.compile(r"[;；、,，|]+")
_LEGAL_FORM: Final = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团|公司|厂)$")


@dataclass(frozen=True, slots=True)
class FirmMatches:
    """Firms and parcels as row positions.

    ``matched``: firm, parcel, method, share (of the firm on the parcel, 1 over each firm), parcel_share (of the parcel
    used by the firm, 1 over each parcel). ``proposed``: firm, parcel, method, for a person to confirm. ``unmatched``:
    firms with no match. ``faulty_codes``: firms whose credit code is none, so that it was not used.
    """

    matched: pd.DataFrame
    proposed: pd.DataFrame
    unmatched: tuple[int, ...]
    faulty_codes: tuple[int, ...] = ()


def match_firms(
    parcels: gpd.GeoDataFrame,
    firms: gpd.GeoDataFrame,
    confirmed: Mapping[str, str] | None = None,
    *,
    rejected: Mapping[str, Collection[str]] | None = None,
) -> FirmMatches:
    """Match firms to parcels.

    A number that the firm names comes first, then the unified social credit code of a holder (GB 32100-2015; codes with
    a wrong check character are not used), then a holder of the same name, then the same address, then the one parcel
    that its point lies in. A firm whose number is unknown is not matched by anything weaker, only proposed; so
    are firms of a similar name, within `NEAR_M` of a parcel, or inside several.

    Args:
        parcels: polygons in a metric CRS with ``parcel_id``, and where known ``holder``, ``floor_area_m2``, an address.
        firms: points in the same CRS with ``enterprise_id``, and where known ``parcel_id``, ``name``, an address,
            ``leased_floor_m2``.
        confirmed: parcels by the key of a firm, several separated by ``;``, that a person has confirmed.
        rejected: parcels by the key of a firm that a person has rejected; they are not proposed again.

    """
    finder = _Finder(parcels, firms, rejected or {})
    pairs: list[tuple[int, int, str]] = []
    proposed: list[tuple[int, int, str]] = []
    for firm in range(len(firms)):
        said = (confirmed or {}).get(str(firms["enterprise_id"].iloc[firm]))
        found, method, sure = finder.find(firm, said)
        (pairs if sure else proposed).extend((firm, parcel, method) for parcel in found)
    names = ["firm", "parcel", "method"]
    matched = _with_shares(pd.DataFrame(pairs, columns=names), parcels, firms)
    unmatched = tuple(sorted(set(range(len(firms))) - {firm for firm, _, _ in pairs}))
    return FirmMatches(matched, pd.DataFrame(proposed, columns=names), unmatched, finder.faulty_codes)


class _Finder:
    """The parcels by number, credit code, holder, address and place."""

    def __init__(
        self, parcels: gpd.GeoDataFrame, firms: gpd.GeoDataFrame, rejected: Mapping[str, Collection[str]]
    ) -> None:
        self._firms = firms
        self._rejected = rejected
        self._keys = parcels["parcel_id"].astype(str).to_numpy()
        self._by_code = _index(parcels.get("parcel_id"))
        held, named = _column(parcels, CREDIT_COLUMNS), _column(firms, CREDIT_COLUMNS)
        self._by_credit = _index(None if held is None else held.map(_credit))
        self._credit = None if named is None else named.map(_credit)
        wrong = [] if named is None else ((named.str.strip() != "") & (self._credit == "")).tolist()
        self.faulty_codes = tuple(row for row, faulty in enumerate(wrong) if faulty)
        self._by_holder = _index(parcels.get("holder"))
        self._holders = {_bare(name): name for name in self._by_holder}
        self._by_address = _index(_address(parcels))
        self._firm_address = _address(firms)
        self._shapes = np.asarray(parcels.geometry.array, dtype=object)
        self._points = np.asarray(firms.geometry.array, dtype=object)
        self._tree = shapely.STRtree(self._shapes)

    def find(self, firm: int, said: str | None) -> tuple[list[int], str, bool]:
        """Return parcels, by what they were found, and whether that is sure."""
        if said is not None:
            return self._coded(said), "confirmed", True
        stated = self._value("parcel_id", firm)
        found = self._coded(stated) if stated else []
        if found:
            return found, "code", True
        for method, parcels, sure in self._weaker(firm):
            open_still = parcels if sure and not stated else self._not_rejected(firm, parcels)
            if open_still:
                return open_still, method, sure and not stated
        return [], "", False

    def _not_rejected(self, firm: int, parcels: list[int]) -> list[int]:
        said = self._rejected.get(str(self._firms["enterprise_id"].iloc[firm]), ())
        return [row for row in parcels if self._keys[row] not in said]

    def _weaker(self, firm: int) -> Iterator[tuple[str, list[int], bool]]:
        credit = "" if self._credit is None else str(self._credit.iloc[firm])
        yield "credit_code", self._by_credit.get(credit, []) if credit else [], True
        name = _normal(self._value("name", firm))
        yield "name", self._by_holder.get(name, []) if name else [], True
        address = _normal(str(self._firm_address.iloc[firm])) if self._firm_address is not None else ""
        places = self._by_address.get(address, []) if address else []
        yield "address", places, len(places) == 1
        inside = self._near(firm, 0.0)
        yield "location", inside, len(inside) == 1
        like = get_close_matches(_bare(name), list(self._holders), n=1, cutoff=LIKE_NAME) if name else []
        yield "similar_name", self._by_holder[self._holders[like[0]]] if like else [], False
        yield "nearby", self._near(firm, NEAR_M)[:1], False

    def _near(self, firm: int, reach_m: float) -> list[int]:
        point = self._points[firm]
        if point is None or point.is_empty:
            return []
        if reach_m == 0.0:
            return sorted(int(row) for row in self._tree.query(point, predicate="intersects"))
        rows = self._tree.query(point, predicate="dwithin", distance=reach_m)
        return sorted(
            (int(row) for row in rows), key=lambda row: (float(shapely.distance(self._shapes[row], point)), row)
        )

    def _coded(self, text: str) -> list[int]:
        codes = [_normal(part) for part in _SEPARATORS.split(text)]
        rows = [self._by_code[code] for code in codes if code in self._by_code]
        return list(dict.fromkeys(row[0] for row in rows)) if len(rows) == sum(map(bool, codes)) else []

    def _value(self, column: str, firm: int) -> str:
        if column not in self._firms.columns or pd.isna(self._firms[column].iloc[firm]):
            return ""
        return str(self._firms[column].iloc[firm]).strip()


def _index(values: pd.Series[Any] | None) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, value in enumerate([] if values is None else values):
        if not pd.isna(value) and _normal(str(value)):
            found.setdefault(_normal(str(value)), []).append(row)
    return found


def _address(frame: pd.DataFrame) -> pd.Series[Any] | None:
    return _column(frame, ADDRESS_COLUMNS)


def _column(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series[Any] | None:
    name = next((name for name in names if name in frame.columns), None)
    return None if name is None else frame[name].astype("string").fillna("")


def _credit(text: str) -> str:
    return plain_code(text) if is_credit_code(text) else ""


def _normal(text: str) -> str:
    """Return a text without spaces and brackets, width and case aside.

    >>> _normal("江海（模拟） 电子有限公司")
    '江海模拟电子有限公司'
    """
    return re.sub(r"[\s()\[\]·.\-]", "", unicodedata.normalize("NFKC", text)).upper()


def _bare(name: str) -> str:
    return _LEGAL_FORM.sub("", name) or name


def _with_shares(pairs: pd.DataFrame, parcels: gpd.GeoDataFrame, firms: gpd.GeoDataFrame) -> pd.DataFrame:
    """Add how much of each firm lies on the parcel, and how much of the parcel is the firm's."""
    if pairs.empty:
        return pairs.assign(share=pd.Series(dtype=float), parcel_share=pd.Series(dtype=float))
    rows = pd.Series([str(row) for row in range(len(parcels))])
    floor = parcels["floor_area_m2"].to_numpy() if "floor_area_m2" in parcels.columns else np.nan
    keyed = pd.DataFrame({"parcel_id": rows, "floor_area_m2": floor})
    named = pairs["parcel"].astype(str).groupby(pairs["firm"]).agg(SEPARATOR.join)
    works = pd.DataFrame({"parcel_id": named.reindex(range(len(firms)))})
    shares = firm_shares(keyed, works).set_index(["firm", "parcel"])["share"]
    share = shares.reindex(pd.MultiIndex.from_frame(pairs[["firm", "parcel"]])).to_numpy()
    leased = pd.to_numeric(firms["leased_floor_m2"], errors="coerce") if "leased_floor_m2" in firms.columns else None
    used = pairs["firm"].map(lambda firm: np.nan if leased is None else leased.iloc[firm]).astype(float) * share
    by_parcel = used.groupby(pairs["parcel"])
    known = (by_parcel.transform("count") == by_parcel.transform("size")) & (by_parcel.transform("sum") > 0)
    even = 1.0 / by_parcel.transform("size")
    parcel_share = np.where(known, used / by_parcel.transform("sum").where(known, 1.0), even)
    return pairs.assign(share=share, parcel_share=parcel_share)
