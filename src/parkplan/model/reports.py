"""What a report consists of: a template read from ``layers/reports/<kind>.yaml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from parkplan.model.layers import Identifier, Record, Text

Part = Literal[
    "assumptions",
    "charts",
    "clusters",
    "figures",
    "flagged",
    "map",
    "options_maps",
    "options_memo",
    "options_scores",
    "options_tables",
    "parcel_pages",
    "park_maps",
    "programme",
    "register",
    "rules",
    "site_pages",
    "sites",
    "sources",
    "targets",
    "unknowns",
    "verdicts",
]
"""What a section can hold; each is a function of `parkplan.jobs.report_parts`."""


class ReportSection(Record):
    """A chapter: its heading, a text before its parts, and the parts in their order."""

    title: Text
    text: Text | None = None
    parts: tuple[Part, ...] = Field(default=(), strict=False)


class ReportTemplate(Record):
    """A report. ``layers`` are those of its map, from top to bottom; ``verdicts`` the parcels that get a page each.

    ``sheets``: as PDF it is a set of map sheets for print and no running text.
    """

    id: Identifier
    title: Text
    lead: Text
    layers: tuple[Identifier, ...] = Field(default=(), strict=False)
    sheets: bool = False
    verdicts: tuple[Identifier, ...] = Field(default=("idle",), strict=False)
    sections: tuple[ReportSection, ...] = Field(min_length=1, strict=False)
