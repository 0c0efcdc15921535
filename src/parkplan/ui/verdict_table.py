"""The ranked table: score with its possible range, rank with its interval, chance of the first ten, reliability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from parkplan.expressions import parse
from parkplan.i18n import message
from parkplan.screening.verdicts import VERDICT_TITLES, Verdict
from parkplan.ui import verdict_map
from parkplan.ui.verdict_panels import chip, ranked_table
from parkplan.units import quantity

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.screen import Screening
    from parkplan.ui.judging import Judging

KINDS: Final = (
    ("rank", "amount"),
    ("parcel", "names"),
    ("verdict", "verdict"),
    ("score", "interval"),
    ("rank_interval", "interval"),
    ("p_top10", "share"),
    ("p_holds", "share"),
    ("reliability", "share"),
    ("area", "amount"),
    ("block", "amount"),
)
PAGE: Final = 100


def verdict_table(ws: Workspace, found: Screening, now: Judging) -> None:
    """Draw the table of what is listed, page by page."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    titles = {verdict.value: VERDICT_TITLES[verdict].to() for verdict in Verdict}
    listed = left.pills(
        message("verdicts.listed"), list(titles), default=list(now.listed), format_func=titles.__getitem__,
        selection_mode="multi", key="judge_listed",
    )  # fmt: skip
    now.listed = tuple(listed)
    rows = _order(found.parcels, _wanted(found.parcels, now))
    pages = max(1, -(-len(rows) // PAGE))
    page = right.number_input(message("verdicts.page", pages=pages), 1, pages, 1, key=f"judge_page_{pages}")
    shown = rows[(page - 1) * PAGE : page * PAGE]
    ranked = int(found.parcels["rank"].notna().sum())
    st.caption(message("verdicts.table_note", rows=f"{len(rows):,}", ranked=f"{ranked:,}", draws=_draws(found)))

    def open_card(row: int) -> None:
        now.row = row
        verdict_map.zoom_to(ws, now, row)

    columns = [
        {"title": message(f"verdicts.column_{name}"), "kind": kind, "hint": message(f"verdicts.hint_{name}")}
        for name, kind in KINDS
    ]
    lines = [{"row": int(row), "cells": _cells(found.parcels.iloc[row], ranked)} for row in shown]
    ranked_table("judge_table", columns, lines, chosen=now.row, height=560, on_open=open_card)


def _draws(found: Screening) -> str:
    return f"{found.choice.ranking.draws:,}"


def _wanted(parcels: pd.DataFrame, now: Judging) -> npt.NDArray[np.bool_]:
    wanted = parcels["verdict"].isin(now.listed).to_numpy()
    return wanted & parse(now.where).select(parcels) if now.where else np.asarray(wanted)


def _order(parcels: pd.DataFrame, wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Ranked ones by rank, then the others by falling area."""
    rows = np.flatnonzero(wanted)
    rank = parcels["rank"].to_numpy(dtype=np.float64, na_value=np.inf)[rows]
    area = np.nan_to_num(parcels["site_area_m2"].to_numpy(dtype=np.float64, na_value=np.nan)[rows])
    return np.asarray(rows[np.lexsort((-area, rank))])


def _cells(values: pd.Series, ranked: int) -> list[Any]:
    there = not pd.isna(values["rank"])
    name, parcel = values["name"], str(values["parcel_id"])
    first = parcel if pd.isna(name) else str(name)
    second = " · ".join(str(part) for part in (parcel, values["street"]) if not pd.isna(part))
    said = "" if pd.isna(values["override"]) else message(f"verdicts.badge_{values['override']}")
    return [
        str(int(values["rank"])) if there else "",
        {"first": first, "second": second},
        chip(str(values["verdict"])) | {"said": said},
        _interval(values, "score", 100.0, 1) if there else None,
        _interval(values, "rank", float(max(ranked, 1)), 0) if there else None,
        _share(values["p_top10"]) if there else None,
        None if pd.isna(values["p_holds"]) else _share(values["p_holds"]),
        _share(values["reliability"]) if there else None,
        quantity(values["site_area_m2"], "mu"),
        _block(values) if there else "",
    ]


def _interval(values: pd.Series, name: str, most: float, decimals: int) -> dict[str, Any]:
    middle, low, high = (float(values[column]) for column in (name, f"{name}_low", f"{name}_high"))
    text = f"{middle:.{decimals}f}" if low == high == middle else f"{low:.{decimals}f} – {high:.{decimals}f}"
    return {"low": low / most, "high": high / most, "middle": middle / most, "text": text}


def _share(value: float) -> dict[str, Any]:
    return {"share": float(value), "text": quantity(float(value), "percent", decimals=0)}


def _block(values: pd.Series) -> str:
    return message(
        "verdicts.block", parcels=int(values["block_parcels"]), area=quantity(values["block_area_m2"], "hectare")
    )
