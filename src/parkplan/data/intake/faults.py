"""The fault that the worker's own code raises: key and values of a message, no text.

It is apart from `SourceFileError` because it crosses the process border as JSON; the parent makes the error of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parkplan.data.intake.records import Value


class FileFaultError(Exception):
    """The file cannot be read; ``key`` and ``values`` say why."""

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
