"""Records and frames become maps, tiles, legends, pictures and documents; the only room that imports folium."""
