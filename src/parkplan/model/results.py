"""What the use cases of the map page return: filter fields, chosen rows, the state of a plan's targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parkplan.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from parkplan.model.targets import Target, TargetBase, TargetPlan

FieldKind = Literal["choice", "number", "date", "boolean", "text"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a column that can be chosen, and how many rows have it."""

    value: str
    title: Text
    rows: int


@dataclass(frozen=True, slots=True)
class FilterField:
    """One column of a filter form: the values to choose from, or the range in the unit of display.

    ``unit`` is a key of `parkplan.units.UNITS`; ``unknown_rows`` have no value and satisfy no condition.
    """

    column: str
    title: Text
    kind: FieldKind
    choices: tuple[Choice, ...] = ()
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    unknown_rows: int = 0


@dataclass(frozen=True, slots=True)
class FilterForm:
    """The fields of a layer's filter form."""

    fields: tuple[FilterField, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a layer that satisfy a condition: their positions in the table, and the table's size.

    ``take`` reads them: a page that only counts rows needs none.
    """

    layer: str
    table: str
    where: str | None
    positions: NDArray[np.intp]
    total: int
    take: Callable[[], gpd.GeoDataFrame]

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The rows themselves."""
        return self.take()


@dataclass(frozen=True, slots=True)
class TargetState:
    """One indicator of a plan, where it stood and where it stands; both are unknown until a user enters them.

    The base may also come with the plan.
    """

    plan: TargetPlan
    target: Target
    current: float | None
    written_target: Text
    written_current: Text
    base: TargetBase | None
    written_base: Text
    actor: str | None = None
    at: datetime | None = None
    reason: str = ""

    @property
    def progress(self) -> float | None:
        """The share of the way from the base to the target that is done; None where that is unknown or no way."""
        if self.current is None or self.base is None or self.base.value == self.target.target:
            return None
        return (self.current - self.base.value) / (self.target.target - self.base.value)

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None while the current value is unknown."""
        if self.current is None:
            return None
        if self.target.direction == "at_least":
            return self.current >= self.target.target
        return self.current <= self.target.target
