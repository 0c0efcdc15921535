"""Records as JSON values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from parkplan.units import is_unknown


def plain(value: object) -> object:
    """Return records, paths, dates and numbers as what JSON knows; what is unknown becomes null.

    >>> plain({"area_m2": float("nan"), "path": Path("a"), "on": date(2024, 5, 1)})
    {'area_m2': None, 'path': 'a', 'on': '2024-05-01'}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return _plain_value(value.item() if hasattr(value, "item") else value)


def _plain_value(value: object) -> object:
    if is_unknown(value) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
