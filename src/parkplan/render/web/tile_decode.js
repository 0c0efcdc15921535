// A vector tile becomes: features for the hit test, a few paths per class for painting, and label points.
// All coordinates are in CSS pixels of a tile of `size`, so that painting is one transform away.

import { PbfReader } from "pbf";
import { VectorTile } from "@mapbox/vector-tile";

export const POINT = 1;
export const LINE = 2;
export const POLYGON = 3;

// Chromium copies a path whenever it grows: one path of 200,000 vertices takes seconds to build, many small ones none.
const VERTICES_PER_PATH = 800;

/** Paths that together draw many features. */
export class PathBatch {
  constructor() {
    this.paths = [];
    this.room = 0;
  }

  /** The path that takes the next `vertices`. */
  next(vertices) {
    if (this.room <= 0) {
      this.paths.push(new Path2D());
      this.room = VERTICES_PER_PATH;
    }
    this.room -= vertices;
    return this.paths.at(-1);
  }
}

function pack(rings, scale) {
  const count = rings.reduce((sum, ring) => sum + ring.length, 0);
  const coordinates = new Float32Array(count * 2);
  const ends = [];
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  let at = 0;
  for (const ring of rings) {
    for (const point of ring) {
      const x = point.x * scale;
      const y = point.y * scale;
      coordinates[at++] = x;
      coordinates[at++] = y;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    ends.push(at);
  }
  return { coordinates, ends, box };
}

/** Add a feature's rings or lines to a path. */
export function trace(feature, path) {
  let at = 0;
  for (const end of feature.ends) {
    path.moveTo(feature.coordinates[at], feature.coordinates[at + 1]);
    for (at += 2; at < end; at += 2) path.lineTo(feature.coordinates[at], feature.coordinates[at + 1]);
    if (feature.type === POLYGON) path.closePath();
  }
}

function classOf(tile, index) {
  let found = tile.classes.get(index);
  if (!found) {
    found = { areas: new PathBatch(), lines: new PathBatch(), points: [] };
    tile.classes.set(index, found);
  }
  return found;
}

function addFeature(tile, source, scale) {
  const { coordinates, ends, box } = pack(source.loadGeometry(), scale);
  const feature = { id: source.id, index: source.properties.c ?? 0, type: source.type, coordinates, ends, box };
  tile.features.push(feature);
  const batch = classOf(tile, feature.index);
  if (feature.type === POINT) {
    for (const value of coordinates) batch.points.push(value);
  } else {
    const paths = feature.type === LINE ? batch.lines : batch.areas;
    trace(feature, paths.next(coordinates.length / 2));
  }
}

function addLabel(tile, source, scale) {
  const [[point]] = source.loadGeometry();
  const text = String(source.properties.n ?? "").trim();
  if (text) tile.labels.push({ id: source.id, index: source.properties.c ?? null, text, x: point.x * scale, y: point.y * scale });
}

/** Decode the bytes of one tile. */
export function decodeTile(bytes, size) {
  const decoded = { features: [], labels: [], classes: new Map() };
  for (const [name, layer] of Object.entries(new VectorTile(new PbfReader(bytes)).layers)) {
    const scale = size / layer.extent;
    const add = name.endsWith("_label") ? addLabel : addFeature;
    for (let i = 0; i < layer.length; i += 1) add(decoded, layer.feature(i), scale);
  }
  return decoded;
}
