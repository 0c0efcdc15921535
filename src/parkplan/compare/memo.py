"""A memo on compared options, written from the numbers alone: each sentence names the numbers that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.compare.catalogue import MEASURES
from parkplan.i18n import LANGUAGES, Text, message
from parkplan.units import money, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.compare.ranking import Ranked, Regret
    from parkplan.i18n import Language
    from parkplan.model.options import OptionMeasures

TOLD: Final = ("floor_area_m2", "tax_yuan", "jobs", "cost_yuan", "emissions_kgco2", "demolition_m2")
"""The measures that the memo tells of every option, as differences from the district as it is."""
SAME: Final = 0.005
BASE: Final = "base"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the memo, and the numbers in it: (option, measure) or (option, name of a result).

    `BASE` in place of an option is the district as it is.
    """

    text: Text
    rests_on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What a memo is written from; ``ranked`` and ``regret`` are over ``options`` in their order."""

    names: tuple[str, ...]
    options: tuple[OptionMeasures, ...]
    base: OptionMeasures
    ranked: Ranked
    regret: Regret
    cases: tuple[Text, ...]


def memo(compared: Compared) -> tuple[Sentence, ...]:
    """Write the memo."""
    return (
        *_each(compared),
        _leader(compared),
        *_dominated(compared),
        *_turning(compared),
        _regret(compared),
        *_limits(compared),
        *_unknown(compared),
    )


def _said(key: str, rests_on: Sequence[tuple[str, str]], **values: object) -> Sentence:
    def side(chosen: Language) -> str:
        filled = {name: value.to(chosen) if isinstance(value, Text) else value for name, value in values.items()}
        return message(f"compare.memo_{key}", chosen, **filled)

    return Sentence(Text(*(side(chosen) for chosen in LANGUAGES)), tuple(rests_on))


def _each(compared: Compared) -> list[Sentence]:
    found = []
    for name, one in zip(compared.names, compared.options, strict=True):
        told = Text(*(_changes(compared.base, one, chosen) for chosen in LANGUAGES))
        area = Text(*(quantity(one.values["changed_m2"], "hectare", chosen) for chosen in LANGUAGES))
        changes = one.values["changed_m2"] > 0
        rests = [(name, measure) for measure in (("changed_m2", *TOLD) if changes else ("changed_m2",))]
        found.append(_said("option" if changes else "as_it_is", rests, name=name, area=area, told=told))
    return found


def _changes(base: OptionMeasures, one: OptionMeasures, chosen: Language) -> str:
    """Return the differences from the district as it is, in words."""
    phrases = []
    for name in TOLD:
        measure, change = MEASURES[name], one.values[name] - base.values[name]
        if np.isnan(change) or abs(change) < 1e-9:
            continue
        key = "compare.memo_more" if change > 0 else "compare.memo_less"
        amount = (
            money(abs(change), chosen) if name.endswith("_yuan") else quantity(abs(change), measure.shown_in, chosen)
        )
        phrases.append(message(key, chosen, measure=measure.title.to(chosen), amount=amount))
    return ("，" if chosen == "zh" else ", ").join(phrases) or message("compare.memo_nothing", chosen)


def _leader(compared: Compared) -> Sentence:
    ranked, names = compared.ranked, compared.names
    first, *others = ranked.order
    titles = Text(
        *(_list([MEASURES[name].title.to(chosen) for name in ranked.criteria], chosen) for chosen in LANGUAGES)
    )
    rests = [(names[first], "score"), (names[first], "p_first")]
    if not others:
        return _said("only", rests, name=names[first])
    second = others[0]
    key = "tie" if ranked.tie else "leader"
    return _said(
        key, [*rests, (names[second], "score")], name=names[first], other=names[second], criteria=titles,
        score=f"{100 * ranked.score[first]:.0f}", score_other=f"{100 * ranked.score[second]:.0f}",
        chance=f"{100 * ranked.better[first, second]:.0f}",
    )  # fmt: skip


def _dominated(compared: Compared) -> list[Sentence]:
    return [
        _said("dominated", [(compared.names[place], "dominated_by")], name=compared.names[place],
              other=compared.names[by[0]])
        for place, by in enumerate(compared.ranked.dominated_by)
        if by
    ]  # fmt: skip


def _turning(compared: Compared) -> list[Sentence]:
    """Say at which weight the second overtakes the first, for the criterion where least has to change."""
    ranked = compared.ranked
    levels = [
        (abs(level - float(weight)), name, level, float(weight))
        for (name, level), weight in zip(ranked.turning.items(), ranked.weights, strict=True)
        if level is not None
    ]
    if not levels or len(compared.names) < 2:
        return []
    _, name, level, weight = min(levels)
    first, second = ranked.order[:2]
    return [
        _said("turning", [(compared.names[second], "turning")], measure=MEASURES[name].title,
              weight=f"{100 * weight:.0f}", level=f"{100 * level:.0f}", name=compared.names[second],
              first=compared.names[first])
    ]  # fmt: skip


def _regret(compared: Compared) -> Sentence:
    regret = compared.regret
    choice = regret.choice
    case = compared.cases[int(np.argmax(regret.regret_yuan[choice]))]
    most = Text(*(money(float(regret.worst[choice]), chosen) for chosen in LANGUAGES))
    key = "regret" if regret.worst[choice] > 0 else "no_regret"
    return _said(key, [(compared.names[choice], "regret")], name=compared.names[choice], most=most, case=case)


def _limits(compared: Compared) -> list[Sentence]:
    found = []
    for name, one in zip(compared.names, compared.options, strict=True):
        missed = [measure for measure, status in one.statuses.items() if status == "missed"]
        if missed:
            titles = [MEASURES[measure].title for measure in missed]
            listed = Text(*(_list([title.to(chosen) for title in titles], chosen) for chosen in LANGUAGES))
            rests = [(name, measure) for measure in missed]
            found.append(_said("missed", rests, name=name, listed=listed, count=len(one.breaches)))
    return found


def _unknown(compared: Compared) -> list[Sentence]:
    poor = {name: share for name, share in compared.base.known.items() if share < 1 - SAME}
    if not poor:
        return []
    worst = min(poor, key=lambda name: poor[name])
    share = f"{100 * poor[worst]:.0f}"
    return [_said("unknown", [(BASE, worst)], measure=MEASURES[worst].title, share=share)]


def _list(words: Sequence[str], chosen: Language) -> str:
    return ("、" if chosen == "zh" else "; ").join(words)
