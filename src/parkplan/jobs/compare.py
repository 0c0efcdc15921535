"""Compare two to six scenarios of a workspace: measures, differences, consensus, rank, regret, memo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.compare.catalogue import MEASURES
from parkplan.compare.difference import consensus, difference
from parkplan.compare.memo import Compared, memo
from parkplan.compare.pieces import pieces_of
from parkplan.compare.ranking import CRITERIA, rank_options, regrets
from parkplan.data.workspace import open_workspace
from parkplan.i18n import Text
from parkplan.jobs.kept import Kept
from parkplan.jobs.options import library
from parkplan.jobs.scenario_state import base_scenario, find_scenario, option
from parkplan.jobs.writing import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from parkplan.compare.difference import Differences
    from parkplan.compare.memo import Sentence
    from parkplan.compare.pieces import Pieces
    from parkplan.compare.ranking import Ranked, Regret
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option

FEWEST, MOST = 2, 6
_pieces: Final = Kept[tuple[object, ...], "Pieces"](limit=24)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Options side by side.

    ``differences`` lead from the first option to each other one; ``agreement`` says of each parcel of the table what
    the options make of it (see `parkplan.compare.difference.consensus`).
    """

    options: tuple[Option, ...]
    base: Option
    pieces: tuple[Pieces, ...]
    differences: tuple[Differences, ...]
    agreement: npt.NDArray[np.object_]
    ranked: Ranked
    regret: Regret
    cases: tuple[Text, ...]
    memo: tuple[Sentence, ...]
    synthetic: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the options."""
        return tuple(one.scenario.name for one in self.options)


def compare(
    workspace: str | Path | Workspace, scenarios: Sequence[str], weights: Mapping[str, float] | None = None
) -> Comparison:
    """Compare scenarios.

    Args:
        workspace: the workspace or its address.
        scenarios: two to six ids or names; ``base`` is the district as it is.
        weights: of the criteria by measure; those of `CRITERIA` without them.

    Raises:
        RequestError: fewer than two or more than six, one twice, one that is not there, or a weight of what is no
            criterion.

    """
    ws = open_workspace(workspace) if isinstance(workspace, (str, Path)) else workspace
    chosen = [find_scenario(ws, name) for name in scenarios]
    ids = [one.id for one in chosen]
    if not FEWEST <= len(ids) <= MOST or len(set(ids)) < len(ids):
        raise RequestError("compare_count", count=len(set(ids)), fewest=FEWEST, most=MOST)
    options = tuple(option(ws, one) for one in chosen)
    base = option(ws, base_scenario(ws))
    pieces = tuple(option_pieces(one) for one in options)
    shown = library()
    measures = tuple(one.measures for one in options)
    ranked = rank_options(measures, _checked(weights))
    regret = regrets(measures, base.measures, shown.reuse, shown.options)
    cases = _cases(regret)
    names = tuple(one.scenario.name for one in options)
    return Comparison(
        options=options,
        base=base,
        pieces=pieces,
        differences=tuple(difference(pieces[0], other) for other in pieces[1:]),
        agreement=consensus(pieces, len(base.district.parcels)),
        ranked=ranked,
        regret=regret,
        cases=cases,
        memo=memo(Compared(names, measures, base.measures, ranked, regret, cases)),
        synthetic=ws.synthetic,
    )


def option_pieces(one: Option) -> Pieces:
    """Return the pieces of an option, worked out once."""
    shown = library()
    figures = tuple(record.model_dump_json() for record in (*shown.typologies.values(), shown.reuse))
    place = (one.district, one.edits, figures)
    return _pieces.get(place, lambda: pieces_of(one.district, one.state, shown.typologies, shown.reuse))


def _checked(weights: Mapping[str, float] | None) -> Mapping[str, float]:
    if weights is None:
        return CRITERIA
    usable = [name for name, one in MEASURES.items() if one.direction != "neither"]
    for name, weight in weights.items():
        if name not in usable or not 0 <= weight < float("inf"):
            raise RequestError("compare_weight", name=name, weight=weight, known=", ".join(usable))
    if not sum(weights.values()) > 0:
        raise RequestError("compare_no_weight")
    return weights


def _cases(regret: Regret) -> tuple[Text, ...]:
    assumed = library().options
    prices = {one.id: Text(one.title.zh, one.title.en) for one in assumed.prices}
    demands = {one.id: Text(one.title.zh, one.title.en) for one in assumed.demands}
    return tuple(text("compare.case", price=prices[price], demand=demands[demand]) for price, demand in regret.cases)
