// One map: the Leaflet map that folium's script builds, its layers, and the panel around it.

import { Chrome } from "./chrome.js";
import { element } from "./dom.js";
import { Drag } from "./drag.js";
import { projector } from "./geodesy.js";
import { highlightPainter } from "./highlight.js";
import { labelPainter } from "./labels.js";
import { LayerItems } from "./layer_items.js";
import { LayerTree } from "./layer_tree.js";
import { L } from "./leaflet.js";
import { Legend } from "./legend.js";
import { Markers } from "./markers.js";
import { Measure } from "./measure.js";
import { OverlayCanvas } from "./overlay_canvas.js";
import { Pointer } from "./pointer.js";

const SETTLED_MS = 350; // a view is reported when it has been at rest for this long
const NARROW_PX = 720;
const EDGE_PX = 20;
const TOOLS_PX = 60;
const LEAST_PX = 420; // what is looked at may be squeezed between the cards to this width, not further
let numberOfMaps = 0;

function bounds([west, south, east, north]) {
  return L.latLngBounds([south, west], [north, east]);
}

/** Run folium's script: it creates a map in the element that carries the name of the page, and returns it. */
function runScript(page, container) {
  container.id = page.name;
  const map = new Function("L", `${page.script}\nreturn ${page.name};`)(L);
  numberOfMaps += 1;
  container.id = `pp_canvas_${numberOfMaps}`; // the same page may be shown twice in one document
  return map;
}

export class MapView {
  /**
   * `options`: texts, restore (an earlier view state or null), clicked(event), viewed(state), drew(shape),
   * shifted(move), moved(view), fonts (promises: names are painted again, and only then the map has loaded).
   * A compact page is a map to look at: nothing lies open on it, the wheel scrolls what is around it, and it reports
   * nothing but the clicks that its page asks for, so that the page around it is not run again.
   */
  constructor(root, page, options) {
    this.page = page;
    this.options = options;
    this.faults = { count: 0, reason: "", layers: new Set() };
    this.loading = new Set();
    this.canvas = element("div", { class: "pp-canvas" });
    this.root = element("div", { class: page.compact ? "pp-map pp-compact" : "pp-map", "data-map": page.name }, this.canvas);
    root.append(this.root);
    this.map = runScript(page, this.canvas);
    this.map.attributionControl?.setPrefix(false);
    if (page.compact) this.map.scrollWheelZoom.disable();
    this.items = new LayerItems(this.map, this.map.parkplanLayers ?? {}, (kind) => this._changed(kind));
    this._overlays();
    this._build(options.texts);
    this.pointer = new Pointer(this, (event) => options.clicked(event));
    this.markers = new Markers(this.map, (event) => options.clicked(event));
    this.drag = new Drag(this.map, (event) => options.shifted(event));
    this._listen();
    this._place(options.restore);
    this.items.take(page.layers, options.restore?.layers);
    for (const font of options.fonts) this._await(font);
    this.root.dataset.loading = String(this.loading.size);
  }

  _await(font) {
    this._progress(font, true);
    font.then(() => this._progress(font, false));
  }

  _overlays() {
    const pane = (name, order) => {
      const made = this.map.createPane(name);
      made.style.zIndex = order;
      made.style.pointerEvents = "none";
    };
    pane("ppHighlight", 420);
    pane("ppLabels", 440);
    const state = () => ({ layers: this.shownLayers(), hover: this.pointer?.hover ?? null });
    this.highlight = new OverlayCanvas(highlightPainter(state), { pane: "ppHighlight", className: "pp-highlight" });
    const names = labelPainter(() => this.shownLayers(), (placed) => (this.placedLabels = placed));
    this.labels = new OverlayCanvas(names, { pane: "ppLabels", className: "pp-labels" });
  }

  _build(texts) {
    this.texts = texts;
    this.project = projector(this.page.crsDefinition);
    const pressed = (kind) => {
      for (const name of ["length", "area"]) this.chrome?.pressTool(name, kind === name);
    };
    this.measure = new Measure(this.map, texts, pressed, (kind, points) => this._drew(kind, points));
    this.chrome = new Chrome(this, this.page, texts);
    this.legend = new Legend(texts, (id, index) => this.items.toggleClass(id, index));
    this.tree = new LayerTree(texts, {
      setVisible: (id, on) => this.items.setVisible(id, on),
      setOpacity: (id, share) => this.items.setOpacity(id, share),
      move: (id, before) => this.items.move(id, before),
      zoomTo: (id) => this.fit(this.items.items.get(id).spec.bounds),
      close: () => this.togglePart("tree"),
    });
    this.surround = [this.tree.node, this.measure.node, this.legend.node, ...this.chrome.nodes()];
    this.root.append(...this.surround);
    const narrow = this.root.clientWidth && this.root.clientWidth < NARROW_PX;
    if (narrow || this.page.compact) {
      this.tree.node.hidden = true;
      this.legend.setOpen(false);
    }
    for (const part of ["tree", "legend"]) this.chrome.pressTool(part === "tree" ? "layers" : part, !this[part].node.hidden);
  }

