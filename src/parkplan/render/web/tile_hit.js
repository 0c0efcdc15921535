// Which features of a tile lie under a point. A polygon is hit inside its rings (a hole is not inside), a line or a
// point within a tolerance.

import { LINE, POINT } from "./tile_decode.js";

function inside(feature, x, y) {
  const { coordinates, ends } = feature;
  let within = false;
  let start = 0;
  for (const end of ends) {
    for (let i = start, j = end - 2; i < end; j = i, i += 2) {
      const yi = coordinates[i + 1];
      const yj = coordinates[j + 1];
      if (yi > y !== yj > y && x < ((coordinates[j] - coordinates[i]) * (y - yi)) / (yj - yi) + coordinates[i]) within = !within;
    }
    start = end;
  }
  return within;
}

function squaredDistanceToSegment(x, y, ax, ay, bx, by) {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const share = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return (x - ax - share * dx) ** 2 + (y - ay - share * dy) ** 2;
}

/** The distance from a point to the lines or rings of a feature, in tile pixels. */
export function distanceToLines(feature, x, y) {
  const { coordinates, ends } = feature;
  let nearest = Infinity;
  let start = 0;
  for (const end of ends) {
    for (let i = start + 2; i < end; i += 2) {
      const squared = squaredDistanceToSegment(x, y, coordinates[i - 2], coordinates[i - 1], coordinates[i], coordinates[i + 1]);
      nearest = Math.min(nearest, squared);
    }
    start = end;
  }
  return Math.sqrt(nearest);
}

function distanceToPoints(feature, x, y) {
  let nearest = Infinity;
  for (let i = 0; i < feature.coordinates.length; i += 2) {
    nearest = Math.min(nearest, Math.hypot(feature.coordinates[i] - x, feature.coordinates[i + 1] - y));
  }
  return nearest;
}

/**
 * Hits in one tile, the feature painted last first. `solid` says whether something painted was hit: the inside of a
 * polygon that is only outlined counts as hit, but not as solid, so that a parcel inside a park's outline can be chosen.
 */
export function hitsInTile(tile, x, y, { hidden, reach, filled }) {
  const hits = [];
  for (let i = tile.features.length - 1; i >= 0; i -= 1) {
    const feature = tile.features[i];
    const [x0, y0, x1, y1] = feature.box;
    if (x < x0 - reach || x > x1 + reach || y < y0 - reach || y > y1 + reach || hidden.has(feature.index)) continue;
    if (feature.type === POINT) {
      const distance = distanceToPoints(feature, x, y);
      if (distance <= reach) hits.push({ feature, solid: true, distance });
    } else if (feature.type === LINE) {
      const distance = distanceToLines(feature, x, y);
      if (distance <= reach) hits.push({ feature, solid: true, distance });
    } else if (inside(feature, x, y)) {
      hits.push({ feature, solid: filled || distanceToLines(feature, x, y) <= reach, distance: 0 });
    }
  }
  return hits.sort((a, b) => a.distance - b.distance); // stable: among equals the one painted last stays first
}
