"""What a branch of the solver was the answer to: kept beside the branch, so that it can be asked for years later.

It is a value of the workspace, as those that users type in: the journal tells when it came and by whom, and an audit
bundle holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from parkplan._errors import WorkspaceError
from parkplan.model.allocation import Wish

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

KIND: Final = "solver"


@dataclass(frozen=True, slots=True)
class Question:
    """A wish, the free parcels that it led to, and what was proven: the points of the branch and their bound."""

    wish: Wish
    free: tuple[str, ...]
    value: float | None
    bound: float | None


_AS_JSON: Final = TypeAdapter(Question)


def keep_question(ws: Workspace, scenario: str, question: Question, *, actor: str) -> None:
    """Keep what a branch was the answer to."""
    ws.enter(KIND, scenario, _AS_JSON.dump_json(question).decode(), actor)


def kept_questions(ws: Workspace) -> dict[str, Question]:
    """Return what was kept, by the id of the branch.

    Raises:
        WorkspaceError: what was kept cannot be read.

    """
    try:
        return {name: _AS_JSON.validate_json(str(kept.value)) for name, kept in ws.entered(KIND).items()}
    except ValidationError as fault:
        raise WorkspaceError("solver_question_broken") from fault
