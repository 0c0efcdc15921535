// Site plans in the page: thumbnails, options by two measures, one plan large, and its massing.
// Every text becomes a text node, so that a name is never read as markup.

const SVG = 'http://www.w3.org/2000/svg';

function draw(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

function planSvg(picture, className, labels) {
  const [width, height] = picture.size;
  const margin = 0.04 * Math.max(width, height);
  const svg = draw('svg', { class: className, viewBox: `${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`, role: 'img' });
  const line = Math.max(width, height) / 900;
  for (const shape of picture.shapes) {
    append(svg, draw('path', { d: shape.d, fill: shape.c, 'fill-rule': 'evenodd', stroke: shape.l ? '#333' : 'none', 'stroke-width': line }));
    if (labels && shape.l && shape.w > 18) {
      append(svg, draw('text', { x: shape.x, y: shape.y, 'font-size': Math.min(shape.w / 3.4, line * 24), 'text-anchor': 'middle', 'dominant-baseline': 'central', fill: '#1c2733' }, shape.l));
    }
  }
  append(svg, draw('path', { d: picture.outline, fill: 'none', stroke: '#1c2733', 'stroke-width': 2 * line }));
  for (const [x, y] of picture.gates) {
    const r = 12 * line;
    append(svg, draw('path', { d: `M${x} ${y - r}L${x - r} ${y + r}L${x + r} ${y + r}Z`, fill: '#b3261e' }));
  }
  if (labels) {
    for (const mark of picture.marks) {
      append(svg, draw('polyline', { class: 'centre-line', points: mark.join(' '), fill: 'none', stroke: '#fff', 'stroke-width': 1.5 * line, 'stroke-dasharray': `${8 * line} ${6 * line}` }));
    }
    for (const street of picture.streets) {
      const [[x1, y1], [x2, y2]] = street.d;
      append(svg, draw('text', { class: 'street-name', x: (x1 + x2) / 2, y: (y1 + y2) / 2, 'font-size': 22 * line, 'text-anchor': 'middle' }, street.name));
    }
  }
  return svg;
}

function gallery(data, send) {
  const grid = make('div', 'gallery');
  for (const option of data.options) {
    const card = make('button', option.id === data.chosen ? 'option chosen' : 'option');
    card.type = 'button';
    card.dataset.option = option.id;
    card.addEventListener('click', () => send('open', option.id));
    const facts = make('div', 'option-facts');
    for (const [title, value] of option.facts) {
      append(facts, append(make('span', '', `${title} `), make('b', '', value)));
    }
    append(card, planSvg(option.picture, '', false),
      append(make('div', 'option-head'), make('span', '', option.title), make('span', option.front === 1 ? 'front' : 'front later', option.badge)), facts);
    append(grid, card);
  }
  return grid;
}

function scatter(data, send) {
  const svg = draw('svg', { class: 'scatter', viewBox: '0 0 520 340', role: 'img' });
  const frame = { left: 74, right: 505, top: 12, bottom: 292 };
  const range = (name) => {
    const values = data.points.map((point) => point[name]);
    const low = Math.min(...values);
    const high = Math.max(...values);
    const pad = (high - low || Math.abs(high) || 1) * 0.08;
    return [low - pad, high + pad];
  };
  const [x0, x1] = range('x');
  const [y0, y1] = range('y');
  const px = (x) => frame.left + (frame.right - frame.left) * (x - x0) / (x1 - x0);
  const py = (y) => frame.bottom - (frame.bottom - frame.top) * (y - y0) / (y1 - y0);
  append(svg, draw('rect', { x: frame.left, y: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top, fill: 'none', stroke: '#c5ccd2' }));
  for (const tick of data.xTicks) append(svg, draw('text', { class: 'tick', x: px(tick.value), y: frame.bottom + 15, 'text-anchor': 'middle' }, tick.text));
  for (const tick of data.yTicks) append(svg, draw('text', { class: 'tick', x: frame.left - 6, y: py(tick.value) + 4, 'text-anchor': 'end' }, tick.text));
  append(svg, draw('text', { x: (frame.left + frame.right) / 2, y: 330, 'text-anchor': 'middle' }, data.xTitle));
  append(svg, draw('text', { x: 14, y: 150, 'text-anchor': 'middle', transform: 'rotate(-90 14 150)' }, data.yTitle));
  for (const point of [...data.points].sort((a, b) => b.front - a.front)) {
    const dot = draw('circle', { class: point.id === data.chosen ? 'dot chosen' : 'dot', cx: px(point.x), cy: py(point.y), r: point.front === 1 ? 7 : 5, fill: point.front === 1 ? '#2f6f4f' : '#9aa4ab' });
    append(dot, draw('title', {}, point.text));
    dot.addEventListener('click', () => send('open', point.id));
    append(svg, dot);
  }
  return svg;
}

function plan(data) {
  const legend = make('div', 'legend');
  for (const [colour, title] of data.legend) {
    const swatch = make('i');
    swatch.style.background = colour;
    append(legend, append(make('span'), swatch, document.createTextNode(title)));
  }
  return append(make('div'), planSvg(data.picture, 'sheet', true), legend);
}

function shade(colour, factor) {
  const parts = [1, 3, 5].map((at) => Math.round(Math.min(255, parseInt(colour.slice(at, at + 2), 16) * factor)));
  return `rgb(${parts.join(',')})`;
}

// Blocks from back to front: all are parallel, so of two disjoint ones an axis of theirs separates them.
function ordered(blocks, angle, yaw) {
  const turn = -angle * Math.PI / 180;
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const boxes = blocks.map((block) => {
    const xs = block.p.map(([x, y]) => c * x - s * y);
    const ys = block.p.map(([x, y]) => s * x + c * y);
    return { block, x0: Math.min(...xs), x1: Math.max(...xs), y0: Math.min(...ys), y1: Math.max(...ys) };
  });
  // The viewer looks along (sin yaw, cos yaw); in the turned axes:
  const look = [c * Math.sin(yaw) - s * Math.cos(yaw), s * Math.sin(yaw) + c * Math.cos(yaw)];
  const hides = (a, b) => { // a stands before b
    if (a.x1 <= b.x0 + 0.01 && look[0] > 1e-9) return true;
    if (b.x1 <= a.x0 + 0.01 && look[0] < -1e-9) return true;
    if (a.y1 <= b.y0 + 0.01 && look[1] > 1e-9) return true;
    return b.y1 <= a.y0 + 0.01 && look[1] < -1e-9;
  };
  const left = new Set(boxes);
  const found = [];
  while (left.size) {
    const next = [...left].find((box) => ![...left].some((other) => other !== box && hides(box, other) && !hides(other, box))) || [...left][0];
    left.delete(next);
    found.push(next.block);
  }
  return found;
}

function massing(data, send, kept) {
  const view = kept.view || (kept.view = { yaw: 0.6, pitch: 0.62, zoom: 1 });
  const canvas = make('canvas', 'massing');
  canvas.tabIndex = 0;
  canvas.setAttribute('aria-label', data.hint);
  const paint = () => {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth || 600, canvas.clientHeight || 480];
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext('2d');
    pen.scale(ratio, ratio);
    const scale = view.zoom * Math.min(width, height * 1.5) / (2 * data.reach);
    const [c, s] = [Math.cos(view.yaw), Math.sin(view.yaw)];
    const [flat, up] = [Math.sin(view.pitch), Math.cos(view.pitch)];
    const spot = ([x, y], z) => [width / 2 + scale * (c * x - s * y), height / 2 + scale * (30 * up - flat * (s * x + c * y) - up * z)];
    const trace = (points, z) => points.forEach((point, index) => pen[index ? 'lineTo' : 'moveTo'](...spot(point, z)));
    const face = (corners, colour) => {
      pen.beginPath();
      corners.forEach((corner, index) => pen[index ? 'lineTo' : 'moveTo'](...corner));
      pen.closePath();
      pen.fillStyle = colour;
      pen.fill();
      pen.stroke();
    };
    for (const land of data.ground) {
      pen.beginPath();
      for (const ring of land.rings) { trace(ring, 0); pen.closePath(); }
      pen.fillStyle = land.c;
      pen.fill('evenodd');
    }
    pen.beginPath();
    trace(data.outline, 0);
    pen.closePath();
    pen.strokeStyle = '#1c2733';
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.lineWidth = 0.6;
    pen.strokeStyle = 'rgba(20,30,40,0.75)';
    for (const block of ordered(data.blocks, data.angle, view.yaw)) {
      block.p.forEach((from, index) => {
        const to = block.p[(index + 1) % 4];
        const middle = block.p.reduce((sum, [x, y]) => [sum[0] + x / 4, sum[1] + y / 4], [0, 0]);
        let outward = [to[1] - from[1], from[0] - to[0]];
        if (outward[0] * (from[0] - middle[0]) + outward[1] * (from[1] - middle[1]) < 0) outward = [-outward[0], -outward[1]];
        if (s * outward[0] + c * outward[1] >= 0) return; // turned away from the viewer
        const light = 0.72 + 0.2 * (outward[0] * -0.6 + outward[1] * -0.8) / Math.hypot(...outward);
        face([spot(from, 0), spot(to, 0), spot(to, block.h), spot(from, block.h)], shade(block.c, light));
        pen.beginPath();
        for (let storey = 1; storey < block.n; storey += 1) {
          const z = block.h * storey / block.n;
          pen.moveTo(...spot(from, z));
          pen.lineTo(...spot(to, z));
        }
        pen.stroke();
      });
      face(block.p.map((point) => spot(point, block.h)), shade(block.c, 1.08));
    }
    canvas.dataset.painted = String(data.blocks.length);
    canvas.dataset.yaw = view.yaw.toFixed(2);
  };
  let from = null;
  canvas.addEventListener('pointerdown', (event) => { from = [event.clientX, event.clientY]; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener('pointerup', () => { from = null; });
  canvas.addEventListener('pointermove', (event) => {
    if (!from) return;
    view.yaw -= (event.clientX - from[0]) * 0.008;
    view.pitch = Math.min(1.5, Math.max(0.2, view.pitch + (event.clientY - from[1]) * 0.006));
    from = [event.clientX, event.clientY];
    paint();
  });
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    view.zoom = Math.min(6, Math.max(0.5, view.zoom * Math.exp(-event.deltaY * 0.001)));
    paint();
  }, { passive: false });
  const keys = { ArrowLeft: ['yaw', 0.1], ArrowRight: ['yaw', -0.1], ArrowUp: ['pitch', 0.08], ArrowDown: ['pitch', -0.08] };
  canvas.addEventListener('keydown', (event) => {
    const move = keys[event.key];
    if (!move) return;
    event.preventDefault();
    view[move[0]] += move[1];
    view.pitch = Math.min(1.5, Math.max(0.2, view.pitch));
    paint();
  });
  new ResizeObserver(paint).observe(canvas);
  return append(make('div'), canvas, make('div', 'hint', data.hint));
}

const views = { gallery, scatter, plan, massing };
const memory = new WeakMap();

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector('.plans');
  const kept = memory.get(root) || {};
  memory.set(root, kept);
  const wanted = JSON.stringify(data);
  if (kept.shown === wanted) return;
  kept.shown = wanted;
  const scrolled = root.firstChild ? root.firstChild.scrollTop : 0;
  root.replaceChildren(views[data.view](data, setTriggerValue, kept));
  root.firstChild.scrollTop = scrolled;
}
