// Maps inside a page: mounts them once, then brings them up to date in place whenever new data come from Python.

import { L } from "./leaflet.js";
import { MapView } from "./map_view.js";
import { Swipe } from "./swipe.js";
import { VectorLayer } from "./vector_layer.js";

const hosts = new WeakMap();
let base = "";
const fontFaces = new Map();

/** Addresses come as /tiles/...; `base` is the path under which the application is served. */
function under(address) {
  return address && address.startsWith("/") ? base + address : address;
}

function resolved(spec) {
  return { ...spec, url: under(spec.url), overviewUrl: under(spec.overviewUrl) };
}

/** Called by the script of the page: create a layer and keep it where its map view finds it. */
export function vectorLayer(map, spec) {
  const layer = new VectorLayer(resolved(spec));
  map.parkplanLayers ??= {};
  map.parkplanLayers[spec.id] = layer;
  return layer;
}

/** Begin to load the fonts; each promise ends when its font is there, or when it is known that it will not be. */
function loadFonts(fonts) {
  for (const { weight, address } of fonts) {
    if (fontFaces.has(weight)) continue;
    const face = new FontFace("Noto Sans SC", `url("${under(address)}")`, { weight: String(weight) });
    document.fonts.add(face);
    // without our font the fonts of the system serve: a missing file is no fault of the map
    fontFaces.set(weight, face.load().catch(() => {}));
  }
}

class Host {
  constructor(root, data, emit) {
    this.root = root;
    this.views = [];
    this.fit = data.restore?.fit ?? null;
    this.drawToken = "undefined";
    this.swipe = new Swipe(root);
    this.take(data, emit);
  }

  take(data, emit) {
    this.emit = emit;
    const words = JSON.stringify(data.texts);
    if (words !== this.words) {
      this.words = words;
      this.texts = data.texts;
    }
    this.root.style.height = typeof data.height === "number" ? `${data.height}px` : data.height;
    this.root.style.setProperty("--pp-maps", data.pages.length);
    this.root.classList.toggle("pp-rows", data.pages.length > 4);
    this.root.classList.toggle("pp-swiped", Boolean(data.swipe)); // before the maps are made, which fit their size
    data.pages.forEach((page, index) => this._page({ ...page, layers: page.layers.map(resolved) }, index, data));
    for (const view of this.views.splice(data.pages.length)) view.remove();
    for (const view of this.views) {
      view.items.select(data.selection ?? {});
      view.markers.show(data.markers ?? []);
    }
    this.swipe.show(data.swipe && this.views.length > 1 ? this.texts.swipe : null);
    if (String(data.draw?.token) !== this.drawToken) {
      this.drawToken = String(data.draw?.token);
      this.views[0].draw(data.draw?.kind ?? null);
    }
    this.views[0].drag.show(data.movable ?? null, this.texts);
    if (data.fit && data.fit.token !== this.fit) {
      this.fit = data.fit.token;
      this.views[0].fit(data.fit.bounds);
    }
  }

  _page(page, index, data) {
    const known = this.views[index];
    // the script builds the first picture; later pages of the same map are brought in layer by layer
    if (known?.page.name === page.name) {
      known.update(page, this.texts);
      return;
    }
    known?.remove();
    this.views[index] = new MapView(this.root, page, {
      texts: this.texts,
      restore: index === 0 ? data.restore : null,
      clicked: (event) => (page.compact && !page.clicks) || this.emit("click", { ...event, map: index }),
      drew: (shape) => this.emit("drawn", shape),
      shifted: (move) => this.emit("shifted", move),
      viewed: (state) => index === 0 && !page.compact && this.emit("view", { ...state, fit: this.fit }),
      moved: (view) => this._follow(view),
      fonts: [...fontFaces.values()],
    });
  }

  // every other map takes the view of the one that is moved
  _follow(leader) {
    if (this.following) return;
    this.following = true;
    for (const view of this.views) {
      if (view !== leader && view) view.map.setView(leader.map.getCenter(), leader.map.getZoom(), { animate: false });
    }
    this.following = false;
  }

  remove() {
    for (const view of this.views) view.remove();
    this.views = [];
  }
}

/** Show `data` in an element. `emit(name, value)` carries "click", "drawn", "shifted" and "view" back. */
export function mount(root, data, emit) {
  base = data.base ?? "";
  L.Icon.Default.imagePath = under("/assets/leaflet/images/");
  loadFonts(data.fonts ?? []);
  const known = hosts.get(root);
  if (known) known.take(data, emit);
  else hosts.set(root, new Host(root, data, emit));
}

/** End what is shown in an element. */
export function end(root) {
  hosts.get(root)?.remove();
  hosts.delete(root);
}

export function hostOf(root) {
  return hosts.get(root);
}
