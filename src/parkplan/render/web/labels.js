// Names of features, drawn in one canvas for all layers: a name is drawn once, never over another one, and only as text.

import { longestLine, placesAlong, turnedBoxes } from "./line_labels.js";
import { tileFrame } from "./overlay_canvas.js";
import { FONT, pointScale } from "./symbols.js";

const WRAP_ABOVE = 9; // characters; longer names take two lines
const REPEAT_PX = 220; // the same name again (the next piece of a road) not nearer than this
const GAP_PX = 3;
const ROOM = 1.3; // a road is at least this much longer than its name
const MOST_OBSTACLES = 600; // where symbols lie denser than this, names over them are the lesser evil
const WIDE = /[\u2e80-\u9fff\uff00-\uffef]/;

/** How good a place a name is to be broken before its character `i`; null where it must not be broken. */
function breakBonus(text, i) {
  if (text[i] === " " || text[i] === "（") return 3;
  const before = WIDE.test(text[i - 1]);
  if (before && /[0-9A-Za-z]/.test(text[i])) return 3;
  return before && WIDE.test(text[i]) && !/[）、，。]/.test(text[i]) ? 0 : null;
}

/** A long name in two lines of about the same length. */
export function wrap(text) {
  if (text.length <= WRAP_ABOVE || (text.length < 18 && !WIDE.test(text))) return [text];
  let best = { at: -1, strain: Infinity };
  for (let at = 2; at < text.length - 1; at += 1) {
    const bonus = breakBonus(text, at);
    const strain = Math.abs(at - text.length / 2) - bonus;
    if (bonus !== null && strain < best.strain) best = { at, strain };
  }
  return best.at < 0 ? [text] : [text.slice(0, best.at).trim(), text.slice(best.at).trim()];
}

/** Boxes of point symbols: a name beside a symbol is worth more than a name over it. */
function symbolBoxes(layers, zoom, origin) {
  const boxes = [];
  for (const layer of layers) {
    if (layer.spec.geometry !== "point") continue;
    const radius = layer.spec.symbol.radius * pointScale(zoom);
    for (const { coordinates, tile } of layer.shownTiles()) {
      const place = tileFrame(layer, coordinates, origin);
      for (const { coordinates: at, index } of tile.features) {
        if (boxes.length === MOST_OBSTACLES) return boxes;
        if (layer.hidden.has(index)) continue;
        const x = place.x + at[0] * place.glass;
        const y = place.y + at[1] * place.glass;
        boxes.push([x - radius, y - radius, x + radius, y + radius]);
      }
    }
  }
  return boxes;
}

/** The features of a tile that are lines, by id: their names follow them. */
function linesById(tile) {
  const found = new Map();
  for (const feature of tile.features) found.set(feature.id, [...(found.get(feature.id) ?? []), feature]);
  return found;
}

/** Every name once: pieces of one feature in several tiles carry the same id. */
function candidates(layers, zoom, origin) {
  const found = [];
  for (const layer of layers) {
    const { label, id, geometry, symbol } = layer.spec;
    if (!label || zoom < label.minZoom || layer.inOverview()) continue;
    const seen = new Set();
    const tiles = layer.shownTiles().sort((a, b) => a.coordinates.x - b.coordinates.x || a.coordinates.y - b.coordinates.y);
    for (const { coordinates, tile } of tiles) {
      const place = tileFrame(layer, coordinates, origin);
      const lines = geometry === "line" && tile.labels.length ? linesById(tile) : null;
      for (const entry of tile.labels) {
        if ((entry.id !== undefined && seen.has(entry.id)) || layer.hidden.has(entry.index)) continue;
        seen.add(entry.id);
        const lift = geometry === "point" ? symbol.radius * pointScale(zoom) + label.size * 0.6 + GAP_PX + 1 : 0;
        const x = place.x + entry.x * place.glass;
        const y = place.y + entry.y * place.glass - lift;
        const line = lines ? longestLine(lines.get(entry.id) ?? [], place) : null;
        if (lines && !line) continue;
        found.push({ layer: id, text: entry.text, x, y, label, order: layer.spec.order, index: entry.index, line, geometry });
      }
    }
  }
  // larger letters first, then the upper layer, its first class, from top to bottom: the same view gives the same names
  const rank = (a, b) => b.label.size - a.label.size || b.order - a.order || a.index - b.index;
  return found.sort((a, b) => rank(a, b) || a.y - b.y || a.x - b.x);
}

function overlap(a, b) {
  return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}

function repeats(candidate, placed) {
  return placed.some(
    (other) =>
      other.text === candidate.text &&
      other.layer === candidate.layer &&
      Math.hypot(other.x - candidate.x, other.y - candidate.y) < REPEAT_PX,
  );
}

/** Lines, width and places of a name: along its line, at its point, or a little above or below the middle of its area. */
function standing(candidate, measure) {
  const { x, y, label, line, geometry } = candidate;
  if (line) {
    const width = measure(candidate.text, label);
    return { lines: [candidate.text], width, places: width * ROOM > line.length ? [] : placesAlong(line, width) };
  }
  const lines = wrap(candidate.text);
  const shifts = geometry === "polygon" ? [0, -1.5 * label.size, 1.5 * label.size] : [0];
  const width = Math.max(...lines.map((one) => measure(one, label)));
  return { lines, width, places: shifts.map((shift) => ({ x, y: y + shift, angle: 0 })) };
}

/**
 * Choose the names that fit: in the first of their places that is free, else not at all.
 * `measure(line, label)` gives the width of a line in pixels; `obstacles` are boxes to keep clear.
 */
export function placeLabels(wanted, measure, obstacles = []) {
  const placed = [];
  for (const candidate of wanted) {
    if (repeats(candidate, placed)) continue;
    const { lines, width, places } = standing(candidate, measure);
    const halfHeight = (lines.length * candidate.label.size * 1.2) / 2 + GAP_PX;
    for (const place of places) {
      const boxes = turnedBoxes(place, width / 2 + GAP_PX, halfHeight);
      const taken = (other) => boxes.some((box) => overlap(box, other));
      if (obstacles.some(taken) || placed.some((other) => other.boxes.some(taken))) continue;
      placed.push({ ...candidate, ...place, lines, boxes });
      break;
    }
  }
  return placed;
}

function fontOf(label) {
  return `${label.bold ? "bold " : ""}${label.size}px ${FONT}`;
}

/** A paint function for an overlay; `remember` gets the names that were drawn, with their boxes. */
export function labelPainter(layersOf, remember) {
  return (context, frame) => {
    const measure = (line, label) => {
      context.font = fontOf(label);
      return context.measureText(line).width;
    };
    const within = ({ x, y }) => x > -50 && y > -20 && x < frame.size.x + 50 && y < frame.size.y + 20;
    const [layers, zoom] = [layersOf(), frame.map.getZoom()];
    const wanted = candidates(layers, zoom, frame.origin).filter(within);
    const placed = placeLabels(wanted, measure, symbolBoxes(layers, zoom, frame.origin));
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = "rgba(255, 255, 255, 0.92)";
    for (const { lines, x, y, angle, label } of placed) {
      context.font = fontOf(label);
      context.lineWidth = 3.2;
      context.fillStyle = label.colour ?? "#1d2b3a";
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      lines.forEach((line, row) => {
        const at = (row - (lines.length - 1) / 2) * label.size * 1.2;
        context.strokeText(line, 0, at);
        context.fillText(line, 0, at);
      });
      context.restore();
    }
    remember(placed);
  };
}
