"""How colourful a picture is: a map that is drawn has many colours, an empty frame has few."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image


def pixels(shot: bytes) -> np.ndarray[Any, Any]:
    """A picture as rows of pixels of red, green and blue."""
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(np.int32)


def colours(shot: bytes | np.ndarray[Any, Any]) -> int:
    """How many clearly different colours a picture has."""
    red, green, blue = np.moveaxis((pixels(shot) if isinstance(shot, bytes) else shot) // 24, -1, 0)
    return len(np.unique((red * 16 + green) * 16 + blue))
