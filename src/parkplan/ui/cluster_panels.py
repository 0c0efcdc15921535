"""Parts of the page of clusters: choice, pictures, tables, files."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.cluster_files import export_clusters
from parkplan.jobs.cluster_rows import refusal_line, shown_tables, subject_title
from parkplan.model.clusters import By, ClusterQuestion
from parkplan.ui.cluster_charts import density_chart, hexagon_svg

if TYPE_CHECKING:
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
            message("clusters.cell_width"), (200, 300, 400, 500, 800), 400, key="clusters_cell", width=360
        )
    return ClusterQuestion(by=cast("By", by or "park"), cell_m=cell)


def pictures(found: Clusters) -> None:
    """Draw hexagons and distances of one cluster, or of all firms."""
    codes = ["all", *found.concentration["cluster"].astype(str)]
    code = str(st.selectbox(message("clusters.shown"), codes, format_func=subject_title, key="clusters_shown"))
    st.image(hexagon_svg(found.places.hexagons, code))
    st.caption(next(item.sentence() for item in found.statements if item.method == "hexagons"))
    curve = found.k_density.get(code)
    if curve is not None:
        st.markdown(f"**{message('clusters.curve_title')}**")
        st.echarts_chart(
            density_chart(curve), height=230, key="clusters_curve", alt=message("clusters.curve_title")
        )  # fmt: skip
    for item in found.refusals:
        if item.subject == code:
            st.caption(refusal_line(item))


def tables(found: Clusters) -> None:
    """Draw every table under a tab of its own, and at the end how each came about."""
    shown = shown_tables(found)
    tabs = st.tabs([*(table.title for table in shown), message("clusters.how")])
    for table, tab in zip(shown, tabs[:-1], strict=True):
        with tab:
            st.dataframe(pd.DataFrame(list(table.rows), columns=list(table.headings)), hide_index=True)
    with tabs[-1]:
        for item in found.statements:
            st.markdown(f"- {item.sentence()}")
        for refused in found.refusals:
            st.caption(refusal_line(refused))


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
