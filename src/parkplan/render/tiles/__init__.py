"""Vector tiles and painted overview tiles of one layer, from flat arrays, without any geometry engine at run time."""

from parkplan.render.tiles.grid import EXTENT, MAX_ZOOM, TILE_PX, Tile, tile_at
from parkplan.render.tiles.labels import Labels
from parkplan.render.tiles.layer import TileLayer
from parkplan.render.tiles.shapes import Shapes

__all__ = ["EXTENT", "MAX_ZOOM", "TILE_PX", "Labels", "Shapes", "Tile", "TileLayer", "tile_at"]
