"""Texts in two languages: pairs for single titles, keyed messages for whole sentences.

Chinese is the first language. A `Text` is a title that travels with a record (a layer, a column, a rule).
A message is a sentence of the product, kept in `messages/*.yaml` as ``key: {zh: ..., en: ...}`` and filled
with named values; the key is ``<file>.<name>``.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_language: ContextVar[Language] = ContextVar("language", default="zh")


def current_language() -> Language:
    """Return the language of the running command or session."""
    return _language.get()


@contextmanager
def language(chosen: Language) -> Iterator[None]:
    """Speak one language inside a ``with`` block.

    >>> with language("en"):
    ...     current_language()
    'en'
    """
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


@dataclass(frozen=True, slots=True)
class Text:
    """A title in both languages.

    >>> Text("容积率", "Floor area ratio").to("en")
    'Floor area ratio'
    """

    zh: str
    en: str

    def to(self, chosen: Language | None = None) -> str:
        """Return the title in the chosen language, or in the current one."""
        return self.en if (chosen or current_language()) == "en" else self.zh

    def __str__(self) -> str:
        return self.to()


@cache
def catalogue() -> dict[str, Text]:
    """All messages of the product by key."""
    names = sorted(entry.name for entry in files("parkplan.messages").iterdir())
    rooms = [messages_of(name.removesuffix(".yaml")) for name in names if name.endswith(".yaml")]
    return {key: text for room in rooms for key, text in room.items()}


@cache
def messages_of(room: str) -> dict[str, Text]:
    """Messages of one file by key, ``<file>.<name>``; none where there is no such file.

    A command waits only for the files that it speaks from.

    >>> sorted(messages_of("layers"))[0].startswith("layers.")
    True
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    path = files("parkplan.messages").joinpath(f"{room}.yaml")
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    entries = cast("dict[str, dict[str, str]]", yaml.load(text, Loader=loader) or {})  # noqa: S506 -- a safe one
    return {f"{room}.{name}": Text(entry["zh"], entry["en"]) for name, entry in entries.items()}


def message(key: str, chosen: Language | None = None, **values: object) -> str:
    """Return a message with its values filled in.

    Values are inserted as they are, never read as templates; a `Text` among them follows the language.

    >>> message("errors.unknown_layer", "en", layer="parcels2", known="parcels")
    'There is no layer “parcels2” in the catalogue; known layers: parcels.'
    """
    shown = {name: value.to(chosen) if isinstance(value, Text) else value for name, value in values.items()}
    return messages_of(key.partition(".")[0])[key].to(chosen).format_map(shown)
