"""The one way to put a small component of our own on a page: its script and style, and data as JSON."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st


@cache
def _source(name: str) -> str:
    return files("parkplan.ui").joinpath("web", name).read_text(encoding="utf-8")


def mount(name: str, key: str, data: dict[str, Any], **callbacks: Any) -> None:  # noqa: ANN401 (Streamlit's own form)
    """Draw a view of the component ``name``: ``web/<name>.js`` and ``.css``, in a box of that class.

    ``web/nodes.js`` stands before its script: what makes nodes whose texts are never read as markup.
    """
    component = st.components.v2.component(
        f"parkplan_{name}",
        html=f'<div class="{name}"></div>',
        css=_source(f"{name}.css"),
        js=_source("nodes.js") + _source(f"{name}.js"),
    )
    component(key=key, data=data, **callbacks)
