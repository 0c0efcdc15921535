"""Site plans drawn by a small component of our own: thumbnails, two measures, one plan large, its massing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from parkplan.data.siteplans import load_modules
from parkplan.i18n import message
from parkplan.layout.siteplan.measures import DECISIVE, GREATER_IS_BETTER
from parkplan.render.plan.drawing import KIND_COLOURS
from parkplan.render.plan.shapes import massing, picture
from parkplan.ui.component import mount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parkplan.model.siteplan import SitePlan

THUMBNAIL_M: Final = 1.0
SHARES: Final = frozenset(
    {
        "green_share",
        "road_share",
        "unused_share",
        "sliver_share",
        "wide_road_share",
        "regularity",
        "daylight",
        "phase_balance",
    }
)
MEASURES: Final = (*DECISIVE, *(name for name in GREATER_IS_BETTER if name not in DECISIVE))


def _opened(key: str, on_open: Callable[[str], None]) -> None:
    chosen = st.session_state[key]["open"]
    if chosen:
        on_open(str(chosen))


def measure(plan: SitePlan, name: str) -> float:
    """Return a measure of a plan, from its quality or its indicators."""
    return float(plan.quality[name] if name in plan.quality else plan.indicators[name])


def shown(name: str, value: float) -> str:
    """Return a measure as it is read: shares in per cent, the rest as whole numbers."""
    if name in SHARES:
        return f"{value:.1%}"
    return f"{value:.2f}" if name == "soundness" else f"{value:,.0f}"


def gallery(key: str, plans: Sequence[SitePlan], chosen: str, on_open: Callable[[str], None]) -> None:
    """Draw all options as thumbnails; a click opens one."""
    modules = load_modules()
    options = [
        {
            "id": plan.id,
            "title": f"{plan.id} {message(f'siteplan.pattern_{plan.choices.pattern}')}",
            "front": plan.front,
            "badge": message("siteplan.front", front=plan.front) if plan.front else message("siteplan.made_anew"),
            "picture": picture(plan, modules, THUMBNAIL_M),
            "facts": [
                [message("siteplan.column_far"), f"{plan.indicators['far']:.2f}"],
                [message("siteplan.column_coefficient"), f"{plan.indicators['coefficient']:.1%}"],
                [message("siteplan.column_green"), f"{plan.indicators['green_share']:.1%}"],
                [message("siteplan.measure_dock_m"), f"{plan.quality['dock_m']:,.0f}"],
            ],
        }
        for plan in plans
    ]
    data = {"view": "gallery", "options": options, "chosen": chosen}
    mount("plans", key, data, on_open_change=lambda: _opened(key, on_open))


def scatter(
    key: str, plans: Sequence[SitePlan], axes: tuple[str, str], chosen: str, on_open: Callable[[str], None]
) -> None:
    """Draw all options by two measures, those of the first front larger; a click opens one."""
    across, up = axes
    points = [
        {"id": plan.id, "front": plan.front, "x": measure(plan, across), "y": measure(plan, up), "text": plan.id}
        for plan in plans
    ]
    data = {
        "view": "scatter",
        "points": points,
        "chosen": chosen,
        "xTitle": message(f"siteplan.measure_{across}"),
        "yTitle": message(f"siteplan.measure_{up}"),
        "xTicks": _ticks(across, [point["x"] for point in points]),
        "yTicks": _ticks(up, [point["y"] for point in points]),
    }
    mount("plans", key, data, on_open_change=lambda: _opened(key, on_open))


def _ticks(name: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    low, high = min(values), max(values)
    places = sorted({low, (low + high) / 2, high})
    return [{"value": value, "text": shown(name, value)} for value in places]


def plan_view(key: str, plan: SitePlan) -> None:
    """Draw one plan large, its streets named."""
    modules = load_modules()
    drawn = picture(plan, modules)
    drawn["streets"] = [
        street | {"name": message("siteplan.street", number=street["id"].removeprefix("street-"))}
        for street in drawn["streets"]
    ]
    used = dict.fromkeys(piece.module for piece in plan.buildings)
    legend = [[modules[name].colour, modules[name].title.to()] for name in used]
    legend += [
        [colour, message(f"siteplan.kind_{kind}")] for kind, colour in KIND_COLOURS.items() if plan.of_kind(kind)
    ]
    mount("plans", key, {"view": "plan", "picture": drawn, "legend": legend})


def massing_view(key: str, plan: SitePlan) -> None:
    """Draw one plan in three dimensions, to be turned with the pointer or the arrow keys."""
    data = massing(plan, load_modules())
    mount("plans", key, {"view": "massing", **data, "hint": message("siteplan.massing_hint")})
