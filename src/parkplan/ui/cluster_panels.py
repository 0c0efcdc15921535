"""Parts of the page of clusters: choice, pictures, tables, files."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.cluster_files import export_clusters
from parkplan.jobs.cluster_places import ALL
from parkplan.jobs.cluster_rows import refusal_line, shown_tables, small, subject_title
from parkplan.model.clusters import By, ClusterQuestion
from parkplan.ui import panels
from parkplan.ui.cluster_charts import density_chart
from parkplan.ui.plain import plain

if TYPE_CHECKING:
    from parkplan.jobs.cluster_rows import ShownTable
    from parkplan.jobs.clusters import Clusters


def choice_form() -> ClusterQuestion:
    """Let the user choose the areas compared and the width of the hexagons."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            message("clusters.compare_by"),
            ("park", "street"),
            default="park",
            required=True,
            format_func=lambda each: message(f"clusters.areas_{each}"),
            key="clusters_by",
        )
        cell = st.select_slider(
            message("clusters.cell_width"), (200, 300, 400, 500, 800), 400, key="clusters_cell", width=300
        )
        growth = st.select_slider(
            message("clusters.growth"),
            (0.05, 0.1, 0.2, 0.3, 0.5),
            0.1,
            key="clusters_growth",
            width=300,
            format_func=lambda each: f"{each:.0%}",
        )
    return ClusterQuestion(by=cast("By", by or "park"), cell_m=cell, growth=growth)


def subject(found: Clusters) -> str:
    """Let the user choose a cluster, or all firms."""
    codes = [ALL, *found.concentration["cluster"].astype(str)]
    return str(st.selectbox(message("clusters.shown"), codes, format_func=subject_title, key="clusters_shown"))


def figures(found: Clusters, code: str) -> None:
    """Draw the figures of one cluster, or of all firms, each with n, p and whether that is significant."""
    cells, alpha = found.places.hexagons, found.question.alpha
    placed = int(cells[f"firms_{code}"].sum())
    own = found.concentration[found.concentration["cluster"] == code]
    n = found.source.rows if code == ALL else int(own["firms"].sum())
    moran = found.places.moran[found.places.moran["cluster"] == code]
    items = [_tile("firms", f"{n:,}", message("clusters.tile_firms_note", placed=f"{placed:,}"))]
    items.append(_tested("moran", moran, ("moran_i", "p", "cells", "cells"), alpha))
    if code != ALL:
        items.append(_tested("gamma", own, ("eg_gamma", "eg_p", "eg_plants", "plants"), alpha))
    panels.tiles("clusters_tiles", items, columns=len(items))


def _tested(name: str, table: pd.DataFrame, columns: tuple[str, str, str, str], alpha: float) -> dict[str, Any]:
    value, p, n, counted = columns
    if table.empty or pd.isna(table[p].iloc[0]):
        return _tile(name, "—", message("clusters.not_tested"))
    row = table.iloc[0]
    said = message("clusters.significant" if row[p] <= alpha else "clusters.not_significant")
    number = message(f"clusters.tile_{counted}", n=f"{int(row[n]):,}")
    note = message("clusters.tile_p", n=number, p=small(float(row[p])), said=said)
    return _tile(name, f"{row[value]:.3f}", note)


def _tile(name: str, value: str, note: str) -> dict[str, Any]:
    return {"title": message(f"clusters.tile_{name}"), "value": value, "unit": "", "known": value != "—", "note": note}


def curve(found: Clusters, code: str) -> None:
    """Draw the distances of one cluster against chance, of all firms how concentrated each cluster is."""
    if code == ALL:
        told = next(table for table in shown_tables(found) if table.id == "concentration")
        st.markdown(f"**{told.title}**")
        _drawn(told)
    drawn = found.k_density.get(code)
    if drawn is not None:
        st.markdown(f"**{message('clusters.curve_title')}**")
        st.echarts_chart(
            density_chart(drawn), height=300, key="clusters_curve", alt=message("clusters.curve_title")
        )  # fmt: skip
        st.caption(
            message(
                "clusters.curve_note", subject=plain(subject_title(code)), n=f"{drawn.n:,}", sites=f"{drawn.sites:,}",
                simulations=f"{drawn.simulations:,}", bandwidth=f"{drawn.bandwidth_m:,.0f}",
                alpha=f"{found.question.alpha:.0%}", p=small(drawn.p),
            )
        )  # fmt: skip
    for item in found.refusals:
        if item.subject == code:
            st.caption(plain(refusal_line(item)))


def tables(found: Clusters) -> None:
    """Draw every table under a tab of its own, and at the end how each came about."""
    shown = shown_tables(found)
    tabs = st.tabs([*(table.title for table in shown), message("clusters.how")])
    for table, tab in zip(shown, tabs[:-1], strict=True):
        with tab:
            _drawn(table)
    with tabs[-1]:
        for item in found.statements:
            st.markdown(f"- {plain(item.sentence())}")
        for refused in found.refusals:
            st.caption(plain(refusal_line(refused)))


def _drawn(table: ShownTable) -> None:
    st.dataframe(pd.DataFrame(list(table.rows), columns=list(table.headings)), hide_index=True)


def files(found: Clusters) -> None:
    """Offer the tables as a workbook and as a GeoPackage, made when asked for."""
    mimes = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
             "gpkg": "application/geopackage+sqlite3"}  # fmt: skip
    with st.container(horizontal=True):
        for ending, mime in mimes.items():
            st.download_button(
                message("clusters.download", ending=ending), partial(_file, found, ending),
                file_name=f"clusters.{ending}", mime=mime, key=f"clusters_{ending}", on_click="ignore",
            )  # fmt: skip


def _file(found: Clusters, ending: str) -> bytes:
    with TemporaryDirectory(prefix="parkplan-clusters-") as folder:
        return export_clusters(found, Path(folder) / f"clusters.{ending}").read_bytes()
