"""The sections of a parcel's card: what is registered and measured, what stands and works on it, what limits it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import shapely

from parkplan import units
from parkplan.i18n import Language, Text, message
from parkplan.jobs.frames import Loaded, area_on_ellipsoid_m2, load
from parkplan.jobs.writing import both, derived, fact, number, raw, text
from parkplan.model.facts import Entry, Fact, Section
from parkplan.model.tables import PARCEL_YEARS, PARCELS, TABLES, YEARLY_FIGURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shapely.geometry.base import BaseGeometry

    from parkplan.data.workspace import Workspace

LISTED_MOST: Final = 50
AREA_DIFFERENCE_LIMIT: Final = 0.05
"""From this share of the registered area on, a difference to the mapped area is a finding."""
HALF_M2: Final = 0.5
SLIVER_M2: Final = 1.0
"""An overlap below this is the noise of two digitised edges and is not listed."""

_IDENTITY: Final = (
    "parcel_id",
    "name",
    "holder",
    "street",
    "park_id",
    "land_use",
    "status",
    "industry_code",
    "cluster",
    "government_cause",
)
_SITE_USE: Final = (
    "structures_m2",
    "yard_m2",
    "green_m2",
    "admin_floor_area_m2",
    "admin_land_m2",
    "vacant_floor_m2",
)
_DATES: Final = tuple(column.name for column in PARCELS.columns if column.kind == "date")
_ECONOMY: Final = (
    "investment_yuan",
    "investment_agreed_yuan",
    "output_yuan",
    "tax_yuan",
    "value_added_yuan",
    "energy_tce",
    "emission_t",
    "employees",
    "rnd_yuan",
)
_BUILDING: Final = ("use", "storeys", "floor_area_m2", "height_m", "built_year", "quality")
_ENTERPRISE: Final = ("cluster", "above_scale", "high_tech", "output_yuan", "tax_yuan", "employees")
_ZONE: Final = ("far_min", "far_max", "density_max", "height_max_m", "green_min")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel with its repaired geometry and its mapped area."""

    loaded: Loaded
    row: int
    geometry: BaseGeometry | None
    repaired: bool
    mapped_m2: float | None

    def value(self, name: str) -> object:
        """Return a raw value, None where it is unknown or the table lacks the column."""
        return raw(self.loaded.frame[name].iat[self.row]) if name in self.loaded.frame.columns else None

    def number(self, name: str) -> float | None:
        """Return a raw number, None where it is unknown."""
        return number(self.value(name))

    def facts(self, names: Iterable[str]) -> tuple[Fact, ...]:
        """Return cells of this parcel as facts."""
        return tuple(fact(self.loaded, self.row, name) for name in names)

    @property
    def base(self) -> tuple[float | None, Text]:
        """The area that values are divided by: the registered one, or else the mapped one, and its name."""
        registered = self.number("site_area_m2")
        if registered:
            return registered, text("card.registered_area")
        return self.mapped_m2, text("card.mapped_area")


def sections(ws: Workspace, loaded: Loaded, row: int) -> tuple[tuple[Section, ...], tuple[Text, ...]]:
    """Return the sections of a parcel's card and what is wrong with the parcel's data."""
    parcel = _parcel(loaded, row)
    made = (
        Section("identity", text("card.section_identity"), _identity(ws, parcel)),
        _area(parcel),
        _planning(ws, parcel),
        Section("dates", text("card.section_dates"), parcel.facts(_DATES)),
        _economy(parcel),
        *_years(ws, parcel),
        _buildings(ws, parcel),
        _enterprises(ws, parcel),
        _location(ws, parcel),
        _overlaps(ws, parcel, "constraints", ("kind", "severity")),
        *_own(parcel),
    )
    return made, _findings(ws, parcel)


def _parcel(loaded: Loaded, row: int) -> Parcel:
    geometry = loaded.geometry[row]
    if geometry is None or geometry.is_empty:
        return Parcel(loaded, row, None, False, None)
    valid = bool(shapely.is_valid(geometry))
    geometry = geometry if valid else shapely.make_valid(geometry)
    return Parcel(loaded, row, geometry, not valid, area_on_ellipsoid_m2(geometry, loaded.crs))


def ratio(part: float | None, whole: float | None) -> float | None:
    """Divide, unknown where either is unknown or the whole is 0."""
    return None if part is None or not whole else part / whole


def _identity(ws: Workspace, parcel: Parcel) -> tuple[Fact, ...]:
    """Facts of identity; the park is called by its name beside its number."""
    parks, park_no = load(ws, "parks"), parcel.value("park_id")
    found = [] if parks is None else parks.rows_where("park_id", park_no).tolist()
    facts = parcel.facts(_IDENTITY)
    if parks is None or not found:
        return facts
    name = entry_title(parks, found[0])
    named = text("card.park_named", name=name, number=park_no)
    return tuple(replace(one, written=named) if one.id == "park_id" else one for one in facts)


