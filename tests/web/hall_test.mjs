// Drives a hall's screen in a real browser, lying and standing: masked names large enough for a hall, pages that turn, a change that comes
// over the stream, the token in a header and never in an address, and no name that nobody keeps up to date.
// SONGDA_SCREENSHOTS=FOLDER keeps pictures.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';

const WEB = new URL('../../web/', import.meta.url);
const FILES = { '/halls/hall': ['hall.html', 'text/html'], '/hall.js': ['hall.js', 'text/javascript'], '/hall.css': ['hall.css', 'text/css'], '/icon.svg': ['icon.svg', 'image/svg+xml'] };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
const TOKEN = '0123456789abcdef0123456789abcdef';
const pictures = process.env.SONGDA_SCREENSHOTS;
const LYING = { width: 1920, height: 1080 };
const STANDING = { width: 1080, height: 1920 };

let browser;
let page;
let server;
let service; // what the service answers, and what it was asked
let complaints;

const person = (at) => ({ name: ['张**', '欧阳**', '示例市********公司', '李**'][at % 4], number: String(1000 + at), counter: true, kiosk: at % 2 === 0 });

/** api/halls.cpp, as far as a screen sees it. */
function startService() {
  service = { ready: [0, 1, 2].map(person), asked: [], streams: new Set(), refuses: false };
  service.event = () => `id: "${service.ready.length}"\nevent: display\ndata: ${JSON.stringify({ place: 'hall', title: '示例市政务服务中心', ready: service.ready, notices: ['请携带身份证件和领取码', '领取不收费'] })}\n\n`;
  service.tell = () => service.streams.forEach((stream) => stream.write(service.event()));
  server = createServer((request, response) => {
    const file = FILES[request.url];
    if (file) {
      response.writeHead(200, { 'Content-Type': `${file[1]}; charset=utf-8`, 'Content-Security-Policy': POLICY });
      return response.end(readFileSync(new URL(file[0], WEB)));
    }
    service.asked.push([request.url, request.headers]);
    if (service.refuses || request.headers.authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(service.refuses ? 503 : 401);
      return response.end('{}');
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('retry: 3000\n\n');
    if (request.headers['last-event-id'] !== `"${service.ready.length}"`) response.write(service.event());
    service.streams.add(response);
    request.on('close', () => service.streams.delete(response));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

async function open(viewport, token = TOKEN) {
  page = await (await browser.newContext({ viewport })).newPage();
  page.on('console', (message) => /Content Security Policy|Refused to/.test(message.text()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.clock.install();
  await page.goto(`http://127.0.0.1:${server.address().port}/halls/hall#${token}`);
}

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.SONGDA_CHROMIUM || '/usr/bin/chromium', headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
});
after(() => browser.close());
beforeEach(() => {
  complaints = [];
  return startService();
});
afterEach(async () => {
  await page.context().close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(complaints, []);
});

const rows = () => page.locator('#ready li');
const shoot = (name) => pictures && page.screenshot({ path: join(pictures, `hall-${name}.png`) });

for (const [name, viewport, most] of [['lying', LYING, 40], ['standing', STANDING, 40]]) {
  test(`NamesAreLargeAndPagesTurn:${name}`, async () => {
    service.ready = Array.from({ length: 90 }, (_, at) => person(at));
    await open(viewport);
    await rows().first().waitFor();
    const shown = await rows().count();
    assert.ok(shown >= 10 && shown < most, String(shown));
    const last = await rows().last().boundingBox();
    const room = await page.locator('main').boundingBox();
    assert.ok(last.y + last.height <= room.y + room.height, 'no row is cut off');
    const size = await page.locator('#ready b').first().evaluate((each) => parseFloat(getComputedStyle(each).fontSize));
    assert.ok(size >= 44, `${size} px is read from far away`);
    const cut = await page.locator('#ready b, #ready small').evaluateAll((all) => all.filter((each) => each.scrollWidth > each.clientWidth).length);
    assert.equal(cut, 0, 'no name is cut off');
    const first = await rows().first().innerText();
    await shoot(name);
    await page.clock.fastForward(8_001);
    await page.locator('#page', { hasText: /^2 \// }).waitFor();
    assert.notEqual(await rows().first().innerText(), first);
  });
}

test('AChangeComesAndNothingIsAskedTwice', async () => {
  await open(LYING);
  await rows().nth(2).waitFor();
  assert.match(await rows().nth(1).innerText(), /^欧阳\*\*\s*尾号 1001/);
  assert.equal(await page.locator('#title').innerText(), '示例市政务服务中心');
  assert.equal(await page.locator('#notices li').count(), 2);
  await shoot('few');
  service.ready = [];
  service.tell();
  await page.locator('#empty:not([hidden])').waitFor();
  await shoot('empty');
  for (const [url, headers] of service.asked) {
    assert.equal(url, '/api/v1/halls/hall/display', 'no token in an address');
    assert.equal(headers.accept, 'text/event-stream');
  }
});

test('AStreamThatEndsIsTakenUpWhereItWas', async () => {
  await open(LYING);
  await rows().nth(2).waitFor();
  service.streams.forEach((stream) => stream.end());
  const again = page.waitForRequest((request) => request.url().endsWith('/display'));
  await page.clock.fastForward(3_001);
  assert.equal((await (await again).allHeaders())['last-event-id'], '"3"');
  assert.equal(await rows().count(), 3, 'what was shown stays meanwhile');
});

test('NamesThatNobodyKeepsUpToDateGo', async () => {
  await open(LYING);
  await rows().nth(2).waitFor();
  service.refuses = true;
  service.streams.forEach((stream) => stream.end());
  await page.clock.fastForward(130_000);
  await page.locator('#stale:not([hidden])').waitFor();
  assert.equal(await rows().count(), 0);
  await shoot('stale');
});

test('AWrongTokenSaysSo', async () => {
  await open(LYING, 'ffffffffffffffffffffffffffffffff');
  await page.locator('#stranger:not([hidden])').waitFor();
  assert.equal(await rows().count(), 0);
});
