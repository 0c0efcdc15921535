"""The figures behind cost and benefit of sites: those of the definition files, and what named persons set instead."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import ValidationError

from parkplan._errors import RequestError
from parkplan.data.typologies import load_assumptions, load_typologies
from parkplan.i18n import Text, catalogue
from parkplan.model.layers import Text as Source
from parkplan.model.typologies import Figure, ReuseAssumptions, Typology

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.model.workspace import Entered

KIND: Final = "reuse_assumptions"
REUSE: Final = "reuse"
TYPOLOGY: Final = "typology"
Kind = TypeVar("Kind", ReuseAssumptions, Typology)
USED: Final = ("far", "cost_yuan_per_floor_m2")
"""Figures of the typology in force that the facts of a site rest on."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """One figure: its id (``reuse.land_yuan_per_m2``, ``standard_factory.far``), value, that of the file, and source.

    ``entered`` tells who set it instead of the file's, and why; ``used`` whether the facts of sites rest on it.
    """

    id: str
    title: Text
    value: float
    default: float
    badge: Text
    used: bool
    entered: Entered | None


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The assumptions in force: on reuse, and the typologies by id."""

    reuse: ReuseAssumptions
    typologies: Mapping[str, Typology]
    figures: tuple[Assumed, ...]

    @property
    def typology(self) -> Typology:
        """What is built on sites."""
        return self.typologies[self.reuse.typology]

    @property
    def used(self) -> tuple[Assumed, ...]:
        """The figures that the facts of sites rest on."""
        return tuple(one for one in self.figures if one.used)

    def written(self) -> str:
        """Return the figures that the facts of sites rest on in one line, in the language of the run."""
        parts = [f"{one.title.to()} {one.value:g} ({one.badge.to()})" for one in self.used]
        return "; ".join([self.typology.title.to(), *parts])

    @property
    def version(self) -> str:
        """The hash of all figures."""
        told = [self.reuse.model_dump_json(), *(one.model_dump_json() for one in self.typologies.values())]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def assumptions(ws: Workspace) -> Assumptions:
    """Return the assumptions in force in a workspace.

    Raises:
        DefinitionError: a definition file is faulty.

    """
    entered = ws.entered(KIND)
    files, kinds = load_assumptions(), load_typologies()
    chosen = entered.get(TYPOLOGY)
    wanted = None if chosen is None else chosen.value
    typology = str(wanted) if wanted in kinds else files.typology
    reuse = _changed(files.model_copy(update={"typology": typology}), REUSE, entered)
    typologies = {name: _changed(kind, name, entered) for name, kind in kinds.items()}
    found = [
        *_figures(files, reuse, REUSE, entered, used=True),
        *(
            line
            for name, kind in kinds.items()
            for line in _figures(kind, typologies[name], name, entered, used=name == typology)
        ),
    ]
    return Assumptions(reuse, typologies, tuple(found))


def set_assumption(ws: Workspace, name: str, value: float | str | None, *, actor: str, reason: str) -> None:
    """Set a figure, or the typology of sites, for a workspace; None goes back to the definition file.

    Raises:
        RequestError: there is no such figure or typology, the value makes no sense, or name or reason are missing.

    """
    known = {one.id: one for one in assumptions(ws).figures}
    if not actor.strip() or not reason.strip():
        raise RequestError("assumption_needs_name", figure=name)
    if name == TYPOLOGY:
        if value is not None and value not in load_typologies():
            raise RequestError("no_such_assumption", figure=value, known=", ".join(load_typologies()))
    elif name not in known:
        raise RequestError("no_such_assumption", figure=name, known=", ".join(known))
    elif value is not None:
        _check(name, value)
    ws.enter(KIND, name, value, actor.strip(), reason.strip())


def _check(name: str, value: float | str) -> None:
    owner, field = name.split(".", 1)
    record = load_assumptions() if owner == REUSE else load_typologies()[owner]
    figure = getattr(record, field)
    try:
        sound = math.isfinite(float(value))
        type(figure)(value=float(value))
    except (ValueError, ValidationError):
        sound = False
    if not sound:
        raise RequestError("assumption_value", figure=name, value=value)


def _changed(record: Kind, owner: str, entered: Mapping[str, Entered]) -> Kind:
    changes = {}
    for field, figure in _fields(record):
        said = entered.get(f"{owner}.{field}")
        if said is not None and said.value is not None:
            source = Source(zh=f"{said.actor}：{said.reason}", en=f"{said.actor}: {said.reason}")
            changes[field] = figure.model_copy(update={"value": float(str(said.value)), "source": source})
    return record.model_copy(update=changes)


def _fields(record: ReuseAssumptions | Typology) -> Iterator[tuple[str, Figure]]:
    for field in type(record).model_fields:
        figure = getattr(record, field)
        if isinstance(figure, Figure):
            yield field, figure


def _figures(
    files: ReuseAssumptions | Typology,
    now: ReuseAssumptions | Typology,
    owner: str,
    entered: Mapping[str, Entered],
    *,
    used: bool,
) -> Iterator[Assumed]:
    default = dict(_fields(files))
    for field, figure in _fields(now):
        name = f"{owner}.{field}"
        said = entered.get(name)
        yield Assumed(
            name,
            catalogue()[f"sites.assumed_{field}"],
            figure.value,
            default[field].value,
            figure.badge,
            used and (owner == REUSE or field in USED),
            said if said is not None and said.value is not None else None,
        )
