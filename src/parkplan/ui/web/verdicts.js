// The evidence card of a parcel and the ranked table. Every text becomes a text node, never markup.

function chip(item) {
  const node = make('span', 'chip', item.title);
  node.style.setProperty('--chip', item.colour);
  return node;
}

function condition(item) {
  const box = make('div', 'condition');
  append(box, make('div', '', item.formula));
  if (item.filled !== item.formula) append(box, make('div', 'step', item.filled));
  for (const step of item.steps) append(box, make('div', 'step', step));
  const line = append(make('div', 'condition-line'), make('span', 'numbers', item.numbers), make('span', '', item.answer_title));
  return append(box, line);
}

function sureness(item) {
  const box = append(make('div', 'chance'), make('div', '', `${item.sureness}${item.chance}`));
  for (const line of item.errors) append(box, make('div', 'step', line));
  return item.errors.length ? append(box, make('span', 'badge unverified', item.assumed)) : box;
}

function rule(item) {
  const head = append(make('div', 'rule-head'), make('span', `mark ${item.tone}`, item.sign),
    make('span', 'rule-title', item.title));
  const clause = append(make('div', 'rule-clause', `${item.clause} `), make('span', `badge ${item.verified ? 'verified' : 'unverified'}`, item.badge));
  const box = append(make('div', 'rule'), head, clause, ...item.conditions.map(condition));
  if (item.chance) append(box, sureness(item));
  if (item.disposal) append(box, make('div', 'disposal', item.disposal));
  return box;
}

function fact(item) {
  const row = append(make('div', 'ev-fact'), make('span', 'ev-fact-title', item.title), make('span', 'ev-fact-value', item.value));
  if (item.source && item.show_source) append(row, make('span', 'ev-fact-from', item.source));
  row.title = item.source || '';
  return row;
}

function folding(id, title, count, children, memory) {
  const box = make('details', 'ev-section');
  box.open = memory.open.has(id);
  box.addEventListener('toggle', () => (box.open ? memory.open.add(id) : memory.open.delete(id)));
  const head = make('summary', '', title);
  if (count !== null) append(head, make('span', 'ev-count', String(count)));
  return append(box, head, ...children);
}

function section(title, children) {
  return children.length ? append(make('div', 'ev-section'), make('div', 'ev-section-title', title), ...children) : null;
}

function evidence(data, send, memory) {
  const names = append(make('div', 'ev-names'), make('div', 'ev-kind', data.kind), make('div', 'ev-title', data.title));
  const zoom = make('button', 'action', data.zoom);
  zoom.type = 'button';
  zoom.addEventListener('click', () => send('zoom', data.row));
  const chips = append(make('div', 'chips'), chip(data.verdict), ...data.badges.map((text) => make('span', 'badge unverified', text)));
  const box = append(make('div', 'evidence'), append(make('div', 'ev-head'), names, zoom), chips);
  for (const text of data.said) append(box, make('div', 'say', text));
  append(box, section('', data.lead.map(fact)));
  append(box, section(data.titles.missing, data.missing.map((text) => make('div', 'gap', text))));
  append(box, section(data.titles.lifting, data.lifting.map((text) => make('div', 'way', text))));
  append(box, section(data.titles.overtaking, data.overtaking.map((text) => make('div', 'way', text))));
  append(box, section(data.titles.rules, data.rules.map(rule)));
  if (data.outside.length) append(box, folding('outside', data.titles.outside, data.outside.length, data.outside.map(rule), memory));
  append(box, folding('sources', data.titles.sources, data.sources.length, data.sources.map(fact), memory));
  return append(box, make('div', 'ev-source', data.source));
}

function track(low, high, middle) {
  const box = make('div', 'track');
  const span = make('div', 'span');
  span.style.left = `${100 * low}%`;
  span.style.width = `${100 * Math.max(0, high - low)}%`;
  const dot = make('div', 'dot');
  dot.style.left = `${100 * middle}%`;
  return append(box, span, dot);
}

function cell(kind, value) {
  if (kind === 'interval') {
    const box = make('td');
    return value ? append(box, track(value.low, value.high, value.middle), make('div', 'track-text', value.text)) : box;
  }
  if (kind === 'share') {
    const box = make('td');
    if (!value) return box;
    const fill = make('div', 'fill');
    fill.style.width = `${100 * value.share}%`;
    return append(box, append(make('div', 'track'), fill), make('div', 'track-text', value.text));
  }
  if (kind === 'verdict') return append(make('td'), chip(value), value.said ? make('span', 'badge said', value.said) : null);
  if (kind === 'names') return append(make('td', 'who'), make('div', '', value.first), make('div', 'second', value.second));
  return make('td', kind === 'amount' ? 'num' : '', value);
}

function ranked(data, send) {
  if (!data.rows.length) return make('div', 'empty', data.empty);
  const table = make('table', 'ranked');
  append(table, append(make('thead'), append(make('tr'), ...data.columns.map((column) => {
    const head = make('th', column.kind === 'amount' ? 'num' : '', column.title);
    head.scope = 'col';
    head.title = column.hint || '';
    return head;
  }))));
  const body = make('tbody');
  for (const item of data.rows) {
    const row = make('tr', item.row === data.chosen ? 'row chosen' : 'row');
    row.tabIndex = 0;
    row.dataset.row = item.row;
    row.addEventListener('click', () => send('open', item.row));
    row.addEventListener('keydown', (event) => { if (event.key === 'Enter') send('open', item.row); });
    append(body, append(row, ...data.columns.map((column, place) => cell(column.kind, item.cells[place]))));
  }
  return append(table, body);
}

const views = { evidence, ranked };
const kept = new WeakMap();

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector('.verdicts');
  const memory = kept.get(root) || { open: new Set(), shown: null, subject: null };
  kept.set(root, memory);
  const wanted = JSON.stringify(data);
  if (memory.shown === wanted) return;
  memory.shown = wanted;
  const top = root.scrollTop;
  root.style.maxHeight = data.height ? `${data.height}px` : '';
  root.classList.toggle('scrolls', Boolean(data.height));
  root.replaceChildren(views[data.view](data, setTriggerValue, memory));
  root.scrollTop = memory.subject === data.subject ? top : 0;
  memory.subject = data.subject;
}
