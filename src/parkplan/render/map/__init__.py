"""The map: records in, a page of scripts and data out. The only room that imports folium."""

from parkplan.render.map.host import host_data, map_texts
from parkplan.render.map.page import MapPage, district_map
from parkplan.render.map.records import BaseMap, Geometry, MapLayer, MapRequest

__all__ = ["BaseMap", "Geometry", "MapLayer", "MapPage", "MapRequest", "district_map", "host_data", "map_texts"]
