// The small picture of a class in the legend, shaped like its geometry.

import { lineWidth, outline } from "./symbols.js";

const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function areaSwatch(symbol, colour) {
  const dash = (symbol.dash ?? []).map((part) => Math.min(part, 4)).join(" ");
  const box = { x: 2, y: 2, width: 18, height: 12, rx: 2, "stroke-dasharray": dash };
  const line = symbol.fill ? outline(symbol, colour) : colour;
  const width = symbol.fill ? Math.min(symbol.strokeWidth, 1.2) : Math.min(Math.max(symbol.strokeWidth, 1.4), 2.6);
  const parts = [
    shape("rect", {
      ...box,
      fill: symbol.fill ? colour : "none",
      "fill-opacity": symbol.opacity,
      stroke: symbol.strokeWidth > 0 ? line : "none",
      "stroke-width": width,
    }),
  ];
  if (symbol.hatch) {
    const d = "M3 12L11 3M8 14L19 3M14 14L20 8";
    parts.push(shape("path", { d, stroke: outline(symbol, colour), "stroke-width": 1.2, fill: "none" }));
  }
  return parts;
}

function lineSwatch(symbol, colour, index) {
  const width = Math.min(6, Math.max(1.4, lineWidth(symbol, index)));
  const d = "M1 11C7 3 13 14 21 5";
  const common = { d, fill: "none", "stroke-linecap": symbol.dash ? "butt" : "round" };
  const dash = (symbol.dash ?? []).map((part) => Math.min(part, 5)).join(" ");
  const casing = symbol.stroke && !symbol.dash;
  return [
    ...(casing ? [shape("path", { ...common, stroke: symbol.stroke, "stroke-width": width + 1.4 })] : []),
    shape("path", { ...common, stroke: colour, "stroke-width": width, "stroke-dasharray": dash }),
  ];
}

function pointSwatch(symbol, colour) {
  const r = Math.min(6, Math.max(3.2, symbol.radius));
  return [shape("circle", { cx: 11, cy: 8, r, fill: colour, stroke: symbol.stroke ?? "#ffffff", "stroke-width": 1.2 })];
}

/** An SVG of 22 by 16 pixels. */
export function swatch(spec, entry) {
  const svg = shape("svg", { width: 22, height: 16, viewBox: "0 0 22 16", class: "pp-swatch", "aria-hidden": "true" });
  const draw = { polygon: areaSwatch, line: lineSwatch, point: pointSwatch }[spec.geometry];
  svg.append(...draw(spec.symbol, entry.colour, entry.index));
  return svg;
}
