"""Printed maps: the visible layers in the palettes of the screen, on a page that explains itself."""

from parkplan.render.sheet.page import draw_sheet, map_atlas, map_sheet
from parkplan.render.sheet.request import PAPER_MM, Paper, SheetFormat, SheetLayer, SheetRequest

__all__ = ["PAPER_MM", "Paper", "SheetFormat", "SheetLayer", "SheetRequest", "draw_sheet", "map_atlas", "map_sheet"]
