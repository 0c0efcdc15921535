"""Where the weights of need, potential and feasibility come from: by hand, by pairs (AHP), or from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.screening.scores import CRITERIA
from parkplan.screening.weights import ACCEPTED_RATIO, ahp
from parkplan.ui.judging import WIDGETS, rerun

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening
    from parkplan.model.screening import Judgements, Method, Ranking
    from parkplan.screening.criteria_weights import CriteriaWeights
    from parkplan.ui.judging import Judging

METHODS: Final[tuple[Method, ...]] = ("hand", "ahp", "entropy", "critic")
PAIRS: Final = (("need", "potential"), ("need", "feasibility"), ("potential", "feasibility"))
SCALE: Final = (*(1 / step for step in range(9, 1, -1)), *(float(step) for step in range(1, 10)))


def weights_panel(found: Screening, now: Judging) -> None:
    """Draw the form and the weights of every method beside each other."""
    ranking = now.choice.ranking
    left, right = st.columns([3, 2], gap="large")
    with left:
        method = st.radio(
            message("verdicts.method"), METHODS, index=METHODS.index(ranking.method), horizontal=True,
            format_func=lambda name: message(f"verdicts.method_{name}"), key=f"{WIDGETS}method",
        )  # fmt: skip
        weights, judgements = ranking.weights, ranking.judgements
        if method == "hand":
            weights = _by_hand(ranking)
        elif method == "ahp":
            judgements = _by_pairs(ranking)
        else:
            st.caption(message("verdicts.data_weights_note"))
        further = _further(ranking)
    changed = ranking.model_copy(update={"method": method, "judgements": judgements, **further})
    if sum(weights) > 0:
        changed = changed.model_copy(update={"weights": weights})
    else:
        left.warning(message("verdicts.some_weight"))
    with right:
        _beside(found.weights)
    if changed != ranking:
        now.choice = now.choice.model_copy(update={"ranking": changed})
        rerun()


def _by_hand(ranking: Ranking) -> tuple[float, float, float]:
    need, potential, feasibility = (
        float(
            st.slider(
                message(f"verdicts.criterion_{name}"), 0.0, 1.0, float(weight), 0.05, key=f"{WIDGETS}weight_{name}",
                help=message(f"verdicts.criterion_{name}_help"),
            )
        )
        for name, weight in zip(CRITERIA, ranking.weights, strict=True)
    )  # fmt: skip
    return need, potential, feasibility


def _by_pairs(ranking: Ranking) -> Judgements:
    first, second, third = (
        float(
            st.select_slider(
                message("verdicts.pair", one=_criterion(one), other=_criterion(other)), SCALE,
                value=min(SCALE, key=lambda step: abs(step - said)), key=f"{WIDGETS}pair_{one}_{other}",
                format_func=_step,
            )
        )
        for (one, other), said in zip(PAIRS, ranking.judgements, strict=True)
    )  # fmt: skip
    judged = ranking.model_copy(update={"judgements": (first, second, third)})
    names = [_criterion(name) for name in CRITERIA]
    st.dataframe(pd.DataFrame([[_step(value) for value in row] for row in judged.matrix], names, names))
    told = ahp(judged.matrix)
    ratio = told.consistency_ratio or 0.0
    accepted = ACCEPTED_RATIO[len(CRITERIA)]
    st.caption(message("verdicts.consistency", ratio=f"{ratio:.3f}", accepted=f"{accepted:.2f}"))
    if ratio > accepted and told.worst is not None:
        one, two, three = (_criterion(CRITERIA[place]) for place in told.worst)
        i, j, k = told.worst
        fitting = _step(_nearest(judged.matrix[i][j] * judged.matrix[j][k]))
        st.warning(message("verdicts.inconsistent", one=one, two=two, three=three, fitting=fitting))
    return first, second, third


def _nearest(value: float) -> float:
    return min(SCALE, key=lambda step: abs(step - value))


def _step(value: float) -> str:
    return f"{value:.0f}" if value >= 1 else f"1/{1 / value:.0f}"


def _criterion(name: str) -> str:
    return message(f"verdicts.criterion_{name}")


def _further(ranking: Ranking) -> dict[str, object]:
    first, second = st.columns(2)
    certainty = first.number_input(
        message("verdicts.certainty"), 0.0, 500.0, ranking.certainty, 5.0, key=f"{WIDGETS}certainty",
        help=message("verdicts.certainty_help"),
    )  # fmt: skip
    kinds = ("vector", "min_max")
    normalisation = second.selectbox(
        message("verdicts.normalisation"), kinds, index=kinds.index(ranking.normalisation),
        format_func=lambda name: message(f"verdicts.normalisation_{name}"), key=f"{WIDGETS}normalisation",
        help=message("verdicts.normalisation_help"),
    )  # fmt: skip
    return {"certainty": float(certainty), "normalisation": normalisation}


def _beside(weights: CriteriaWeights) -> None:
    st.markdown(f"**{message('verdicts.weights_beside')}**")
    columns = {
        "used": weights.used,
        "hand": weights.hand,
        "ahp": weights.pairwise.weights,
        "entropy": weights.entropy,
        "critic": weights.critic,
    }
    shown = {
        message(f"verdicts.method_{name}"): ["—"] * len(CRITERIA)
        if values is None
        else [f"{one:.3f}" for one in values]
        for name, values in columns.items()
    }
    st.dataframe(pd.DataFrame(shown, index=[_criterion(name) for name in CRITERIA]))
    st.caption(message("verdicts.weights_note", complete=f"{weights.complete:,}"))
