// Where a name may stand along a line: on a stretch that is straight enough, read from left to right, never upside down.

const STRAIGHT = 0.985; // of the way along the line, the distance between its ends
const SHARES = [0.5, 0.38, 0.62, 0.26, 0.74]; // of the line, where the middle of the name is tried

/** A line in screen pixels with the way from its beginning to each corner. */
function measured(feature, first, end, frame) {
  const points = [];
  const along = [];
  for (let at = first; at < end; at += 2) {
    const x = frame.x + feature.coordinates[at] * frame.glass;
    const y = frame.y + feature.coordinates[at + 1] * frame.glass;
    const before = points.at(-1);
    along.push(before ? along.at(-1) + Math.hypot(x - before.x, y - before.y) : 0);
    points.push({ x, y });
  }
  return { points, along, length: along.at(-1) };
}

function at(line, distance) {
  let next = line.along.findIndex((reached, i) => i > 0 && reached >= distance);
  if (next < 0) next = line.points.length - 1;
  const [from, to] = [line.points[next - 1], line.points[next]];
  const stretch = line.along[next] - line.along[next - 1];
  const share = stretch ? (distance - line.along[next - 1]) / stretch : 0;
  return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
}

/** The longest line that a feature has in a tile, in screen pixels; null where it has none. `frame`: see tileFrame. */
export function longestLine(features, frame) {
  let longest = null;
  for (const feature of features) {
    let first = 0;
    for (const end of feature.ends) {
      const line = end - first >= 4 ? measured(feature, first, end, frame) : null;
      if (line && line.length > (longest?.length ?? 0)) longest = line;
      first = end;
    }
  }
  return longest;
}

/** Middles and directions (radians, above -90° and at most 90°) at which a name of this width follows the line. */
export function placesAlong(line, width) {
  const found = [];
  for (const share of SHARES) {
    const [low, high] = [line.length * share - width / 2, line.length * share + width / 2];
    if (low < 0 || high > line.length) continue;
    const [from, to] = [at(line, low), at(line, high)];
    if (Math.hypot(to.x - from.x, to.y - from.y) < STRAIGHT * width) continue;
    const half = Math.atan2(to.y - from.y, to.x - from.x);
    const angle = half > Math.PI / 2 ? half - Math.PI : half <= -Math.PI / 2 ? half + Math.PI : half;
    found.push({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, angle });
  }
  return found;
}

/** Boxes that together cover a turned rectangle around a point: one, or a row of small ones along its direction. */
export function turnedBoxes({ x, y, angle }, halfWidth, halfHeight) {
  if (!angle) return [[x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight]];
  const count = Math.ceil(halfWidth / halfHeight);
  const step = halfWidth / count; // half of the length of a piece
  const [across, down] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const [w, h] = [step * across + halfHeight * down, step * down + halfHeight * across];
  return Array.from({ length: count }, (_, i) => {
    const way = (2 * i + 1) * step - halfWidth;
    const [px, py] = [x + way * Math.cos(angle), y + way * Math.sin(angle)];
    return [px - w, py - h, px + w, py + h];
  });
}