  _listen() {
    const { map } = this;
    map.on("layeradd", ({ layer }) => this._watch(layer));
    map.on("layerremove", ({ layer }) => this._settle(layer));
    map.eachLayer((layer) => this._watch(layer));
    map.on("moveend zoomend", () => this._viewed());
    map.on("zoomend", () => this._render());
    map.on("move", () => this.options.moved(this));
    this.highlight.addTo(map);
    this.labels.addTo(map);
    // a map in a hidden tab has no size: the view is set again when it gets one
    this.resized = new ResizeObserver(() => {
      map.invalidateSize({ pan: false });
      if (!this.placed && this.canvas.clientWidth) this._place(this.options.restore);
    });
    this.resized.observe(this.canvas);
    this.root.addEventListener("fullscreenchange", () => this.chrome.showFullScreen(document.fullscreenElement === this.root));
  }

  _watch(layer) {
    if (!layer.spec || layer.watched) return;
    layer.watched = true;
    layer.on("loading", () => this._progress(layer, true));
    layer.on("load", () => this._progress(layer, false));
    layer.on("tiledata", () => this._repaintOverlays());
    layer.on("tilefault", ({ fault }) => this._fault(layer, fault));
    if (layer.isLoading()) this._progress(layer, true);
  }

  _settle(layer) {
    if (layer.spec) this._progress(layer, false);
  }

  /** `part`: a layer or the promise of a font. */
  _progress(part, on) {
    if (on) this.loading.add(part);
    else this.loading.delete(part);
    this.chrome.showProgress(this.loading.size > 0);
    this.root.dataset.loading = String(this.loading.size);
    this._repaintOverlays();
  }

  _fault(layer, fault) {
    this.faults.count += 1;
    this.faults.reason = fault.message || this.faults.reason;
    this.faults.layers.add(layer);
    this.chrome.showFault(this.faults.count, this.faults.reason, () => this._retry());
  }

  _retry() {
    const { layers } = this.faults;
    this.faults = { count: 0, reason: "", layers: new Set() };
    this.chrome.showFault(0);
    for (const layer of layers) if (this.map.hasLayer(layer)) layer.redraw();
  }

  _repaintOverlays() {
    this.highlight.schedule();
    this.labels.schedule();
  }

  _place(restore) {
    this.placed = this.canvas.clientWidth > 0;
    // a view of another district (another workspace was opened since) is no view of this one
    const known = restore?.center && bounds(this.page.bounds).pad(1).contains(restore.center);
    if (known) this.map.setView(restore.center, restore.zoom, { animate: false });
    else this.goHome({ animate: false });
  }

  _changed(kind) {
    if (kind !== "quiet") this._render();
    this._repaintOverlays();
    this._viewed();
  }

  _render() {
    this.tree.render(this.items.groups());
    this.legend.render(this.items.fromTop(), Math.round(this.map.getZoom()));
    this.chrome.showEmpty(![...this.items.items.values()].some((item) => item.spec.hasData));
  }

  _viewed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.options.viewed(this.state()), SETTLED_MS);
  }

  /** Let the next line ("length") or area be drawn and reported; null ends that. */
  draw(kind) {
    if (this.drawing || kind) this.measure.clear();
    this.drawing = kind;
    this.root.dataset.draw = kind ?? "";
    if (kind) this.measure.start(kind);
  }

  _drew(kind, points) {
    if (this.drawing !== kind) return;
    const corners = points.map((point) => point.wrap()).map(({ lat, lng }) => [lng, lat]);
    this.draw(null);
    this.options.drew({ kind, points: corners });
  }

  /** What the map shows now. */
  state() {
    const { lat, lng } = this.map.getCenter();
    const box = this.map.getBounds();
    return {
      center: [lat, lng],
      zoom: this.map.getZoom(),
      bounds: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()],
      layers: this.items.state(),
    };
  }

  shownLayers() {
    return this.items.shown();
  }

  goHome(options) {
    this.fit(this.page.bounds, options);
  }

  /** Show an extent beside the cards, not under them, where the map is wide enough. */
  fit(box, options = {}) {
    if (!box) return;
    const width = this.canvas.clientWidth;
    const card = (part) => (this[part].node.hidden || (part === "legend" && !this.legend.open) ? 0 : this[part].node.offsetWidth);
    const tools = width >= 600 ? TOOLS_PX : EDGE_PX;
    const [left, right] = [card("tree") + EDGE_PX, Math.max(tools, card("legend") + EDGE_PX)];
    const ways = [[left, right], [left, tools], [EDGE_PX, EDGE_PX]];
    const paddings = ways.find(([west, east]) => width - west - east >= LEAST_PX) ?? ways.at(-1);
    this.map.fitBounds(bounds(box), {
      paddingTopLeft: [paddings[0], EDGE_PX],
      paddingBottomRight: [paddings[1], EDGE_PX],
      maxZoom: 18,
      ...options,
    });
  }

  togglePart(part) {
    const { node } = this[part];
    node.hidden = !node.hidden;
    this.chrome.pressTool(part === "tree" ? "layers" : part, !node.hidden);
  }

  toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen();
  }

  /** Take over a new page of the same map: the view stays, and only layers that changed are touched. */
  update(page, texts) {
    const framed = ["synthetic", "crsName", "crsDefinition"];
    const rebuilt = texts !== this.texts || framed.some((name) => page[name] !== this.page[name]);
    const elsewhere = String(page.bounds) !== String(this.page.bounds);
    this.page = page;
    if (rebuilt) {
      this.measure.remove();
      this.chrome.remove();
      for (const node of this.surround) node.remove();
      this._build(texts);
    }
    this.items.take(page.layers);
    if (elsewhere) this.goHome({ animate: false });
  }

  remove() {
    clearTimeout(this.timer);
    this.resized.disconnect();
    this.map.remove();
    this.root.remove();
  }
}
