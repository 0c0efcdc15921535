"""The choice of rules that a workspace has in force: what its verdict layers show. Kept with who saved it and why."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from parkplan._errors import WorkspaceError
from parkplan.model.screening import ScreeningChoice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.data.workspace import Workspace

KIND: Final = "screening"
IN_FORCE: Final = "in_force"
_judged_by: Final[ContextVar[ScreeningChoice | None]] = ContextVar("judged_by", default=None)


@dataclass(frozen=True, slots=True)
class SavedChoice:
    """A choice of rules with who saved it, when and why."""

    choice: ScreeningChoice
    actor: str
    reason: str
    at: datetime


@contextmanager
def judged_by(choice: ScreeningChoice) -> Iterator[None]:
    """Put a choice in force for a ``with`` block, whatever the workspace has saved: the audit of a past day."""
    before = _judged_by.set(choice)
    try:
        yield
    finally:
        _judged_by.reset(before)


def choice_in_force(ws: Workspace) -> SavedChoice | None:
    """Return the choice that was saved last, or None where none was; within `judged_by` the one given there.

    Raises:
        WorkspaceError: what was saved cannot be read.

    """
    given = _judged_by.get()
    if given is not None:
        return SavedChoice(given, "", "", datetime.now(UTC))
    kept = ws.entered(KIND).get(IN_FORCE)
    if kept is None:
        return None
    try:
        choice = ScreeningChoice.model_validate_json(str(kept.value))
    except ValidationError as fault:
        raise WorkspaceError("screening_choice_broken") from fault
    return SavedChoice(choice, kept.actor, kept.reason, kept.at)


def save_choice(ws: Workspace, choice: ScreeningChoice, *, actor: str, reason: str = "") -> None:
    """Put a choice in force, its day of judgement with it; the journal keeps who did so and the choice before."""
    ws.enter(KIND, IN_FORCE, choice.model_dump_json(), actor, reason)
