// Paints one decoded tile. Features of a class share paths, so a tile costs few canvas calls.
// Paths are filled by the nonzero rule: holes run the other way round, and two features that overlap both stay filled.

import { PathBatch } from "./tile_decode.js";
import { covers, FONT, hatchPattern, lineScale, lineWidth, outline, outlineScale, pointScale } from "./symbols.js";

const GLYPH_FROM_PX = 5.5;
const VERTICES_PER_DISC = 13; // of the curves that an arc becomes

function paintAreas(context, paths, colour, brush) {
  const { symbol } = brush;
  context.globalAlpha = symbol.fillOpacity;
  context.fillStyle = symbol.hatch ? hatchPattern(context, colour, brush) : colour;
  if (symbol.fill || symbol.hatch) for (const path of paths) context.fill(path);
  if (symbol.strokeWidth > 0) {
    const thin = covers(symbol) ? outlineScale(brush.zoom) : 1;
    strokePaths(context, paths, outline(symbol, colour), symbol.strokeWidth * thin, brush);
  }
}

function strokePaths(context, paths, colour, width, brush) {
  context.globalAlpha = 1;
  context.setLineDash((brush.symbol.dash ?? []).map((part) => part * brush.shrink));
  context.lineWidth = width * brush.shrink;
  context.strokeStyle = colour;
  for (const path of paths) context.stroke(path);
}

function discs(points, radius) {
  const batch = new PathBatch();
  for (let i = 0; i < points.length; i += 2) {
    const path = batch.next(VERTICES_PER_DISC);
    path.moveTo(points[i] + radius, points[i + 1]);
    path.arc(points[i], points[i + 1], radius, 0, 2 * Math.PI);
  }
  return batch.paths;
}

function paintPoints(context, batch, entry, brush) {
  const { symbol, shrink } = brush;
  const scale = pointScale(brush.zoom);
  const radius = symbol.radius * scale * shrink;
  const paths = discs(batch.points, radius);
  // the outline lies half under the disc, so it is drawn twice as wide and first
  if (symbol.stroke) strokePaths(context, paths, symbol.stroke, 2 * symbol.strokeWidth * scale, brush);
  context.globalAlpha = 1;
  context.fillStyle = entry.colour;
  for (const path of paths) context.fill(path);
  if (entry.glyph && symbol.radius * scale >= GLYPH_FROM_PX) paintGlyphs(context, batch, entry.glyph, radius);
}

function paintGlyphs(context, batch, glyph, radius) {
  context.fillStyle = "#ffffff";
  context.font = `${radius * 1.25}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let i = 0; i < batch.points.length; i += 2) {
    context.fillText(glyph, batch.points[i], batch.points[i + 1] + radius * 0.06);
  }
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
  const width = (entry) => Math.max(0.6, lineWidth(symbol, entry) * grow);
  // casings of all classes come first, so that crossing roads join instead of cutting each other
  if (symbol.casing) {
    for (const { entry, batch } of batches) {
      const edge = 2 * outlineScale(brush.zoom);
      strokePaths(context, batch.lines.paths, symbol.casing, width(entry) + edge, brush);
    }
  }
  for (const { entry, batch } of batches) {
    strokePaths(context, batch.lines.paths, entry.colour, width(entry), brush);
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
  for (const { entry, batch } of batches) paintAreas(context, batch.areas.paths, entry.colour, brush);
  paintLines(context, batches, brush);
  for (const { entry, batch } of batches) if (batch.points.length) paintPoints(context, batch, entry, brush);
}

/** Paint a picture of the whole tile, or nothing. */
export function paintOverview(canvas, picture) {
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (picture) context.drawImage(picture, 0, 0, canvas.width, canvas.height);
}
