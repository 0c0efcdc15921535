"""What stands on a page of the app that runs without a browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.testing.v1 import AppTest


def panel(app: AppTest, key: str) -> dict[str, Any]:
    """Return what one of our own components was given."""
    for element in app.main:
        proto = getattr(element, "proto", None)
        if type(proto).__name__ == "BidiComponent" and f"-{key}" in proto.id:
            found = json.loads(proto.json or proto.mixed.json)
            assert isinstance(found, dict)
            return found
    raise AssertionError(f"no component {key}")


def texts(app: AppTest) -> list[str]:
    """Return all texts of the page, those of our own components among them."""
    return [text for element in app.main for text in _strings(element)]


def _strings(element: Any) -> Iterator[str]:
    proto = getattr(element, "proto", None)
    for name in ("body", "label", "placeholder", "help", "alt"):
        value = getattr(proto, name, None)
        if isinstance(value, str) and value and "<style>" not in value:
            yield value
    if type(proto).__name__ == "BidiComponent":
        yield from _walk(json.loads(proto.json or proto.mixed.json or "null"))


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part)
