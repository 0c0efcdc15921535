// The moving parts of a report: tables that sort and filter, maps with layers, zoom and pan.

const number = (cell) => Number.parseFloat(cell.textContent.replaceAll(",", ""));

function compare(left, right) {
  const [a, b] = [number(left), number(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number.isNaN(a) - Number.isNaN(b) || left.textContent.localeCompare(right.textContent);
  }
  return a - b;
}

function sort(table, place) {
  const head = table.tHead.rows[0].cells[place];
  const falling = head.getAttribute("aria-sort") === "ascending";
  for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].sort((a, b) => compare(a.cells[place], b.cells[place]));
  table.tBodies[0].append(...(falling ? rows.reverse() : rows));
}

function filter(table, controls) {
  const wanted = controls.querySelector("[type=search]").value.trim().toLowerCase();
  const slider = controls.querySelector("[type=range]");
  const least = slider ? Number(slider.value) : -Infinity;
  if (slider) controls.querySelector("output").textContent = slider.value;
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    const enough = !slider || slider.value === slider.min || number(row.cells[slider.dataset.column]) >= least;
    row.hidden = !(enough && row.textContent.toLowerCase().includes(wanted));
    shown += !row.hidden;
  }
  controls.querySelector(".count").textContent = `${shown} / ${table.tBodies[0].rows.length}`;
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    head.tabIndex = 0;
    head.addEventListener("click", () => sort(table, place));
    head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(table, place); });
  });
  const controls = document.getElementById(`filter-${table.id}`);
  if (controls) {
    controls.addEventListener("input", () => filter(table, controls));
    filter(table, controls);
  }
}

for (const map of document.querySelectorAll(".map")) {
  const svg = map.querySelector("svg");
  const whole = svg.viewBox.baseVal;
  const view = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  const first = view.width;
  const show = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  const place = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  map.addEventListener("input", (event) => {
    const layer = svg.querySelector(`[data-layer="${event.target.dataset.of}"]`);
    if (event.target.type === "checkbox") layer.style.display = event.target.checked ? "" : "none";
    else layer.style.opacity = event.target.value;
  });
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const factor = event.deltaY > 0 ? 1.25 : 0.8;
    if (view.width * factor > first * 1.5 || view.width * factor < first / 200) return;
    const at = place(event);
    Object.assign(view, {
      x: at.x - (at.x - view.x) * factor, y: at.y - (at.y - view.y) * factor,
      width: view.width * factor, height: view.height * factor,
    });
    show();
  }, { passive: false });
  let held = null;
  svg.addEventListener("pointerdown", (event) => { held = place(event); svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointerup", () => { held = null; });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const at = place(event);
    view.x += held.x - at.x;
    view.y += held.y - at.y;
    show();
  });
}
