// Shapes that can be moved: press on one, pull it to its place and let go; the arrow keys and Enter do the same.
// Escape puts it back. What comes of a move is decided by the server: until it answers the shape stays where it was put.

import { lengthText, lineLength } from "./geodesy.js";
import { L } from "./leaflet.js";

const INK = "#d9480f";
const STYLE = { pane: "ppDrag", color: INK, weight: 2.5, fillColor: INK, fillOpacity: 0.18, bubblingMouseEvents: false };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP_PX = 10;
const FINE_PX = 1;
const LEAST_PX = 2; // a press that moves less is no move

function corner([lng, lat]) {
  return L.latLng(lat, lng);
}

class Piece {
  /** `shape`: id, title, parts (polygons of rings of [longitude, latitude]); `done({id, from, to})` ends a move. */
  constructor(drag, shape, done) {
    this.map = drag.map;
    this.texts = drag.texts;
    this.shape = shape;
    this.done = done;
    this.home = shape.parts.map((rings) => rings.map((ring) => ring.map(corner)));
    this.outline = L.polygon(this.home, STYLE).addTo(drag.group);
    const node = this.outline.getElement();
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", shape.title);
    node.dataset.moves = shape.id;
    L.DomEvent.disableClickPropagation(node);
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "keydown"]) {
      node.addEventListener(name, (event) => this[`_${name}`](event));
    }
    this._rest();
  }

  _rest() {
    this.from = null;
    this.shift = L.point(0, 0);
    this.outline.unbindTooltip();
    this.outline.bindTooltip(document.createTextNode(this.shape.title), { sticky: true });
    this.outline.setLatLngs(this.home);
  }

  _pointerdown(event) {
    if (event.button) return;
    event.preventDefault();
    event.target.setPointerCapture(event.pointerId);
    event.target.focus({ preventScroll: true });
    this.from = this.map.mouseEventToLatLng(event);
    this.begin = L.point(event.clientX, event.clientY);
  }

  _pointermove(event) {
    if (!this.from) return;
    this._show(L.point(event.clientX, event.clientY).subtract(this.begin));
  }

  _pointerup() {
    if (!this.from) return;
    if (this.shift.distanceTo([0, 0]) < LEAST_PX) this._rest();
    else this._finish();
  }

  _pointercancel() {
    this._rest();
  }

  _keydown(event) {
    const arrow = ARROWS[event.key];
    if (arrow) {
      this.from ??= this.outline.getBounds().getCenter();
      this._show(this.shift.add(L.point(arrow).multiplyBy(event.shiftKey ? FINE_PX : STEP_PX)));
    } else if (event.key === "Escape") this._rest();
    else if (event.key === "Enter" && this.from) this._finish();
    else return;
    event.stopPropagation();
    event.preventDefault();
  }

  _moved(latlng) {
    return this.map.unproject(this.map.project(latlng).add(this.shift));
  }

  /** Show the shape so many pixels from home, with the length of the move. */
  _show(shift) {
    this.shift = shift;
    this.outline.setLatLngs(this.home.map((rings) => rings.map((ring) => ring.map((point) => this._moved(point)))));
    const metres = lengthText(lineLength([this.from, this._moved(this.from)]), this.texts);
    this.outline.unbindTooltip();
    this.outline.bindTooltip(document.createTextNode(metres), { permanent: true, direction: "top", className: "pp-drag-length", offset: [0, -12] });
  }

  _finish() {
    const [from, to] = [this.from, this._moved(this.from)].map((point) => point.wrap()).map(({ lat, lng }) => [lng, lat]);
    this.from = null;
    this.done({ id: this.shape.id, from, to });
  }
}

export class Drag {
  constructor(map, moved) {
    const pane = map.createPane("ppDrag");
    pane.style.zIndex = 445;
    this.map = map;
    this.moved = moved;
    this.group = L.layerGroup().addTo(map);
  }

  /** Offer shapes, `{token, shapes}`; each new token, or other shapes, put all of them where the server has them. */
  show(wish, texts) {
    const wanted = JSON.stringify(wish);
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.texts = texts;
    this.group.clearLayers();
    for (const shape of wish?.shapes ?? []) new Piece(this, shape, (event) => this.moved(event));
  }
}
