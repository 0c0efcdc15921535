// One map layer drawn from vector tiles: a canvas per tile, painted again without fetching when classes are switched,
// and painted pictures of whole tiles below the zoom where single features are smaller than a pixel.

import { L } from "./leaflet.js";
import { covers, pointScale } from "./symbols.js";
import { decodeTile } from "./tile_decode.js";
import { fetchTile } from "./tile_fetch.js";
import { hitsInTile } from "./tile_hit.js";
import { paintOverview, paintTile } from "./tile_paint.js";

const LARGEST_CANVAS_RATIO = 8;
const REACH_PX = { polygon: 3, line: 7, point: 5 };

/** What repaints a tile needs: anything else in a spec (titles, reasons) is the panel's business. */
const PAINTED = ["classes", "symbol", "geometry", "label"];

export const VectorLayer = L.GridLayer.extend({
  options: { pane: "tilePane", keepBuffer: 1, updateWhenZooming: false, tileSize: 256 },

  /** `spec`: id, url, overviewUrl, overviewBelow, geometry, classes, symbol, label, zoom, nativeZoom, opacity, order. */
  initialize(spec) {
    this.spec = spec;
    this.hidden = new Set();
    this.selected = new Set();
    this.decoded = new Map();
    L.setOptions(this, {
      minZoom: spec.zoom[0],
      maxZoom: spec.zoom[1],
      maxNativeZoom: spec.nativeZoom,
      opacity: spec.opacity,
      zIndex: spec.order,
    });
  },

  onAdd(map) {
    L.GridLayer.prototype.onAdd.call(this, map);
    map.on("zoomend", this.repaint, this);
  },

  onRemove(map) {
    map.off("zoomend", this.repaint, this);
    for (const key of Object.keys(this._tiles)) this._giveUp(key);
    this.decoded.clear();
    L.GridLayer.prototype.onRemove.call(this, map);
  },

  createTile(coordinates, done) {
    const canvas = L.DomUtil.create("canvas", "leaflet-tile");
    const entry = { coordinates, canvas, abort: new AbortController(), tile: null, picture: null };
    canvas.entry = entry;
    this.decoded.set(this._tileCoordsToKey(coordinates), entry);
    this._fetch(entry).then(
      () => done(null, canvas),
      (fault) => {
        if (entry.abort.signal.aborted) return;
        this.fire("tilefault", { layer: this, fault });
        done(fault, canvas);
      },
    );
    return canvas;
  },

  async _fetch(entry) {
    await null; // tiles that the map drops again while it is set up are never asked for
    if (entry.abort.signal.aborted) throw entry.abort.signal.reason;
    const overview = this._painted(entry.coordinates.z);
    const address = this._address(entry.coordinates, overview);
    entry.address = address;
    const response = await fetchTile(address, entry.abort.signal);
    const picture = response && overview ? await createImageBitmap(await response.blob()) : null;
    const tile = response && !overview ? decodeTile(await response.arrayBuffer(), this.getTileSize().x) : null;
    if (entry.address !== address) return; // meanwhile another picture was asked for
    Object.assign(entry, { picture, tile, painted: overview });
    this._paint(entry);
    this.fire("tiledata", { layer: this });
  },

  /** Classes that are switched off are left out of features by the browser, out of pictures by the server. */
  _address(coordinates, overview) {
    const address = L.Util.template(overview ? this.spec.overviewUrl : this.spec.url, coordinates);
    if (!overview || !this.hidden.size) return address;
    const hidden = [...this.hidden].sort((a, b) => a - b).join(",");
    return `${address}${address.includes("?") ? "&" : "?"}hidden=${hidden}`;
  },

  async _fetchPictures() {
    const entries = [...this.decoded.values()].filter((entry) => entry.painted);
    if (!entries.length) return;
    this.fire("loading");
    const fetched = entries.map((entry) =>
      this._fetch(entry).catch((fault) => entry.abort.signal.aborted || this.fire("tilefault", { layer: this, fault })),
    );
    await Promise.all(fetched);
    if (!this._loading) this.fire("load");
  },

  _removeTile(key) {
    this._giveUp(key);
    this.decoded.delete(key);
    L.GridLayer.prototype._removeTile.call(this, key);
    // Leaflet counts a tile as awaited until it arrives: one that was given up would leave the layer loading for ever
    if (this._loading && this._noTilesToLoad()) {
      this._loading = false;
      this.fire("load");
    }
  },

  _giveUp(key) {
    this._tiles[key]?.el.entry?.abort.abort();
  },

  // Between whole zooms, and closer than the deepest tiles of the server, a tile is seen through a glass: the canvas
  // gets as many pixels as the screen shows, and widths shrink by as much as the glass enlarges.
  _paint(entry) {
    if (!this._map) return;
    const zoom = this._map.getZoom();
    const glass = this._map.getZoomScale(zoom, entry.coordinates.z);
    const ratio = Math.min((window.devicePixelRatio || 1) * Math.max(1, glass), LARGEST_CANVAS_RATIO);
    const { canvas } = entry;
    const pixels = Math.round(this.getTileSize().x * ratio);
    if (canvas.width !== pixels) {
      canvas.width = pixels;
      canvas.height = pixels;
    }
    if (entry.painted) paintOverview(canvas, entry.picture);
    else paintTile(canvas, entry.tile, this.spec, this.hidden, { zoom, ratio, shrink: 1 / glass });
  },

  /** Paint what is loaded again, once per frame. */
  repaint() {
    if (this._frame) return this;
    this._frame = requestAnimationFrame(() => {
      this._frame = null;
      for (const entry of this.decoded.values()) if (entry.tile || entry.painted) this._paint(entry);
    });
    return this;
  },

  /** Ask for all tiles again. Leaflet's own redraw takes the zoom of the map, which may lie between two levels of tiles. */
  redraw() {
    if (!this._map) return this;
    this._removeAllTiles();
    const level = this._clampZoom(Math.round(this._map.getZoom()));
    if (level !== this._tileZoom) {
      this._tileZoom = level;
      this._updateLevels();
    }
    this._update();
    return this;
  },

  /** Take over a new spec: new addresses are fetched, a new look is painted from what is loaded. */
  update(spec) {
    const before = this.spec;
    this.spec = spec;
    if (spec.order !== before.order) this.setZIndex(spec.order);
    if (String(spec.zoom) !== String(before.zoom)) L.setOptions(this, { minZoom: spec.zoom[0], maxZoom: spec.zoom[1] });
    const moved = ["url", "overviewUrl", "overviewBelow"].some((name) => spec[name] !== before[name]);
    if (moved) this.redraw();
    else if (PAINTED.some((name) => JSON.stringify(spec[name]) !== JSON.stringify(before[name]))) this.repaint();
    if (moved) this.fire("tiledata", { layer: this });
    return this;
  },

  /** Hide classes: a set of class indices. */
  setFilter(hidden) {
    this.hidden = new Set(hidden);
    this.fire("tiledata", { layer: this });
    this._fetchPictures();
    return this.repaint();
  },

  /** Change symbol or classes: `{symbol, classes}`, either may be left out. */
  restyle(change) {
    return this.update({ ...this.spec, ...change });
  },

  /** Mark features by id. */
  select(ids) {
    this.selected = new Set(ids);
    this.fire("tiledata", { layer: this });
    return this;
  },

  setOpacity(opacity) {
    this.spec = { ...this.spec, opacity };
    return L.GridLayer.prototype.setOpacity.call(this, opacity);
  },

  /** Whether pictures stand in for features at the zoom of the map. */
  inOverview() {
    return this._tileZoom !== undefined && this._painted(this._tileZoom);
  },

  _painted(zoom) {
    return zoom < (this.spec.overviewBelow ?? 0) && Boolean(this.spec.overviewUrl);
  },

  /** The loaded tiles of the level that is shown. */
  shownTiles() {
    return [...this.decoded.values()].filter((entry) => entry.tile && entry.coordinates.z === this._tileZoom);
  },

  /** Screen pixels per tile pixel of the level that is shown. */
  glass() {
    return this._map.getZoomScale(this._map.getZoom(), this._tileZoom);
  },

  _reach() {
    const { geometry, symbol } = this.spec;
    const own = geometry === "point" ? symbol.radius * pointScale(this._map.getZoom()) : 0;
    return (REACH_PX[geometry] + own) / this.glass();
  },

  /** Features under a place, the one painted last first: `[{layer, id, index, solid}]`, each feature once. */
  hits(latlng) {
    if (!this._map || this._tileZoom === undefined) return [];
    if (this.inOverview()) {
      const solid = this.spec.geometry !== "polygon" || covers(this.spec.symbol);
      return [{ layer: this.spec.id, id: null, index: null, solid }];
    }
    const place = this._map.project(latlng, this._tileZoom);
    const side = this.getTileSize().x;
    const reach = this._reach();
    const found = new Map();
    for (const { coordinates, tile } of this.shownTiles()) {
      const x = place.x - coordinates.x * side;
      const y = place.y - coordinates.y * side;
      if (x < -reach || y < -reach || x > side + reach || y > side + reach) continue;
      for (const hit of hitsInTile(tile, x, y, { hidden: this.hidden, reach, filled: covers(this.spec.symbol) })) {
        const known = found.get(hit.feature.id);
        if (known) known.solid ||= hit.solid;
        else found.set(hit.feature.id, { layer: this.spec.id, id: hit.feature.id, index: hit.feature.index, solid: hit.solid });
      }
    }
    return [...found.values()];
  },
});
