"""What a section of a report can hold: each part by the name that templates use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.jobs import report_atlas, report_district, report_land, report_options, report_programme, report_sites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from parkplan.jobs.report_context import ReportContext
    from parkplan.model.document import Block
    from parkplan.model.reports import Part

PARTS: Final[Mapping[Part, Callable[[ReportContext], Iterator[Block]]]] = {
    "assumptions": report_sites.assumptions,
    "charts": report_district.charts,
    "clusters": report_district.clusters,
    "figures": report_district.figures,
    "flagged": report_land.flagged,
    "map": report_district.map_,
    "options_maps": report_options.options_maps,
    "options_memo": report_options.options_memo,
    "options_scores": report_options.options_scores,
    "options_tables": report_options.options_tables,
    "parcel_pages": report_land.parcel_pages,
    "park_maps": report_atlas.park_maps,
    "programme": report_programme.programme,
    "register": report_land.register,
    "rules": report_land.rules,
    "site_pages": report_sites.site_pages,
    "sites": report_sites.sites,
    "sources": report_district.sources,
    "targets": report_district.targets,
    "unknowns": report_district.unknowns,
    "verdicts": report_land.verdicts,
}
