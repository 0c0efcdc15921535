"""The card of one thing on the map (一地一档): every known fact with its unit and source, unknowns shown as unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import shapely

from parkplan import units
from parkplan._errors import RequestError
from parkplan.data.layers import load_layers
from parkplan.i18n import Text
from parkplan.jobs import parcel_card
from parkplan.jobs.frames import GEOD, Loaded, area_on_ellipsoid_m2, geographic, moved, require
from parkplan.jobs.writing import both, derived, fact, raw, text
from parkplan.model.derived_tables import DRAWN_TABLES
from parkplan.model.facts import Card, Entry, Fact, Section

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

NAME_COLUMNS: Final = ("name", "title", "NAME", "名称")


def card(ws: Workspace, table: str, *, row: int | None = None, key: str | None = None) -> Card:
    """Return the card of one row of a table, named by its position or by its key.

    Raises:
        RequestError: there is no such table, row or key.

    """
    loaded = require(ws, table)
    place = _row(loaded, row, key)
    if table == "parcels":
        sections, findings = parcel_card.sections(ws, loaded, place)
    else:
        sections, findings = _generic(ws, loaded, place), ()
    kind = DRAWN_TABLES[table].title if table in DRAWN_TABLES else Text(table, table)
    return Card(
        table=table,
        row=place,
        kind=kind,
        title=title_of(loaded, place),
        sections=sections,
        bounds=loaded.bounds(place),
        source=loaded.info.source,
        synthetic=loaded.info.synthetic,
        findings=findings,
    )


def _row(loaded: Loaded, row: int | None, key: str | None) -> int:
    if row is not None:
        if not 0 <= row < len(loaded.frame):
            raise RequestError("no_such_row", table=loaded.name, row=row, rows=len(loaded.frame))
        return row
    found = loaded.rows_where(loaded.key or "", key)
    if len(found) == 0:
        raise RequestError("no_such_key", table=loaded.name, number=key)
    return int(found[0])


def title_of(loaded: Loaded, row: int) -> Text:
    """Return what a row is called: its name, else its key with what tells it apart, else its place in the table."""
    beside = DRAWN_TABLES[loaded.name].with_key if loaded.name in DRAWN_TABLES else ()
    if beside and loaded.key is not None:
        parts = [fact(loaded, row, name).written for name in (loaded.key, *beside)]
        return both(lambda chosen: " · ".join(part.to(chosen) for part in parts))
    for column in (*NAME_COLUMNS, loaded.key):
        if column is not None and column in loaded.frame.columns:
            value = raw(loaded.frame[column].iat[row])
            if value is not None:
                return Text(str(value), str(value))
    for column in ("kind", "land_use"):
        if column in loaded.frame.columns:
            shown = fact(loaded, row, column)
            if shown.known:
                return shown.written
    return Text(f"{loaded.name} {row + 1}", f"{loaded.name} {row + 1}")


def _generic(ws: Workspace, loaded: Loaded, row: int) -> tuple[Section, ...]:
    own = [str(name) for name in loaded.frame.columns if name != loaded.frame.geometry.name]
    canonical = _in_order_of_layer(loaded.name)
    facts = tuple(fact(loaded, row, name) for name in canonical)
    rest = tuple(fact(loaded, row, name) for name in own if name not in canonical)
    sections = [Section("facts", text("card.section_facts"), facts or rest)]
    if facts and rest:
        sections.append(Section("own", text("card.section_own"), rest))
    measured = _measured(loaded, row)
    if measured is not None:
        sections.append(Section("geometry", text("card.section_geometry"), (measured,)))
    parcel = _parcel(ws, loaded, row)
    if parcel is not None:
        sections.append(Section("parcel", text("card.section_parcel"), entries=(parcel,)))
    return tuple(sections)


def _in_order_of_layer(table: str) -> list[str]:
    """The canonical columns of a table, first those that its layer names for its card (``popup``), in that order."""
    if table not in DRAWN_TABLES:
        return []
    columns = [column.name for column in DRAWN_TABLES[table].columns]
    named = next((spec.popup for spec in load_layers().ordered() if spec.table == table), ())
    first = [name for name in named if name in columns]
    return first + [name for name in columns if name not in first]


def _measured(loaded: Loaded, row: int) -> Fact | None:
    """Length of a line or area of a polygon on the ellipsoid; a point has neither."""
    geometry = loaded.geometry[row]
    if geometry is None or geometry.is_empty:
        return None
    if geometry.geom_type.endswith("LineString"):
        length = GEOD.geometry_length(moved(geometry, loaded.crs, geographic(loaded.crs)))
        return derived("length_m", length, lambda value, chosen: units.quantity(value, "m", chosen))
    if geometry.geom_type.endswith("Polygon"):
        area = area_on_ellipsoid_m2(shapely.make_valid(geometry), loaded.crs)
        return derived("geodesic_area_m2", area, units.area)
    return None


def _parcel(ws: Workspace, loaded: Loaded, row: int) -> Entry | None:
    """The parcel that a building or firm names."""
    if loaded.name == "parcels" or "parcel_id" not in loaded.frame.columns:
        return None
    named = raw(loaded.frame["parcel_id"].iat[row])
    if named is None or all(info.name != "parcels" for info in ws.tables()):
        return None
    parcels = require(ws, "parcels")
    found = parcels.rows_where("parcel_id", named)
    if len(found) == 0:
        return None
    facts = tuple(fact(parcels, int(found[0]), name) for name in ("parcel_id", "status", "site_area_m2"))
    return Entry("parcels", int(found[0]), title_of(parcels, int(found[0])), facts)
