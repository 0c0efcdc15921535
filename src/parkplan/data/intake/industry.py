"""Industry texts as codes of GB/T 4754: what is a code or a title is understood, anything else is proposed at most."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import yaml

from parkplan.data.intake.records import Finding, finding

if TYPE_CHECKING:
    import pandas as pd

_CODE: Final = re.compile(r"^[A-T]?(\d{2,4})(?![\d])")
_TAIL: Final = re.compile(r"(制造业|行业|制造|业)$")


@cache
def divisions() -> dict[str, dict[str, Any]]:
    """Divisions by code: ``title`` and ``words``, as they stand in ``industries.yaml``."""
    text = files("parkplan.data.intake").joinpath("industries.yaml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, Any]]", yaml.safe_load(text))


def industry_code(text: str) -> str | None:
    """Return the code that a text states or names by its title, else None.

    >>> industry_code("C39 计算机、通信和其他电子设备制造业"), industry_code("金属制品"), industry_code("做电子的")
    ('39', '33', None)
    """
    plain = _plain(text)
    stated = _CODE.match(plain)
    return stated.group(1) if stated else _titles().get(_bare(plain))


def proposed_division(text: str) -> str | None:
    """Return the one division whose words a text holds, for a person to confirm.

    >>> proposed_division("做电子的"), proposed_division("电子和塑料")
    ('39', None)
    """
    plain = _plain(text)
    found = [code for code, entry in divisions().items() if any(word in plain for word in entry["words"])]
    return found[0] if len(found) == 1 else None


def to_industry_codes(texts: pd.Series[Any], column: str) -> tuple[pd.Series[Any], list[Finding]]:
    """Return codes, unknown where a text is neither code nor title; those are reported with what is proposed."""
    known = {text: industry_code(str(text)) for text in texts.dropna().unique()}
    made = texts.map(known.get, na_action="ignore")
    strange = (texts.notna() & made.isna()).to_numpy(dtype=bool)
    if not strange.any():
        return made.astype("str"), []
    rows = np.flatnonzero(strange)
    example = str(texts.iloc[rows[0]])[:80]
    proposed = proposed_division(example) or "—"
    told = finding("industry_unknown", rows + 1, column=column, value=example, proposed=proposed)
    return made.astype("str"), [told]


@cache
def _titles() -> dict[str, str]:
    return {_bare(_plain(entry["title"])): code for code, entry in divisions().items()}


def _plain(text: str) -> str:
    return re.sub(r"[\s,，]+", "、", unicodedata.normalize("NFKC", text).strip())


def _bare(plain: str) -> str:
    return _TAIL.sub("", plain) or plain
