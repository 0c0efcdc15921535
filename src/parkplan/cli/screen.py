"""``parkplan screen WS``."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, get_args

import click

from parkplan import jobs
from parkplan._errors import DefinitionError, RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.data.errors import load_measurement_errors
from parkplan.i18n import message
from parkplan.jobs.measured import assumed_errors
from parkplan.jobs.whatif import compare_screenings, flips_in_words
from parkplan.model.measurement import ErrorChange
from parkplan.model.screening import LimitChange, Method, Ranking, ScreeningChoice
from parkplan.screening.verdicts import VERDICT_TITLES
from parkplan.units import area

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening
    from parkplan.jobs.whatif import Comparison


METHODS = get_args(Method)


@frame.command(
    "screen",
    frame.argument("workspace", metavar="WS"),
    frame.option("--profile", "profiles", multiple=True, metavar="NAME|FILE", help="option_profile"),
    frame.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_as_of"),
    frame.option("--max-gap-m", type=float, default=0.0, show_default=True, metavar="M", help="option_max_gap"),
    frame.option("--weights", metavar="N,P,F", help="option_weights"),
    frame.option(
        "--method", type=click.Choice(get_args(Method)), default="hand", show_default=True, help="option_method"
    ),
    frame.option("--limit", "limits", multiple=True, metavar="RULE=VALUE", help="option_limit"),
    frame.option("--error", "errors", multiple=True, metavar="SOURCE=PERCENT", help="option_error"),
    frame.option("--against", multiple=True, metavar="NAME|FILE", help="option_against"),
    frame.option("--against-as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_against_as_of"),
    frame.option("--out", metavar="FILE", help="option_out_file"),
)
def command(workspace: str, out: str | None, **options: Any) -> frame.Answer:  # noqa: ANN401 (the options above)
    """Judge every parcel."""
    choice = _choice(options)
    found = jobs.screen(workspace, choice=choice)
    told = _compared(workspace, choice, found, options)
    lines = _lines(found)
    if told is not None:
        packs = ", ".join(told.before.profiles)
        head = message("cli.screen_against", day=told.before.as_of, profiles=packs)
        lines += ["", head, *flips_in_words(told)]
    if out is not None:
        path = jobs.export_screening(found, out)
        lines.append(message("cli.screen_written", path=visible(str(path)), rows=f"{len(found.parcels):,}"))
    document = _document(found, out) | ({} if told is None else {"comparison": _changes(told)})
    return frame.Answer(document, lines, fault=rules_fault(found))


def rules_fault(found: Screening) -> DefinitionError | None:
    """Return the faults of the rules as one, None where there are none."""
    if not found.faults:
        return None
    return DefinitionError("rules_faulty", count=len(found.faults), details=found.faults)


def _choice(options: dict[str, Any]) -> ScreeningChoice:
    ranking = Ranking(method=options["method"])
    if options["weights"]:
        ranking = ranking.model_copy(update={"weights": _weights(options["weights"])})
    return ScreeningChoice(
        profiles=options["profiles"] or jobs.DEFAULT_PROFILES,
        as_of=day_of(options["as_of"]),
        max_gap_m=options["max_gap_m"],
        limits=tuple(_limit(text) for text in options["limits"]),
        errors=tuple(error_change(text) for text in options["errors"]),
        ranking=ranking,
    )


def _compared(workspace: str, choice: ScreeningChoice, found: Screening, options: dict[str, Any]) -> Comparison | None:
    """Return what changes from other packs, or from another day, to the choice; None where nothing else is named."""
    profiles, day = options["against"], day_of(options["against_as_of"])
    if not profiles and day is None:
        return None
    other = choice.model_copy(
        update={"profiles": profiles or choice.profiles, "as_of": day or found.as_of}
        | ({"limits": ()} if profiles else {})  # limits moved belong to the rules of the packs that they are named for
    )
    return compare_screenings(jobs.screen(workspace, choice=other), found)


def _changes(told: Comparison) -> dict[str, object]:
    return {
        "as_of": told.before.as_of,
        "profiles": told.before.profiles,
        "parcels": len(told.parcels),
        "hectares": round(told.area_m2 / 10_000, 4),
        "flips": [
            {
                "before": flip.before.value,
                "after": flip.after.value,
                "parcels": flip.parcels,
                "hectares": round(flip.area_m2 / 10_000, 4),
            }
            for flip in told.flips
        ],
        "changed": told.parcels[["parcel_id", "before", "after"]].to_dict("records"),
    }


def _weights(text: str) -> tuple[float, float, float]:
    try:
        need, potential, feasibility = (float(part) for part in text.split(","))
    except ValueError:
        raise RequestError("weights_form", text=text) from None
    if min(need, potential, feasibility) < 0 or need + potential + feasibility <= 0:
        raise RequestError("weights_form", text=text)
    return need, potential, feasibility


def _limit(text: str) -> LimitChange:
    """Read ``rule=value``, ``rule.2=value`` (the second condition) or ``rule=80%`` (of the limits)."""
    name, _, value = text.partition("=")
    rule, _, place = name.strip().partition(".")
    try:
        condition = int(place) - 1 if place else 0
        if value.strip().endswith("%"):
            return LimitChange(rule=rule, condition=condition, scale=float(value.strip()[:-1]) / 100)
        return LimitChange(rule=rule, condition=condition, limit=float(value))
    except ValueError:
        raise RequestError("limit_form", text=text) from None


def error_change(text: str) -> ErrorChange:
    """Read ``source=15%`` or ``column=15%``: a coefficient of variation.

    Raises:
        RequestError: it is neither.

    """
    name, _, value = text.partition("=")
    try:
        return ErrorChange(of=name.strip(), cv=float(value.strip().removesuffix("%")) / 100)
    except ValueError:  # pydantic's faults are among them
        known = ", ".join(one.id for one in load_measurement_errors().sources)
        raise RequestError("error_form", text=text, known=known) from None


def day_of(moment: datetime | None) -> date | None:
    """Return the day of a moment."""
    return None if moment is None else moment.date()


def _document(found: Screening, out: str | None) -> dict[str, object]:
    return {
        "as_of": found.as_of,
        "profiles": found.profiles,
        "synthetic": found.synthetic,
        "errors": {one.id: one.cv for one in assumed_errors(found.choice.errors)},
        "verdicts": {
            total.verdict.value: {"parcels": total.parcels, "hectares": round(total.area_m2 / 10_000, 4)}
            for total in found.totals
        },
        "findings": [finding.to() for finding in found.findings],
        "out": out,
    }


def _lines(found: Screening) -> list[str]:
    lines = [message("cli.screen_head", day=found.as_of, profiles=", ".join(found.profiles))]
    if found.synthetic:
        lines.append(message("cli.info_fictional"))
    heads = (message("cli.verdict"), message("cli.parcels"), message("cli.area"))
    rows = [(VERDICT_TITLES[total.verdict].to(), f"{total.parcels:,}", area(total.area_m2)) for total in found.totals]
    return [*lines, "", *grid([heads, *rows], frozenset({1})), *(finding.to() for finding in found.findings)]
