"""Sites in tables: the ranking, the evidence of one, and two to four side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.data.typologies import load_assumptions, load_typologies
from parkplan.i18n import current_language, message
from parkplan.jobs.site_files import register_bytes, site_sheet
from parkplan.sites.advice import Advice
from parkplan.sites.ranking import CRITERIA
from parkplan.ui.export_panel import ROW_FORMATS
from parkplan.units import area, money, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.sites import Candidates, Site
    from parkplan.sites.advice import Option
    from parkplan.ui.site_state import Reuse

MOST_COMPARED: Final = 4
SHOWN_OPTIONS: Final = 3
ENDINGS: Final = (".gpkg", ".xlsx", ".geojson")
FIGURES: Final = (
    "area", "parcels", "owners", "flagged", "cost", "building", "tax", "output", "jobs", "floor", "constraints",
    "ratio", "crossed",
)  # fmt: skip


def ranking(found: Candidates, now: Reuse) -> None:
    """Draw the ranking; a chosen row opens its site."""
    rows = [
        (
            one.id,
            row["rank"],
            f"{row['rank_low']}–{row['rank_high']}",
            round(row["score"], 1),
            area(one.facts.area_m2),
            one.facts.owners,
            money(one.facts.acquisition_yuan),
            one.advice.reuses[0].title.to(),
            one.advice.clusters[0].title.to(),
        )
        for one, row in zip(found.sites, found.table.to_dict("records"), strict=True)
    ]
    names = ("site", "rank", "interval", "score", "area", "owners", "cost", "reuse", "cluster")
    frame = pd.DataFrame(rows, columns=[message(f"sites.column_{name}") for name in names])
    event = st.dataframe(frame, hide_index=True, on_select="rerun", selection_mode="single-row", key="site_ranking")
    chosen = event["selection"]["rows"]
    if chosen:
        now.open(found.sites[chosen[0]].id)


def evidence(ws: Workspace, found: Candidates, site: Site) -> None:
    """Draw figures, advice and the page to print of one site."""
    st.subheader(message("sites.site_head", site=site.id), anchor=False)
    st.dataframe(_sheet(found, [site]), hide_index=True)
    st.caption(message("sites.parcels_of", parcels=", ".join(site.parcel_ids)))
    _advice(message("sites.reuse_advice"), site.advice.reuses)
    _advice(message("sites.cluster_advice"), site.advice.clusters)
    chosen = current_language()
    name = f"{site.id}.pdf"
    st.download_button(
        message("ui.export_download", name=name), data=lambda: site_sheet(ws, found, site.id, chosen), file_name=name,
        mime="application/pdf", key="site_pdf", on_click="ignore",
    )  # fmt: skip


def _advice(head: str, options: Sequence[Option]) -> None:
    margin = Advice.margin(options)
    st.markdown(f"**{head}** {message('sites.winner', winner=options[0].title, margin=f'{margin:.1f}')}")
    for one in options[:SHOWN_OPTIONS]:
        with st.expander(f"{one.title.to()} {one.fitness:.0f}"):
            for text in one.reasons:
                st.text(f"＋ {text.to()}")
            for text in one.against:
                st.text(f"－ {text.to()}")


def comparison(found: Candidates) -> None:
    """Draw two to four sites on one sheet."""
    names = [one.id for one in found.sites]
    chosen = st.multiselect(
        message("sites.compare"), names, default=names[:2], max_selections=MOST_COMPARED, key="site_compare"
    )
    if chosen:
        st.dataframe(_sheet(found, [one for one in found.sites if one.id in chosen]), hide_index=True)


def _sheet(found: Candidates, sites: Sequence[Site]) -> pd.DataFrame:
    head = message("sites.column_figure")
    lines = {
        head: [*(title.to() for title in CRITERIA.values()), *(message(f"sites.figure_{name}") for name in FIGURES)]
    }
    for one in sites:
        row = found.table.loc[found.table["site_id"] == one.id].iloc[0]
        scores = [quantity(float(row[name]), "ratio") for name in CRITERIA]
        lines[one.id] = [*scores, *_figures(one)]
    return pd.DataFrame(lines)


def _figures(one: Site) -> list[str]:
    facts = one.facts
    return [
        area(facts.area_m2),
        f"{facts.parcels}",
        f"{facts.owners}",
        quantity(facts.flagged_share, "percent"),
        money(facts.acquisition_yuan),
        money(facts.building_yuan),
        money(facts.tax_uplift_yuan),
        money(facts.output_uplift_yuan),
        quantity(facts.jobs_uplift, "person"),
        quantity(facts.floor_uplift_m2, "m2"),
        quantity(facts.constraint_share, "percent"),
        quantity(facts.benefit_cost, "ratio"),
        "、".join(one.crossed) or "—",
    ]


def register(found: Candidates) -> None:
    """Offer the register as a file."""
    with st.popover(message("ui.export"), width="content"):
        ending = st.segmented_control(
            message("ui.export_rows_format"), ENDINGS, default=".xlsx", required=True, key="site_format"
        )
        name = f"sites{ending}"
        st.download_button(
            message("ui.export_download", name=name), data=lambda: register_bytes(found, ending), file_name=name,
            mime=ROW_FORMATS[ending], key="site_register", on_click="ignore",
        )  # fmt: skip


def assumptions() -> None:
    """List every figure behind cost and benefit, each with its source or the word assumption."""
    assumed = load_assumptions()
    used = load_typologies()[assumed.typology]
    rows = []
    for name in type(assumed).model_fields:
        figure = getattr(assumed, name)
        if hasattr(figure, "badge"):
            rows.append((message(f"sites.assumed_{name}"), f"{figure.value:g}", figure.badge.to()))
    rows.append((used.title.to(), f"{used.cost_yuan_per_floor_m2.value:g}", used.cost_yuan_per_floor_m2.badge.to()))
    columns = [message(f"sites.column_{name}") for name in ("figure", "value", "source")]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True)
    st.caption(message("sites.assumptions_note", file="layers/reuse/assumptions.yaml"))
