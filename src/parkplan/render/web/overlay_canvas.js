// A canvas over the whole view (and a margin, so that a short drag shows no bare edge), painted again when the view
// has come to rest or the data changed. Hidden by Leaflet while a zoom is animated.

import { L } from "./leaflet.js";

const MARGIN = 0.15;

export const OverlayCanvas = L.Layer.extend({
  /** `paint(context, frame)`: frame = {map, size, origin}; origin is the world pixel of the canvas' corner. */
  initialize(paint, options) {
    this.paint = paint;
    L.setOptions(this, options);
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", `pp-overlay leaflet-zoom-hide ${this.options.className ?? ""}`);
    map.getPane(this.options.pane).append(this.canvas);
    map.on("moveend zoomend viewreset resize", this.schedule, this);
    this.schedule();
  },

  onRemove(map) {
    map.off("moveend zoomend viewreset resize", this.schedule, this);
    cancelAnimationFrame(this._frame);
    this._frame = null;
    this.canvas.remove();
  },

  schedule() {
    this._frame ??= requestAnimationFrame(() => {
      this._frame = null;
      if (this._map && !this._map._animatingZoom) this.repaint();
    });
  },

  repaint() {
    const map = this._map;
    const view = map.getSize();
    const margin = view.multiplyBy(MARGIN).round();
    const size = view.add(margin.multiplyBy(2));
    const ratio = window.devicePixelRatio || 1;
    const { canvas } = this;
    canvas.width = Math.round(size.x * ratio);
    canvas.height = Math.round(size.y * ratio);
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint(margin.multiplyBy(-1)));
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const origin = map.getPixelBounds().min.subtract(margin);
    this.paint(context, { map, size, origin, ratio });
  },
});

/** Where a tile lies on an overlay: corner and magnification in overlay pixels. */
export function tileFrame(layer, coordinates, origin) {
  const glass = layer.glass();
  const side = layer.getTileSize().x * glass;
  return { x: coordinates.x * side - origin.x, y: coordinates.y * side - origin.y, glass, side };
}
