"""The look of the app, wherever it is started from: ``web/theme.toml`` as settings of Streamlit."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def settings(base_path: str = "") -> dict[str, Any]:
    """Return the theme by names of Streamlit's options; fonts are under the path at which a proxy shows the app.

    >>> settings("/gis")["theme.fontFaces"][0]["url"]
    '/gis/assets/fonts/NotoSansSC-Regular.woff2'
    """
    theme = tomllib.loads(files("parkplan.ui").joinpath("web", "theme.toml").read_text(encoding="utf-8"))["theme"]
    faces = [{**face, "url": f"{base_path}{face['url']}"} for face in theme["fontFaces"]]
    look = {f"theme.{name}": value for name, value in {**theme, "fontFaces": faces}.items()}
    return {**look, "client.showErrorDetails": "none", "client.showErrorLinks": False}
