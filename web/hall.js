// A hall's screen: who may collect something, a page of names at a time. The token stands behind the # of its address, which no server
// sees, and goes into a header; so the stream is read with fetch and not with EventSource. Names that are no longer kept up to date go.

const PAGE_MS = 8000;
const AGAIN_MS = 3000;
const SILENT_MS = 40000; // the service says something every 15 s
const STALE_MS = 120000;
const byId = (id) => document.getElementById(id);
const place = location.pathname.split('/')[2] || '';
const token = location.hash.slice(1);

let ready = [];
let seen = '';
let page = 0;
let heard = Date.now();
let reading = null;

function row({ name, number, counter, kiosk }) {
  const item = document.createElement('li');
  const who = document.createElement('b');
  const which = document.createElement('i');
  const where = document.createElement('small');
  who.textContent = name.replace(/\*{3,}/, '***'); // an organisation's eight stars take the room of its last characters
  which.textContent = number ? '尾号 ' + number : '';
  where.textContent = [counter ? '窗口' : '', kiosk ? '自助机' : ''].filter(Boolean).join(' · ');
  item.append(who, which, where);
  return item;
}

/** How many rows the list has room for, by what is drawn in it. */
function roomFor(list) {
  const style = getComputedStyle(list);
  const high = parseFloat(style.gridAutoRows);
  const gap = parseFloat(style.rowGap);
  const columns = style.gridTemplateColumns.split(' ').length;
  return Math.max(1, Math.floor((list.clientHeight + gap) / (high + gap))) * columns;
}

function draw() {
  const list = byId('ready');
  const stale = Date.now() - heard > STALE_MS;
  if (stale) ready = [];
  byId('stale').hidden = !stale;
  list.hidden = ready.length === 0;
  byId('empty').hidden = stale || seen === '' || ready.length > 0;
  const room = roomFor(list);
  const pages = Math.max(1, Math.ceil(ready.length / room));
  page %= pages;
  list.replaceChildren(...ready.slice(page * room, (page + 1) * room).map(row));
  byId('page').hidden = pages === 1;
  byId('page').textContent = (page + 1) + ' / ' + pages;
}

function display(shown) {
  byId('title').textContent = shown.title;
  ready = shown.ready;
  byId('notices').replaceChildren(...shown.notices.map((notice) => {
    const item = document.createElement('li');
    item.textContent = notice;
    return item;
  }));
  draw();
}

/** One event of the stream; those that only say that it lives have no data. */
function take(event) {
  const lines = event.split('\n');
  const value = (name) => lines.find((line) => line.startsWith(name + ': '))?.slice(name.length + 2);
  const data = value('data');
  if (!data) return;
  seen = value('id') || '';
  display(JSON.parse(data));
}

async function follow() {
  reading = new AbortController();
  const answer = await fetch('/api/v1/halls/' + place + '/display', {
    headers: { Accept: 'text/event-stream', Authorization: 'Bearer ' + token, ...(seen ? { 'Last-Event-ID': seen } : {}) },
    cache: 'no-store', signal: reading.signal,
  });
  byId('stranger').hidden = answer.status !== 401;
  if (!answer.ok) return;
  const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ;) {
    const { value, done } = await pieces.read();
    if (done) return;
    heard = Date.now();
    const events = (text + value).split('\n\n');
    text = events.pop();
    events.forEach(take);
  }
}

async function followForEver() {
  for (;;) {
    await follow().catch(() => {}); // the service went away: again
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function tick() {
  byId('clock').textContent = new Date(Date.now() + 8 * 3600000).toISOString().slice(11, 16);
  if (Date.now() - heard > SILENT_MS && reading) reading.abort();
}

setInterval(tick, 1000);
setInterval(() => { page += 1; draw(); }, PAGE_MS);
addEventListener('resize', draw);
tick();
followForEver();
