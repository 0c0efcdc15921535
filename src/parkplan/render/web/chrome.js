// Everything around the map: tools, status line, badge, notices. Built anew when the language changes.

import { element, fill, iconButton, sentence } from "./dom.js";
import { ICONS } from "./icons.js";
import { ScaleBar } from "./scale_bar.js";

function toolbar(view, texts, compact) {
  const tool = (name, icon, title, action) => {
    const button = iconButton(ICONS[icon], title, action);
    button.dataset.tool = name;
    return button;
  };
  const group = (...buttons) => element("div", { class: "pp-tool-group" }, ...buttons);
  return element(
    "div",
    { class: "pp-toolbar", role: "toolbar", "aria-label": texts.tools },
    group(
      tool("zoom_in", "plus", texts.zoom_in_button, () => view.map.zoomIn()),
      tool("zoom_out", "minus", texts.zoom_out_button, () => view.map.zoomOut()),
      tool("home", "home", texts.home, () => view.goHome()),
    ),
    compact
      ? null
      : group(
          tool("length", "ruler", texts.measure_length, () => view.measure.start("length")),
          tool("area", "area", texts.measure_area, () => view.measure.start("area")),
        ),
    group(
      compact ? null : tool("layers", "layers", texts.layers, () => view.togglePart("tree")),
      tool("legend", "legend", texts.legend, () => view.togglePart("legend")),
      tool("full_screen", "enlarge", texts.full_screen, () => view.toggleFullScreen()),
    ),
  );
}

export class Chrome {
  constructor(view, page, texts) {
    this.view = view;
    this.page = page;
    this.texts = texts;
    this.toolbar = toolbar(view, texts, page.compact);
    this.coordinates = element("div", { class: "pp-coordinates", "aria-live": "off" });
    this.scale = new ScaleBar(view.map, texts);
    this.status = element("div", { class: "pp-status" }, this.scale.node, this.coordinates);
    this.notice = element("div", { class: "pp-card pp-notice", role: "alert", hidden: true });
    this.progress = element("div", { class: "pp-progress", role: "progressbar", "aria-label": texts.loading, hidden: true });
    this.badge = page.synthetic
      ? element("div", { class: "pp-badge", title: texts.synthetic_note }, element("span", { class: "pp-badge-dot" }), texts.synthetic)
      : null;
    this.empty = element("div", { class: "pp-card pp-empty", hidden: true }, element("strong", {}, texts.empty), element("p", {}, texts.empty_advice));
    this.showCoordinates(null);
  }

  nodes() {
    return [this.progress, this.toolbar, this.badge, this.status, this.notice, this.empty].filter(Boolean);
  }

  remove() {
    this.view.map.off("move zoomend resize", this.scale.update, this.scale);
    for (const node of this.nodes()) node.remove();
  }

  pressTool(name, pressed) {
    this.toolbar.querySelector(`[data-tool="${name}"]`)?.setAttribute("aria-pressed", String(pressed));
  }

  showFullScreen(on) {
    const title = on ? this.texts.leave_full_screen : this.texts.full_screen;
    const button = iconButton(ICONS[on ? "reduce" : "enlarge"], title, () => this.view.toggleFullScreen());
    button.dataset.tool = "full_screen";
    this.toolbar.querySelector('[data-tool="full_screen"]').replaceWith(button);
  }

  showCoordinates(latlng) {
    const { texts, page, view } = this;
    if (!latlng) {
      fill(this.coordinates, element("span", { class: "pp-quiet" }, page.crsName ?? ""));
      return;
    }
    const { lat, lng } = latlng.wrap();
    const parts = [sentence(texts.degrees, { lng: lng.toFixed(6), lat: lat.toFixed(6) })];
    const projected = view.project?.(latlng);
    if (projected?.every(Number.isFinite)) {
      const [easting, northing] = projected.map((value) => value.toFixed(2));
      parts.push(sentence(texts.projected, { easting, northing, crs: page.crsName }));
    }
    fill(this.coordinates, ...parts.map((part) => element("span", {}, part)));
  }

  showProgress(on) {
    this.progress.hidden = !on;
  }

  showEmpty(on) {
    this.empty.hidden = !on;
  }

  /** Say that tiles are missing: how many, why where the server said so, and offer to try again. */
  showFault(count, reason, retry) {
    if (!count) {
      this.notice.hidden = true;
      return;
    }
    const again = element("button", { type: "button", class: "pp-text-button", onclick: retry }, this.texts.retry);
    const close = iconButton(ICONS.close, this.texts.close, () => this.showFault(0), "pp-small-button");
    const words = [element("span", {}, sentence(this.texts.tile_fault, { count }))];
    if (reason) words.push(element("span", { class: "pp-quiet" }, reason));
    fill(this.notice, element("div", { class: "pp-notice-words" }, ...words), again, close);
    this.notice.hidden = false;
  }
}
