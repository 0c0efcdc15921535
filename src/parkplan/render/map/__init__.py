"""The map: records in, a page of scripts and data out. The only room that imports folium."""

from parkplan.render.map.page import MapPage, district_map
from parkplan.render.map.records import BaseMap, LegendEntry, MapLayer, MapRequest
from parkplan.render.map.texts import map_texts

__all__ = ["BaseMap", "LegendEntry", "MapLayer", "MapPage", "MapRequest", "district_map", "map_texts"]
