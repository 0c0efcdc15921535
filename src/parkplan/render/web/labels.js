// Names of features, drawn in one canvas for all layers: a name is drawn once, never over another one, and only as text.

import { tileFrame } from "./overlay_canvas.js";

const FONT = '"Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const WRAP_ABOVE = 9; // characters; longer names take two lines
const REPEAT_PX = 220; // the same name again (the next piece of a road) not nearer than this
const GAP_PX = 3;
const WIDE = /[\u2e80-\u9fff\uff00-\uffef]/;

/** A long name in two lines of about the same length, broken at a space or between Chinese characters. */
export function wrap(text) {
  if (text.length <= WRAP_ABOVE) return [text];
  const middle = text.length / 2;
  let best = -1;
  for (let i = 1; i < text.length; i += 1) {
    const breakable = text[i] === " " || (WIDE.test(text[i]) && WIDE.test(text[i - 1]));
    if (breakable && (best < 0 || Math.abs(i - middle) < Math.abs(best - middle))) best = i;
  }
  if (best < 0 || (text.length < 18 && !WIDE.test(text))) return [text];
  return [text.slice(0, best).trim(), text.slice(best).trim()];
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
      for (const entry of tile.labels) {
        if ((entry.id !== undefined && seen.has(entry.id)) || layer.hidden.has(entry.index)) continue;
        seen.add(entry.id);
        const lift = geometry === "point" ? symbol.radius + label.size * 0.8 : 0;
        const x = place.x + entry.x * place.glass;
        const y = place.y + entry.y * place.glass - lift;
        found.push({ layer: id, text: entry.text, x, y, label, order: layer.spec.order });
      }
    }
  }
  // larger letters first, then the upper layer, then from top to bottom: the same view gives the same names
  return found.sort((a, b) => b.label.size - a.label.size || b.order - a.order || a.y - b.y || a.x - b.x);
}

function collides(box, placed) {
  return placed.some((other) => box[0] < other.box[2] && box[2] > other.box[0] && box[1] < other.box[3] && box[3] > other.box[1]);
}

function repeats(candidate, placed) {
  return placed.some(
    (other) =>
      other.text === candidate.text &&
      other.layer === candidate.layer &&
      Math.hypot(other.x - candidate.x, other.y - candidate.y) < REPEAT_PX,
  );
}

/** Choose the names that fit. `measure(line, label)` gives the width of a line in pixels. */
export function placeLabels(wanted, measure) {
  const placed = [];
  for (const candidate of wanted) {
    const lines = wrap(candidate.text);
    const width = Math.max(...lines.map((line) => measure(line, candidate.label))) / 2 + GAP_PX;
    const height = (lines.length * candidate.label.size * 1.2) / 2 + GAP_PX;
    const box = [candidate.x - width, candidate.y - height, candidate.x + width, candidate.y + height];
    if (!collides(box, placed) && !repeats(candidate, placed)) placed.push({ ...candidate, lines, box });
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
    const wanted = candidates(layersOf(), frame.map.getZoom(), frame.origin).filter(within);
    const placed = placeLabels(wanted, measure);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = "rgba(255, 255, 255, 0.92)";
    context.fillStyle = "#1d2b3a";
    for (const { lines, x, y, label } of placed) {
      context.font = fontOf(label);
      context.lineWidth = 3.2;
      lines.forEach((line, row) => {
        const at = y + (row - (lines.length - 1) / 2) * label.size * 1.2;
        context.strokeText(line, x, at);
        context.fillText(line, x, at);
      });
    }
    remember(placed);
  };
}
