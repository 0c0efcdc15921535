// The legend: only layers that are visible, a swatch per class, and a class is switched by clicking it.

import { element, fill, iconButton } from "./dom.js";
import { ICONS } from "./icons.js";
import { swatch } from "./swatch.js";

function classButton(item, entry, texts, toggle) {
  const off = item.hidden.has(entry.index);
  const count = entry.count === null || entry.count === undefined ? null : entry.count.toLocaleString("en-US");
  return element(
    "button",
    {
      type: "button",
      class: "pp-class",
      "aria-pressed": off ? "false" : "true",
      "data-class": entry.index,
      title: off ? texts.show_class : texts.hide_class,
      onclick: () => toggle(item.spec.id, entry.index),
    },
    swatch(item.spec, entry),
    element("span", { class: "pp-class-title" }, entry.title),
    count === null ? null : element("span", { class: "pp-count" }, count),
  );
}

export class Legend {
  /** `toggle(layerId, classIndex)` switches a class. */
  constructor(texts, toggle) {
    this.texts = texts;
    this.toggle = toggle;
    this.open = true;
    this.body = element("div", { class: "pp-legend-body" });
    this.close = iconButton(ICONS.down, texts.collapse, () => this.setOpen(!this.open), "pp-small-button pp-collapse");
    const title = element("strong", {}, texts.legend);
    this.node = element("section", { class: "pp-card pp-legend", "aria-label": texts.legend }, element("header", {}, title, this.close), this.body);
  }

  setOpen(open) {
    this.open = open;
    this.node.classList.toggle("pp-closed", !open);
    this.close.title = open ? this.texts.collapse : this.texts.expand;
    this.close.setAttribute("aria-label", this.close.title);
  }

  /** `items`: layers from the top of the map down; `zoom`: of the map. */
  render(items, zoom) {
    const shown = items.filter((item) => item.visible && item.spec.hasData);
    const blocks = shown.map((item) => this._block(item, zoom));
    fill(this.body, ...blocks, shown.length ? null : element("p", { class: "pp-quiet" }, this.texts.legend_empty));
    this.node.hidden = false;
  }

  _block(item, zoom) {
    const { spec } = item;
    const block = element("div", { class: "pp-legend-layer", "data-layer": spec.id });
    if (zoom < spec.zoom[0] || zoom > spec.zoom[1]) {
      const hint = zoom < spec.zoom[0] ? this.texts.zoom_in : this.texts.zoom_out_hint;
      block.append(element("div", { class: "pp-legend-title" }, `${spec.title} · ${hint}`));
    } else if (spec.classes.length === 1) {
      block.append(classButton(item, { ...spec.classes[0], title: spec.title }, this.texts, this.toggle));
    } else {
      block.append(element("div", { class: "pp-legend-title" }, spec.title));
      // classes without a single row would only lengthen the legend
      const present = spec.classes.filter((entry) => entry.count !== 0);
      block.append(...present.map((entry) => classButton(item, entry, this.texts, this.toggle)));
    }
    return block;
  }
}
