// The layer tree: groups, a checkbox and an opacity for each layer, and its place among the layers of the group.
// A layer without data stays in the tree, greyed, with the reason.

import { drawing, element, fill, iconButton } from "./dom.js";
import { ICONS } from "./icons.js";

export class LayerTree {
  /** `actions`: setVisible(id, on), setOpacity(id, share), move(id, beforeId or null), zoomTo(id), close(). */
  constructor(texts, actions) {
    this.texts = texts;
    this.actions = actions;
    this.opened = new Set();
    this.closedGroups = new Set();
    this.body = element("div", { class: "pp-tree-body" });
    const close = iconButton(ICONS.close, texts.close, () => actions.close(), "pp-small-button");
    const header = element("header", {}, element("strong", {}, texts.layers), close);
    this.node = element("section", { class: "pp-card pp-tree", "aria-label": texts.layers }, header, this.body);
  }

  /** `groups`: [{title, items}], items from the top of the map down. */
  render(groups) {
    this.groups = groups;
    const focused = document.activeElement?.dataset?.focus;
    fill(this.body, ...groups.map((group) => this._group(group)));
    if (focused) this.body.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  _group(group) {
    const closed = this.closedGroups.has(group.title);
    const on = group.items.filter((item) => item.visible && item.spec.hasData).length;
    const toggle = () => {
      if (closed) this.closedGroups.delete(group.title);
      else this.closedGroups.add(group.title);
      this.render(this.groups);
    };
    const heading = element(
      "button",
      { type: "button", class: "pp-group", "aria-expanded": String(!closed), onclick: toggle, "data-focus": `group ${group.title}` },
      drawing(ICONS.chevron),
      element("span", { class: "pp-group-title" }, group.title),
      element("span", { class: "pp-count" }, `${on}/${group.items.length}`),
    );
    return element("div", { class: "pp-group-box" }, heading, ...(closed ? [] : group.items.map((item) => this._row(item, group))));
  }

  _row(item, group) {
    const { spec } = item;
    const row = element("div", { class: `pp-layer${spec.hasData ? "" : " pp-absent"}`, "data-layer": spec.id });
    const box = element("input", {
      type: "checkbox",
      checked: item.visible && spec.hasData,
      disabled: !spec.hasData,
      "data-focus": `visible ${spec.id}`,
      onchange: (event) => this.actions.setVisible(spec.id, event.target.checked),
    });
    const label = element("label", { class: "pp-layer-title", title: spec.note || spec.title }, box, element("span", {}, spec.title));
    const line = element("div", { class: "pp-layer-line" }, this._grip(item, group, row), label);
    row.append(line);
    if (!spec.hasData) {
      row.append(element("p", { class: "pp-quiet pp-reason" }, spec.reason || this.texts.no_data));
      return row;
    }
    const open = this.opened.has(spec.id);
    const more = iconButton(ICONS.chevron, this.texts.layer_settings, () => this._toggleSettings(spec.id), "pp-small-button pp-more");
    more.setAttribute("aria-expanded", String(open));
    more.dataset.focus = `more ${spec.id}`;
    line.append(more);
    if (open) row.append(this._settings(item, group));
    return row;
  }

  _toggleSettings(id) {
    if (this.opened.has(id)) this.opened.delete(id);
    else this.opened.add(id);
    this.render(this.groups);
  }

  _settings(item, group) {
    const { texts } = this;
    const { id } = item.spec;
    const value = element("output", {}, `${Math.round(item.opacity * 100)}%`);
    const slider = element("input", {
      type: "range",
      min: 0,
      max: 100,
      value: Math.round(item.opacity * 100),
      "aria-label": texts.opacity,
      title: texts.opacity,
      "data-focus": `opacity ${id}`,
      oninput: (event) => {
        value.textContent = `${event.target.value}%`;
        this.actions.setOpacity(id, event.target.value / 100);
      },
    });
    const at = group.items.indexOf(item);
    const up = iconButton(ICONS.up, texts.move_up, () => this.actions.move(id, group.items[at - 1].spec.id), "pp-small-button");
    const below = group.items[at + 2]?.spec.id ?? null;
    const down = iconButton(ICONS.down, texts.move_down, () => this.actions.move(id, below), "pp-small-button");
    up.disabled = at === 0;
    down.disabled = at === group.items.length - 1;
    up.dataset.focus = `up ${id}`;
    down.dataset.focus = `down ${id}`;
    const extent = item.spec.bounds ? iconButton(ICONS.target, texts.zoom_to_layer, () => this.actions.zoomTo(id), "pp-small-button") : null;
    return element("div", { class: "pp-settings" }, element("span", { class: "pp-quiet" }, texts.opacity), slider, value, up, down, extent);
  }

  // dragging by the grip moves a layer inside its group; the same is done with the two arrow buttons
  _grip(item, group, row) {
    const grip = element("span", { class: "pp-grip", draggable: "true", title: this.texts.drag }, drawing(ICONS.grip));
    grip.addEventListener("dragstart", (event) => {
      this.dragged = { id: item.spec.id, group: group.title };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.spec.id);
      row.classList.add("pp-dragged");
    });
    grip.addEventListener("dragend", () => {
      this.dragged = null;
      this.render(this.groups);
    });
    const mine = () => this.dragged && this.dragged.group === group.title && this.dragged.id !== item.spec.id;
    row.addEventListener("dragover", (event) => {
      if (!mine()) return;
      event.preventDefault();
      row.classList.add("pp-drop");
    });
    row.addEventListener("dragleave", () => row.classList.remove("pp-drop"));
    row.addEventListener("drop", (event) => {
      if (!mine()) return;
      event.preventDefault();
      this.actions.move(this.dragged.id, item.spec.id);
    });
    return grip;
  }
}
