"""Values as the text of a cell, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from typing import Final

import pandas as pd

from parkplan.units import is_unknown

_FORMULA: Final = frozenset("=+-@\t\r\n")


def is_formula_like(text: str) -> bool:
    """Say whether a spreadsheet could take a text for a formula: by its first sign, in full width or after blanks too.

    >>> is_formula_like("=1+1"), is_formula_like("＝1+1"), is_formula_like("江海区")
    (True, True, False)
    """
    head = text.lstrip(" \u00a0\u3000\ufeff\u200b")[:1]
    return bool(head) and unicodedata.normalize("NFKC", head)[:1] in _FORMULA


def guarded(text: str) -> str:
    """Return a text that stays text when a spreadsheet opens it.

    >>> guarded("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    """
    return f"'{text}" if is_formula_like(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given.

    >>> unguarded("'=HYPERLINK(1)"), unguarded("'quoted'")
    ('=HYPERLINK(1)', "'quoted'")
    """
    return text[1:] if text[:1] == "'" and is_formula_like(text[1:]) else text


def plain_value(value: object) -> str | float | int | bool | dt.date | None:
    """Return a cell value in plain Python, None where it is unknown."""
    if is_unknown(value):
        return None
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, (str, bool, int, float, dt.date)) else str(value)
