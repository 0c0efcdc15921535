"""The stage of a parcel in its life: as registered, else as far as dates and figures tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from datetime import date


def life_cycle_stage(parcels: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the stage of each parcel and where it comes from.

    The registered status counts first. Without one, what is certain from known values, in this order: supplied
    after the day, 批而未供; finished, and no output or tax in the year, 建而未投; finished, producing, and less
    invested than agreed, 投而未达标; finished and less developed than the site, 用而未尽; finished and producing,
    已供已用; started and not finished on the day, 在建; agreed to start later and started later, 供而未用. A missing
    date tells nothing: a parcel without a date of start may have started.

    Args:
        parcels: the canonical columns of parcels; one that is missing is unknown.
        as_of: the day of judgement.

    Returns:
        A frame: ``stage`` (a code of `parkplan.model.codes.PARCEL_STATUS` or missing) and ``stage_source``
        (``register``, ``derived`` or missing).

    """
    day = pd.Timestamp(as_of)
    supplied, started, agreed, finished = (
        _dates(parcels, name) for name in ("supplied_on", "started_on", "start_agreed_on", "finished_on")
    )
    output, tax = _numbers(parcels, "output_yuan"), _numbers(parcels, "tax_yuan")
    invested, promised = _numbers(parcels, "investment_yuan"), _numbers(parcels, "investment_agreed_yuan")
    developed, site = _numbers(parcels, "developed_area_m2"), _numbers(parcels, "site_area_m2")
    done, producing = finished <= day, (output > 0) | (tax > 0)
    derived = np.select(
        [
            supplied > day,
            done & (output == 0) & (tax == 0),
            done & producing & (invested < promised),
            done & producing & (developed < site),
            done & producing,
            (started <= day) & (finished > day),
            (agreed > day) & (started > day),
        ],
        [
            "approved_not_supplied",
            "built_not_producing",
            "below_contract",
            "partly_unused",
            "in_use",
            "under_construction",
            "supplied_not_started",
        ],
        default="",
    )
    known = _told(parcels["status"])
    stage = known.fillna(_told(pd.Series(derived, index=parcels.index)))
    source = np.select([known.notna(), stage.notna()], ["register", "derived"], default="")
    return pd.DataFrame(
        {
            "stage": stage.astype("str"),
            "stage_source": pd.Series(source, index=parcels.index, dtype="str").replace("", None),
        }
    )


def _told(values: pd.Series) -> pd.Series:
    texts = values.astype("string")
    return texts.mask(texts == "")


def _dates(parcels: pd.DataFrame, name: str) -> pd.Series:
    if name not in parcels.columns:
        return pd.Series(pd.NaT, index=parcels.index)
    return pd.to_datetime(parcels[name])


def _numbers(parcels: pd.DataFrame, name: str) -> pd.Series:
    if name not in parcels.columns:
        return pd.Series(np.nan, index=parcels.index)
    return pd.to_numeric(parcels[name], errors="coerce").astype(np.float64)
