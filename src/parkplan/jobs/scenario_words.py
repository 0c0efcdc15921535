"""Edits, values and statuses of scenarios in words of both languages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from parkplan.data.layers import load_layers
from parkplan.data.typologies import load_typologies
from parkplan.i18n import LANGUAGES, Text, message
from parkplan.jobs.writing import text
from parkplan.model.codes import CLUSTER
from parkplan.model.scenarios import DRAWN, EDIT_TITLES, PROPERTIES
from parkplan.units import UNITS, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.i18n import Language
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.options import Measure, Status
    from parkplan.model.scenarios import Edit, Step

_NAMED: Final = 3
"""So many parcels are named; more are counted."""


def figure(measure: Measure, value: float, chosen: Language | None = None) -> str:
    """Write a value of a measure in its unit."""
    return quantity(value, measure.shown_in, chosen)


def change(measure: Measure, before: float, after: float, chosen: Language | None = None) -> str:
    """Write how a measure changed, with its sign; a dash where it did not.

    >>> from parkplan.compare.catalogue import MEASURES
    >>> change(MEASURES["jobs"], 100.0, 80.0, "en"), change(MEASURES["jobs"], 1.0, 1.0)
    ('-20 persons', '—')
    >>> change(MEASURES["green_share"], 0.10, 0.125, "zh"), change(MEASURES["green_share"], 0.10, 0.125, "en")
    ('+2.5 个百分点', '+2.5 pp')
    """
    difference = after - before
    if not math.isfinite(difference) or abs(difference) <= 1e-9 * max(abs(before), 1.0):
        return "—"
    written = quantity(abs(difference), measure.shown_in, chosen)
    if not any(digit in written for digit in "123456789"):
        return "—"
    if measure.shown_in == "percent":
        written = message("compare.points", chosen, number=written.removesuffix("%"))
    return f"{'+' if difference > 0 else '-'}{written}"


def change_in_unit(measure: Measure, before: float, after: float, chosen: Language | None = None) -> str:
    """Write how a measure changed beside a value that has the unit already; points of a per cent keep theirs.

    >>> from parkplan.compare.catalogue import MEASURES
    >>> change_in_unit(MEASURES["jobs"], 100.0, 1180.0, "en"), change_in_unit(MEASURES["green_share"], 0.1, 0.2, "en")
    ('+1,080', '+10.0 pp')
    """
    return change(measure, before, after, chosen).removesuffix(f" {UNITS[measure.shown_in].symbol.to(chosen)}")


def status_words(status: Status) -> Text:
    """Return whether a limit is kept, in words; nothing where there is no limit."""
    return text(f"scenario.status_{status}")


def value_words(edit: Edit) -> Text:
    """Return the new property of an edit in words."""
    value = edit.value
    if value is None:
        return text("scenario.value_back")
    if edit.kind == "typology" and value in load_typologies():
        title = load_typologies()[str(value)].title
        return Text(title.zh, title.en)
    if edit.kind == "cluster":
        return CLUSTER.get(str(value), Text(str(value), str(value)))
    if edit.kind == "lock":
        return text("scenario.locked" if value else "scenario.unlocked")
    if edit.kind == "use":
        known = {entry.value: entry.title for entry in load_layers().palettes["land_use"].classes}
        named = known.get(str(value))
        return Text(str(value), str(value)) if named is None else Text(f"{named.zh} {value}", f"{named.en} {value}")
    return Text(f"{value}", f"{value}")


def history_words(one: Option) -> list[Text]:
    """Return what each step of a scenario does; a drawing of its ancestors that it draws anew was moved."""
    own = len(one.history.edits)
    return step_words(one.history.steps, one.edits[: len(one.edits) - own])


def step_words(steps: Sequence[Step], before: Sequence[Edit] = ()) -> list[Text]:
    """Return what each step of a history does; what was drawn before (or in it) and is drawn anew was moved.

    A step that takes back or does again names the step that it turns.
    """
    drawn = {edit.id for edit in before if edit.kind in DRAWN}
    found = []
    for step in steps:
        said = [edit_words(edit, _again(edit, drawn)) for edit in step.edits]
        drawn |= {edit.id for edit in step.edits if edit.kind in DRAWN}
        turned = f"#{step.target}"
        found.append(Text("；".join(one.zh for one in said) or turned, "; ".join(one.en for one in said) or turned))
    return found


def _again(edit: Edit, drawn: set[str]) -> Text | None:
    if edit.kind not in DRAWN or (edit.shape is not None and edit.id not in drawn):
        return None
    return text("scenario.moved" if edit.shape is not None else "scenario.removed", title=EDIT_TITLES[edit.kind])


def edit_words(edit: Edit, title: Text | None = None) -> Text:
    """Return an edit as a short phrase, under another title than that of its kind where one is given.

    >>> from parkplan.model.scenarios import Edit
    >>> edit_words(Edit("far", ("A", "B"), 2.0)).en
    'FAR → 2.0: A, B'
    """
    title = title or EDIT_TITLES[edit.kind]
    said = value_words(edit) if edit.kind in PROPERTIES else Text(edit.id, edit.id)
    return Text(*(_phrase(edit, title.to(chosen), said.to(chosen), chosen) for chosen in LANGUAGES))


def _phrase(edit: Edit, title: str, said: str, chosen: Language) -> str:
    named = ("、" if chosen == "zh" else ", ").join(edit.parcels[:_NAMED])
    if len(edit.parcels) > _NAMED:
        named = text("scenario.parcels_more", first=named, count=len(edit.parcels)).to(chosen)
    arrow = f" → {said}" if said else ""
    return f"{title}{arrow}: {named}" if named else f"{title}{arrow}"
