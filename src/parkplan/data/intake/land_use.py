"""Land-use codes of other editions, and the guard against a code that means two things.

1001 is a factory in the national classification (用地用海) and a railway in the Third Survey (三调): where the codes of
a column fit both and the heading does not tell them apart, the edition is asked for.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import yaml

from parkplan._errors import RequestError
from parkplan.data.intake.records import Finding, finding
from parkplan.data.intake.units import normal_name

if TYPE_CHECKING:
    import pandas as pd

EDITIONS: Final = ("2023", "2020", "third_survey", "gb50137")
_TABLES: Final = {"2020": "land_use_2020", "third_survey": "third_survey", "gb50137": "gb50137"}
_NATIONAL: Final = frozenset({"land_use", "现状用地", "用地用海分类代码", "用地用海代码", "ydyhfldm"})
_SURVEY: Final = frozenset({"dlbm", "三调地类编码"})
_TITLED: Final = re.compile(r"^[^()（）]*[(（](\d{2,6}[A-Z]?)[)）]$")
"""A code behind its title, as in 工业用地（1001）."""


@cache
def conversions() -> dict[str, dict[str, str | None]]:
    """What each code of an older edition became, None where it was split; from ``land_use_editions.yaml``."""
    text = files("parkplan.data.intake").joinpath("land_use_editions.yaml").read_text(encoding="utf-8")
    read = cast("dict[str, dict[str, str | None]]", yaml.safe_load(text))
    return {edition: read[name] for edition, name in _TABLES.items()}


def edition_of(codes: set[str], column: str) -> str | None:
    """Return the edition of a column of codes, or None where it must be asked for.

    Letters in front are GB 50137; a heading that names its standard decides; codes of four or more digits decide only
    when they mean the same in both classifications that use digits.

    >>> edition_of({"M1", "W"}, "用地代码"), edition_of({"1001"}, "YDYHFLDM"), edition_of({"1001"}, "地类编码")
    ('gb50137', '2023', None)
    """
    if codes and all(code[:1].isalpha() and code[:1].isascii() for code in codes):
        return "gb50137"
    heading = normal_name(column)
    if heading in _NATIONAL:
        return "2023"
    survey = conversions()["third_survey"]
    if heading in _SURVEY or any(code[2:3] == "H" or code[-1:] == "A" for code in codes):
        return "third_survey"
    return None if any(survey.get(code, code) != code for code in codes) else "2023"


def to_national(texts: pd.Series[Any], column: str, edition: str | None) -> tuple[pd.Series[Any], list[Finding]]:
    """Return the codes of the edition of 2023, with a finding for what was converted and what must be split by hand.

    Raises:
        RequestError: the edition is unknown, or the codes fit two and none was stated.

    """
    codes = {str(code) for code in texts.dropna().unique()}
    bare = {text: match[1] for text in codes if (match := _TITLED.match(text))}
    if bare:
        texts = texts.map(lambda text: bare.get(str(text), text), na_action="ignore").astype("str")
        codes = {bare.get(code, code) for code in codes}
    if edition is not None and edition not in EDITIONS:
        raise RequestError("land_use_edition", given=edition, known=", ".join(EDITIONS))
    used = edition or edition_of(codes, column)
    if used is None:
        survey = conversions()["third_survey"]
        example = sorted(code for code in codes if survey.get(code, code) != code)[0]
        raise RequestError("land_use_ambiguous", column=column, code=example, other=survey[example] or "—",
                           known=", ".join(EDITIONS))  # fmt: skip
    if used == "2023":
        return texts, []
    table = conversions()[used]
    changed = texts.isin([code for code, new in table.items() if new != code]).to_numpy(dtype=bool)
    split = texts.isin([code for code, new in table.items() if new is None]).to_numpy(dtype=bool)
    made = texts.map(lambda code: table.get(str(code), str(code)), na_action="ignore").astype("str")
    found = [finding("land_use_converted", np.flatnonzero(changed) + 1, "note", column=column, edition=used)]
    if split.any():
        rows = np.flatnonzero(split)
        found.append(finding("land_use_split", rows + 1, column=column, value=str(texts.iloc[rows[0]]), edition=used))
    return made, found if changed.any() else []
