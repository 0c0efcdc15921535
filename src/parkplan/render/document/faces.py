"""The type faces of the product, as reportlab knows them."""

from __future__ import annotations

from functools import cache
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from parkplan.render.fonts import font_path

REGULAR: Final = "ParkplanRegular"
BOLD: Final = "ParkplanBold"


@cache
def registered() -> None:
    """Make both faces known to reportlab; more than one call does no more."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(font_path())))
    pdfmetrics.registerFont(TTFont(BOLD, str(font_path(bold=True))))
