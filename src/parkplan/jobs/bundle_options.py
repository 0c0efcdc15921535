"""What an audit bundle holds of layout options: each scenario, their comparison, and what the solver would draw."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import TypeAdapter

from parkplan.data.workspace import open_workspace
from parkplan.jobs.bundle_tables import flat
from parkplan.jobs.compare import compare
from parkplan.jobs.compare_files import document
from parkplan.jobs.optimise import proposals
from parkplan.jobs.scenario_layers import scenario_table
from parkplan.jobs.scenario_state import all_scenarios, option
from parkplan.model.allocation import Use, Wish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from parkplan.jobs.bundle_tables import Tables

    Parameters = Mapping[str, Any]

WISH = TypeAdapter(Wish)


def scenario_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return of each scenario its land, piece by piece, and its measures with what is known of them."""
    ws = open_workspace(folder)
    land, measures = [], []
    for one in all_scenarios(ws):
        found = option(ws, one)
        refused = [(each.key, each.subject) for each in found.state.refused]
        measures.append(flat({"measures": found.measures, "refused": refused}).assign(scenario=one.id))
        land.append(scenario_table(ws, found).frame.drop(columns="geometry").assign(scenario=one.id))
    return {"land": pd.concat(land), "measures": pd.concat(measures)}


def comparison_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return every number of a comparison, and the sentences that name them."""
    return {"document": flat(document(compare(open_workspace(folder), parameters["scenarios"])))}


def allocation_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return the layouts that the solver finds for a wish: what is proven of each, what it changes, and where."""
    wish = WISH.validate_json(json.dumps(parameters["wish"]))
    found = proposals(open_workspace(folder), scenario=parameters["scenario"], wish=wish)
    told = {
        "options": [{"answer": one.answer, "change": one.change} for one in found.options],
        "prices": found.prices,
        "collision": found.collision,
        "front": found.front,
    }
    uses = [
        {"option": place, "parcel_id": parcel, **asdict(use)}
        for place, one in enumerate(found.options)
        for parcel, use in sorted(one.given.items())
    ]
    blank = ["option", "parcel_id", *(each.name for each in fields(Use))]
    return {"answers": flat(told), "uses": pd.DataFrame(uses, columns=blank)}
