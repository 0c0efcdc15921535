"""The evidence card and the ranked table, drawn by a small component of our own; names arrive as JSON, never markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from parkplan.data.layers import load_layers
from parkplan.i18n import message
from parkplan.screening.verdicts import VERDICT_TITLES, Verdict
from parkplan.ui.component import mount
from parkplan.ui.panels import provenance
from parkplan.units import day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parkplan.jobs.verdict_card import ConditionLine, RuleLine, VerdictCard
    from parkplan.model.facts import Fact
    from parkplan.screening.overrides import Override

PALETTE: Final = "verdicts"
PLAIN: Final = "#cdbfa6"


def chip(verdict: str) -> dict[str, str]:
    """Return a verdict with its colour on the map."""
    palette = load_layers().palettes[PALETTE]
    colour = next((entry.colour for entry in palette.classes if entry.value == verdict), PLAIN)
    return {"title": VERDICT_TITLES[Verdict(verdict)].to(), "colour": colour}


def evidence_card(key: str, card: VerdictCard, *, source: str, height: int, on_zoom: Callable[[int], None]) -> None:
    """Draw the card of one parcel."""
    inside = [rule for rule in card.rules if rule.applies != "false"]
    data = {
        "view": "evidence",
        "subject": card.parcel_id,
        "row": card.row,
        "kind": message("verdicts.card_kind"),
        "title": card.name or card.parcel_id,
        "verdict": chip(card.verdict),
        "badges": [message("ui.synthetic")] if card.synthetic else [],
        "said": [_said(card.override, card.rule_verdict)] if card.override is not None else [],
        "lead": [
            {"title": message("verdicts.parcel_id"), "value": card.parcel_id, "source": ""},
            *map(_fact, card.lead),
        ],
        "missing": [item.to() for item in card.missing],
        "lifting": [item.to() for item in card.lifting],
        "overtaking": [item.to() for item in card.overtaking],
        "rules": [_rule(rule) for rule in inside],
        "outside": [_rule(rule) for rule in card.rules if rule.applies == "false"],
        "sources": [_fact(fact) | {"show_source": True} for fact in card.sources],
        "titles": {name: message(f"verdicts.card_{name}") for name in _TITLES},
        "zoom": message("ui.zoom_to"),
        "source": message("ui.card_source", source=source or message("ui.source_unstated")),
        "height": height,
    }
    mount("verdicts", key, data, on_zoom_change=lambda: _sent(key, "zoom", on_zoom))


_SIGNS: Final = {"true": "!", "false": "✓", "unknown": "?"}
_TITLES: Final = ("missing", "lifting", "overtaking", "rules", "outside", "sources")


def ranked_table(
    key: str,
    columns: Sequence[dict[str, str]],
    rows: Sequence[dict[str, Any]],
    *,
    chosen: int | None,
    height: int,
    on_open: Callable[[int], None],
) -> None:
    """Draw a table whose rows open a card."""
    data = {
        "view": "ranked",
        "subject": key,
        "columns": list(columns),
        "rows": list(rows),
        "chosen": chosen,
        "empty": message("verdicts.nothing_listed"),
        "height": height,
    }
    mount("verdicts", key, data, on_open_change=lambda: _sent(key, "open", on_open))


def _sent(key: str, name: str, act: Callable[[int], None]) -> None:
    value = st.session_state[key][name]
    if value is not None:
        act(int(value))


def _said(override: Override | None, by_rules: Verdict) -> str:
    if override is None:
        return ""
    kind = "appeal" if override.verdict is None else "override"
    return message(
        f"verdicts.said_{kind}",
        actor=override.actor,
        reason=override.reason,
        on=day(override.entered_on),
        until=day(override.expires_on),
        by_rules=VERDICT_TITLES[by_rules],
    )


def _fact(fact: Fact) -> dict[str, Any]:
    return {"title": fact.title.to(), "value": fact.written.to(), "source": provenance(fact)}


def _rule(rule: RuleLine) -> dict[str, Any]:
    shown = rule.disposal if rule.answer == "true" else None
    return {
        "title": rule.title.to(),
        "tone": _tone(rule),
        "sign": _SIGNS[rule.answer],
        "clause": rule.clause,
        "verified": rule.verified,
        "badge": message("verdicts.verified" if rule.verified else "verdicts.not_verified"),
        "disposal": None if shown is None else message("verdicts.disposal", disposal=shown),
        "chance": None if rule.chance is None else rule.chance.to(),
        "sureness": message("verdicts.sureness"),
        "errors": [line.to() for line in rule.errors],
        "assumed": message("screen.error_assumed"),
        "conditions": [_condition(item) for item in rule.conditions],
    }


def _condition(item: ConditionLine) -> dict[str, Any]:
    numbers = ""
    if item.limit is not None:
        value = message("verdicts.unknown") if item.value is None else item.value.to()
        margin = "" if item.margin is None else message("verdicts.margin", margin=item.margin)
        numbers = f"{value} {item.limit.to()}{margin}"
    return {
        "formula": item.formula.to(),
        "filled": item.formula.to() if item.steps else item.filled.to(),
        "steps": [step.to() for step in item.steps],
        "numbers": numbers,
        "answer_title": message(f"verdicts.answer_{item.answer}"),
    }


def _tone(rule: RuleLine) -> str:
    """Say how the mark of a rule looks: alarming only where it flags the parcel."""
    if rule.answer == "true":
        return {"exempt": "good", "consequence": "plain"}.get(rule.flag, "bad")
    return "open" if rule.answer == "unknown" else "good"
