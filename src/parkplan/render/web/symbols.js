// How a class looks: colours, widths and hatches, shared by the tiles and by the swatches of the legend.

/** A colour mixed with black (negative share) or white (positive share). */
export function mix(colour, share) {
  const target = share < 0 ? 0 : 255;
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const mixed = parts.map((part) => Math.round(part + (target - part) * Math.abs(share)));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** The outline of a filled class: the layer's own stroke, or a darker tone of the class. */
export function outline(symbol, colour) {
  return symbol.stroke ?? mix(colour, -0.35);
}

/** Outlines and points shrink when the map shows a whole district, or they would hide what they frame. */
export function outlineScale(zoom) {
  return Math.min(1, Math.max(0.35, (zoom - 10) / 6));
}

export function pointScale(zoom) {
  return Math.min(1.25, Math.max(0.45, (zoom - 9) / 6));
}

/** Roads and rivers grow with the zoom, slower than the ground does. */
export function lineScale(zoom) {
  return Math.min(3, Math.max(0.5, 2 ** ((zoom - 15) * 0.45)));
}

export function lineWidth(symbol, index) {
  return symbol.widths?.[index] ?? symbol.strokeWidth;
}

const HATCH_PX = 8; // divides the tile size, so that a hatch runs on across tiles

/** A diagonal hatch in the colour of the class; `ratio` is canvas pixels per CSS pixel. */
export function hatchPattern(context, colour, ratio) {
  const side = Math.max(1, Math.round(HATCH_PX * ratio));
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.4 * ratio;
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift - side / 2, side * 1.5);
    pen.lineTo(shift + side * 1.5, -side / 2);
  }
  pen.stroke();
  const pattern = context.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix().scale(HATCH_PX / side));
  return pattern;
}
