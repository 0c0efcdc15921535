"""What an audit bundle holds of layout options: each scenario, their comparison, and what the solver would draw."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from pydantic import TypeAdapter

from parkplan._errors import RequestError
from parkplan.data.workspace import open_workspace
from parkplan.jobs.bundle_land import choice_of
from parkplan.jobs.bundle_tables import flat
from parkplan.jobs.compare import compare
from parkplan.jobs.compare_files import document
from parkplan.jobs.optimise import proposals
from parkplan.jobs.scenario_layers import scenario_table
from parkplan.jobs.scenario_state import all_scenarios, option
from parkplan.jobs.screening_choice import judged_by
from parkplan.jobs.service_files import service_document
from parkplan.jobs.services import services
from parkplan.jobs.solver_question import kept_questions
from parkplan.jobs.solver_review import reviewed
from parkplan.model.allocation import Use, Wish
from parkplan.model.services import ServiceWish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from parkplan.jobs.bundle_tables import Tables

    Parameters = Mapping[str, Any]

WISH = TypeAdapter(Wish)
SERVICE_WISHES = TypeAdapter(tuple[ServiceWish, ...])
IN_TABLES: Final = frozenset({"sites", "uncovered"})
"""What the document of a service says and the tables of places and coverage say too."""


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
    with judged_by(choice_of(folder, parameters)):
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


def wish_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return what each branch of the solver was the answer to, what was proven then, and what follows without solving.

    Those whose branch was deleted since are left out.
    """
    ws = open_workspace(folder)
    branches = {one.id: one for one in all_scenarios(ws)}
    told = [
        flat({"asked": kept, "review": reviewed(ws, branches[name], kept)}).assign(scenario=name)
        for name, kept in sorted(kept_questions(ws).items())
        if name in branches
    ]
    return {"answers": pd.concat(told) if told else pd.DataFrame(columns=["name", "value", "scenario"])}


def service_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return for each service where its sites go, what is proven of them, and how each piece of land is served.

    Services that have nothing to work on say why.
    """
    ws, scenario = open_workspace(folder), parameters["scenario"]
    answers, sites, coverage = [], [], []
    for wish in SERVICE_WISHES.validate_json(json.dumps(parameters["wishes"])):
        try:
            with judged_by(choice_of(folder, parameters)):
                found = services(ws, wish, scenario=scenario)
        except RequestError as refused:
            answers.append(flat({"refused": refused.sentence()}).assign(service=wish.service))
            continue
        told = {name: value for name, value in service_document(found).items() if name not in IN_TABLES}
        answers.append(flat(told).assign(service=wish.service))
        sites.append(found.sites.drop(columns="geometry").assign(service=wish.service))
        coverage.append(found.coverage.drop(columns="geometry").assign(service=wish.service))
    blank = pd.DataFrame(columns=["name", "value", "service"])
    parts = {"answers": answers, "places": sites, "coverage": coverage}
    return {name: pd.concat(frames) if frames else blank for name, frames in parts.items()}
