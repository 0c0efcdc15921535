"""A cluster distribution as a workbook: sums, shares, quotients and balances of land are live."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pandas as pd

from parkplan.i18n import message
from parkplan.jobs.book_tables import Field, Register, field_of, frame_table
from parkplan.jobs.cluster_rows import refusal_line, subject_title
from parkplan.model.derived_tables import HEXAGONS
from parkplan.units import M2_PER_HECTARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parkplan.jobs.clusters import Clusters
    from parkplan.model.document import Table

UNITS_OF: Final = {
    **dict.fromkeys(("output_yuan", "tax_yuan", "rnd_yuan", "added_yuan", "output_per_job"), "wan_yuan"),
    **dict.fromkeys(("tax_per_m2", "output_per_m2", "yield_low", "yield_high"), "wan_yuan_per_mu"),
    **dict.fromkeys(("share", "outside", "high_tech_share", "above_scale_share", "rnd_intensity"), "percent"),
    **dict.fromkeys(
        ("leased_floor_m2", "floor_per_job_m2", "crowded_m2", "growth_m2", "vacant_m2", "unbuilt_m2", "balance_m2"),
        "m2",
    ),
    **dict.fromkeys(
        ("area_m2", "land_m2", "unsupplied_m2", "idle_m2", "low_m2", "to_check_m2", "need_low_m2", "need_high_m2",
         "ready_low_m2", "ready_high_m2", "gap_low_m2", "gap_high_m2"), "hectare",
    ),
    **dict.fromkeys(
        ("kd_localised_from_m", "kd_localised_to_m", "kd_dispersed_from_m", "kd_dispersed_to_m", "distance_m"), "m"
    ),
}  # fmt: skip
SUMMED: Final = frozenset({"firms", "output_yuan", "tax_yuan", "employees", "rnd_yuan", "leased_floor_m2", "added_yuan",
                           "crowded_m2", "growth_m2", "vacant_m2", "unbuilt_m2", "land_m2", "balance_m2"})  # fmt: skip
FORMULAS: Final = {
    "share": "100*{firms}/SUM({firms:all})",
    "lq_firms": (
        "({counted}/SUMPRODUCT(({area:all}={area})*{counted:all}))"
        "/(SUMPRODUCT(({cluster:all}={cluster})*{counted:all})/SUM({counted:all}))"
    ),
    "balance_m2": "{vacant_m2}-{crowded_m2}-{growth_m2}",
    "need_low_m2": "{added_yuan}/{yield_high}/15",
    "need_high_m2": "{added_yuan}/{yield_low}/15",
    "ready_low_m2": "{unsupplied_m2}+{idle_m2}",
    "ready_high_m2": "{ready_low_m2}+{low_m2}+{to_check_m2}",
    "gap_low_m2": "{need_low_m2}-{ready_high_m2}",
    "gap_high_m2": "{need_high_m2}-{ready_low_m2}",
}
"""Quotients of firms count those inside the areas alone; 15 mu are a hectare."""
KNOWN: Final = "_known"
KNOWN_OF: Final = {
    "high_tech_known": "high_tech_share", "above_scale_known": "above_scale_share", "crowded_known": "crowded_m2",
    "growth_known": "growth_m2", "vacant_known": "vacant_m2", "unbuilt_known": "unbuilt_m2", "land_known": "land_m2",
    "yield_known": "output_yuan",
}  # fmt: skip
_AREAS: Final = ("area", "name", "firms", "share", "output_yuan", "output_yuan_known", "tax_yuan", "tax_yuan_known",
                 "employees", "employees_known", "rnd_yuan", "rnd_yuan_known", "leased_floor_m2",
                 "leased_floor_m2_known", "leading", "krugman", "herfindahl", "shannon")  # fmt: skip
_BY_CLUSTER: Final = ("area", "name", "cluster", "firms", "counted", "output_yuan", "output_yuan_known", "tax_yuan",
                      "tax_yuan_known", "employees", "employees_known", "rnd_yuan", "rnd_yuan_known",
                      "leased_floor_m2", "leased_floor_m2_known", "lq_firms", "lq_low", "lq_high",
                      "lq_jobs")  # fmt: skip


def clusters_book(found: Clusters) -> Register:
    """Return the workbook of a distribution."""
    by = message(f"clusters.areas_{found.question.by}")
    said = [*(each.sentence() for each in found.statements), *(refusal_line(each) for each in found.refusals)]
    title = message("clusters.book_title", by=by)
    return Register(title, (*found.findings, *said), tuple(_tables(found, by)), found.synthetic, date.today())


def _tables(found: Clusters, by: str) -> Iterator[Table]:
    areas = found.areas.drop(columns="geometry")
    names = dict(zip(areas["area"], areas["name"], strict=True))
    inside = found.by_cluster["area"].notna() & found.by_cluster["cluster"].notna()
    pairs = found.by_cluster.assign(
        name=found.by_cluster["area"].map(names).fillna(message("clusters.outside")),
        counted=found.by_cluster["firms"].where(inside, 0),
    )
    shares = areas.assign(share=areas["firms"] / max(int(areas["firms"].sum()), 1))
    yield _table("areas", shares, by, _AREAS)
    yield _table("by_cluster", pairs, by, _BY_CLUSTER)
    for name, frame in {
        "concentration": found.concentration,
        "moran": found.places.moran,
        "distances": distance_curves(found),
        "outlines": found.places.outlines.drop(columns="geometry"),
        "outline_notes": found.places.outline_notes,
        "quality": found.quality.assign(jobs_per_m2=found.quality["jobs_per_m2"] * M2_PER_HECTARE),
        "space": found.space,
        "land": found.land,
    }.items():
        yield _table(name, frame, by)
    yield _hexagons(found.places.hexagons.drop(columns="geometry"))


def _table(name: str, frame: pd.DataFrame, by: str, columns: Sequence[str] = ()) -> Table:
    fields = [_field(column, name) for column in columns or frame.columns]
    return frame_table(frame, fields, title=message(f"clusters.table_{name}", by=by))


def _field(column: str, table: str) -> Field:
    """Return a column; how many firms report a figure is called after it."""
    if column.endswith(KNOWN):
        figure = message(f"clusters.column_{KNOWN_OF.get(column, column.removesuffix(KNOWN))}")
        return Field(column, message("clusters.column_known", figure=figure))
    write = subject_title if column in {"cluster", "leading"} else None
    summed = column in SUMMED and table in {"areas", "by_cluster", "space", "land", "quality"}
    formula = FORMULAS.get(column, "")
    return Field(column, message(f"clusters.column_{column}"), UNITS_OF.get(column, ""), summed, formula, write)


def distance_curves(found: Clusters) -> pd.DataFrame:
    """Return the density of distances of each cluster, with the band of chance."""
    columns = ("distance_m", "density", "mean", "low", "high")
    parts = [
        pd.DataFrame({"cluster": code} | {name: getattr(curve, name) for name in columns})
        for code, curve in found.k_density.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["cluster", *columns])


def _hexagons(frame: pd.DataFrame) -> Table:
    """Return the hexagons with a group of columns for each cluster."""
    return frame_table(frame, [_of_hexagon(str(column)) for column in frame.columns], title=HEXAGONS.title.to())


def _of_hexagon(column: str) -> Field:
    known = next((each for each in HEXAGONS.columns if column.startswith(f"{each.name}_")), None)
    if known is None:
        return Field(column, message(f"clusters.column_{column}"))
    title = f"{known.title.to()} · {subject_title(column.removeprefix(f'{known.name}_'))}"
    return replace(field_of(known), name=column, title=title)
