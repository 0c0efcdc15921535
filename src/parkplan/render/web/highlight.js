// Outlines of selected features and of the one under the pointer, above all layers: hovering repaints no tile.

import { tileFrame } from "./overlay_canvas.js";
import { covers, lineScale, lineWidth, pointScale } from "./symbols.js";
import { LINE, POINT, trace } from "./tile_decode.js";

const ACCENT = "#0b5fff";
const HOVER = "#1d2b3a";

function pathOf(feature, layer, zoom, glass) {
  const path = new Path2D();
  if (feature.type !== POINT) {
    trace(feature, path);
    return path;
  }
  const radius = (layer.spec.symbol.radius * pointScale(zoom) + 3) / glass;
  for (let i = 0; i < feature.coordinates.length; i += 2) {
    path.moveTo(feature.coordinates[i] + radius, feature.coordinates[i + 1]);
    path.arc(feature.coordinates[i], feature.coordinates[i + 1], radius, 0, 2 * Math.PI);
  }
  return path;
}

function drawFeature(context, feature, layer, { zoom, glass, colour, width }) {
  const path = pathOf(feature, layer, zoom, glass);
  const entry = layer.spec.classes.find(({ index }) => index === feature.index);
  const thick = feature.type === LINE ? lineWidth(layer.spec.symbol, entry) * lineScale(zoom) + width : width;
  if (feature.type !== LINE && colour === ACCENT) {
    context.fillStyle = `${ACCENT}${covers(layer.spec.symbol) ? "26" : "0a"}`;
    context.fill(path);
  }
  context.globalAlpha = feature.type === LINE ? 0.7 : 1;
  context.strokeStyle = "#ffffff";
  context.lineWidth = (thick + 2) / glass;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = thick / glass;
  context.stroke(path);
  context.globalAlpha = 1;
}

function drawLayer(context, layer, wanted, frame, look) {
  for (const { coordinates, tile } of layer.shownTiles()) {
    const features = tile.features.filter((feature) => wanted.has(feature.id) && !layer.hidden.has(feature.index));
    if (!features.length) continue;
    const place = tileFrame(layer, coordinates, frame.origin);
    context.save();
    // pieces of a feature are cut along tile edges: clipping to the tile hides those cuts
    context.beginPath();
    context.rect(place.x, place.y, place.side, place.side);
    context.clip();
    context.translate(place.x, place.y);
    context.scale(place.glass, place.glass);
    for (const feature of features) drawFeature(context, feature, layer, { ...look, glass: place.glass });
    context.restore();
  }
}

/** A paint function for an overlay. `state()` gives {layers, hover: {layer, id} or null}. */
export function highlightPainter(state) {
  return (context, frame) => {
    const { layers, hover } = state();
    const zoom = frame.map.getZoom();
    context.lineJoin = "round";
    for (const layer of layers) {
      if (hover?.layer === layer.spec.id && !layer.selected.has(hover.id)) {
        drawLayer(context, layer, new Set([hover.id]), frame, { zoom, colour: HOVER, width: 1.6 });
      }
      if (layer.selected.size) drawLayer(context, layer, layer.selected, frame, { zoom, colour: ACCENT, width: 2.4 });
    }
  };
}
