// The layers of one map: what Python wants (spec) and what the user made of it (visible, opacity, order, classes off).
// Python's later word counts only where it changed: a rerun of the page does not undo the user's choices.

import { VectorLayer } from "./vector_layer.js";

const USER_FIELDS = ["visible", "opacity", "order"];

export class LayerItems {
  /** `made`: layers that the map's script created, by id; `changed()` is called after every change. */
  constructor(map, made, changed) {
    this.map = map;
    this.made = made;
    this.changed = changed;
    this.items = new Map();
    this.selection = {};
  }

  /** Take over the specs of a page; `restored` holds the user's choices of an earlier life of this map. */
  take(specs, restored = []) {
    const earlier = new Map(restored.map((entry) => [entry.id, entry]));
    const wanted = new Set(specs.map((spec) => spec.id));
    for (const [id, item] of this.items) {
      if (!wanted.has(id)) {
        this._detach(item);
        this.items.delete(id);
      }
    }
    for (const spec of specs) {
      const item = this.items.get(spec.id);
      if (item) this._renew(item, spec);
      else this.items.set(spec.id, this._create(spec, earlier.get(spec.id)));
    }
    this._apply();
  }

  _create(spec, earlier) {
    const { visible, opacity, order } = { ...spec, ...earlier };
    return { spec, visible, opacity, order, hidden: new Set(earlier?.hidden ?? []), layer: this.made[spec.id] ?? null };
  }

  _renew(item, spec) {
    for (const field of USER_FIELDS) if (spec[field] !== item.spec[field]) item[field] = spec[field];
    item.spec = spec;
  }

  _detach(item) {
    if (item.layer) this.map.removeLayer(item.layer);
  }

  _apply() {
    for (const item of this.items.values()) {
      const spec = { ...item.spec, opacity: item.opacity, order: item.order };
      if (!item.visible || !spec.hasData) this._detach(item);
      if (!spec.hasData) continue;
      if (item.layer) item.layer.update(spec);
      else if (item.visible) item.layer = new VectorLayer(spec);
      if (!item.layer) continue;
      item.layer.hidden = item.hidden;
      item.layer.selected = new Set(this.selection[spec.id] ?? []);
      if (item.layer.options.opacity !== item.opacity) item.layer.setOpacity(item.opacity);
      if (item.visible && !this.map.hasLayer(item.layer)) this.map.addLayer(item.layer);
    }
    this.changed();
  }

  /** Layers on the map, from the top down. */
  shown() {
    return this.fromTop()
      .filter((item) => item.layer && this.map.hasLayer(item.layer))
      .map((item) => item.layer);
  }

  fromTop() {
    return [...this.items.values()].sort((a, b) => b.order - a.order);
  }

  /** Groups in the order in which the page names them. */
  groups() {
    const titles = [...new Set([...this.items.values()].map((item) => item.spec.group))];
    const fromTop = this.fromTop();
    return titles.map((title) => ({ title, items: fromTop.filter((item) => item.spec.group === title) }));
  }

  setVisible(id, visible) {
    this.items.get(id).visible = visible;
    this._apply();
  }

  setOpacity(id, opacity) {
    const item = this.items.get(id);
    item.opacity = opacity;
    item.layer?.setOpacity(opacity);
    this.changed("quiet");
  }

  toggleClass(id, index) {
    const item = this.items.get(id);
    if (!item.hidden.delete(index)) item.hidden.add(index);
    item.layer?.setFilter(item.hidden);
    this.changed();
  }

  /** Put a layer directly above another one of its group (or below all of them): the group keeps its places on the map. */
  move(id, before) {
    const group = this.groups().find((one) => one.items.some((item) => item.spec.id === id)).items;
    const places = group.map((item) => item.order);
    const moved = group.filter((item) => item.spec.id !== id);
    const at = before === null ? moved.length : moved.findIndex((item) => item.spec.id === before);
    moved.splice(at, 0, this.items.get(id));
    moved.forEach((item, i) => (item.order = places[i]));
    this._apply();
  }

  /** Mark features: `{layer id: [feature ids]}`; kept for layers that are switched on later. */
  select(selection) {
    this.selection = selection;
    for (const { layer, spec } of this.items.values()) layer?.select(selection[spec.id] ?? []);
  }

  /** What is to be remembered, for exports and for a later visit of the page. */
  state() {
    return this.fromTop().map(({ spec, visible, opacity, order, hidden }) => ({
      id: spec.id,
      visible: visible && spec.hasData,
      opacity,
      order,
      hidden: [...hidden],
    }));
  }
}
