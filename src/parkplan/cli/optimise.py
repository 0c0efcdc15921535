"""``parkplan optimise WS --scenario S``."""

from __future__ import annotations

import getpass
import signal
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Any

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.i18n import message
from parkplan.jobs.allocation_terms import TERMS
from parkplan.jobs.front_words import front_points, front_words
from parkplan.jobs.optimise_words import change_words, clause_words, collision_words, note_words, summary_words
from parkplan.model.allocation import ACCESS_REACH_M, OBJECTIVES, Period, Service, Share, Wish
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parkplan.jobs.optimise import Drawn, Optimised
    from parkplan.sites.engine import Progress


@frame.command(
    "optimise",
    frame.argument("workspace", metavar="WS"),
    frame.option("--scenario", required=True, metavar="SCENARIO", help="option_optimise_scenario"),
    frame.option("--objective", multiple=True, metavar="NAME=WEIGHT", help="option_optimise_objective"),
    frame.option("--where", metavar="EXPRESSION", help="option_optimise_where"),
    frame.option("--parcel", "parcels", multiple=True, metavar="PARCEL", help="option_scenario_parcel"),
    frame.option("--typology", "typologies", multiple=True, metavar="ID", help="option_optimise_typology"),
    frame.option("--cluster", "clusters", multiple=True, metavar="ID", help="option_optimise_cluster"),
    frame.option("--no-clusters", is_flag=True, help="option_optimise_no_clusters"),
    frame.option("--budget-yuan", type=float, metavar="YUAN", help="option_optimise_budget"),
    frame.option("--share", "shares", multiple=True, metavar="ID=MIN..MAX", help="option_optimise_share"),
    frame.option("--at-least", multiple=True, metavar="NAME=VALUE", help="option_optimise_at_least"),
    frame.option("--connected", multiple=True, metavar="PARK|CLUSTER", help="option_optimise_connected"),
    frame.option("--service", "services", multiple=True, metavar="ID:SERVICE=M", help="option_optimise_service"),
    frame.option("--period", "periods", multiple=True, metavar="YUAN[,M2]", help="option_optimise_period"),
    frame.option("--access-to", multiple=True, metavar="KIND", help="option_optimise_access_to"),
    frame.option(
        "--access-reach-m",
        type=float,
        default=ACCESS_REACH_M,
        show_default=True,
        metavar="M",
        help="option_optimise_access",
    ),
    frame.option("--pin", "pins", multiple=True, metavar="PARCEL=ID", help="option_optimise_pin"),
    frame.option("--forbid", "forbidden", multiple=True, metavar="PARCEL=ID", help="option_optimise_forbid"),
    frame.option("--relax", "relaxed", multiple=True, metavar="RULE", help="option_optimise_relax"),
    frame.option("--options", type=int, default=3, show_default=True, metavar="K", help="option_optimise_options"),
    frame.option(
        "--difference", type=float, default=0.1, show_default=True, metavar="SHARE", help="option_optimise_difference"
    ),
    frame.option("--time-limit", type=float, default=30.0, show_default=True, metavar="S", help="option_optimise_time"),
    frame.option("--seed", type=int, default=0, show_default=True, help="option_optimise_seed"),
    frame.option("--prices/--no-prices", "priced", default=True, help="option_optimise_prices"),
    frame.option("--front", nargs=2, metavar="NAME NAME", help="option_optimise_front"),
    frame.option("--actor", default=None, metavar="NAME", help="option_scenario_actor"),
)
def command(workspace: str, scenario: str, actor: str | None, **asked: Any) -> frame.Answer:  # noqa: ANN401
    """Let the solver lay out."""
    wish = _wish(asked)
    frame.progress(message("optimise.solving"))
    with _interrupted() as stopped:
        effort = Effort(progress=_tell, cancelled=stopped)
        found = jobs.optimise(workspace, scenario=scenario, wish=wish, actor=actor or getpass.getuser(), effort=effort)
    fault = None
    if found.collision is not None:
        fault = RequestError("optimise_collide", words=collision_words(found.collision, found.wish))
    elif not found.options:
        fault = RequestError("optimise_collide", words=message("optimise.proof_unknown"))
    return frame.Answer(_document(found), _lines(found), fault=fault)


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Let the first interrupt from the keyboard end the search with the best so far; a second one ends the command."""
    stopped = Event()

    def heed(_signal: int, _frame: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()
        frame.progress(message("optimise.stopping"))

    if current_thread() is not main_thread():
        yield stopped.is_set
        return
    before = signal.signal(signal.SIGINT, heed)
    try:
        yield stopped.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _wish(asked: dict[str, Any]) -> Wish:
    weights = dict(_number(text, "output=2") for text in asked.pop("objective"))
    if weights:
        asked["objective"] = weights
    chosen, none = asked.pop("clusters"), asked.pop("no_clusters")
    if chosen or none:
        asked["clusters"] = () if none else chosen
    asked["at_least"] = dict(_number(text, "jobs=1000") for text in asked["at_least"])
    asked["shares"] = tuple(_share(text) for text in asked["shares"])
    asked["services"] = tuple(_service(text) for text in asked["services"])
    asked["periods"] = tuple(_period(text) for text in asked["periods"])
    for name in ("pins", "forbidden"):
        asked[name] = tuple(_pair(text, "P-001=logistics") for text in asked[name])
    return Wish(**asked)


def _pair(text: str, wanted: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=")
    if not (sign and name and value):
        raise RequestError("optimise_pair", text=text, wanted=wanted)
    return name, value


def _number(text: str, wanted: str) -> tuple[str, float]:
    name, value = _pair(text, wanted)
    try:
        return name, float(value)
    except ValueError as fault:
        raise RequestError("optimise_pair", text=text, wanted=wanted) from fault


def _share(text: str) -> Share:
    typology, limits = _pair(text, "green_buffer=0.05..0.2")
    least, _, most = limits.partition("..")
    try:
        return Share(typology, float(least or 0), float(most or 1))
    except ValueError as fault:
        raise RequestError("optimise_pair", text=text, wanted="green_buffer=0.05..0.2") from fault


def _service(text: str) -> Service:
    wanted = "dormitory:school=1000"
    names, reach = _number(text, wanted)
    typology, sign, service = names.partition(":")
    if not (sign and typology and service):
        raise RequestError("optimise_pair", text=text, wanted=wanted)
    return Service(typology, service, reach)


def _period(text: str) -> Period:
    money, _, land = text.partition(",")
    try:
        return Period(float(money) if money else None, float(land) if land else None)
    except ValueError as fault:
        raise RequestError("optimise_pair", text=text, wanted="2e8,50000") from fault


def _tell(progress: Progress) -> None:
    value, bound = (("—" if one is None else f"{one:.2f}") for one in (progress.value, progress.bound))
    frame.progress(message("optimise.progress", seconds=f"{progress.seconds:.0f}", value=value, bound=bound))


def _document(found: Optimised) -> dict[str, object]:
    wish = found.wish
    return {
        "synthetic": found.synthetic,
        "parent": found.parent,
        "wish": wish,
        "free_parcels": len(found.land.names),
        "unknown_parcels": found.land.unknown,
        "typologies": found.land.typologies,
        "points_each": found.rates,
        "options": [_option(one, place) for place, one in enumerate(found.options)],
        "prices": [
            {"rule": one.clause, "words": clause_words(one.clause, wish), "gain": one.gain, "most": one.most,
             "exact": one.exact}
            for one in found.prices
        ],
        "collision": None if found.collision is None else {
            "rules": found.collision.clauses, "minimal": found.collision.minimal,
            "words": collision_words(found.collision, wish),
        },
        "front": None if found.front is None else {
            "complete": found.front.complete, "points": front_points(found),
        },
    }  # fmt: skip


def _option(drawn: Drawn, place: int) -> dict[str, object]:
    answer = drawn.answer
    return {
        "scenario": drawn.scenario, "status": answer.status, "value": answer.value, "bound": answer.bound,
        "gap": answer.gap, "words": note_words(answer, place), "change": drawn.change,
        "typology": {parcel: use.typology for parcel, use in drawn.given.items()},
        "cluster": {parcel: use.cluster for parcel, use in drawn.given.items() if use.cluster is not None},
        "period": {parcel: use.period for parcel, use in drawn.given.items() if use.period},
    }  # fmt: skip


def _lines(found: Optimised) -> list[str]:
    lines = [message("cli.info_fictional")] if found.synthetic else []
    if found.options:
        heads = tuple(message(f"optimise.column_{name}") for name in ("option", "points", "gap", "parcels"))
        titles = tuple(TERMS[name].title.to() for name in OBJECTIVES)
        rows = [_row(one) for one in found.options]
        lines += [*grid([(*heads, *titles), *rows], frozenset(range(1, 4 + len(OBJECTIVES)))), ""]
        lines += [f"{_name(one)}: {note_words(one.answer, place)}" for place, one in enumerate(found.options)]
    return [*lines, *(visible(line) for line in summary_words(found)), *_front_lines(found)]


def _name(drawn: Drawn) -> str:
    return message("optimise.unchanged") if drawn.scenario is None else visible(drawn.scenario.name)


def _row(drawn: Drawn) -> tuple[object, ...]:
    answer = drawn.answer
    gap = "—" if answer.gap is None else f"{100 * answer.gap:.2f}%"
    return _name(drawn), f"{answer.value:.2f}", gap, len(drawn.given), *change_words(drawn).values()


def _front_lines(found: Optimised) -> list[str]:
    head, rows = front_words(found)
    return ["", head, *(grid(rows, frozenset({0, 1})) if rows else [])] if head else []
