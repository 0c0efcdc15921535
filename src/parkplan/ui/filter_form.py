"""The filter of the map page: a form built from the layer's filter columns, and a box for a condition of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from parkplan import units
from parkplan._errors import ParkplanError
from parkplan.i18n import message
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.rows import condition, conjunction, filter_fields, rows
from parkplan.ui.boundary import show_fault
from parkplan.ui.state import session

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.model.layers import LayerSpec
    from parkplan.model.results import FilterField, Rows

LAYER = "filter_layer"
PREFIX = "filter:"


@dataclass(frozen=True, slots=True)
class Filter:
    """What the form says: the layer, the rows that are left, and the condition for every layer of its table."""

    layer: LayerSpec
    chosen: Rows | None
    where: dict[str, str]


def read_filter(ws: Workspace) -> Filter:
    """Return the filter as it stands in the session, without drawing anything; a faulty condition counts as none."""
    now, layers = session(), layers_of(ws).layers
    spec = layers.get(now.layer) or next(iter(layers.values()))
    if all(info.name != spec.table for info in ws.tables()):
        return Filter(spec, None, {})
    wanted = conjunction([now.filtered.get(spec.id), now.typed.get(spec.id)])
    try:
        chosen = rows(ws, spec.id, wanted)
    except ParkplanError:
        formed = now.filtered.get(spec.id)
        return Filter(spec, rows(ws, spec.id, formed), _for_table(ws, spec, formed))
    return Filter(spec, chosen, _for_table(ws, spec, wanted))


def _for_table(ws: Workspace, spec: LayerSpec, where: str | None) -> dict[str, str]:
    if not where:
        return {}
    return {other.id: where for other in layers_of(ws).layers.values() if other.table == spec.table}


def filter_form(ws: Workspace) -> None:
    """Draw the form and keep what it says in the session."""
    now, layers = session(), layers_of(ws).layers
    tables = {info.name for info in ws.tables()}
    offered = [name for name, spec in layers.items() if spec.table in tables and spec.filters]
    if not offered:
        st.caption(message("ui.filter_none"))
        return
    place = offered.index(now.layer) if now.layer in offered else 0
    titles = {name: layers[name].title.to() for name in offered}
    now.layer = st.selectbox(
        message("ui.filter_layer"), offered, index=place, format_func=titles.__getitem__, key=LAYER
    )
    fields = filter_fields(ws, now.layer)
    if not fields:
        st.caption(message("ui.filter_none"))
    _keep(
        now.filtered, now.layer, conjunction([condition(field, value) for field, value in answers(now.layer, fields)])
    )
    _expression(ws, now.layer)
    st.button(message("ui.filter_clear"), on_click=clear, args=(now.layer,), key="filter_clear")


def answers(layer: str, fields: tuple[FilterField, ...]) -> list[tuple[FilterField, Any]]:
    """Draw the fields in two columns: what has one widget first, then the ranges."""
    single = [field for field in fields if field.kind not in {"number", "date"}]
    ranges = [field for field in fields if field.kind in {"number", "date"}]
    found = []
    columns = st.columns(2)
    for place, field in enumerate(single):
        with columns[place % 2]:
            found.append((field, _ask(layer, field)))
    return [*found, *((field, _ask(layer, field)) for field in ranges)]


def _keep(kept: dict[str, str], layer: str, value: str | None) -> None:
    if value:
        kept[layer] = value
    else:
        kept.pop(layer, None)


def _expression(ws: Workspace, layer: str) -> None:
    typed = st.text_input(
        message("ui.filter_expression"),
        key=f"{PREFIX}{layer}:expression",
        placeholder=message("ui.filter_expression_hint"),
        persist_state="session",
    )
    _keep(session().typed, layer, typed.strip())
    if typed.strip():
        try:
            rows(ws, layer, typed)
        except ParkplanError as error:
            show_fault(error)


def clear(layer: str) -> None:
    """Empty the form of a layer."""
    for key in list(st.session_state):
        if str(key).startswith(f"{PREFIX}{layer}:"):
            del st.session_state[key]
    session().filtered.pop(layer, None)
    session().typed.pop(layer, None)


def _ask(layer: str, field: FilterField) -> Any:  # noqa: ANN401 (what the widget of this kind holds)
    key, title = f"{PREFIX}{layer}:{field.column}", field.title.to()
    if field.kind == "choice":
        titles = {one.value: message("ui.choice", title=one.title.to(), rows=f"{one.rows:,}") for one in field.choices}
        return st.multiselect(
            title, list(titles), format_func=titles.__getitem__, key=key, placeholder=message("ui.filter_any"),
            persist_state="session",
        )  # fmt: skip
    if field.kind == "boolean":
        answers = {True: message("card.answer_yes"), False: message("card.answer_no")}
        return st.pills(title, list(answers), format_func=answers.__getitem__, key=key, persist_state="session")
    if field.kind == "text":
        return st.text_input(message("ui.filter_contains", title=title), key=key, persist_state="session")
    return _range(field, key, title)


def _range(field: FilterField, key: str, title: str) -> tuple[Any, Any]:
    left, right = st.columns(2, vertical_alignment="bottom")
    if field.kind == "date":
        return (
            left.date_input(message("ui.filter_from", title=title), value=None, key=f"{key}:least"),
            right.date_input(message("ui.filter_to"), value=None, key=f"{key}:most"),
        )
    unit = units.UNITS[field.unit or "count"].symbol.to()
    end = "" if unit else "_plain"
    least, most = (None if value is None else f"{value:,.4g}" for value in (field.least, field.most))
    return (
        left.number_input(
            message(f"ui.filter_least{end}", title=title, unit=unit), value=None, key=f"{key}:least", placeholder=least,
            persist_state="session",
        ),
        right.number_input(
            message(f"ui.filter_most{end}", unit=unit), value=None, key=f"{key}:most", placeholder=most,
            persist_state="session",
        ),
    )  # fmt: skip
