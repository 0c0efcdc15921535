// Panels of facts: a banner, tiles of figures, hits of a search, the card of one thing.
// Every text becomes a text node, so that a name is never read as markup.

function banner(data) {
  const line = append(make('div', 'banner'), make('span', 'district', data.title));
  if (data.badge) append(line, make('span', 'badge fictional', data.badge));
  return append(line, make('span', 'aside', data.aside));
}

function tile(item) {
  const box = make('div', `tile ${item.tone || ''}`);
  box.title = item.hint || '';
  append(box, make('div', 'tile-title', item.title));
  const value = append(make('div', 'tile-value'), make('span', item.known ? 'number' : 'number unknown', item.value));
  if (item.unit) append(value, make('span', 'unit', item.unit));
  append(box, value, make('div', 'tile-second', item.second || '\u00a0'));
  if (item.share !== undefined && item.share !== null) {
    const bar = append(make('div', 'bar'), make('div', 'bar-fill'));
    bar.firstChild.style.width = `${Math.round(100 * Math.min(1, Math.max(0, item.share)))}%`;
    append(box, bar);
  }
  return append(box, make('div', 'tile-note', item.note || '\u00a0'));
}

function tiles(data) {
  const grid = make('div', 'tiles');
  grid.style.setProperty('--columns', data.columns);
  return append(grid, ...data.items.map(tile));
}

function fact(item) {
  const row = make('div', 'fact');
  row.title = item.source || '';
  return append(row, make('span', 'fact-title', item.title), make('span', item.known ? 'fact-value' : 'fact-value unknown', item.value));
}

function entry(item, open) {
  const box = make('div', 'entry');
  const head = make(item.table ? 'button' : 'div', 'entry-head', item.title);
  if (item.table) {
    head.type = 'button';
    head.addEventListener('click', () => open({ table: item.table, row: item.row }));
  }
  append(box, head);
  if (item.facts && item.facts.length) {
    append(box, append(make('div', 'entry-facts'), ...item.facts.map((one) => {
      const pair = make('span', one.known ? 'pair' : 'pair unknown');
      return append(pair, make('span', 'pair-title', `${one.title} `), make('span', '', one.value));
    })));
  }
  return box;
}

function section(item, open, folded, fold) {
  const box = make('details', 'section');
  box.open = !folded.has(item.id);
  box.addEventListener('toggle', () => fold(item.id, box.open));
  const head = append(make('summary', 'section-title'), make('span', '', item.title));
  if (item.count !== null && item.count !== undefined) append(head, make('span', 'count', String(item.count)));
  append(box, head, ...item.facts.map(fact), ...item.entries.map((one) => entry(one, open)));
  if (item.note) append(box, make('div', 'section-note', item.note));
  return box;
}

function card(data, send, folded, fold) {
  const head = append(make('div', 'card-head'), append(make('div', 'card-names'),
    make('div', 'card-kind', data.kind_title), make('div', 'card-title', data.title)));
  if (data.zoom) {
    const zoom = make('button', 'action', data.zoom);
    zoom.type = 'button';
    zoom.addEventListener('click', () => send('zoom', true));
    append(head, zoom);
  }
  const box = append(make('div', 'card'), head);
  if (data.badge) append(box, append(make('div', 'card-badges'), make('span', 'badge fictional', data.badge)));
  for (const finding of data.findings) append(box, make('div', 'finding', finding));
  append(box, ...data.sections.map((one) => section(one, (what) => send('open', what), folded, fold)));
  return append(box, make('div', 'card-source', data.source));
}

function hits(data, send) {
  const list = make('div', 'hits');
  for (const item of data.items) {
    const row = make('button', 'hit');
    row.type = 'button';
    row.addEventListener('click', () => send('open', { table: item.table, row: item.row }));
    append(list, append(row, make('span', 'hit-kind', item.kind), append(make('span', 'hit-names'),
      make('span', 'hit-title', item.title), make('span', 'hit-second', item.second))));
  }
  return data.items.length ? list : append(list, make('div', 'section-note', data.empty));
}

const views = { banner, tiles, card, hits };
const memory = new WeakMap();

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector('.panels');
  const kept = memory.get(root) || { folded: new Set(data.folded || []), shown: null };
  memory.set(root, kept);
  const fold = (id, isOpen) => (isOpen ? kept.folded.delete(id) : kept.folded.add(id));
  const wanted = JSON.stringify(data);
  if (kept.shown === wanted) return;
  kept.shown = wanted;
  root.style.maxHeight = data.height || '';
  root.classList.toggle('scrolls', Boolean(data.height));
  root.replaceChildren(views[data.view](data, setTriggerValue, kept.folded, fold));
  root.scrollTop = 0;
}
