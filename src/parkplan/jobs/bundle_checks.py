"""What a solver's answer in an audit bundle says of itself, checked without solving: limits, sums, value and bound.

A search that ends by the clock may find another answer on another machine. What must hold on any machine is that the
answer of the bundle keeps the limits that it was asked to keep, and that its figures follow from its parcels.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from parkplan.compare.catalogue import MEASURES
from parkplan.compare.measures import measure
from parkplan.data.workspace import open_workspace
from parkplan.jobs.bundle_land import PROGRAMME, SITE_CHOICE, choice_of
from parkplan.jobs.bundle_options import SERVICE_WISHES
from parkplan.jobs.optimise import KINDS
from parkplan.jobs.options import library
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.jobs.screening_choice import judged_by
from parkplan.jobs.services import posed
from parkplan.jobs.site_register import SEPARATOR
from parkplan.layout.scenario import apply_edits, grouped_edits
from parkplan.layout.siting import worth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from parkplan.model.scenarios import Edit

NEAR: Final = 1e-6
"""Sums that differ by less, as a share, are equal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bundle holds of one job: the unpacked folder, what was asked, and the result tables by name."""

    folder: Path
    parameters: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Unsound:
    """A statement that cannot be right: where it stands, what it says, and what follows from the rest."""

    table: str
    row: str
    column: str
    said: str
    follows: str


def site_faults(answer: Answer) -> list[Unsound]:
    """Check that no parcel is in two sites, that areas are those of the parcels, and that limits and bounds hold."""
    sites = answer.tables["candidates"]
    parcels = open_workspace(answer.folder).read("parcels")
    limits = SITE_CHOICE.validate_json(json.dumps(answer.parameters["sites"])).limits
    areas = parcels.get("site_area_m2", pd.Series(math.nan, parcels.index)).astype(float)
    registered = dict(zip(parcels["parcel_id"].astype(str), areas, strict=True))
    found = [*_shared("candidates", sites), *_bounded("proof", _named(answer.tables["proof"]), ("best.", "set.proof."))]
    least, most = limits.min_area_m2 or 0.0, limits.max_area_m2 or math.inf
    for row in sites.to_dict("records"):
        name, area_m2 = str(row["site_id"]), float(row["area_m2"])
        known = [registered.get(parcel, math.nan) for parcel in str(row["parcels"]).split(SEPARATOR)]
        if not any(map(math.isnan, known)) and not _near(area_m2, math.fsum(known)):
            found.append(_unsound("candidates", name, "area_m2", area_m2, math.fsum(known)))
        if not least * (1 - NEAR) <= area_m2 <= most * (1 + NEAR):
            found.append(_unsound("candidates", name, "area_m2", area_m2, f"{least:g}–{most:g}"))
    return found


def portfolio_faults(answer: Answer) -> list[Unsound]:
    """Check budget, quota and capacity of each year, that no parcel is bought twice, and the value of the programme."""
    funded, proof = answer.tables["funded"], _named(answer.tables["proof"])
    asked = PROGRAMME.validate_json(json.dumps(answer.parameters["programme"]))
    found = [*_shared("funded", funded), *_bounded("proof", proof, ("",))]
    if funded.empty:
        return found
    worth = funded["score"] * funded["area_m2"] / 1e4 * (1 + asked.discount_rate) ** (1 - funded["year"])
    if not _near(_number(proof, "value"), float(worth.sum())):
        found.append(_unsound("proof", "value", "value", _number(proof, "value"), float(worth.sum())))
    for year in range(1, asked.years + 1):
        now, until = funded["year"] == year, funded["year"] <= year
        paid, allowed = (until, asked.budget_yuan * year) if asked.carry_over else (now, asked.budget_yuan)
        limits = [
            ("acquisition_yuan", float(funded.loc[paid, "acquisition_yuan"].sum()), allowed),
            ("area_m2", float(funded.loc[now, "area_m2"].sum()), asked.quota_m2),
            ("site_id", float(now.sum()), asked.capacity),
        ]
        for column, spent, limit in limits:
            if limit is not None and spent > limit * (1 + NEAR):
                found.append(_unsound("funded", f"year {year}", column, spent, f"≤ {limit:g}"))
    return found


def allocation_faults(answer: Answer) -> list[Unsound]:
    """Check that what each layout changes is what the land measures with these uses, and that bounds hold."""
    named, uses = _named(answer.tables["answers"]), answer.tables["uses"]
    ws = open_workspace(answer.folder)
    base = option(ws, find_scenario(ws, answer.parameters["scenario"]))
    found = []
    for place in range(_options(named)):
        edits = _edits(uses[uses["option"] == place])
        after = measure(base.district, apply_edits(base.district.parcels, (*base.edits, *edits)), library())
        head = f"options[{place}].change."
        for name in [name for name in MEASURES if head + name in named]:
            change = after.values[name] - base.measures.values[name]
            said = _number(named, head + name)
            if not math.isnan(change) and not _near(said, change, scale=abs(after.values[name])):
                found.append(_unsound("answers", head + name, "value", said, change))
        found += _bounded("answers", named, (f"options[{place}].answer.",))
    return found


def wish_faults(answer: Answer) -> list[Unsound]:
    """Check that each branch of the solver is worth what was said of it, within its bound, and keeps its rules."""
    found = []
    for name, rows in answer.tables["answers"].groupby("scenario"):
        named = _named(rows)
        said, bound, points = (_number(named, key) for key in ("asked.value", "asked.bound", "review.points"))
        if not _near(said, points):
            found.append(_unsound("answers", name, "asked.value", said, points))
        if str(named.get("review.keeps_rules")) != "True":
            found.append(_unsound("answers", name, "review.keeps_rules", named.get("review.keeps_rules"), "True"))
        if math.isfinite(bound) and said > bound + NEAR * max(1.0, abs(bound)):
            found.append(_unsound("answers", name, "asked.value", said, f"≤ {bound:g}"))
    return found


def service_faults(answer: Answer) -> list[Unsound]:
    """Check without solving that sites may be chosen, are no more than wanted, and are worth what is said of them."""
    ws, found = open_workspace(answer.folder), []
    told, places = answer.tables["answers"], answer.tables["places"]
    for wish in SERVICE_WISHES.validate_json(json.dumps(answer.parameters["wishes"])):
        named = _named(told[told["service"] == wish.service])
        if "value" not in named:
            continue
        with judged_by(choice_of(answer.folder, answer.parameters)):
            asked = posed(ws, wish, answer.parameters["scenario"])
        offered = {str(name): place for place, name in enumerate(asked.places.names)}
        chosen = [str(name) for name in places.loc[places["service"] == wish.service, "parcel_id"]]
        found += [_unsound("places", name, "parcel_id", name, "—") for name in chosen if name not in offered]
        if wish.model != "cover_all" and len(chosen) > wish.count:
            found.append(_unsound("places", wish.service, "parcel_id", len(chosen), f"≤ {wish.count}"))
        sites = tuple(sorted(offered[name] for name in chosen if name in offered))
        follows = worth(asked.siting, asked.model, sites, asked.reach_m)
        if not _near(_number(named, "value"), follows):
            found.append(_unsound("answers", wish.service, "value", _number(named, "value"), follows))
        sense = 1.0 if wish.model == "cover_most" else -1.0
        value, bound = (sense * _number(named, name) for name in ("value", "bound"))
        if value > bound + NEAR * max(1.0, abs(bound)):
            found.append(_unsound("answers", wish.service, "bound", sense * bound, f"{sense * value:g}"))
    return found


def _edits(uses: pd.DataFrame) -> list[Edit]:
    """Return what a layout of the solver does to the land, as the edits that a planner would make."""
    found = []
    for kind, column in KINDS.items():
        said = uses[uses[column].notna() & (uses[column] != 0)]
        values = [int(value) if kind == "phase" else str(value) for value in said[column]]
        found += grouped_edits(kind, said["parcel_id"].astype(str).tolist(), values)
    return found


def _options(named: Mapping[str, object]) -> int:
    return len({name.split("]")[0] for name in named if name.startswith("options[")})


def _named(table: pd.DataFrame) -> dict[str, object]:
    return dict(zip(table["name"].astype(str), table["value"], strict=True))


def _number(named: Mapping[str, object], name: str) -> float:
    """Return a number of a flat table; unknown where it is not there or no number."""
    return float(pd.to_numeric(pd.Series([named.get(name)]), errors="coerce").iloc[0])


def _near(left: float, right: float, scale: float = 0.0) -> bool:
    return math.isclose(left, right, rel_tol=NEAR, abs_tol=NEAR * max(1.0, scale))


def _bounded(table: str, named: Mapping[str, object], heads: tuple[str, ...]) -> Iterator[Unsound]:
    """Yield each answer whose value exceeds the bound that it claims."""
    for head in heads:
        value, bound = _number(named, f"{head}value"), _number(named, f"{head}bound")
        if np.isfinite([value, bound]).all() and value > bound + NEAR * max(1.0, abs(bound)):
            yield _unsound(table, f"{head}value", "value", value, f"≤ {bound:g}")


def _shared(table: str, sites: pd.DataFrame) -> Iterator[Unsound]:
    """Yield each parcel that is in more than one site."""
    parcels = Counter(name for row in sites.get("parcels", []) for name in str(row).split(SEPARATOR))
    yield from (_unsound(table, name, "parcels", count, 1) for name, count in parcels.items() if count > 1)


def _unsound(table: str, row: object, column: str, said: object, follows: object) -> Unsound:
    return Unsound(table, str(row), column, str(said), str(follows))
