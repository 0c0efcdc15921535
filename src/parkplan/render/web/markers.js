// Dots over all layers for things that have a place but no row of their own, such as findings; a click reports one.

import { L } from "./leaflet.js";

const COLOURS = { error: "#c92a2a", warning: "#e8590c", note: "#5c7cfa" };
export const MARKERS = "markers";

function style(marker) {
  return {
    pane: "ppMarkers",
    marker: marker.id,
    radius: marker.chosen ? 9 : 6,
    color: marker.chosen ? "#1d2b3a" : "#ffffff",
    weight: marker.chosen ? 3 : 1.5,
    fillColor: COLOURS[marker.tone] ?? COLOURS.note,
    fillOpacity: 0.95,
    className: "pp-marker",
  };
}

export class Markers {
  /** `clicked({lat, lng, zoom, hits})` gets a hit of the layer "markers" whose id is that of the marker. */
  constructor(map, clicked) {
    const pane = map.createPane("ppMarkers");
    pane.style.zIndex = 450;
    this.map = map;
    this.clicked = clicked;
    this.group = L.layerGroup().addTo(map);
  }

  show(markers) {
    const wanted = JSON.stringify(markers);
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.group.clearLayers();
    for (const marker of [...markers].sort((a, b) => Number(a.chosen) - Number(b.chosen))) {
      const dot = L.circleMarker([marker.lat, marker.lng], style(marker)).addTo(this.group);
      dot.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        const { lat, lng } = event.latlng.wrap();
        this.clicked({ lat, lng, zoom: this.map.getZoom(), hits: [{ layer: MARKERS, id: marker.id, solid: true }] });
      });
    }
  }
}
