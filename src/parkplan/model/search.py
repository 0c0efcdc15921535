"""What a search found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parkplan.i18n import Text

if TYPE_CHECKING:
    from parkplan.model.facts import Bounds


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its table and row, what it is, its name, one more line about it, and where it lies."""

    table: str
    row: int
    kind: Text
    title: str
    subtitle: Text
    bounds: Bounds | None
