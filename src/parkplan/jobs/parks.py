"""Intensive use of land by park, from the judged parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from parkplan.metrics import intensive_use

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.screen import Screening


def park_table(ws: Workspace, found: Screening) -> pd.DataFrame:
    """Return one row for each park: ``park_id``, ``name`` and the columns of `parkplan.metrics.intensive_use`.

    Land is high-tech where a high-tech enterprise works on it; unknown for all where the workspace has no enterprises.
    """
    tables = {info.name: info for info in ws.tables()}
    parcels = pd.DataFrame(found.parcels.drop(columns="geometry"))
    if "enterprises" in tables and {"high_tech", "parcel_id"} <= set(tables["enterprises"].columns):
        firms = pd.DataFrame(ws.read("enterprises", ["parcel_id", "high_tech"]))
        of_high_tech = firms.loc[firms["high_tech"].fillna(False).astype(bool), "parcel_id"]
        parcels = parcels.assign(high_tech=parcels["parcel_id"].isin(of_high_tech.dropna()))
    parks = pd.DataFrame(ws.read("parks")) if "parks" in tables else pd.DataFrame({"park_id": []})
    names = dict(zip(parks["park_id"], parks["name"], strict=True)) if "name" in parks else {}
    planned = dict(zip(parks["park_id"], parks["planned_area_m2"], strict=True)) if "planned_area_m2" in parks else {}
    known = {str(park): float(area) for park, area in planned.items() if not pd.isna(area)}
    table = intensive_use(parcels, planned_area_m2=known).reset_index()
    table.insert(1, "name", table["park_id"].map(names))
    return table
