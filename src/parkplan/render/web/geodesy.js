// Lengths and areas on the ellipsoid GRS80 (CGCS2000), and coordinates in the CRS of the workspace.

import geodesic from "geographiclib-geodesic";
import proj4 from "proj4";
import { sentence } from "./dom.js";

const GRS80 = new geodesic.Geodesic.Geodesic(6378137, 1 / 298.257222101);
const MU_M2 = 2000 / 3;

/** Lengths of the pieces of a line of {lat, lng}, in metres. */
export function pieceLengths(points) {
  return points.slice(1).map((point, i) => GRS80.Inverse(points[i].lat, points[i].lng, point.lat, point.lng).s12);
}

export function lineLength(points) {
  return pieceLengths(points).reduce((sum, length) => sum + length, 0);
}

/** Area in square metres and perimeter in metres of a ring of {lat, lng} that is closed here. */
export function ringArea(points) {
  const polygon = GRS80.Polygon(false);
  for (const { lat, lng } of points) polygon.AddPoint(lat, lng);
  const { area, perimeter } = polygon.Compute(false, true);
  return { area: Math.abs(area), perimeter };
}

function figure(value, digits) {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function lengthText(metres, texts) {
  if (metres < 1000) return sentence(texts.metres, { value: figure(metres, 1) });
  return sentence(texts.kilometres, { value: figure(metres / 1000, metres < 10000 ? 3 : 2) });
}

/** 亩 and 公顷 together: the first is how land is traded, the second how it is planned. */
export function areaText(squareMetres, texts) {
  const mu = squareMetres / MU_M2;
  const hectares = squareMetres / 10000;
  return sentence(texts.area_value, {
    mu: figure(mu, mu < 100 ? 2 : 1),
    hectares: figure(hectares, hectares < 10 ? 3 : 2),
    square_metres: figure(squareMetres, 0),
  });
}

/** A function from {lat, lng} to [easting, northing] in metres, or null where the CRS of the workspace is not projected. */
export function projector(definition) {
  if (!definition) return null;
  const converter = proj4(definition);
  return ({ lat, lng }) => converter.forward([lng, lat]);
}
