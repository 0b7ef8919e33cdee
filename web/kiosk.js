// The page of a kiosk's own browser. It holds a card's number between two touches and nothing else; after 60 seconds
// without one everything is wiped. The reader is a keyboard (number, tab, name, enter), or a program that sends the
// event `songda-card`.
'use strict';

const REST_MS = 60000;
const CODE_DIGITS = 8;
const byId = id => document.getElementById(id);
const SCREENS = ['idle', 'closed', 'code', 'list', 'printing', 'paper', 'done', 'trouble'];

let card = null;
let documents = [];
let typed = '';
let digits = '';
let deadline = 0;
let busy = false;

function show(screen) {
  for (const each of SCREENS) byId(each).hidden = each !== screen;
  byId('leave').hidden = ['idle', 'closed', 'printing', 'paper'].includes(screen); // whoever has paper says so
  touch();
}

function touch() {
  deadline = Date.now() + REST_MS;
}

function isIdle() {
  return !byId('idle').hidden || !byId('closed').hidden;
}

async function ask(path, body) {
  try {
    const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), cache: 'no-store' });
    return { status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch {
    return { status: 0, body: {} };
  }
}

/** Nothing of whoever stood here stays: not on the screen, not in the page, not in the device. */
function wipe() {
  card = null;
  busy = false; // an answer that is under way is not for the next one
  documents = [];
  typed = '';
  digits = '';
  byId('digits').textContent = '';
  byId('documents').replaceChildren();
  byId('sheets').textContent = '';
  show('idle');
  ask('/local/end', {});
  look();
}

function trouble(zh, en) {
  byId('trouble-words').textContent = zh;
  byId('trouble-english').textContent = en;
  show('trouble');
}

function refused(answer) {
  if (answer.status === 0 || answer.status >= 500) return trouble('网络中断，请稍后再试或到窗口办理', 'No connection. Please try again, or go to the counter.');
  return trouble(answer.body.title || '没有成功，请到窗口办理', answer.body.title_en || 'It did not work. Please go to the counter.');
}

function cardRead(given) {
  if (!isIdle() || !byId('closed').hidden || !/^[0-9A-Za-z()]{5,32}$/.test(given.number || '') || !given.name) return;
  card = { number: given.number, name: given.name };
  if (given.identity) card.identity = given.identity; // how it was checked is the device's to say
  digits = '';
  drawDigits();
  show('code');
}

function drawDigits() {
  byId('digits').textContent = '●'.repeat(digits.length) + '○'.repeat(CODE_DIGITS - digits.length);
}

function press(key) {
  touch();
  if (key === '←') digits = digits.slice(0, -1);
  else if (digits.length < CODE_DIGITS) digits += key;
  drawDigits();
  if (digits.length === CODE_DIGITS) openDesk();
}

async function openDesk() {
  if (busy || !card) return;
  busy = true;
  const mine = card;
  const answer = await ask('/local/openings', { ...card, code: digits });
  if (card !== mine) return; // of whoever stood here before
  busy = false;
  digits = '';
  drawDigits();
  if (answer.status !== 200) return refused(answer);
  documents = answer.body.documents;
  drawList();
}

function drawList() {
  byId('documents').replaceChildren(...documents.map(each => {
    const button = document.createElement('button');
    const small = document.createElement('small');
    small.textContent = each.number + ' · ' + each.issuer;
    button.append(each.title, small);
    button.addEventListener('click', () => print(each));
    const item = document.createElement('li');
    item.append(button);
    return item;
  }));
  if (documents.length === 0) return wipe();
  show('list');
}

async function print(each) {
  if (busy) return;
  busy = true;
  show('printing');
  const mine = card;
  const answer = await ask('/local/prints', { document: each.id });
  if (card !== mine) return;
  busy = false;
  if (answer.status !== 200) return refused(answer);
  if (answer.body.state === 'busy') return trouble('打印机正忙，请稍候再试', 'The printer is busy. Please try again.');
  if (answer.body.state !== 'printed') return trouble('打印没有完成，这张纸作废；请再试一次或到窗口领取', 'It was not printed; that sheet is void. Please try again, or go to the counter.');
  byId('sheets').textContent = '共 ' + answer.body.sheets + ' 面。';
  byId('paper').dataset.document = each.id;
  show('paper');
}

async function confirm(taken) {
  if (busy) return;
  busy = true;
  const mine = card;
  const answer = await ask('/local/confirmations', { taken });
  if (card !== mine) return;
  busy = false;
  if (!taken) return trouble('已登记，这份纸质件作废；请再打印一次或到窗口领取', 'Noted; that copy is void. Print it again, or go to the counter.');
  if (answer.status !== 200) return refused(answer);
  documents = documents.filter(each => each.id !== byId('paper').dataset.document);
  if (answer.body.state === 'collected') return show('done');
  if (answer.body.state === 'kept') return trouble('已记下您取走了文书，网络恢复后登记', 'Noted that you have it; it is recorded when the connection is back.');
  trouble('这次领取没有登记，请到窗口核实', 'It was not recorded. Please ask at the counter.');
}

/** Is the device fit to serve? Asked on the idle screen only. */
async function look() {
  if (!isIdle()) return;
  try {
    const standing = await (await fetch('/local/state', { cache: 'no-store' })).json();
    if (!isIdle()) return;
    byId('place').textContent = standing.place || '';
    const fit = standing.online && !/stopped|gone|no-page-count/.test(standing.printer);
    byId('idle').hidden = !fit;
    byId('closed').hidden = fit;
  } catch {
    byId('idle').hidden = true;
    byId('closed').hidden = false;
  }
}

function start() {
  for (const key of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '←', '0']) {
    const button = document.createElement('button');
    button.textContent = key;
    button.addEventListener('click', () => press(key));
    byId('pad').append(button);
  }
  byId('taken').addEventListener('click', () => confirm(true));
  byId('not-taken').addEventListener('click', () => confirm(false));
  byId('more').addEventListener('click', drawList);
  byId('again').addEventListener('click', () => (card && documents.length > 0 ? drawList() : wipe()));
  byId('leave').addEventListener('click', wipe);
  document.addEventListener('pointerdown', touch);
  document.addEventListener('contextmenu', event => event.preventDefault());
  document.addEventListener('songda-card', event => cardRead(event.detail));
  document.addEventListener('keydown', event => {
    if (!byId('code').hidden && /^[0-9]$/.test(event.key)) return press(event.key);
    if (!isIdle()) return;
    if (event.key === 'Enter') {
      const [number, name] = typed.split('\t');
      typed = '';
      cardRead({ number, name });
    } else if (event.key === 'Tab' || event.key.length === 1) {
      event.preventDefault();
      typed = (typed + (event.key === 'Tab' ? '\t' : event.key)).slice(-200);
    }
  });
  setInterval(() => {
    const seconds = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    const counts = !isIdle() && byId('printing').hidden;
    byId('left').hidden = !counts || seconds > 20;
    byId('left').textContent = seconds + ' 秒后结束';
    if (counts && seconds === 0) wipe();
  }, 500);
  setInterval(look, 5000);
  show('idle');
  look();
}
start();
