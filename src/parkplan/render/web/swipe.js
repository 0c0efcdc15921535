// Two maps, one over the other: a handle says how much of the upper one is seen.

import { element } from "./dom.js";

const MIDDLE = 50;

export class Swipe {
  constructor(root) {
    this.root = root;
    this.line = element("div", { class: "pp-swipe-line" });
    this.handle = element("input", { class: "pp-swipe", type: "range", min: 0, max: 100, step: 0.5, value: MIDDLE });
    this.handle.addEventListener("input", () => this._place());
  }

  /** `title` names the handle for those who do not see it; null hides it. */
  show(title) {
    if (title === null) {
      this.line.remove();
      this.handle.remove();
      return;
    }
    this.handle.setAttribute("aria-label", title);
    if (!this.handle.isConnected) this.root.append(this.line, this.handle);
    this._place();
  }

  _place() {
    this.root.style.setProperty("--pp-swipe", `${this.handle.value}%`);
  }
}
