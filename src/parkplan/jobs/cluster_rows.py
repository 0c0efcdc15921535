"""Tables of a cluster distribution as people read them: titles, units, how many firms a figure rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan import units
from parkplan.i18n import message
from parkplan.jobs.clusters import cluster_title

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from parkplan.clusters import Refusal
    from parkplan.jobs.clusters import Clusters

NONE: Final = "—"
WITH_KNOWN: Final = frozenset({"output_yuan", "tax_yuan", "employees"})


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as text, its first column a name."""

    id: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def shown_tables(found: Clusters) -> tuple[ShownTable, ...]:
    """Return every table in the current language."""
    by = message(f"clusters.areas_{found.question.by}")
    names = dict(zip(found.areas["area"], found.areas["name"], strict=True))
    frames = {
        "areas": (found.areas, _AREAS),
        "by_cluster": (found.by_cluster.assign(name=found.by_cluster["area"].map(names)), _BY_CLUSTER),
        "concentration": (found.concentration, _CONCENTRATION),
        "moran": (found.places.moran, _MORAN),
        "outline_notes": (found.places.outline_notes, _OUTLINES),
        "quality": (found.quality, _QUALITY),
        "space": (found.space, _SPACE),
        "land": (found.land, _LAND),
    }
    return tuple(_shown(name, frame, columns, by) for name, (frame, columns) in frames.items())


def refusal_line(refusal: Refusal) -> str:
    """Return what is not given, for which cluster, and why."""
    statistic = message(f"clusters.statistic_{refusal.statistic}")
    return message(
        "clusters.refusal", statistic=statistic, subject=subject_title(refusal.subject), reason=refusal.sentence()
    )


def subject_title(code: object) -> str:
    """Return what a cluster is called; ``all`` stands for all firms."""
    return message("clusters.all") if code == "all" else cluster_title(code).to()


def _shown(name: str, frame: pd.DataFrame, columns: Sequence[str], by: str) -> ShownTable:
    headings = tuple(message(f"clusters.column_{column}") for column in columns)
    rows = tuple(tuple(_cell(column, row) for column in columns) for _, row in frame.iterrows())
    return ShownTable(name, message(f"clusters.table_{name}", by=by), headings, rows)


def _cell(column: str, row: pd.Series) -> str:
    if column in _JOINED:
        return _JOINED[column](row)
    value = row[column]
    if column == "name":
        return message("clusters.outside") if units.is_unknown(value) else str(value)
    if column == "cluster" or (column == "leading" and not units.is_unknown(value)):
        return subject_title(value)
    if units.is_unknown(value):
        return NONE
    shown = _WRITE.get(column, _count)(float(value))
    if column in WITH_KNOWN:
        return message("clusters.known_of", value=shown, known=f"{row[f'{column}_known']:,}", firms=f"{row['firms']:,}")
    return shown


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _decimal(value: float) -> str:
    return f"{value:.3f}"


def small(value: float) -> str:
    """Write a p value with the digits that matter."""
    return f"{value:.2g}" if value < 0.001 else f"{value:.3f}"


def _share(value: float) -> str:
    return f"{value:.1%}"


def _span(row: pd.Series, name: str) -> str:
    low, high = row[f"kd_{name}_from_m"], row[f"kd_{name}_to_m"]
    return NONE if units.is_unknown(low) else f"{low:,.0f}–{high:,.0f} m"


def _range(row: pd.Series, low: str, high: str, unit: str) -> str:
    if units.is_unknown(row[low]) or units.is_unknown(row[high]):
        return NONE
    least, most = sorted((float(row[low]), float(row[high])))
    return f"{least / units.UNITS[unit].si_per_unit:,.1f} – {units.quantity(most, unit, decimals=1)}"


def _quotient_range(row: pd.Series) -> str:
    known = np.isfinite(row["lq_firms"]) and np.isfinite(row["lq_low"])
    return f"{row['lq_low']:.2f}–{row['lq_high']:.2f}" if known else NONE


_JOINED: Final[dict[str, Callable[[pd.Series], str]]] = {
    "localised": partial(_span, name="localised"),
    "dispersed": partial(_span, name="dispersed"),
    "lq_range": _quotient_range,
    "yield": partial(_range, low="yield_low", high="yield_high", unit="wan_yuan_per_mu"),
    "need": partial(_range, low="need_low_m2", high="need_high_m2", unit="hectare"),
    "ready": partial(_range, low="ready_low_m2", high="ready_high_m2", unit="hectare"),
    "gap": partial(_range, low="gap_low_m2", high="gap_high_m2", unit="hectare"),
}
_WRITE: Final[dict[str, Callable[[float], str]]] = {
    **dict.fromkeys(("output_yuan", "tax_yuan", "output_per_job"), units.money),
    **dict.fromkeys(("krugman", "herfindahl", "shannon", "lq_firms", "lq_jobs", "eg_gamma", "moran_i"), _decimal),
    **dict.fromkeys(("eg_p", "kd_p", "p", "p_limit"), small),
    **dict.fromkeys(("outside", "high_tech_share", "above_scale_share", "rnd_intensity"), _share),
    **dict.fromkeys(("tax_per_m2", "output_per_m2"), partial(units.quantity, unit="wan_yuan_per_mu")),
    "jobs_per_m2": lambda value: f"{value * units.M2_PER_HECTARE:,.0f}",
    **dict.fromkeys(
        ("floor_per_job_m2", "crowded_m2", "growth_m2", "vacant_m2", "unbuilt_m2", "balance_m2"),
        lambda value: f"{value:,.0f} m²",
    ),
    "land_m2": units.area,
    **dict.fromkeys(
        ("unsupplied_m2", "idle_m2", "low_m2", "to_check_m2"), partial(units.quantity, unit="hectare", decimals=1)
    ),
    "added_yuan": units.money,
}
_AREAS: Final = ("name", "firms", "output_yuan", "tax_yuan", "employees", "leading", "krugman", "herfindahl", "shannon")
_BY_CLUSTER: Final = ("name", "cluster", "firms", "output_yuan", "tax_yuan", "employees", "lq_firms", "lq_range",
                      "lq_jobs")  # fmt: skip
_CONCENTRATION: Final = ("cluster", "firms", "eg_gamma", "eg_p", "eg_plants", "localised", "dispersed", "kd_p")
_MORAN: Final = ("cluster", "cells", "moran_i", "p", "hot", "cold", "p_limit")
_OUTLINES: Final = ("cluster", "firms", "least_size", "groups", "outside", "groups_half_size", "groups_double_size")
_QUALITY: Final = ("cluster", "firms", "high_tech_share", "above_scale_share", "rnd_intensity", "output_per_job",
                   "tax_per_m2", "output_per_m2", "jobs_per_m2")  # fmt: skip
_SPACE: Final = ("cluster", "floor_per_job_m2", "crowded_m2", "growth_m2", "vacant_m2", "unbuilt_m2", "land_m2",
                 "balance_m2")  # fmt: skip
_LAND: Final = ("cluster", "yield_known", "yield", "added_yuan", "need", "unsupplied_m2", "idle_m2", "low_m2",
                "to_check_m2", "ready", "gap")  # fmt: skip
