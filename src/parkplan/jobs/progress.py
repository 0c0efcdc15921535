"""How a long job tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]
"""Takes one sentence in the user's language."""


def silent(sentence: str) -> None:
    """Tell nobody."""
