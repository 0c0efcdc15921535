"""What a district is called: a title in both languages, typed in by a user; without one, the name of the folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.data.workspace import open_workspace
from parkplan.i18n import LANGUAGES, Text

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

KIND: Final = "title"
LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class DistrictTitle:
    """The title of a workspace; not ``entered``: it is the name of the folder."""

    address: str
    title: Text
    entered: bool


def title_of(ws: Workspace) -> Text:
    """Return the title of a workspace; what is given in one language only stands for both."""
    known = {name: str(each.value) for name, each in ws.entered(KIND).items()}
    return Text(known.get("zh") or known.get("en") or ws.name, known.get("en") or known.get("zh") or ws.name)


def set_title(ws: Workspace, *, zh: str | None, en: str | None, actor: str, reason: str = "") -> Text:
    """Enter the title in the languages that are given; an empty one is taken back.

    Raises:
        RequestError: a title is too long or holds signs that cannot be printed.

    """
    given = {name: value.strip() for name, value in zip(LANGUAGES, (zh, en), strict=True) if value is not None}
    for value in given.values():
        if len(value) > LONGEST or not value.isprintable():
            raise RequestError("district_title", most=LONGEST)
    for name, value in given.items():
        ws.enter(KIND, name, value or None, actor, reason)
    return title_of(ws)


def title(
    workspace: str | Path, *, zh: str | None = None, en: str | None = None, actor: str = "parkplan title"
) -> DistrictTitle:
    """Return what a district is called; with ``zh`` or ``en``, first enter that. An empty text takes it back.

    Raises:
        WorkspaceError: the workspace is missing, broken or locked.
        RequestError: a title is too long or holds signs that cannot be printed.

    """
    opened = open_workspace(workspace)
    set_title(opened, zh=zh, en=en, actor=actor)
    return DistrictTitle(opened.address, title_of(opened), bool(opened.entered(KIND)))
