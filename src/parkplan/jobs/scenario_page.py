"""The map page of one layout option: its own layers over the few that a planner needs beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.jobs.district_map import map_request
from parkplan.jobs.kept import Kept
from parkplan.render.map import MapPage, district_map

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.i18n import Language

LAND: Final = ("option_locked", "option_typologies", "option_land_use")
AROUND: Final = (
    "industrial_new_town", "special_parks", "facilities", "ecological_redline", "permanent_farmland",
    "planned_land_use", "idle_land", "low_efficiency_land", "roads", "water", "streets",
)  # fmt: skip
SHOWN: Final = ("roads", "water", "streets")
_pages: Final = Kept[tuple[object, ...], MapPage](limit=24)


def option_page(view: Workspace, chosen: Language, layers: tuple[str, ...] = LAND) -> MapPage:
    """Return the map of a workspace seen with tables of an option (see `parkplan.jobs.derived.WithDerived`)."""
    versions = tuple((info.name, info.version) for info in view.tables())

    def make() -> MapPage:
        return district_map(map_request(view, chosen, only=(*layers, *SHOWN), among=(*layers, *AROUND)))

    return _pages.get((view.address, chosen, layers, versions), make)
