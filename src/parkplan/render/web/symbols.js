// How a class looks: colours, widths and hatches, shared by the tiles and by the swatches of the legend.

export const FONT = '"Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

/** The outline of a class: the layer's own, or the colour of the class. */
export function outline(symbol, colour) {
  return symbol.stroke ?? colour;
}

/** Whether an area hides what lies under it: a click on it means the area, not what shines through. */
export function covers(symbol) {
  return symbol.fill && !symbol.hatch && symbol.fillOpacity >= 0.3;
}

/** Outlines and points shrink when the map shows a whole district, or they would hide what they frame. */
export function outlineScale(zoom) {
  return Math.min(1, Math.max(0.35, (zoom - 10) / 6));
}

export function pointScale(zoom) {
  return Math.min(1.25, Math.max(0.45, (zoom - 9) / 6));
}

/** Roads and rivers grow with the zoom, slower than the ground does, and faster once single parcels are looked at. */
export function lineScale(zoom) {
  return Math.min(8, Math.max(0.5, 2 ** ((zoom - 15) * 0.45 + Math.max(0, zoom - 16) * 0.3)));
}

export function lineWidth(symbol, entry) {
  return entry?.width ?? symbol.strokeWidth;
}

const HATCH_PX = 8; // divides the tile size, so that a hatch runs on across tiles

/** A diagonal hatch in the colour of the class. */
export function hatchPattern(context, colour, { ratio, shrink }) {
  const side = Math.max(4, Math.round(HATCH_PX * shrink * ratio));
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = (side / HATCH_PX) * 1.3;
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift - side / 2, side * 1.5);
    pen.lineTo(shift + side * 1.5, -side / 2);
  }
  pen.stroke();
  const pattern = context.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix().scale((HATCH_PX * shrink) / side));
  return pattern;
}