def _area(parcel: Parcel) -> Section:
    registered, mapped = parcel.number("site_area_m2"), parcel.mapped_m2
    difference = None if registered is None or mapped is None else registered - mapped
    base, name = parcel.base

    def both_ways(value: float, chosen: Language) -> str:
        shown = 0.0 if abs(value) < HALF_M2 else value  # a rounded 0 has no sign
        area, share = units.quantity(shown, "m2", chosen), units.quantity(ratio(shown, registered), "percent", chosen)
        return message("card.area_difference", chosen, area=area, share=share)

    return Section(
        "area",
        text("card.section_area"),
        (
            *parcel.facts(["site_area_m2"]),
            derived("geodesic_area_m2", mapped, units.area),
            derived("area_difference_m2", difference, both_ways),
            *parcel.facts(["floor_area_m2", "footprint_m2", "developed_area_m2", *_SITE_USE]),
            derived("far", ratio(parcel.number("floor_area_m2"), base), _in("ratio"), area=name),
            derived("density", ratio(parcel.number("footprint_m2"), base), _in("percent"), area=name),
        ),
    )


def _in(unit: str) -> Callable[[float, Language], str]:
    return lambda value, chosen: units.quantity(value, unit, chosen)


def _economy(parcel: Parcel) -> Section:
    base, name = parcel.base
    per_mu = tuple(
        derived(f"{what}_per_mu", ratio(parcel.number(f"{what}_yuan"), base), _in("wan_yuan_per_mu"), area=name)
        for what in ("investment", "output", "tax")
    )
    employees = ratio(parcel.number("employees"), base)
    crowd = derived(
        "employees_per_hectare",
        None if employees is None else employees * units.M2_PER_HECTARE,
        _in("person"),
        area=name,
    )
    return Section("economy", text("card.section_economy"), (*parcel.facts(_ECONOMY), *per_mu, crowd))


def _years(ws: Workspace, parcel: Parcel) -> tuple[Section, ...]:
    """The figures year by year, the latest first; no section where the workspace has no such table."""
    other = load(ws, PARCEL_YEARS.name)
    if other is None:
        return ()
    rows = other.rows_where("parcel_id", parcel.value("parcel_id")).tolist()
    years = {row: fact(other, row, "year") for row in rows}
    rows.sort(key=lambda row: (years[row].known, number(years[row].value) or 0.0, row), reverse=True)
    names = [column.name for column in YEARLY_FIGURES]
    entries = tuple(
        Entry(other.name, row, years[row].written, tuple(fact(other, row, name) for name in names))
        for row in rows[:LISTED_MOST]
    )
    title, source = text("card.section_years"), other.info.source
    facts = (derived("years_known", len({fact.value for fact in years.values() if fact.known}), _in("count")),)
    told = (Fact("years_source", text("card.years_source"), source, Text(source, source)),) if source else ()
    return (Section("years", title, (*facts, *told), entries, _cut(len(rows))),)


def _planning(ws: Workspace, parcel: Parcel) -> Section:
    zones = _overlaps(ws, parcel, "land_use_plan", _ZONE)
    facts = parcel.facts(["far_min", "far_max"])
    return Section("planning", text("card.section_planning"), facts, zones.entries, zones.note)


def _linked(parcel: Parcel, other: Loaded) -> list[int]:
    """Rows of another table that belong to the parcel: those that name it, and those that name none but lie on it."""
    named = {int(row) for row in other.rows_where("parcel_id", parcel.value("parcel_id"))}
    if parcel.geometry is None:
        return sorted(named)
    on_it = {int(row) for row in other.tree.query(parcel.geometry, predicate="intersects")} - named
    if "parcel_id" in other.frame.columns:
        on_it = {row for row in on_it if raw(other.frame["parcel_id"].iat[row]) is None}
    lying = {row for row in on_it if parcel.geometry.contains(shapely.point_on_surface(other.geometry[row]))}
    return sorted(named | lying)


def _entries(other: Loaded, rows: list[int], columns: Iterable[str]) -> tuple[Entry, ...]:
    names = [name for name in columns if name in other.frame.columns]
    return tuple(
        Entry(other.name, row, entry_title(other, row), tuple(fact(other, row, name) for name in names))
        for row in rows[:LISTED_MOST]
    )


def entry_title(other: Loaded, row: int) -> Text:
    """Return the heading of a list entry: its name, its land use, or its key."""
    for column in ("name", "land_use", other.key):
        if column is not None and column in other.frame.columns:
            shown = fact(other, row, column)
            if shown.known:
                return shown.written
    return text("card.unnamed")


