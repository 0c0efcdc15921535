"""parkplan: spatial planning and park layout for industrial districts."""

from __future__ import annotations

from importlib.metadata import version

__version__ = version("parkplan")
__all__ = ["__version__"]
