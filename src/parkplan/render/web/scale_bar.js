// A scale bar in round metres at the middle of the view.

import { element, sentence } from "./dom.js";

const LARGEST_PX = 110;

/** The largest of 1, 2, 5 times a power of ten that is not above the value. */
export function roundDown(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].find((step) => step * power <= value) * power;
}

export class ScaleBar {
  constructor(map, texts) {
    this.map = map;
    this.texts = texts;
    this.label = element("span", { class: "pp-scale-label" });
    this.bar = element("span", { class: "pp-scale-bar" });
    this.node = element("div", { class: "pp-scale" }, this.label, this.bar);
    map.on("move zoomend resize", this.update, this);
    this.update();
  }

  update() {
    const size = this.map.getSize();
    if (!size.x) return;
    const middle = size.y / 2;
    const from = this.map.containerPointToLatLng([0, middle]);
    const to = this.map.containerPointToLatLng([LARGEST_PX, middle]);
    const longest = this.map.distance(from, to);
    if (!(longest > 0)) return;
    const metres = roundDown(longest);
    this.bar.style.width = `${(LARGEST_PX * metres) / longest}px`;
    const pattern = metres < 1000 ? this.texts.metres : this.texts.kilometres;
    this.label.textContent = sentence(pattern, { value: metres < 1000 ? metres : metres / 1000 });
  }
}
