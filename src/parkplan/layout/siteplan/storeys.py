"""Storeys that bring the floor area ratio between its limits and keep within the permitted height."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.model.siteplan import DOUBLE_STOREY_M

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.model.siteplan import Module


def fit_storeys(
    footprints: Sequence[tuple[str, float]],
    modules: Mapping[str, Module],
    site_m2: float,
    far: tuple[float, float],
    height_max_m: float,
) -> dict[str, int]:
    """Return storeys by module, starting from the usual ones.

    The module with most floor area is raised or lowered storey by storey within its range until the ratio fits; where
    the ranges end first, the ratio stays outside and the certificate says so.
    """
    storeys = {name: _within(modules[name], modules[name].usual_storeys, height_max_m) for name, _ in footprints}
    area = {name: sum(m2 for other, m2 in footprints if other == name) for name in storeys}
    order = sorted(storeys, key=lambda name: -area[name])

    def ratio() -> float:
        return sum(area[name] * storeys[name] * _weight(modules[name]) for name in storeys) / site_m2

    for step in (1, -1):
        for name in order:
            while (ratio() < far[0] if step > 0 else ratio() > far[1]) and _moves(
                modules[name], storeys[name] + step, height_max_m
            ):
                storeys[name] += step
    return storeys


def fit_admin(
    slabs: Sequence[tuple[str, float]],
    floor_m2: float,
    share: float,
    modules: Mapping[str, Module],
    height_max_m: float,
) -> dict[str, int]:
    """Return storeys of office and dormitory so that their floor stays below a share of all floor area."""
    storeys = {name: _within(modules[name], modules[name].usual_storeys, height_max_m) for name, _ in slabs}
    order = sorted(storeys, key=lambda name: -storeys[name])

    def admin() -> float:
        return sum(m2 * storeys[name] for name, m2 in slabs)

    while admin() > share * (floor_m2 + admin()) and any(storeys[name] > modules[name].storeys[0] for name in order):
        name = max(order, key=lambda entry: storeys[entry])
        storeys[name] -= 1
    return storeys


def _weight(module: Module) -> int:
    return 2 if module.storey_height_m > DOUBLE_STOREY_M else 1


def _moves(module: Module, storeys: int, height_max_m: float) -> bool:
    return _within(module, storeys, height_max_m) == storeys


def _within(module: Module, storeys: int, height_max_m: float) -> int:
    least, most = module.storeys
    return max(least, min(storeys, most, int(height_max_m // module.storey_height_m)))
