// Measuring on the map: click to add a corner, double click or Enter to finish, Backspace to take one back, Escape to end.

import { element, fill, iconButton, sentence } from "./dom.js";
import { areaText, lengthText, lineLength, ringArea } from "./geodesy.js";
import { ICONS } from "./icons.js";
import { L } from "./leaflet.js";

const INK = "#d9480f";
const STYLE = { color: INK, weight: 2.5, interactive: false, fillColor: INK, fillOpacity: 0.12 };

export class Measure {
  /**
   * `changed(kind)` is called when a tool starts ("length", "area") or ends (null); `drew(kind, points)` when a line or
   * an area is finished.
   */
  constructor(map, texts, changed, drew = () => {}) {
    this.map = map;
    this.texts = texts;
    this.changed = changed;
    this.drew = drew;
    this.kind = null;
    this.points = [];
    this.drawing = L.layerGroup().addTo(map);
    this.node = element("div", { class: "pp-card pp-measure", hidden: true, role: "status" });
    this.listeners = {
      mousemove: (event) => this._follow(event.latlng),
      click: (event) => this._add(event.latlng),
      dblclick: () => this._finish(),
    };
    map.on(this.listeners);
    this.onkey = (event) => this._key(event);
    map.getContainer().addEventListener("keydown", this.onkey);
  }

  remove() {
    this.clear();
    this.map.off(this.listeners);
    this.map.getContainer().removeEventListener("keydown", this.onkey);
    this.drawing.remove();
  }

  /** Whether clicks belong to the tool, not to the features below. */
  get active() {
    return this.kind !== null;
  }

  start(kind) {
    const again = this.kind === kind;
    this.clear();
    if (again) return;
    this.kind = kind;
    this.map.doubleClickZoom.disable();
    this.map.getContainer().classList.add("pp-crosshair");
    this.map.getContainer().focus({ preventScroll: true });
    this.changed(kind);
    this._show();
  }

  clear() {
    this.kind = null;
    this.points = [];
    this.pointer = null;
    this.finished = false;
    this.drawing.clearLayers();
    this.node.hidden = true;
    this.map.doubleClickZoom.enable();
    this.map.getContainer().classList.remove("pp-crosshair");
    this.changed(null);
  }

  _add(latlng) {
    if (!this.active) return;
    if (this.finished) {
      this.points = [];
      this.finished = false;
    }
    const last = this.points.at(-1);
    if (last && this.map.latLngToContainerPoint(last).distanceTo(this.map.latLngToContainerPoint(latlng)) < 3) return;
    this.points.push(latlng);
    this._show();
  }

  _follow(latlng) {
    if (!this.active || this.finished || !this.points.length) return;
    this.pointer = latlng;
    this._show();
  }

  _finish() {
    if (!this.active || this.points.length < (this.kind === "area" ? 3 : 2)) return;
    this.finished = true;
    this.pointer = null;
    this._show();
    this.drew(this.kind, this.points);
  }

  _key(event) {
    if (!this.active) return;
    if (event.key === "Escape") this.clear();
    else if (event.key === "Enter") this._finish();
    else if (event.key === "Backspace" && !this.finished) {
      this.points.pop();
      this._show();
    } else return;
    event.stopPropagation();
    event.preventDefault();
  }

  _show() {
    const points = this.pointer && !this.finished ? [...this.points, this.pointer] : this.points;
    this.drawing.clearLayers();
    if (points.length > 1) {
      const shape = this.kind === "area" ? L.polygon(points, STYLE) : L.polyline(points, STYLE);
      this.drawing.addLayer(shape);
    }
    for (const point of this.points) {
      const dot = { radius: 4, color: INK, weight: 2, fillColor: "#ffffff", fillOpacity: 1, interactive: false };
      this.drawing.addLayer(L.circleMarker(point, dot));
    }
    this._report(points);
  }

  _report(points) {
    const { texts } = this;
    const rows = [];
    const row = (title, value) => rows.push(element("dt", {}, title), element("dd", {}, value));
    if (this.kind === "area" && points.length > 2) {
      const { area, perimeter } = ringArea(points);
      row(texts.area, areaText(area, texts));
      row(texts.perimeter, lengthText(perimeter, texts));
    } else if (points.length > 1) {
      row(texts.length, lengthText(lineLength(points), texts));
      if (points.length > 2) row(texts.last_piece, lengthText(lineLength(points.slice(-2)), texts));
    }
    const title = this.kind === "area" ? texts.measure_area : texts.measure_length;
    const close = iconButton(ICONS.close, texts.close, () => this.clear(), "pp-small-button");
    const advice = sentence(this.finished ? texts.measure_again : texts.measure_advice);
    fill(
      this.node,
      element("header", {}, element("strong", {}, title), close),
      rows.length ? element("dl", {}, ...rows) : null,
      element("p", { class: "pp-quiet" }, advice),
    );
    this.node.hidden = false;
  }
}
