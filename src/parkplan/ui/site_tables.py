"""Sites in tables: the ranking, the evidence of one, and two to four side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from parkplan.data.layers import load_layers
from parkplan.i18n import current_language, message
from parkplan.jobs.site_comparison import ENDINGS as COMPARED
from parkplan.jobs.site_comparison import FEWEST, MOST, compared, comparison_bytes, comparison_lines
from parkplan.jobs.site_files import register_bytes, site_sheet
from parkplan.model.codes import REUSE
from parkplan.sites.advice import Advice
from parkplan.ui.export_panel import ROW_FORMATS
from parkplan.ui.navigation import FOLDER
from parkplan.ui.plain import plain
from parkplan.ui.verdict_panels import ranked_table
from parkplan.units import area, money, quantity

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.portfolio import Funded
    from parkplan.jobs.sites import Candidates, Site
    from parkplan.sites.advice import Option
    from parkplan.ui.site_state import Reuse

SHOWN_OPTIONS: Final = 3
SHOWN_PARCELS: Final = 12
PALETTE: Final = "reuses"
TABLE_PX: Final = 560
ENDINGS: Final = (".gpkg", ".xlsx", ".geojson")
COLUMNS: Final = (
    ("rank", "amount"), ("site", "names"), ("reuse", "verdict"), ("score", "share"), ("interval", "interval"),
    ("p_first", "share"), ("owners", "amount"), ("cost", "amount"), ("tax", "amount"), ("cluster", "text"),
)  # fmt: skip
COMPARED_TYPES: Final = {
    ".xlsx": ROW_FORMATS[".xlsx"], ".pdf": "application/pdf", ".html": "text/html",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip


def ranking(found: Candidates, now: Reuse) -> None:
    """Draw the ranking; a chosen row opens its site."""
    st.caption(message("sites.ranking_note"))
    names = [one.id for one in found.sites]
    columns = [
        {"title": message(f"sites.column_{name}"), "kind": kind, "hint": message(f"sites.hint_{name}")}
        for name, kind in COLUMNS
    ]
    rows = [
        {"row": place, "cells": _cells(one, row, len(names))}
        for place, (one, row) in enumerate(zip(found.sites, found.table.to_dict("records"), strict=True))
    ]
    chosen = names.index(now.site) if now.site in names else None
    ranked_table(
        "site_ranking", columns, rows, chosen=chosen, height=TABLE_PX, on_open=lambda row: now.open(names[row])
    )


def _cells(one: Site, row: Mapping[Hashable, Any], count: int) -> list[Any]:
    facts, middle, low, high = one.facts, row["rank"], row["rank_low"], row["rank_high"]
    return [
        str(middle),
        {"first": one.id, "second": f"{area(facts.area_m2)} · {message('sites.count_parcels', count=facts.parcels)}"},
        _chip(one.advice.reuses[0].id),
        {"share": row["score"] / 100.0, "text": f"{row['score']:.1f}"},
        {"low": low / count, "high": high / count, "middle": middle / count, "text": f"{low} – {high}"},
        {"share": row["p_first"], "text": quantity(row["p_first"], "percent", decimals=0)},
        f"{facts.owners}",
        money(facts.acquisition_yuan),
        money(facts.tax_uplift_yuan),
        one.advice.clusters[0].title.to(),
    ]


def _chip(reuse: str) -> dict[str, str]:
    entry = load_layers().palettes[PALETTE].find(reuse)
    return {"title": REUSE[reuse].to(), "colour": "" if entry is None else entry.colour}


def evidence(ws: Workspace, found: Candidates, site: Site) -> None:
    """Draw figures, advice and the page to print of one site."""
    head, button = st.columns([3, 2], vertical_alignment="center")
    head.subheader(message("sites.site_head", site=site.id), anchor=False)
    chosen, name = current_language(), f"{site.id}.pdf"
    button.download_button(
        message("sites.sheet_pdf"), data=lambda: site_sheet(ws, found, site.id, chosen), file_name=name,
        mime="application/pdf", key="site_pdf", on_click="ignore",
    )  # fmt: skip
    st.page_link(FOLDER / "site_plans.py", label=message("siteplan.of_this_site"), query_params={"site": site.id})
    _advice(message("sites.reuse_advice"), site.advice.reuses)
    _advice(message("sites.cluster_advice"), site.advice.clusters)
    if site.advice.parks:
        _advice(message("sites.park_advice"), site.advice.parks)
    else:
        st.caption(message("sites.no_park"))
    st.table(_sheet(found, [site]))
    shown = ", ".join(site.parcel_ids[:SHOWN_PARCELS])
    more = len(site.parcel_ids) - SHOWN_PARCELS
    st.caption(message("sites.parcels_of", parcels=plain(shown if more <= 0 else f"{shown} … (+{more})")))


def _advice(head: str, options: Sequence[Option]) -> None:
    margin = Advice.margin(options)
    st.markdown(f"**{head}**")
    if len(options) > 1:
        st.text(message("sites.winner", winner=options[0].title, margin=f"{margin:.1f}"))
    for one in options[:SHOWN_OPTIONS]:
        with st.expander(message("sites.fitness", title=plain(one.title.to()), points=f"{one.fitness:.0f}")):
            for text in one.reasons:
                st.text(f"＋ {text.to()}")
            for text in one.against:
                st.text(f"－ {text.to()}")


def comparison(ws: Workspace, found: Candidates) -> None:
    """Draw two to four sites on one sheet, and offer it as a file."""
    names = [one.id for one in found.sites]
    if len(names) < FEWEST:
        st.caption(message("sites.compare_one"))
        return
    titles = {one.id: f"{place}  {one.id}" for place, one in enumerate(found.sites, start=1)}
    chosen = st.multiselect(
        message("sites.compare"), names, default=names[:2], max_selections=MOST,
        key=f"site_compare_{'_'.join(names[:2])}", format_func=titles.__getitem__,
    )  # fmt: skip  # other candidates begin with their own first two
    if len(chosen) < FEWEST:
        st.caption(message("sites.compare_few"))
        return
    spoken = current_language()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ending = st.segmented_control(
            message("ui.export_rows_format"), COMPARED, default=COMPARED[0], required=True, key="site_compare_format"
        )
        name = f"sites{ending}"
        st.download_button(
            message("ui.export_download", name=name), file_name=name, mime=COMPARED_TYPES[ending],
            data=lambda: comparison_bytes(ws, found, chosen, ending, spoken), key="site_compare_file",
            on_click="ignore",
        )  # fmt: skip
    st.table(_sheet(found, compared(found, chosen)))
    st.caption(message("sites.compare_best"))


def _sheet(found: Candidates, sites: Sequence[Site]) -> pd.DataFrame:
    lines = comparison_lines(found, sites)
    table = pd.DataFrame(
        [[plain(value) for value in line.marked()] for line in lines], columns=[one.id for one in sites]
    )
    return table.set_index(pd.Index([line.title for line in lines], name=message("sites.column_figure")))


def register(found: Candidates | Funded, key: str = "site") -> None:
    """Offer the register as a file."""
    with st.popover(message("ui.export"), width="content"):
        ending = st.segmented_control(
            message("ui.export_rows_format"), ENDINGS, default=".xlsx", required=True, key=f"{key}_format"
        )
        name = f"{key}s{ending}"
        st.download_button(
            message("ui.export_download", name=name), data=lambda: register_bytes(found, ending), file_name=name,
            mime=ROW_FORMATS[ending], key=f"{key}_register", on_click="ignore",
        )  # fmt: skip
