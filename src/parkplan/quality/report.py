"""All checks over the tables of a district."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.model.tables import TABLES, is_without_places
from parkplan.quality import geometry, records, roads, years
from parkplan.quality.findings import Finding, Subject, by_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import geopandas as gpd

ONE_LAYER: Final = ("parcels", "land_use_plan", "streets")
"""Tables whose polygons must not overlap."""
FREE_KEY: Final = "feature_id"


def check_tables(tables: Mapping[str, gpd.GeoDataFrame], as_of: date) -> tuple[Finding, ...]:
    """Check the tables of a district, errors first; the order of rows does not matter.

    ``tables`` are frames by name, canonical or free, each with a CRS; ``as_of`` is the day after which a thing that
    has happened cannot lie.
    """
    subjects = {name: _subject(name, frame) for name, frame in tables.items()}
    return by_place(finding for subject in subjects.values() for finding in _checked(subject, subjects, as_of))


def _subject(name: str, frame: gpd.GeoDataFrame) -> Subject:
    canonical = TABLES.get(name)
    return Subject(name, frame, canonical.key if canonical is not None else FREE_KEY)


def _checked(subject: Subject, subjects: Mapping[str, Subject], as_of: date) -> Iterator[Finding]:
    if is_without_places(subject.name):
        yield from years.year_findings(subject, as_of)
        if "parcels" in subjects:
            yield from records.orphan_findings(subjects["parcels"], subject)
        return
    yield from geometry.shape_findings(subject)
    yield from records.key_findings(subject)
    yield from geometry.double_shapes(subject)
    if subject.name in ONE_LAYER:
        yield from geometry.overlap_findings(subject)
        yield from geometry.gap_findings(subject)
        yield from geometry.sliver_findings(subject)
    if subject.name == "roads":
        yield from roads.open_end_findings(subject)
    if subject.name == "parcels":
        yield from _parcels(subject, subjects, as_of)
    elif "parcels" in subjects:
        yield from records.orphan_findings(subjects["parcels"], subject)


def _parcels(parcels: Subject, subjects: Mapping[str, Subject], as_of: date) -> Iterator[Finding]:
    yield from records.area_findings(parcels)
    yield from records.survey_area_findings(parcels)
    yield from records.limit_findings(parcels)
    yield from records.date_findings(parcels, as_of)
    if "buildings" in subjects:
        yield from records.floor_findings(parcels, subjects["buildings"])
    if "enterprises" in subjects:
        yield from records.firm_findings(parcels, subjects["enterprises"])
