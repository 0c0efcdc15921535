// Paints one decoded tile. Features of a class are one path, so a tile costs a handful of canvas calls.
// Paths are filled by the nonzero rule: holes run the other way round, and two features that overlap both stay filled.

import { hatchPattern, lineScale, lineWidth, outline, outlineScale, pointScale } from "./symbols.js";

function paintAreas(context, batch, colour, brush) {
  const { symbol, ratio } = brush;
  if (symbol.fill) {
    context.globalAlpha = symbol.opacity;
    context.fillStyle = colour;
    context.fill(batch.areas);
  }
  if (symbol.hatch) {
    context.globalAlpha = Math.max(symbol.opacity, 0.6);
    context.fillStyle = hatchPattern(context, outline(symbol, colour), ratio);
    context.fill(batch.areas);
  }
  if (symbol.strokeWidth > 0) {
    context.globalAlpha = symbol.fill ? 0.85 : 1;
    context.setLineDash((symbol.dash ?? []).map((part) => part * brush.shrink));
    context.lineWidth = symbol.strokeWidth * brush.shrink * (symbol.fill ? outlineScale(brush.zoom) : 1);
    context.strokeStyle = symbol.fill ? outline(symbol, colour) : colour;
    context.stroke(batch.areas);
  }
}

function strokeLines(context, batch, colour, width, brush) {
  context.globalAlpha = brush.symbol.opacity;
  context.setLineDash((brush.symbol.dash ?? []).map((part) => part * brush.shrink));
  context.lineWidth = width * brush.shrink;
  context.strokeStyle = colour;
  context.stroke(batch.lines);
}

function paintPoints(context, batch, colour, brush) {
  const radius = brush.symbol.radius * pointScale(brush.zoom) * brush.shrink;
  const path = new Path2D();
  for (let i = 0; i < batch.points.length; i += 2) {
    path.moveTo(batch.points[i] + radius, batch.points[i + 1]);
    path.arc(batch.points[i], batch.points[i + 1], radius, 0, 2 * Math.PI);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  context.lineWidth = 2 * Math.min(1.2, radius / 3);
  context.strokeStyle = brush.symbol.stroke ?? "#ffffff";
  context.stroke(path);
  context.globalAlpha = Math.max(brush.symbol.opacity, 0.9);
  context.fillStyle = colour;
  context.fill(path);
}

/** Visible classes from the last to the first: the first class of a legend lies on top. */
function visibleBatches(tile, spec, hidden) {
  return spec.classes
    .filter((entry) => !hidden.has(entry.index) && tile.classes.has(entry.index))
    .map((entry) => ({ entry, batch: tile.classes.get(entry.index) }))
    .reverse();
}

function paintLines(context, batches, brush) {
  const { symbol } = brush;
  const grow = lineScale(brush.zoom);
  const width = (entry) => Math.max(0.6, lineWidth(symbol, entry.index) * grow);
  // casings of all classes come first, so that crossing roads join instead of cutting each other
  if (symbol.stroke && !symbol.dash) {
    for (const { entry, batch } of batches) {
      if (batch.lines) strokeLines(context, batch, symbol.stroke, width(entry) + 1.4, brush);
    }
  }
  for (const { entry, batch } of batches) {
    if (batch.lines) strokeLines(context, batch, entry.colour, width(entry), brush);
  }
}

/**
 * Paint a tile into its canvas.
 * `brush`: symbol; zoom of the map; ratio (canvas pixels per tile pixel); shrink (tile pixels per CSS pixel on screen,
 * below 1 where the map is closer than the deepest tiles).
 */
export function paintTile(canvas, tile, spec, hidden, { zoom, ratio, shrink }) {
  const context = canvas.getContext("2d");
  const brush = { symbol: spec.symbol, zoom, ratio, shrink };
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!tile) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineJoin = "round";
  context.lineCap = spec.symbol.dash ? "butt" : "round";
  const batches = visibleBatches(tile, spec, hidden);
  for (const { entry, batch } of batches) if (batch.areas) paintAreas(context, batch, entry.colour, brush);
  paintLines(context, batches, brush);
  for (const { entry, batch } of batches) if (batch.points.length) paintPoints(context, batch, entry.colour, brush);
}

/** Paint a picture of the whole tile; pixels in the colour of a class that is switched off become clear. */
export function paintOverview(canvas, picture, spec, hidden) {
  const context = canvas.getContext("2d", { willReadFrequently: hidden.size > 0 });
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!picture) return;
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const off = new Set();
  for (const entry of spec.classes) if (hidden.has(entry.index)) off.add(parseInt(entry.colour.slice(1), 16));
  if (!off.size) return;
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = image.data;
  for (let i = 0; i < pixels.length; i += 4) {
    if (off.has((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2])) pixels[i + 3] = 0;
  }
  context.putImageData(image, 0, 0);
}
