// Elements are built from data, never from markup: a text can only become a text node.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (keys that start with "on") and children; strings become text nodes. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** An SVG drawing of 24 units from path data (our own constants, never data from outside). */
export function drawing(paths, attributes = {}) {
  const svg = document.createElementNS(SVG, "svg");
  const all = { viewBox: "0 0 24 24", class: "pp-icon", "aria-hidden": "true", ...attributes };
  for (const [name, value] of Object.entries(all)) svg.setAttribute(name, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** A button with an icon; its title is also what a screen reader says. */
export function iconButton(paths, title, onclick, className = "pp-button") {
  return element("button", { type: "button", class: className, title, "aria-label": title, onclick }, drawing(paths));
}

/** Replace the children of a node. */
export function fill(node, ...children) {
  node.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A sentence from its pattern: every {name} is replaced by the value of that name, once, as text. */
export function sentence(pattern, values = {}) {
  return (pattern ?? "").replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
