"""The error tree: what went wrong, where, and the way out, as one sentence in the user's language.

Every fault that a user can mend is a `ParkplanError`; anything else that escapes is a fault of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.i18n import Language, message

if TYPE_CHECKING:
    from collections.abc import Sequence


class ParkplanError(Exception):
    """A fault that the user can mend.

    ``key`` names a message in ``messages/errors.yaml``; ``values`` fill it. ``details`` lists further sentences,
    one for each fault of the same file, so that all of them are reported at once.
    """

    def __init__(self, key: str, *, details: Sequence[ParkplanError] = (), **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
        self.details = tuple(details)

    def sentence(self, chosen: Language | None = None) -> str:
        """Return the fault as one sentence."""
        return message(f"errors.{self.key}", chosen, **self.values)

    def sentences(self, chosen: Language | None = None) -> list[str]:
        """Return the fault and all its details, a sentence each."""
        return [self.sentence(chosen), *(line for detail in self.details for line in detail.sentences(chosen))]

    def __str__(self) -> str:
        return "\n".join(self.sentences())


class WorkspaceError(ParkplanError):
    """The workspace is missing, broken, of a newer version, locked or full."""


class SourceFileError(ParkplanError):
    """A file from outside cannot be read, or is not what its name says."""


class DefinitionError(ParkplanError):
    """A YAML definition (layer, style, rule) or an expression is faulty."""


class RequestError(ParkplanError):
    """What was asked for does not exist or does not fit: an option, a name, a CRS, an output format."""


class ConflictError(ParkplanError):
    """Somebody else changed the same thing since it was read."""
