"""Evidence cards of the demo district, word by word, each figure worked out again from the register by hand.

``evidence_cards.json`` holds the cards as text. After a change that is meant, write it anew with
``python3 tests/golden/test_evidence_cards.py`` and read the difference before it is kept.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkplan import jobs
from parkplan.data.workspace import open_workspace
from parkplan.jobs.verdict_card import VerdictCard, verdict_card

GOLDEN = Path(__file__).with_name("evidence_cards.json")
DAY = date(2026, 6, 30)
REGISTER = ("industry_code", "status", "site_area_m2", "floor_area_m2", "footprint_m2", "structures_m2", "yard_m2",
            "started_on", "start_agreed_on", "handed_over_on")  # fmt: skip
WANTED = ("idle", "low_efficiency", "to_check", "not_low_efficiency", "exempt")


def as_text(card: VerdictCard) -> dict[str, Any]:
    return {
        "verdict": card.verdict.value,
        "rules": [
            {
                "title": rule.title.zh,
                "clause": rule.clause,
                "verified": rule.verified,
                "answer": rule.answer,
                "chance": None if rule.chance is None else rule.chance.zh,
                "errors": [line.zh for line in rule.errors],
                "conditions": [
                    {
                        "formula": item.formula.zh,
                        "filled": item.filled.zh,
                        "value": None if item.value is None else item.value.zh,
                        "limit": None if item.limit is None else item.limit.zh,
                        "margin": None if item.margin is None else item.margin.zh,
                        "steps": [step.zh for step in item.steps],
                    }
                    for item in rule.conditions
                ],
            }
            for rule in card.rules
            if rule.applies != "false"
        ],
        "missing": [gap.zh for gap in card.missing],
        "lifting": [way.zh for way in card.lifting],
        "overtaking": [move.zh for move in card.overtaking],
    }


def cards(folder: Path) -> dict[str, Any]:
    """One parcel of each verdict that occurs, the first with site and floor area registered, and its register row."""
    place = folder / "demo.parkplan"
    jobs.demo(place, size=900, seed=7)
    found, register = jobs.screen(place, as_of=DAY), open_workspace(place).read("parcels")
    known = register["site_area_m2"].notna() & register["floor_area_m2"].notna()
    made = {}
    for verdict in WANTED:
        rows = (found.parcels["verdict"] == verdict).to_numpy().nonzero()[0]
        row = int(next((row for row in rows if known.iat[row]), rows[0]))
        told = {name: register[name].iat[row] for name in REGISTER}
        shown = {name: None if pd.isna(value) else str(value) for name, value in told.items()}
        made[register["parcel_id"].iat[row]] = {"register": shown, "card": as_text(verdict_card(found, row))}
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return cards(tmp_path_factory.mktemp("golden"))


def test_the_cards_are_those_that_were_reviewed(made: dict[str, Any]) -> None:
    assert made == json.loads(GOLDEN.read_text("utf-8"))
    assert {item["card"]["verdict"] for item in made.values()} == set(WANTED)


def test_ratios_on_the_cards_are_those_of_the_register() -> None:
    """Density is footprint over site; margins are value less limit; both to the digits that are shown."""
    checked = 0
    for item in json.loads(GOLDEN.read_text("utf-8")).values():
        register = item["register"]
        for rule in item["card"]["rules"]:
            for told in rule["conditions"]:
                if told["formula"] == "建筑密度" and register["footprint_m2"] and register["site_area_m2"]:
                    density = float(register["footprint_m2"]) / float(register["site_area_m2"])
                    assert told["value"] == f"{density:.1%}"
                    limit = float(told["limit"].strip("< %")) / 100
                    assert told["margin"] == f"{'+' if density > limit else ''}{density - limit:.1%}"
                    checked += 1
    assert checked >= 2


def test_errors_on_the_cards_are_those_of_their_sources() -> None:
    """Two figures of the register at 1 % each make 1.4 % (the root of 2); one estimated at 15 % makes 15 %."""
    checked = 0
    for item in json.loads(GOLDEN.read_text("utf-8")).values():
        for rule in item["card"]["rules"]:
            for line in rule["errors"]:
                if line.startswith("“建筑密度”"):
                    assert line.count("1.0%（登记台账与合同）") == 2
                    assert line.startswith("“建筑密度”的误差约 1.4%")
                    checked += 1
    assert checked >= 1


def test_coefficients_on_the_cards_are_those_of_the_register() -> None:
    """(Footprint + structures + yards) / site, unknown where any of them is."""
    known = 0
    for item in json.loads(GOLDEN.read_text("utf-8")).values():
        parts = [item["register"][name] for name in ("footprint_m2", "structures_m2", "yard_m2", "site_area_m2")]
        for rule in item["card"]["rules"]:
            for told in rule["conditions"]:
                if told["formula"] == "建筑系数" and None in parts:
                    assert told["value"] is None
                elif told["formula"] == "建筑系数":
                    footprint, structures, yard, site = map(float, parts)
                    assert told["value"] == f"{(footprint + structures + yard) / site:.1%}"
                    known += 1
    assert known >= 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        GOLDEN.write_text(json.dumps(cards(Path(scratch)), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{GOLDEN}\n")
