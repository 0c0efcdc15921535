// The small picture of a class in the legend, shaped like its geometry.

import { covers, lineWidth, outline } from "./symbols.js";

const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function dashes(symbol) {
  return (symbol.dash ?? []).map((part) => Math.min(part, 5)).join(" ");
}

function areaSwatch(symbol, { colour }) {
  const plain = symbol.fill && !symbol.hatch;
  const width = covers(symbol) ? Math.min(symbol.strokeWidth, 1) : Math.min(symbol.strokeWidth, 2);
  const box = shape("rect", {
    x: 2,
    y: 2,
    width: 18,
    height: 12,
    rx: 2,
    fill: plain ? colour : "none",
    "fill-opacity": symbol.fillOpacity,
    stroke: symbol.strokeWidth > 0 ? outline(symbol, colour) : "none",
    "stroke-width": width,
    "stroke-dasharray": dashes(symbol),
  });
  const hatch = { d: "M3 11L10 3M7 14L17 3M13 14L20 6", stroke: colour, "stroke-width": 1.2, fill: "none" };
  return symbol.hatch ? [shape("path", hatch), box] : [box];
}

function lineSwatch(symbol, entry) {
  const width = Math.min(6, Math.max(1.2, lineWidth(symbol, entry)));
  const common = { d: "M2 11C8 3 13 14 20 5", fill: "none", "stroke-linecap": symbol.dash ? "butt" : "round" };
  const casing = { ...common, stroke: symbol.casing, "stroke-width": width + 2 };
  const line = { ...common, stroke: entry.colour, "stroke-width": width, "stroke-dasharray": dashes(symbol) };
  return [...(symbol.casing ? [shape("path", casing)] : []), shape("path", line)];
}

function pointSwatch(symbol, { colour, glyph }) {
  const r = Math.min(7, Math.max(3.2, symbol.radius));
  const stroke = symbol.stroke && symbol.stroke !== "#ffffff" ? symbol.stroke : "none"; // white on white is nothing
  const disc = shape("circle", { cx: 11, cy: 8, r, fill: colour, stroke, "stroke-width": 1 });
  if (!glyph || r < 5.5) return [disc];
  const sign = shape("text", { x: 11, y: 8.4, fill: "#ffffff", "font-size": r * 1.3, "text-anchor": "middle", "dominant-baseline": "central" });
  sign.textContent = glyph;
  return [disc, sign];
}

/** An SVG of 22 by 16 pixels. */
export function swatch(spec, entry) {
  const svg = shape("svg", { width: 22, height: 16, viewBox: "0 0 22 16", class: "pp-swatch", "aria-hidden": "true" });
  const draw = { polygon: areaSwatch, line: lineSwatch, point: pointSwatch }[spec.geometry];
  svg.append(...draw(spec.symbol, entry));
  return svg;
}