def _absent(table: str) -> Text:
    return text("card.table_absent", table=TABLES[table].title)


def _cut(total: int) -> Text | None:
    if total == 0:
        return text("card.none_found")
    return text("card.listed", total=total, shown=LISTED_MOST) if total > LISTED_MOST else None


def _buildings(ws: Workspace, parcel: Parcel) -> Section:
    title, other = text("card.section_buildings"), load(ws, "buildings")
    if other is None:
        return Section("buildings", title, note=_absent("buildings"))
    rows = _linked(parcel, other)
    areas = [number(raw(value)) for value in other.frame["floor_area_m2"].iloc[rows]] if rows else []
    known = [value for value in areas if value is not None]
    total = sum(known) if known else None
    facts = (
        derived("building_count", len(rows), _in("count")),
        derived("building_floor_area_m2", total, _in("m2"), known=len(known), total=len(rows)),
    )
    return Section("buildings", title, facts, _entries(other, rows, _BUILDING), _cut(len(rows)))


def _enterprises(ws: Workspace, parcel: Parcel) -> Section:
    title, other = text("card.section_enterprises"), load(ws, "enterprises")
    if other is None:
        return Section("enterprises", title, note=_absent("enterprises"))
    rows = _linked(parcel, other)
    facts = (derived("enterprise_count", len(rows), _in("count")),)
    return Section("enterprises", title, facts, _entries(other, rows, _ENTERPRISE), _cut(len(rows)))


def _overlapping(parcel: Parcel, other: Loaded) -> list[tuple[int, float]]:
    """Rows of a polygon table that cover part of the parcel, and the area of each part in m², the largest first."""
    if parcel.geometry is None:
        return []
    near = other.tree.query(parcel.geometry, predicate=None)
    parts = shapely.intersection(shapely.make_valid(other.geometry[near]), parcel.geometry)
    covered = [
        (int(row), area_on_ellipsoid_m2(part, parcel.loaded.crs))
        for row, part in zip(near, parts, strict=True)
        if shapely.area(part) > 0
    ]
    return sorted(((row, area) for row, area in covered if area >= SLIVER_M2), key=lambda pair: (-pair[1], pair[0]))


def _overlaps(ws: Workspace, parcel: Parcel, table: str, columns: Iterable[str]) -> Section:
    title, other = text("card.section_constraints"), load(ws, table)
    if other is None:
        return Section("constraints", title, note=_absent(table))
    covered = _overlapping(parcel, other)
    entries = _entries(other, [row for row, _ in covered], columns)
    measured = tuple(
        Entry(entry.table, entry.row, entry.title, (*_overlap(parcel, area), *entry.facts))
        for entry, (_, area) in zip(entries, covered, strict=False)
    )
    return Section("constraints", title, (), measured, _cut(len(covered)))


def _overlap(parcel: Parcel, area: float) -> tuple[Fact, Fact]:
    share = ratio(area, parcel.mapped_m2)
    return derived("overlap_m2", area, _in("m2")), derived("overlap_share", share, _in("percent"))


def _location(ws: Workspace, parcel: Parcel) -> Section:
    parks = _overlaps(ws, parcel, "parks", ("kind", "lead_cluster"))
    streets = _overlaps(ws, parcel, "streets", ())
    entries = (*parks.entries, *streets.entries)
    return Section("location", text("card.section_location"), (), entries, None if entries else parks.note)


def _own(parcel: Parcel) -> tuple[Section, ...]:
    canonical = {column.name for column in PARCELS.columns} | {parcel.loaded.frame.geometry.name}
    own = [str(name) for name in parcel.loaded.frame.columns if name not in canonical]
    return (Section("own", text("card.section_own"), parcel.facts(own)),) if own else ()


def _findings(ws: Workspace, parcel: Parcel) -> tuple[Text, ...]:
    found = []
    registered = parcel.number("site_area_m2")
    if registered and parcel.mapped_m2 is not None:
        share = abs(registered - parcel.mapped_m2) / registered
        if share > AREA_DIFFERENCE_LIMIT:
            found.append(text("card.finding_area", share=both(lambda chosen: units.quantity(share, "percent", chosen))))
    if parcel.repaired:
        found.append(text("card.finding_geometry"))
    return (*found, *_park_finding(ws, parcel))


def _park_finding(ws: Workspace, parcel: Parcel) -> tuple[Text, ...]:
    named, parks = parcel.value("park_id"), load(ws, "parks")
    if named is None or parks is None or parcel.geometry is None:
        return ()
    lies_in = {row for row, _ in _overlapping(parcel, parks)}
    if lies_in & {int(row) for row in parks.rows_where("park_id", named)}:
        return ()
    return (text("card.finding_park", park=named),)
